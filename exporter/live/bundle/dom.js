// Elements. Whatever comes from the program is text: nothing here reads markup.

const SVG = 'http://www.w3.org/2000/svg';

/// An element with a class and children, which are elements or text.
function make(tag, name, ...children) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children);
  return element;
}

/// Writes `text`, if that is not there already.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/// A line of numbers without axes, to be drawn anew with other numbers.
class Sparkline {
  constructor() {
    this.element = document.createElementNS(SVG, 'svg');
    this.element.setAttribute('viewBox', '0 0 150 20');
    this.element.setAttribute('preserveAspectRatio', 'none');
    this.element.setAttribute('aria-hidden', 'true');
    this.fill = document.createElementNS(SVG, 'path');
    this.fill.setAttribute('class', 'fill');
    this.line = document.createElementNS(SVG, 'path');
    this.element.append(this.fill, this.line);
  }

  /// From zero, or from the least where `isLevel`, up to the largest.
  draw(numbers, least = 0) {
    const there = numbers.filter((number) => number !== null);
    const most = Math.max(least, ...there) || 1;
    const begin = POINTS - numbers.length;
    let line = '';
    let fill = '';
    let start = null;
    numbers.forEach((number, place) => {
      const x = begin + place;
      if (number !== null) {
        const y = (19 - (number / most) * 18).toFixed(1);
        line += `${start === null ? 'M' : 'L'}${x} ${y}`;
        fill += start === null ? `M${x} 20L${x} ${y}` : `L${x} ${y}`;
        start = x;
      }
      const ends = number === null || place === numbers.length - 1;
      if (ends && start !== null) {
        fill += `L${start} 20Z`;
        start = null;
      }
    });
    this.line.setAttribute('d', line);
    this.fill.setAttribute('d', fill);
  }
}
