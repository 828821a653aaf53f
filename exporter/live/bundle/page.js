// The page: asks the program for its numbers, and shows them, or that there are none.

/// The sections on the right; the others are on the left, where there is room for two columns.
const RIGHT = new Set(['sql', 'pools', 'caches', 'redis', 'scrapes', 'losses', 'families']);
const LOST = [1, 2, 4, 8, 15];
/// The mark of this script.
const SCRIPT = (document.currentScript?.src ?? '').split('?script=')[1];

const page = {
  history: new Past(),
  sections: new Map(),
  tiles: [],
  families: new Families(),
  isPaused: false,
  failures: 0,
  stuck: 0,
  answered: 0,
  asked: 0,
  timer: 0,
};

const element = (id) => document.getElementById(id);

function start() {
  theme();
  page.tiles = TILES.map((tile) => new Tile(tile));
  element('tiles').append(...page.tiles.map((tile) => tile.element));
  page.tiles.forEach((tile) => { tile.element.hidden = true; });
  element('pause').addEventListener('click', () => {
    page.isPaused = !page.isPaused;
    element('pause').setAttribute('aria-pressed', String(page.isPaused));
    write(element('pause'), page.isPaused ? 'Go on' : 'Pause');
    if (page.isPaused) state('paused', 'Paused');
    ask();
  });
  document.addEventListener('visibilitychange', ask);
  ask();
}

/// Asks at once, unless nobody looks.
function ask() {
  clearTimeout(page.timer);
  const turn = ++page.asked;
  if (page.isPaused || document.hidden) return;
  answer().then((wait) => {
    if (turn === page.asked) page.timer = setTimeout(ask, wait * 1000);
  });
}

/// Shows the next answer; says how many seconds later to ask again.
async function answer() {
  const { history } = page;
  const mark = history.lacks && history.seq % 10 === 0 ? '' : history.mark();
  const turn = page.asked;
  const found = await fetched(mark).catch((error) => error);
  if (turn !== page.asked) return 1;
  if (found instanceof Error) return lost(found);
  // Another release has another page: what it says is not for this one.
  if (found.script !== undefined && found.script !== SCRIPT && renewed()) return 1;
  const before = history.seq;
  const news = history.take(found);
  page.failures = 0;
  page.stuck = found.seq === before && news === '' ? page.stuck + 1 : 0;
  tell(news);
  if (found.times === undefined) {
    if (page.stuck > 20) state('stuck', 'It answers, but has read nothing yet');
    return page.stuck > 20 ? 1 : 0.25;
  }
  page.answered = Date.now();
  draw();
  const isStuck = page.stuck > 3 || found.trouble !== '';
  document.body.dataset.stale = String(isStuck);
  if (isStuck) state('stuck', found.trouble || `It answers, but has read nothing since ${clock(history.times[history.times.length - 1])}`);
  else state('live', `Live, every ${Math.round(found.every)} s`);
  return Math.max(found.every, 0.25);
}

async function fetched(mark) {
  const signal = AbortSignal.timeout(8000);
  const response = await fetch(`?since=${encodeURIComponent(mark)}`, { signal, cache: 'no-store' });
  if (!response.ok) throw new Refusal(response.status);
  return response.json();
}

/// An answer without numbers.
class Refusal extends Error {
  constructor(status) {
    super(`It refuses, with status ${status}`);
  }
}

/// Says that there are no numbers, and why; and how many seconds later to ask again.
function lost(error) {
  page.failures += 1;
  document.body.dataset.stale = 'true';
  const since = page.answered > 0 ? ` since ${clock(page.answered)}` : '';
  state('lost', error instanceof Refusal ? `${error.message}${since}; asking again` : `No answer${since}; asking again`);
  return LOST[Math.min(page.failures, LOST.length) - 1];
}

/// Loads the page anew, unless it did a short while ago: behind a balancer there may be two releases.
function renewed() {
  try {
    if (Date.now() - Number(sessionStorage.getItem('kymo-renewed') ?? 0) < 60000) return false;
    sessionStorage.setItem('kymo-renewed', String(Date.now()));
  } catch {
    // Where nothing can be kept, nobody knows when it was last.
    return false;
  }
  location.reload();
  return true;
}

