// The table of a section: its rows, each with a line of how it went.

/// Columns that are bad news unless they are nothing.
const ALARMS = new Set(['errors', 'failed', 'pending', 'broken', 'timeouts']);
/// Shares with a bar beside them.
const METERS = new Set(['saturation', 'ratio', 'busy']);

/// What stands where an attribute is absent.
const ABSENT = { route: 'no route', statement: 'no summary' };
/// How long rows keep their order, in milliseconds.
const SETTLED = 10000;

class Table {
  constructor(id, layout) {
    this.id = id;
    this.layout = layout;
    this.sort = null;
    this.rows = new Map();
    this.trend = layout.columns.find((column) => column.kept === 'rows');
    this.columns = layout.columns.map((column, place) => ({ ...column, place })).filter((column) => !column.sum);
    this.arranged = 0;
    this.heads = this.columns.map((column) => this.head(column));
    this.keys = layout.heads.map((head) => make('th', 'key', head));
    const keys = this.keys;
    const trend = this.trend ? [make('th', 'trend', '5 minutes')] : [];
    [...keys, ...trend].forEach((head) => head.setAttribute('scope', 'col'));
    this.body = make('tbody', '');
    const table = make('table', '', make('thead', '', make('tr', '', ...keys, ...trend, ...this.heads)), this.body);
    table.setAttribute('aria-label', layout.title);
    this.more = make('p', 'more');
    this.scroll = make('div', 'scroll', table);
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute('role', 'region');
    this.scroll.setAttribute('aria-label', `${layout.title}, table`);
    this.element = make('div', '', this.scroll, this.more);
  }

  head(column) {
    const button = make('button', '', column.head);
    button.type = 'button';
    const head = make('th', '', button);
    head.setAttribute('scope', 'col');
    button.addEventListener('click', () => {
      const isDown = this.sort?.place === column.place && this.sort.isDown;
      this.sort = { place: column.place, isDown: !isDown };
      this.heads.forEach((it) => it.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', isDown ? 'ascending' : 'descending');
      this.arrange();
    });
    return head;
  }

  draw(history) {
    const section = history.sections.get(this.id);
    const seen = new Set();
    for (const row of section.rows) {
      seen.add(row.name);
      let shown = this.rows.get(row.name);
      if (!shown) {
        shown = this.make(row);
        this.rows.set(row.name, shown);
      }
      shown.row = row;
      shown.sparkline?.draw(history.past(this.id, row, this.trend.id, false));
      this.columns.forEach((column) => fill(shown.cells.get(column.place), row.now[column.place], column));
    }
    for (const [name, shown] of this.rows) {
      if (!seen.has(name)) {
        shown.element.remove();
        this.rows.delete(name);
      }
    }
    this.spare();
    this.settle(section.rows.map((row) => row.name));
    this.arrange();
    write(this.more, left(section));
  }

  /// Leaves out attributes that are the same in all rows, where there are others.
  spare() {
    const rows = [...this.rows.values()];
    const isSame = this.keys.map((_, place) => rows.every(({ row }) => row.key[place] === rows[0].row.key[place]));
    const isSpared = isSame.map((same) => rows.length > 1 && same && isSame.includes(false));
    this.keys.forEach((head, place) => { head.hidden = isSpared[place]; });
    rows.forEach(({ element }) => isSpared.forEach((spared, place) => { element.children[place].hidden = spared; }));
    this.same = isSpared.map((spared, place) => (spared ? rows[0].row.key[place] : '')).filter((value) => value !== '');
  }

  /// Takes over the order of the program, now and then, and not while somebody reads or points: rows that jump are
  /// hard to read.
  settle(names) {
    const isRead = this.element.matches(':hover, :focus-within');
    if (!this.order || (!isRead && Date.now() - this.arranged > SETTLED)) {
      this.order = names;
      this.arranged = Date.now();
      return;
    }
    const known = this.order.filter((name) => this.rows.has(name));
    this.order = known.concat(names.filter((name) => !known.includes(name)));
  }

  make(row) {
    const last = row.key.length - 1;
    const keys = row.key.map((value, place) => {
      const cell = make(place === last ? 'th' : 'td', 'key', value || ABSENT[this.layout.heads[place]] || NONE);
      if (value === '') cell.classList.add('none');
      if (place === last) cell.setAttribute('scope', 'row');
      cell.title = value;
      return cell;
    });
    const sparkline = this.trend ? new Sparkline() : null;
    const trend = sparkline ? [make('td', 'trend', sparkline.element)] : [];
    const cells = new Map(this.columns.map((column) => [column.place, make('td', '')]));
    return { element: make('tr', '', ...keys, ...trend, ...cells.values()), sparkline, cells };
  }

  /// Puts the rows in order: that of the program, or by the column that was chosen.
  arrange() {
    let names = this.order ?? [];
    if (this.sort) {
      const of = (name) => this.rows.get(name).row.now[this.sort.place] ?? -Infinity;
      const sign = this.sort.isDown ? -1 : 1;
      names = [...names].sort((a, b) => sign * (of(a) - of(b)) || 0);
    }
    names.forEach((name, place) => {
      const { element } = this.rows.get(name);
      if (this.body.children[place] !== element) this.body.insertBefore(element, this.body.children[place] ?? null);
    });
  }
}

function fill(cell, number, column) {
  const text = written(number, column.unit);
  const isNone = number === null || number === 0;
  const isAlarm = !isNone && ALARMS.has(column.id);
  const name = isAlarm ? 'alarm' : isNone ? 'none' : '';
  if (cell.className !== name) cell.className = name;
  if (!METERS.has(column.id)) {
    write(cell, text);
    return;
  }
  if (!cell.bar) {
    cell.bar = make('i', '');
    cell.text = make('span', '');
    cell.replaceChildren(make('span', 'meter', cell.bar), cell.text);
  }
  cell.bar.style.width = `${Math.min(100, Math.max(0, (number ?? 0) * 100))}%`;
  write(cell.text, text);
}

/// What is not shown.
function left(section) {
  const said = [];
  if (section.rows_left > 0) said.push(`${whole.format(section.rows_left)} rows more`);
  if (section.series_left > 0) said.push(`${whole.format(section.series_left)} series beyond the rows that are kept`);
  return said.length > 0 ? `Not shown, but in the sums above: ${said.join(', ')}.` : '';
}
