use std::ops::Range;

use kymo_exposition::Label;
use opentelemetry::{KeyValue, Value};

use crate::label::{OwnedLabel, push_value};
use crate::layout::{Layout, Part};
use crate::point::Attributed;

/// Makes the labels of one series after the other, in memory that it keeps.
#[derive(Debug, Default)]
pub(crate) struct Assembler {
    layouts: Vec<Layout>,
    /// The layout of the current series.
    current: usize,
    /// Whether layouts have been forgotten, so that rivals may not have been noticed.
    is_crowded: bool,
    /// The values of the current series that cannot be borrowed.
    text: String,
    /// Where in `text` the value of each attribute is, or of each label if the layout is not plain.
    ranges: Vec<Range<usize>>,
    labels: Vec<Label<'static>>,
}

/// What all series of a metric have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) scope: usize,
    pub(crate) scope_labels: &'a [OwnedLabel],
    pub(crate) is_histogram: bool,
}

impl Assembler {
    /// Gets ready for a series, and says whether another one could have the same labels.
    ///
    /// That is so when distinct attributes can become equal labels: when keys were joined, when a
    /// value has another type elsewhere, or when it is empty, which Prometheus takes for absent.
    pub(crate) fn prepare<P: Attributed + ?Sized>(
        &mut self,
        point: &P,
        it: Surroundings<'_>,
    ) -> bool {
        self.current = self.layout(point, it);
        self.write_text(point, it);
        let is_empty = |attribute: &KeyValue| match &attribute.value {
            Value::String(text) => text.as_str().is_empty(),
            _ => false,
        };
        self.is_crowded
            || self.layouts[self.current].is_ambiguous
            || point.attributes().any(is_empty)
    }

    /// Gives out the labels of the series that was prepared last.
    pub(crate) fn give<P: Attributed + ?Sized>(
        &mut self,
        point: &P,
        it: Surroundings<'_>,
        take: impl FnOnce(&[Label<'_>]),
    ) {
        let layout = &self.layouts[self.current];
        let mut labels: Vec<Label<'_>> = std::mem::take(&mut self.labels);
        if let Some(order) = &layout.plain {
            labels.extend(layout.labels.iter().zip(order).map(|(planned, &index)| {
                let attribute = point.attributes().nth(index);
                let value = match attribute.map(|attribute| &attribute.value) {
                    Some(Value::String(text)) => text.as_str(),
                    _ => &self.text[self.ranges[index].clone()],
                };
                Label { name: &planned.name, value }
            }));
            labels.extend(it.scope_labels.iter().map(OwnedLabel::borrowed));
        } else {
            labels.extend(layout.labels.iter().zip(&self.ranges).map(|(planned, range)| Label {
                name: &planned.name,
                value: &self.text[range.clone()],
            }));
        }
        take(&labels);
        // Collecting into the same vector keeps its memory and ends the borrow of what was in it.
        labels.clear();
        self.labels = labels.into_iter().map(|_| Label::new("", "")).collect();
    }

    fn layout<P: Attributed + ?Sized>(&mut self, point: &P, it: Surroundings<'_>) -> usize {
        let fits = |layout: &Layout| layout.fits(point.attributes(), it.scope, it.is_histogram);
        if self.layouts.get(self.current).is_some_and(fits) {
            return self.current;
        }
        if let Some(index) = self.layouts.iter().position(fits) {
            return index;
        }
        let mut layout = Layout::of(point.attributes(), it.scope, it.scope_labels, it.is_histogram);
        for other in &mut self.layouts {
            if layout.is_rival(other) {
                other.is_ambiguous = true;
                layout.is_ambiguous = true;
            }
        }
        if self.layouts.len() < LAYOUTS {
            self.layouts.push(layout);
            return self.layouts.len() - 1;
        }
        self.is_crowded = true;
        let victim = (self.current + 1) % LAYOUTS;
        self.layouts[victim] = layout;
        victim
    }

    /// Writes the values of all labels that cannot be borrowed from the attributes.
    fn write_text<P: Attributed + ?Sized>(&mut self, point: &P, it: Surroundings<'_>) {
        self.text.clear();
        self.ranges.clear();
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
        } else if !layout.is_text {
            for attribute in point.attributes() {
                let start = self.text.len();
                if !matches!(attribute.value, Value::String(_)) {
                    push_value(&mut self.text, &attribute.value);
                }
                self.ranges.push(start..self.text.len());
            }
        }
    }
}

/// So many combinations of keys are remembered within a scrape.
const LAYOUTS: usize = 64;
