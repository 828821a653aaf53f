// What the program has said so far: the last five minutes of it.

const POINTS = 150;

class Past {
  constructor() {
    this.instance = '';
    this.run = 0;
    this.seq = 0;
    this.layout = new Map();
    this.times = [];
    this.sections = new Map();
    this.last = null;
    /// Whether a row is shown whose earlier numbers are not there.
    this.lacks = false;
  }

  /// What of it is known, for the next question.
  mark() {
    return this.seq > 0 ? `${this.instance}.${this.run}.${this.seq}` : '';
  }

  /// Takes a document in; says what else it means: '', 'restarted' or 'anew'.
  take(document) {
    let news = '';
    if (this.instance !== '' && document.instance !== this.instance) news = 'restarted';
    else if (this.run !== 0 && document.run !== this.run) news = 'anew';
    if (news !== '' || document.seq < this.seq) this.forget();
    this.instance = document.instance;
    this.run = document.run;
    if (document.seq === 0 && document.times === undefined) return news;
    if (document.layout !== undefined) {
      this.layout = new Map(document.layout.map((section) => [section.id, section]));
      this.forget();
    }
    const fresh = Math.min(document.seq - this.seq, document.times.length);
    this.times.push(...document.times.slice(document.times.length - fresh));
    const known = this.times.length;
    this.times.splice(0, known - POINTS);
    this.lacks = false;
    const sections = new Map();
    for (const section of document.sections) {
      const before = this.sections.get(section.id);
      const rows = section.rows.map((row) => {
        const name = row.key.join('\u001f');
        return this.joined(before?.rows.find((it) => it.name === name), { ...row, name }, fresh);
      });
      const all = this.joined(before?.all, { ...section.all, name: '' }, fresh);
      sections.set(section.id, { ...section, all, rows });
    }
    this.sections = sections;
    this.seq = document.seq;
    this.last = document;
    return news;
  }

  /// A row with its earlier numbers, as many as there are times.
  joined(before, row, fresh) {
    const past = row.past.map((numbers, place) => {
      const added = fresh > 0 ? numbers.slice(-fresh) : [];
      const all = before ? before.past[place].concat(added) : numbers.slice();
      while (all.length < this.times.length) all.unshift(null);
      return all.slice(all.length - this.times.length);
    });
    if (!before && row.past.length > 0 && row.past[0].length < this.times.length) this.lacks = true;
    return { ...row, past };
  }

  forget() {
    this.times = [];
    this.sections = new Map();
    this.seq = 0;
  }

  /// The earlier numbers of a column, of a row or of all rows together.
  past(id, row, column, isAll) {
    const layout = this.layout.get(id);
    const kept = layout.columns.filter((it) => it.kept === 'rows' || (isAll && it.kept === 'total'));
    const place = kept.findIndex((it) => it.id === column);
    return place < 0 ? null : row.past[place];
  }

  /// What a column has now.
  now(id, row, column) {
    const place = this.layout.get(id).columns.findIndex((it) => it.id === column);
    return place < 0 ? null : row.now[place];
  }
}
