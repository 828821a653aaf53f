//! The plan by which attributes with the same keys become labels.

use std::{
    mem::{Discriminant, discriminant},
    ops::Range,
};

use kymo_exposition::Label;
use opentelemetry::{Key, KeyValue, StringValue, Value};

use crate::{
    assembler::Surroundings,
    label::OwnedLabel,
    point::Attributed,
    spelling::{Spelling, escaped_label},
};

/// How the attributes of a series become labels, worked out once for all series with the same keys
/// and types.
#[derive(Debug)]
pub(crate) struct Layout {
    attributes: Vec<Known>,
    scope: usize,
    is_histogram: bool,
    /// The labels, sorted by name as far as they come from attributes.
    pub(crate) labels: Vec<Planned>,
    /// The attribute of each label, when each is of one alone and the labels of the scope follow.
    pub(crate) plain: Option<Vec<usize>>,
    /// Of those, in the order of the labels, the attributes whose values are no strings, which can be borrowed.
    pub(crate) written: Vec<usize>,
    /// Whether distinct attributes can become the same labels.
    pub(crate) is_ambiguous: bool,
    /// Whether this is how the SDK marks the series that stands for all that found no room.
    pub(crate) is_overflow: bool,
}

/// The key of an attribute, and the type of its value.
#[derive(Debug, Clone)]
struct Known {
    key: Key,
    /// Where the text of the key is, and how long, so that a clone of it is known without a look at either.
    address: usize,
    len: usize,
    of_type: Discriminant<Value>,
    /// Whether that is the type of strings, as of nearly all.
    is_text: bool,
}

/// A label, and where its value comes from. Several parts are joined by `;`.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: String,
    pub(crate) parts: Vec<Part>,
}

/// A part of a label's value, by its position.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    Attribute(usize),
    Scope(usize),
}

impl Layout {
    /// Works out the labels for these attributes beside the labels of their scope.
    ///
    /// Of two attributes with the same key the first one counts: the SDK identifies a series by that
    /// one, and may or may not show the other. A key that would become the label of a bucket gets the
    /// prefix that Prometheus itself uses for labels that are taken.
    pub(crate) fn of<'a>(
        attributes: impl Iterator<Item = &'a KeyValue>,
        scope: usize,
        scope_labels: &[OwnedLabel],
        is_histogram: bool,
        spelling: Spelling,
    ) -> Self {
        let all: Vec<_> = attributes.collect();
        let mut sources = Vec::new();
        for (index, attribute) in all.iter().enumerate() {
            let key = attribute.key.as_str();
            if all[..index].iter().all(|before| before.key.as_str() != key) {
                let name = spelling.label(key);
                let is_taken = is_histogram && name == "le";
                let name = if is_taken { format!("exported_{name}") } else { name };
                sources.push(Source::new(name, key, Part::Attribute(index)));
            }
        }
        // The SDK shows the attributes of a series in one of two orders; the labels have only one.
        sources.sort_by(|a, b| (&a.escaped, a.key).cmp(&(&b.escaped, b.key)));
        for (index, label) in scope_labels.iter().enumerate() {
            sources.push(Source::new(label.name.clone(), &label.name, Part::Scope(index)));
        }
        let labels = planned(sources);

        let is_plain = labels.len() == all.len() + scope_labels.len();
        let order = labels[..all.len().min(labels.len())].iter().filter_map(Planned::attribute);
        let order: Vec<_> = order.collect();
        let is_written = |index: &usize| !matches!(all[*index].value, Value::String(_));
        Layout {
            written: order.iter().copied().filter(is_written).collect(),
            plain: is_plain.then_some(order),
            // Distinct floats and arrays can have the same text.
            is_ambiguous: !is_plain
                || all.iter().any(|it| matches!(it.value, Value::F64(_) | Value::Array(_))),
            is_overflow: matches!(all[..], [it] if it.key.as_str() == "otel.metric.overflow"),
            attributes: all.into_iter().map(Known::of).collect(),
            scope,
            is_histogram,
            labels,
        }
    }

    /// Whether this was worked out for the same keys and types in the same order.
    pub(crate) fn fits<'a>(
        &self,
        attributes: impl Iterator<Item = &'a KeyValue>,
        scope: usize,
        is_histogram: bool,
    ) -> bool {
        self.see(attributes, scope, is_histogram, usize::MAX).is_some()
    }

    /// Whether a value is empty, or longer than `longest` bytes, and so may become equal to one that it is not equal
    /// to; `None` if this was worked out for others than these.
    #[inline]
    pub(crate) fn see<'a>(
        &self,
        mut attributes: impl Iterator<Item = &'a KeyValue>,
        scope: usize,
        is_histogram: bool,
        longest: usize,
    ) -> Option<bool> {
        if self.scope != scope || self.is_histogram != is_histogram {
            return None;
        }
        let mut is_odd = false;
        for known in &self.attributes {
            let attribute = attributes.next().filter(|it| known.has_key(it))?;
            match &attribute.value {
                Value::String(text) if known.is_text => is_odd |= is_text_odd(text, longest),
                other if known.is_text || discriminant(other) != known.of_type => return None,
                _ => {}
            }
        }
        attributes.next().is_none().then_some(is_odd)
    }

    /// Adds the labels of `point` to `labels`. Values that cannot be borrowed from it are in these `ranges` of `text`:
    /// those of all labels, if the layout is not plain.
    pub(crate) fn label<'a, P: Attributed + ?Sized>(
        &'a self,
        point: &'a P,
        it: Surroundings<'a>,
        text: &'a str,
        ranges: &[Range<usize>],
        labels: &mut Vec<Label<'a>>,
    ) {
        let mut written = ranges.iter().map(|range| &text[range.clone()]);
        let mut written = move || written.next().unwrap_or_default();
        let Some(order) = &self.plain else {
            let all = self.labels.iter().map(|it| Label { name: &it.name, value: written() });
            return labels.extend(all);
        };
        labels.extend(self.labels.iter().zip(order).map(|(planned, index)| {
            let attribute = point.attributes().nth(*index);
            let value = match attribute.map(|attribute| &attribute.value) {
                Some(Value::String(text)) => text.as_str(),
                _ => written(),
            };
            Label { name: &planned.name, value }
        }));
        labels.extend(it.scope_labels.iter().map(OwnedLabel::borrowed));
    }

    /// Whether the values of `point` that cannot be borrowed are these integers, each in its place.
    pub(crate) fn has_numbers<P: Attributed + ?Sized>(&self, point: &P, numbers: &[i64]) -> bool {
        self.plain.is_some()
            && self.written.len() == numbers.len()
            && self.written.iter().zip(numbers).all(|(index, before)| {
                let value = point.attributes().nth(*index).map(|attribute| &attribute.value);
                matches!(value, Some(Value::I64(number)) if number == before)
            })
    }

    /// Whether a series of the one and a series of the other can have equal labels, as with `1` and
    /// `"1"`.
    ///
    /// Those of two scopes whose attributes are the same differ in the labels of their scopes.
    pub(crate) fn is_rival(&self, other: &Self) -> bool {
        let names = |layout: &Self| {
            let names = layout.labels.iter().map(|label| escaped_label(&label.name).into_owned());
            let mut names: Vec<_> = names.collect();
            names.sort_unstable();
            names
        };
        let types = |layout: &Self| {
            let types = layout.attributes.iter().map(|known| (known.key.clone(), known.of_type));
            let mut types: Vec<_> = types.collect();
            types.sort_by(|a, b| a.0.cmp(&b.0));
            types
        };
        self.labels.len() == other.labels.len()
            && names(self) == names(other)
            && types(self) != types(other)
    }

    /// Whether a label of the one is a label of the other in another spelling, as `a.b` is of `a_b`.
    pub(crate) fn spells_otherwise(&self, other: &Self) -> bool {
        self.labels.iter().any(|label| {
            other.labels.iter().any(|twin| {
                label.name != twin.name && escaped_label(&label.name) == escaped_label(&twin.name)
            })
        })
    }
}

