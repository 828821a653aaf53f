//! The labels of a family's series, one series after the other.
//!
//! A family is looked at before any of its series is given, since what becomes of the first one depends
//! on all: two may turn out to have the same labels.

use std::ops::Range;

use kymo_exposition::Label;
use opentelemetry::Value;

use crate::{
    beginning::beginning,
    label::{OwnedLabel, push_value},
    layout::{Layout, Part, is_odd},
    point::Attributed,
    spelling::Spelling,
};

/// Makes the labels of one series after the other, in memory that it keeps.
#[derive(Debug)]
pub(crate) struct Assembler {
    layouts: Vec<Layout>,
    /// The layout of the current series.
    current: usize,
    /// Those that series of the family have.
    used: Vec<usize>,
    /// Layouts, each with the number of series in a row that have it, in the order of the family.
    runs: Vec<(usize, usize)>,
    /// The runs that have begun, and what is left of the last of them.
    begun: usize,
    left: usize,
    /// Whether two series of the family may have the same labels.
    is_ambiguous: bool,
    /// Whether a series of the family stands for all that found no room.
    has_overflown: bool,
    spelling: Spelling,
    /// The bytes of a value at most.
    longest: usize,
    /// The values of the current series that cannot be borrowed.
    text: String,
    /// The numbers among them, as they were written last, if they all are integers.
    numbers: Vec<i64>,
    /// The range in `text` of each of them; of all labels if the layout is not plain.
    ranges: Vec<Range<usize>>,
    labels: Vec<Label<'static>>,
}

