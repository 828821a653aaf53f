//! Values that clients can choose, made finite.

use std::sync::Arc;

use opentelemetry::Value;

/// The value that stands for all that are outside of a set, as the semantic conventions spell it.
pub const OTHER: &str = "_OTHER";

/// A value that went through a [`KnownValues`] or a [`ValueBudget`](crate::ValueBudget).
///
/// It is an index into the set that made it: cheap to copy, compare and hash, and meaningless to
/// any other set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bounded(u16);

impl Bounded {
    /// The value outside every set; reads as [`OTHER`].
    pub const OTHER: Self = Self(0);

    /// The value at `position` of its set.
    pub(crate) fn at(position: usize) -> Self {
        u16::try_from(position + 1).map_or(Self::OTHER, Self)
    }

    /// Where the set holds this value; `None` for [`Bounded::OTHER`].
    pub(crate) fn position(self) -> Option<usize> {
        usize::from(self.0).checked_sub(1)
    }

    /// A number that is unique within the set, below 2^16; 0 for [`Bounded::OTHER`].
    pub const fn index(self) -> u16 {
        self.0
    }
}

/// A closed set of values, such as the methods of HTTP, fixed at compile time or at start-up.
#[derive(Debug, Clone)]
pub struct KnownValues(Known);

#[derive(Debug, Clone)]
enum Known {
    Fixed(&'static [&'static str]),
    Listed(Vec<Arc<str>>),
}

impl KnownValues {
    /// The set of exactly `values`.
    pub const fn of(values: &'static [&'static str]) -> Self {
        Self(Known::Fixed(values))
    }

    /// How many values the set holds, beside [`OTHER`]: the greatest index of one it bounded.
    pub fn len(&self) -> usize {
        match &self.0 {
            Known::Fixed(values) => values.len(),
            Known::Listed(values) => values.len(),
        }
    }

    /// Whether every value is [`OTHER`].
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `value` if the set holds it, letter for letter; else [`Bounded::OTHER`].
    pub fn bound(&self, value: &str) -> Bounded {
        let position = match &self.0 {
            Known::Fixed(values) => values.iter().position(|known| *known == value),
            Known::Listed(values) => values.iter().position(|known| **known == *value),
        };
        position.map_or(Bounded::OTHER, Bounded::at)
    }

    /// The text of a value that this set bounded; [`OTHER`] for one it does not hold.
    pub fn value(&self, bounded: Bounded) -> &str {
        let value = bounded.position().and_then(|position| match &self.0 {
            Known::Fixed(values) => values.get(position).copied(),
            Known::Listed(values) => values.get(position).map(|value| &**value),
        });
        value.unwrap_or(OTHER)
    }

    /// As [`KnownValues::value`], for an attribute: all that have it share its text, which is not copied when they
    /// are read either.
    pub fn text(&self, bounded: Bounded) -> Value {
        let value = bounded.position().and_then(|position| match &self.0 {
            Known::Fixed(values) => values.get(position).copied().map(Value::from),
            Known::Listed(values) => {
                values.get(position).map(|value| Value::from(Arc::clone(value)))
            }
        });
        value.unwrap_or_else(|| Value::from(OTHER))
    }
}

impl<S: Into<String>> FromIterator<S> for KnownValues {
    fn from_iter<I: IntoIterator<Item = S>>(values: I) -> Self {
        Self(Known::Listed(values.into_iter().map(|value| Arc::from(value.into())).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHODS: KnownValues = KnownValues::of(&["GET", "POST"]);

    #[test]
    fn a_known_value_reads_back_as_itself() {
        assert_eq!(METHODS.value(METHODS.bound("POST")), "POST");
    }

    #[test]
    fn an_unknown_value_and_other_letters_become_other() {
        for unknown in ["get", "FOOBAR", "", "GET "] {
            assert_eq!(METHODS.bound(unknown), Bounded::OTHER);
            assert_eq!(METHODS.value(METHODS.bound(unknown)), "_OTHER");
            assert_eq!(METHODS.text(METHODS.bound(unknown)), Value::from("_OTHER"));
        }
    }

    #[test]
    fn a_value_of_a_larger_set_reads_as_other() {
        let listed: KnownValues = ["A", "B", "C"].into_iter().collect();
        assert_eq!(METHODS.value(listed.bound("C")), OTHER);
    }

    #[test]
    fn attributes_share_the_text_of_a_value() {
        let listed: KnownValues = ["GET", "POST"].into_iter().collect();
        for values in [METHODS, listed] {
            let addresses = [(); 2].map(|()| match values.text(values.bound("POST")) {
                Value::String(text) => (text.as_str().to_owned(), text.as_str().as_ptr().addr()),
                other => panic!("{other:?}"),
            });
            assert_eq!(addresses[0], addresses[1]);
            assert_eq!(addresses[0].0, "POST");
        }
    }
}
