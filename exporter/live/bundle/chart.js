// Charts of a section: what all of its rows together were in the last five minutes.

/// The charts of each section: a title, and lines of columns.
const CHARTS = {
  http: [rates('Requests per second'), quantiles('Duration')],
  grpc: [rates('Calls per second'), quantiles('Duration')],
  client: [rates('Requests per second'), quantiles('Duration')],
  sql: [rates('Statements per second'), quantiles('Duration')],
  redis: [rates('Commands per second'), quantiles('Duration')],
  pools: [
    { title: 'Connections', unit: 'n', lines: [line('used', 'in use', 'accent', true), line('idle', 'idle', 'second'), line('max', 'most', 'muted')] },
    { title: 'Wait for a connection', unit: 's', lines: [line('wait99', 'p99', 'third')] },
  ],
  caches: [
    { title: 'Hit ratio', unit: 'share', most: 1, lines: [line('ratio', 'hits', 'second', true)] },
    { title: 'Lookups per second', unit: 'rate', lines: [line('rate', 'lookups', 'accent', true)] },
  ],
  process: [
    { title: 'Processors in use', unit: 'n', lines: [line('cpu', 'processors', 'accent', true)] },
    { title: 'Memory', unit: 'By', lines: [line('memory', 'resident', 'second', true)] },
  ],
};

function line(column, name, ink, isFilled = false) {
  return { column, name, ink, isFilled };
}

function rates(title) {
  const failed = { ...line('errors', 'failed', 'alarm'), times: 'rate' };
  return { title, unit: 'rate', lines: [line('rate', 'all', 'accent', true), failed] };
}

function quantiles(title) {
  return { title, unit: 's', lines: [line('p50', 'p50', 'second'), line('p90', 'p90', 'accent'), line('p99', 'p99', 'third')] };
}

const SPAN = 300;

class Chart {
  constructor(id, spec) {
    this.id = id;
    this.spec = spec;
    this.values = spec.lines.map(() => make('b', ''));
    this.entries = spec.lines.map((it, place) => {
      const entry = make('span', 'entry', it.name + ' ', this.values[place]);
      entry.style.setProperty('--ink', `var(--${it.ink})`);
      return entry;
    });
    this.title = make('span', 'title', spec.title);
    this.plot = make('div', 'plot');
    this.plot.tabIndex = 0;
    this.plot.setAttribute('role', 'img');
    this.table = make('table', '');
    this.details = make('details', '', make('summary', '', 'Numbers'), this.table);
    this.details.addEventListener('toggle', () => this.list());
    this.element = make('figure', '', make('figcaption', '', this.title, ...this.entries), this.plot, this.details);
    this.data = [[], ...spec.lines.map(() => [])];
    this.plot.addEventListener('keydown', (event) => this.move(event));
    this.plot.addEventListener('blur', () => this.chart?.setCursor({ left: -10, top: -10 }));
    new ResizeObserver(() => this.resize()).observe(this.plot);
  }

  resize() {
    const width = Math.floor(this.plot.clientWidth);
    if (width === 0) return;
    if (this.chart) this.chart.setSize({ width, height: 118 });
    else this.build(width);
  }

  /// Makes it anew, as after a change of colours.
  build(width = this.plot.clientWidth) {
    this.chart?.destroy();
    const style = getComputedStyle(document.documentElement);
    const ink = (name) => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: ink('muted'), font: `11px ${getComputedStyle(document.body).fontFamily}`, ticks: { show: false } };
    const series = this.spec.lines.map((it) => ({
      stroke: ink(it.ink), width: 1.5, points: { show: false }, fill: it.isFilled ? ink('wash') : undefined,
    }));
    const { most, unit } = this.spec;
    this.chart = new uPlot({
      width, height: 118, padding: [8, 6, 0, 0], legend: { show: false },
      cursor: { sync: { key: 'live' }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
      scales: { x: { time: true, range: () => this.range() }, y: { range: (_, low, high) => [0, most ?? (high > 0 ? high * 1.12 : 1)] } },
      axes: [
        { ...axis, size: 22, space: 90, grid: { show: false }, values: (_, times) => times.map((time) => clock(time * 1000).slice(0, 5)) },
        { ...axis, size: 58, space: 30, gap: 6, grid: { stroke: ink('grid'), width: 1 }, values: (_, all) => all.map((number) => written(number, unit)) },
      ],
      series: [{}, ...series],
      hooks: { setCursor: [() => this.caption()] },
    }, this.data, this.plot);
  }

  range() {
    const times = this.data[0];
    const end = times.length > 0 ? times[times.length - 1] : Date.now() / 1000;
    return [end - SPAN, end];
  }

  draw(history) {
    const { all } = history.sections.get(this.id);
    const past = (column) => history.past(this.id, all, column, true) ?? history.times.map(() => null);
    this.data = [history.times.map((time) => time / 1000), ...this.spec.lines.map((it) => {
      const numbers = past(it.column);
      if (!it.times) return numbers;
      const others = past(it.times);
      return numbers.map((number, place) => (others[place] === null ? null : (number ?? 0) * others[place]));
    })];
    this.chart?.setData(this.data);
    this.caption();
    const said = this.spec.lines.map((it, place) => `${it.name} ${written(this.latest(place), this.spec.unit)}`);
    this.plot.setAttribute('aria-label', `${this.spec.title}, the last five minutes; now: ${said.join(', ')}. Arrow keys read earlier numbers.`);
    this.list();
  }

  latest(place) {
    const numbers = this.data[place + 1];
    return numbers.length > 0 ? numbers[numbers.length - 1] : null;
  }

  /// The numbers beneath the cursor, or else the last ones.
  caption() {
    const index = this.chart?.cursor.idx;
    const isOver = index !== null && index !== undefined && index < this.data[0].length;
    this.values.forEach((value, place) => {
      write(value, written(isOver ? this.data[place + 1][index] : this.latest(place), this.spec.unit));
    });
    write(this.title, isOver ? `${this.spec.title} at ${clock(this.data[0][index] * 1000)}` : this.spec.title);
  }

  move(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -POINTS, End: POINTS }[event.key];
    if (step === undefined || !this.chart || this.data[0].length === 0) return;
    event.preventDefault();
    const last = this.data[0].length - 1;
    const from = this.chart.cursor.idx ?? last;
    const index = Math.min(last, Math.max(0, from + step));
    this.chart.setCursor({ left: this.chart.valToPos(this.data[0][index], 'x'), top: 10 });
  }

  /// The same as a table, for those who open it.
  list() {
    if (!this.details.open) return;
    const head = make('tr', '', make('th', 'key', 'time'), ...this.spec.lines.map((it) => make('th', '', it.name)));
    const rows = this.data[0].map((time, place) => make('tr', '',
      make('th', 'key', clock(time * 1000)),
      ...this.spec.lines.map((_, of) => make('td', '', written(this.data[of + 1][place], this.spec.unit)))));
    this.table.replaceChildren(make('thead', '', head), make('tbody', '', ...rows.reverse().slice(0, 10)));
  }
}
