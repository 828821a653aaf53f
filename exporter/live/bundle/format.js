// Numbers as people read them. Whatever is absent is a dash.

const NONE = '–';
const whole = new Intl.NumberFormat('en');

/// Three digits of a number, such as 12.3, 1,230 or 0.0012.
function digits(number) {
  const size = Math.abs(number);
  if (size === 0) return '0';
  if (size >= 1e15) return number.toExponential(2);
  if (size >= 100) return whole.format(Math.round(number));
  return String(Number(number.toPrecision(3)));
}

/// A number and its unit, apart.
function parts(number, unit) {
  if (number === null || number === undefined) return [NONE, ''];
  switch (unit) {
    case 's': return duration(number);
    case 'share': return [digits(number * 100), '%'];
    case 'By': return bytes(number);
    case 'n': return [Number.isInteger(number) ? whole.format(number) : digits(number), ''];
    default: return [digits(number), ''];
  }
}

function duration(seconds) {
  const size = Math.abs(seconds);
  if (size === 0) return ['0', 's'];
  if (size < 1e-3) return [digits(seconds * 1e6), 'µs'];
  if (size < 1) return [digits(seconds * 1e3), 'ms'];
  if (size < 120) return [digits(seconds), 's'];
  if (size < 7200) return [digits(seconds / 60), 'min'];
  if (size < 172800) return [digits(seconds / 3600), 'h'];
  return [digits(seconds / 86400), 'd'];
}

function bytes(number) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let place = 0;
  let left = number;
  while (Math.abs(left) >= 1000 && place < units.length - 1) {
    left /= 1000;
    place += 1;
  }
  return [digits(left), units[place]];
}

function written(number, unit) {
  const [text, of] = parts(number, unit);
  return of === '' ? text : text + '\u202f' + of;
}

function clock(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString('en-GB');
}
