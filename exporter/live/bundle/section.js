// A section: what is said of it in a sentence, its charts and its table.

class Section {
  constructor(id, layout) {
    this.id = id;
    this.charts = (CHARTS[id] ?? []).map((spec) => new Chart(id, spec));
    const heading = make('h2', '', layout.title);
    heading.id = `${id}-title`;
    this.sentence = make('p', '');
    this.element = make('section', 'card', make('header', '', heading, this.sentence));
    this.element.id = id;
    this.element.setAttribute('aria-labelledby', heading.id);
    if (this.charts.length > 0) this.element.append(make('div', 'charts', ...this.charts.map((chart) => chart.element)));
    if (layout.heads.length > 0) {
      this.table = new Table(id, layout);
      this.element.append(this.table.element);
    } else {
      this.facts = layout.columns.map((column) => ({ column, value: make('dd', '') }));
      const facts = make('dl', 'facts');
      for (const { column, value } of this.facts) facts.append(make('div', '', make('dt', '', column.head), value));
      this.element.append(facts);
    }
  }

  draw(history) {
    const section = history.sections.get(this.id);
    this.charts.forEach((chart) => chart.draw(history));
    this.table?.draw(history);
    this.facts?.forEach(({ column, value }, place) => write(value, written(section.all.now[place], column.unit)));
    const isEmpty = section.rows.length === 0;
    if (this.table) this.table.scroll.hidden = isEmpty;
    write(this.sentence, this.said(history, section, isEmpty));
  }

  said(history, section, isEmpty) {
    if (this.id === 'losses') return isEmpty ? 'Nothing was folded, lost or missed.' : '';
    const total = history.now(this.id, section.all, 'total');
    const failed = history.now(this.id, section.all, 'failed');
    if (total === null || total === undefined) return '';
    const same = (this.table?.same ?? []).map((value) => `${value} · `).join('');
    const since = `${same}${whole.format(total)} since the start`;
    return failed > 0 ? `${since}, ${whole.format(failed)} failed` : since;
  }

  /// Whether there is something to look at.
  hasAlarm(history) {
    const section = history.sections.get(this.id);
    if (this.id === 'losses') return history.now(this.id, section.all, 'rate') > 0;
    const positive = (column) => history.now(this.id, section.all, column) > 0;
    return positive('errors') || positive('broken') || (this.id === 'pools' && positive('pending'));
  }
}

/// The largest families, which every program has.
class Families {
  constructor() {
    const head = make('tr', '', make('th', 'key', 'family'), make('th', '', 'kind'), make('th', '', 'series'));
    this.body = make('tbody', '');
    this.sentence = make('p', '');
    const heading = make('h2', '', 'Largest families');
    heading.id = 'families-title';
    const table = make('table', '', make('thead', '', head), this.body);
    this.element = make('section', 'card', make('header', '', heading, this.sentence), make('div', 'scroll', table));
    this.element.id = 'families';
    this.element.setAttribute('aria-labelledby', heading.id);
  }

  draw(history) {
    const { count, series, largest } = history.last.families;
    write(this.sentence, `${whole.format(series)} series in ${whole.format(count)} families`);
    const rows = largest.map(([name, kind, number]) => {
      const key = make('th', 'key', name);
      key.setAttribute('scope', 'row');
      key.title = name;
      return make('tr', '', key, make('td', '', kind), make('td', '', whole.format(number)));
    });
    this.body.replaceChildren(...rows);
  }
}

/// The numbers at the top: section, column, name, and unit where it says more than the column's.
const TILES = [
  ['http', 'rate', 'Requests', '/s'],
  ['http', 'errors', 'Failed requests', ''],
  ['http', 'p50', 'Median', ''],
  ['http', 'p99', 'p99', ''],
  ['http', 'active', 'In flight', ''],
  ['grpc', 'rate', 'gRPC calls', '/s'],
  ['sql', 'rate', 'SQL', '/s'],
  ['sql', 'p99', 'SQL p99', ''],
  ['pools', 'saturation', 'Pools in use', ''],
  ['caches', 'ratio', 'Cache hits', ''],
  ['redis', 'rate', 'Redis', '/s'],
  ['process', 'cpu', 'Processors', ''],
  ['process', 'memory', 'Memory', ''],
];

class Tile {
  constructor([id, column, name, unit]) {
    Object.assign(this, { id, column, unit });
    this.number = make('span', '');
    this.of = make('span', 'unit');
    this.sparkline = new Sparkline();
    const value = make('div', 'value', this.number, this.of);
    this.element = make('li', '', make('div', 'name', name), value, this.sparkline.element);
    this.element.dataset.tile = `${id}-${column}`;
  }

  draw(history) {
    const section = history.sections.get(this.id);
    this.element.hidden = section === undefined;
    if (!section) return;
    const layout = history.layout.get(this.id).columns.find((it) => it.id === this.column);
    const number = history.now(this.id, section.all, this.column);
    const [text, unit] = parts(number, layout.unit);
    write(this.number, text);
    write(this.of, number === null ? '' : unit + this.unit);
    this.element.dataset.alarm = String(this.column === 'errors' && number > 0);
    this.sparkline.draw(history.past(this.id, section.all, this.column, true) ?? []);
  }
}