impl Assembler {
    /// One that cuts values to `longest` bytes.
    pub(crate) fn new(spelling: Spelling, longest: usize) -> Self {
        Assembler {
            layouts: Vec::new(),
            current: 0,
            used: Vec::new(),
            runs: Vec::new(),
            begun: 0,
            left: 0,
            is_ambiguous: false,
            has_overflown: false,
            spelling,
            longest,
            text: String::new(),
            numbers: Vec::new(),
            ranges: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// Begins a family, all of whose series are looked at first.
    pub(crate) fn begin(&mut self) {
        if self.layouts.len() >= LAYOUTS {
            // Whatever the families before had, this one has room for as many.
            self.layouts.clear();
        }
        self.used.clear();
        self.runs.clear();
        self.rewind();
        (self.is_ambiguous, self.has_overflown) = (false, false);
    }

    /// Gives the series of the family once more, from the first.
    pub(crate) fn rewind(&mut self) {
        (self.begun, self.left) = (0, 0);
    }

    /// How many series were looked at.
    pub(crate) fn series(&self) -> usize {
        self.runs.iter().map(|(_, series)| series).sum()
    }

    /// Whether a metric that was looked at has more series than it has room for.
    pub(crate) fn has_overflown(&mut self) -> bool {
        std::mem::take(&mut self.has_overflown)
    }

    /// Whether two of the series that were looked at may have the same labels.
    ///
    /// That is so when distinct attributes can become equal labels: when keys were joined, when a
    /// value has another type elsewhere, when it is empty, which Prometheus takes for absent, or when
    /// it is cut. It is taken to be so, too, where a label has two spellings, of which one is chosen.
    pub(crate) const fn is_ambiguous(&self) -> bool {
        self.is_ambiguous
    }

    /// Looks at one series: notes its layout, and whether another one may have the same labels.
    pub(crate) fn look<P: Attributed + ?Sized>(&mut self, point: &P, it: Surroundings<'_>) {
        if self.goes_on(point, it) {
            return;
        }
        self.current = self.layout(point, it);
        self.runs.push((self.current, 1));
        self.use_layout();
        self.is_ambiguous |= point.attributes().any(|attribute| is_odd(attribute, self.longest));
    }

    /// Whether the series has the layout of the one before it; then there is no more to look at.
    fn goes_on<P: Attributed + ?Sized>(&mut self, point: &P, it: Surroundings<'_>) -> bool {
        let Assembler { layouts, runs, longest, is_ambiguous, .. } = self;
        let Some((layout, series)) = runs.last_mut() else { return false };
        let layout = &layouts[*layout];
        let seen = layout.see(point.attributes(), it.scope, it.is_histogram, *longest);
        if let Some(is_odd) = seen {
            *series += 1;
            *is_ambiguous |= is_odd;
        }
        seen.is_some()
    }

    /// Notes that series of the family have the current layout.
    fn use_layout(&mut self) {
        let Assembler { layouts, current, used, has_overflown, spelling, .. } = self;
        *has_overflown |= layouts[*current].is_overflow;
        if used.contains(current) {
            return;
        }
        let layout = &layouts[*current];
        let is_utf8 = *spelling == Spelling::Utf8;
        let is_twin = |other: &Layout| is_utf8 && layout.spells_otherwise(other);
        let is_ambiguous = layout.is_ambiguous
            || used
                .iter()
                .map(|other| &layouts[*other])
                .any(|it| layout.is_rival(it) || is_twin(it));
        used.push(*current);
        self.is_ambiguous |= is_ambiguous;
    }

    /// Goes on to the next series of the family, and says whether it has the layout of the one before.
    fn go_on(&mut self) -> bool {
        let goes_on = self.left > 0;
        if !goes_on && let Some((layout, series)) = self.runs.get(self.begun) {
            (self.current, self.left) = (*layout, *series);
            self.begun += 1;
        }
        self.left = self.left.saturating_sub(1);
        goes_on
    }

    /// Gives out the labels of the next series of the family; and, where their names are those of the series before,
    /// how many of the last ones have its values, too. Says whether values were cut.
    ///
    /// The series come in the order in which they were looked at.
    pub(crate) fn give<P: Attributed + ?Sized>(
        &mut self,
        point: &P,
        it: Surroundings<'_>,
        take: impl FnOnce(&[Label<'_>], Option<usize>),
    ) -> bool {
        let goes_on = self.prepare(point, it);
        let layout = &self.layouts[self.current];
        let mut labels: Vec<Label<'_>> = std::mem::take(&mut self.labels);
        layout.label(point, it, &self.text, &self.ranges, &mut labels);
        let is_cut = self.is_ambiguous && self.cut(&mut labels);
        let same = if layout.plain.is_some() { it.scope_labels.len() } else { 0 };
        take(&labels, goes_on.then_some(same));
        self.labels = emptied(labels);
        is_cut
    }

    /// As [`Assembler::give`], of each of these `points`, of which it is known that no two have the same labels.
    ///
    /// As long as one series after the other has the same layout and the same numbers, their labels differ in the
    /// strings alone.
    pub(crate) fn give_all<'p, P: Attributed + 'p>(
        &mut self,
        mut points: impl Iterator<Item = &'p P>,
        it: Surroundings<'_>,
        mut take: impl FnMut(&P, &[Label<'_>], Option<usize>),
    ) {
        let mut next = points.next();
        while let Some(first) = next {
            let mut goes_on = self.prepare(first, it);
            let mut labels: Vec<Label<'_>> = std::mem::take(&mut self.labels);
            let Assembler { layouts, current, left, text, numbers, ranges, .. } = self;
            let layout = &layouts[*current];
            layout.label(first, it, text, ranges, &mut labels);
            let order = layout.plain.as_deref().unwrap_or_default();
            while let Some(point) = next {
                take(point, &labels, goes_on.then_some(it.scope_labels.len()));
                goes_on = true;
                next = points.next();
                let Some(point) = next.filter(|it| *left > 0 && layout.has_numbers(*it, numbers))
                else {
                    break;
                };
                *left -= 1;
                for (label, index) in labels.iter_mut().zip(order) {
                    let attribute = point.attributes().nth(*index);
                    if let Some(Value::String(text)) = attribute.map(|it| &it.value) {
                        label.value = text.as_str();
                    }
                }
            }
            self.labels = emptied(labels);
        }
    }

    /// Finds the layout of the next series, and writes the values that cannot be borrowed; says whether the layout is
    /// known to be that of the series before.
    ///
    /// Without ambiguous series, every layout was found when the series were looked at, and is not looked up
    /// again.
    #[inline]
    fn prepare<P: Attributed + ?Sized>(&mut self, point: &P, it: Surroundings<'_>) -> bool {
        let goes_on = !self.is_ambiguous && self.go_on();
        if self.is_ambiguous {
            self.current = self.layout(point, it);
        }
        // Those of the series before are written already: a status often is.
        if !goes_on || !self.layouts[self.current].has_numbers(point, &self.numbers) {
            self.write_text(point, it);
        }
        goes_on
    }

    /// Cuts values of attributes that are too long. Series have such only where it is known that some
    /// may be equal; what all series of a scope have in common is cut nowhere.
    fn cut(&self, labels: &mut [Label<'_>]) -> bool {
        let planned = &self.layouts[self.current].labels;
        let of_series =
            labels.iter_mut().zip(planned).filter(|(_, planned)| planned.is_of_series());
        let too_long = of_series.filter(|(label, _)| label.value.len() > self.longest);
        let cut = |(label, _): (&mut Label<'_>, _)| {
            label.value = beginning(label.value, self.longest);
        };
        too_long.map(cut).count() > 0
    }

    /// Finds the layout of a series, or works it out.
    ///
    /// A family with more layouts than there is room for loses one of those it had: all of its series may
    /// have the same labels then.
    fn layout<P: Attributed + ?Sized>(&mut self, point: &P, it: Surroundings<'_>) -> usize {
        let fits = |layout: &Layout| layout.fits(point.attributes(), it.scope, it.is_histogram);
        if self.layouts.get(self.current).is_some_and(fits) {
            return self.current;
        }
        if let Some(index) = self.layouts.iter().position(fits) {
            return index;
        }
        let Surroundings { scope, scope_labels, is_histogram } = it;
        let spelling = self.spelling;
        let layout = Layout::of(point.attributes(), scope, scope_labels, is_histogram, spelling);
        if self.layouts.len() < 2 * LAYOUTS {
            self.layouts.push(layout);
            return self.layouts.len() - 1;
        }
        // Series that were looked at may have had the one that is forgotten.
        self.is_ambiguous = true;
        let victim = (self.current + 1) % self.layouts.len();
        self.layouts[victim] = layout;
        victim
    }

    /// Writes the values of all labels that cannot be borrowed from the attributes.
    fn write_text<P: Attributed + ?Sized>(&mut self, point: &P, it: Surroundings<'_>) {
        self.text.clear();
        self.ranges.clear();
        self.numbers.clear();
        let layout = &self.layouts[self.current];
        if layout.plain.is_none() {
            let attributes: Vec<_> = point.attributes().collect();
            for planned in &layout.labels {
                let start = self.text.len();
                for (index, part) in planned.parts.iter().enumerate() {
                    if index > 0 {
                        self.text.push(';');
                    }
                    match *part {
                        Part::Attribute(at) => push_value(&mut self.text, &attributes[at].value),
                        Part::Scope(at) => self.text.push_str(&it.scope_labels[at].value),
                    }
                }
                self.ranges.push(start..self.text.len());
            }
        } else {
            let written = layout.written.iter().filter_map(|index| point.attributes().nth(*index));
            for attribute in written {
                let start = self.text.len();
                push_value(&mut self.text, &attribute.value);
                self.ranges.push(start..self.text.len());
                if let Value::I64(number) = attribute.value {
                    self.numbers.push(number);
                }
            }
        }
    }
}

/// The memory of labels, without what they borrow: collecting into the same vector keeps it.
fn emptied(mut labels: Vec<Label<'_>>) -> Vec<Label<'static>> {
    labels.clear();
    labels.into_iter().map(|_| Label::new("", "")).collect()
}

/// Holds the properties that all series of a metric share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) scope: usize,
    pub(crate) scope_labels: &'a [OwnedLabel],
    pub(crate) is_histogram: bool,
}

/// A family has room for so many combinations of keys; those of the families before may take as much.
const LAYOUTS: usize = 64;