/// Says how it is, once: a reader of the screen reads it aloud.
function state(name, sentence) {
  element('status').dataset.state = name;
  write(element('status'), sentence);
}

function tell(news) {
  const notice = element('notice');
  if (news === 'restarted') write(notice, `The program has restarted: all counts began anew before ${clock(Date.now())}.`);
  if (news === 'anew') write(notice, 'Nobody looked for a while, so what was kept begins here.');
  if (news !== '') {
    notice.hidden = false;
    page.noticed = Date.now();
  } else if (!notice.hidden && Date.now() - page.noticed > 60000) {
    notice.hidden = true;
  }
}

function draw() {
  const { history } = page;
  const { service, version, id, window: seconds, every, lacking } = history.last;
  write(element('service'), service || 'Live');
  const title = `${service || 'Live'} · live`;
  if (document.title !== title) document.title = title;
  write(element('about'), [version, id].filter((part) => part !== '').join(' · '));
  for (const name of history.sections.keys()) {
    if (!page.sections.has(name)) add(name, new Section(name, history.layout.get(name)));
  }
  for (const [name, section] of page.sections) {
    const isThere = history.sections.has(name);
    section.element.hidden = !isThere;
    section.link.hidden = !isThere;
    if (!isThere) continue;
    section.draw(history);
    const hasAlarm = section.hasAlarm(history);
    section.link.dataset.alarm = String(hasAlarm);
    section.link.title = hasAlarm ? 'Something failed lately, or was lost' : '';
  }
  if (!page.families.link) {
    page.families.link = link('families', 'Families');
    element('nav').append(page.families.link);
    page.families.element.style.order = '99';
    element('right').append(page.families.element);
  }
  page.families.draw(history);
  page.tiles.forEach((tile) => tile.draw(history));
  const span = Math.round(seconds || every * 5);
  write(element('method'), `Rates are per second; they, shares and quantiles are over the last ${span} s. Quantiles are read from the buckets of histograms, as histogram_quantile does: they are estimates. Counts are since the start of the program, as a scrape has them. Lines go back five minutes, as long as somebody has looked.`);
  const missing = lacking.map((name) => history.layout.get(name)).map(({ title: name, feature }) => `${name} (feature ${feature})`);
  write(element('lacking'), missing.length > 0 ? `Nothing to show of: ${missing.join('; ')}.` : '');
}

/// Puts a section into its place, among those that are there already.
function add(name, section) {
  page.sections.set(name, section);
  section.link = link(name, page.history.layout.get(name).title);
  const order = [...page.history.layout.keys()];
  const place = (list, made) => {
    const next = [...list.children].find((it) => {
      const other = order.indexOf(it.dataset.section ?? it.id);
      return other < 0 || other > order.indexOf(name);
    });
    list.insertBefore(made, next ?? null);
  };
  place(element('nav'), section.link);
  section.element.style.order = String(order.indexOf(name));
  place(element(RIGHT.has(name) ? 'right' : 'left'), section.element);
}

function link(name, title) {
  const made = make('a', '', title);
  made.href = `#${name}`;
  made.dataset.section = name;
  return made;
}

/// Light or dark: as the system has it, unless somebody chose.
function theme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('kymo-theme') ?? 'auto';
  } catch {
    // What cannot be kept is chosen anew the next time.
  }
  const apply = () => {
    const name = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
    document.documentElement.dataset.theme = name;
    write(element('theme'), `Theme: ${chosen}`);
    for (const { charts } of page.sections.values()) charts.forEach((chart) => chart.build());
  };
  dark.addEventListener('change', apply);
  element('theme').addEventListener('click', () => {
    chosen = { auto: 'light', light: 'dark', dark: 'auto' }[chosen] ?? 'auto';
    try {
      localStorage.setItem('kymo-theme', chosen);
    } catch {
      // As above.
    }
    apply();
  });
  apply();
}

start();