impl Planned {
    /// Whether its value is, or has a part, of an attribute that other series have another value of.
    pub(crate) fn is_of_series(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Attribute(_)))
    }

    /// The attribute whose value is the label's, if it is one alone.
    fn attribute(&self) -> Option<usize> {
        match self.parts[..] {
            [Part::Attribute(index)] => Some(index),
            _ => None,
        }
    }
}

impl Known {
    fn of(attribute: &KeyValue) -> Self {
        let key = attribute.key.clone();
        let (address, len) = (key.as_str().as_ptr().addr(), key.as_str().len());
        let is_text = matches!(attribute.value, Value::String(_));
        Known { key, address, len, of_type: discriminant(&attribute.value), is_text }
    }

    /// Whether an attribute has this key.
    #[inline]
    fn has_key(&self, attribute: &KeyValue) -> bool {
        let text = attribute.key.as_str();
        // Clones of a key mostly share its text.
        let is_shared = text.as_ptr().addr() == self.address && text.len() == self.len;
        is_shared || text == self.key.as_str()
    }
}

/// Whether an attribute may become equal to one that it is not equal to: when it is empty, or is cut to `longest`
/// bytes.
pub(crate) fn is_odd(attribute: &KeyValue, longest: usize) -> bool {
    matches!(&attribute.value, Value::String(text) if is_text_odd(text, longest))
}

#[inline]
fn is_text_odd(text: &StringValue, longest: usize) -> bool {
    // None is one less than zero, which is more than any.
    text.as_str().len().wrapping_sub(1) >= longest
}

/// A value that becomes a label, or a part of one.
struct Source<'a> {
    name: String,
    /// The name without UTF-8, by which labels are one or another.
    escaped: String,
    key: &'a str,
    part: Part,
}

impl<'a> Source<'a> {
    fn new(name: String, key: &'a str, part: Part) -> Self {
        Source { escaped: escaped_label(&name).into_owned(), name, key, part }
    }
}

/// Brings sources of the same name together, with the parts in the order of their keys. They have the
/// name of the last: that of the scope, if it has one.
fn planned(sources: Vec<Source<'_>>) -> Vec<Planned> {
    let mut labels: Vec<Vec<Source<'_>>> = Vec::new();
    for source in sources {
        match labels.iter_mut().find(|label| label[0].escaped == source.escaped) {
            Some(label) => label.push(source),
            None => labels.push(vec![source]),
        }
    }
    let plan = |mut sources: Vec<Source<'_>>| {
        let name = sources.last().map(|last| last.name.clone()).unwrap_or_default();
        sources.sort_by_key(|source| source.key);
        Planned { name, parts: sources.into_iter().map(|source| source.part).collect() }
    };
    labels.into_iter().map(plan).collect()
}
