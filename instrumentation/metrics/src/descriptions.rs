//! The words that describe metrics.

use std::{
    collections::HashMap,
    fmt,
    sync::{PoisonError, RwLock},
};

use metrics::{SharedString, Unit};

use crate::{names, unit};

/// The bytes of a description at most.
const LONGEST: usize = 4096;

/// The words that describe a metric.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) unit: Option<Unit>,
    text: String,
}

impl Description {
    pub(crate) fn new(unit: Option<Unit>, text: &str) -> Self {
        Self { unit, text: cut(text).to_owned() }
    }

    /// The unit as OpenTelemetry spells it; empty where none is said.
    pub(crate) fn unit(&self) -> &'static str {
        self.unit.map_or("", unit::ucum)
    }

    pub(crate) fn text(&self) -> String {
        self.text.clone()
    }

    fn is(&self, unit: Option<Unit>, text: &str) -> bool {
        self.unit == unit && self.text == cut(text)
    }
}

/// The beginning of a description that is too long.
fn cut(text: &str) -> &str {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// What becomes of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reception {
    /// It is what is known, or what will be.
    Taken,
    /// The metric was used before, and nobody was told of that yet.
    Late,
    /// There is no room for the name, and nobody was told of that yet.
    NoRoom,
}

/// The descriptions of the metrics of one kind, by the names by which they are known, however long those
/// are that the program gives them.
#[derive(Default)]
pub(crate) struct Descriptions(RwLock<HashMap<String, Known>>);

struct Known {
    description: Description,
    /// Whether somebody was told that the metric has another one, or none.
    is_told: bool,
}

impl Descriptions {
    /// The words for the metric `name`.
    pub(crate) fn of(&self, name: &str) -> Description {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(name).filter(|known| !known.is_told);
        known.map(|known| known.description.clone()).unwrap_or_default()
    }

    /// Hears of a description; `is_used` says whether there is such a metric already.
    ///
    /// The macros of the facade say it anew with each call, which takes a look-up.
    pub(crate) fn hear(
        &self,
        name: &str,
        unit: Option<Unit>,
        text: &SharedString,
        is_used: impl FnOnce() -> bool,
    ) -> Reception {
        if self.is_known(name, unit, text) {
            return Reception::Taken;
        }
        let is_used = is_used();
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let has_room = all.len() < names::LIMIT;
        match all.get_mut(name) {
            None if !has_room => Reception::NoRoom,
            None => {
                let description = Description::new(unit, text);
                all.insert(name.to_owned(), Known { description, is_told: is_used });
                if is_used { Reception::Late } else { Reception::Taken }
            }
            Some(known) if known.is_told => Reception::Taken,
            Some(known) if is_used => {
                known.is_told = true;
                Reception::Late
            }
            Some(known) => {
                known.description = Description::new(unit, text);
                Reception::Taken
            }
        }
    }

    /// Whether nothing comes of saying it once more.
    fn is_known(&self, name: &str, unit: Option<Unit>, text: &str) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(name).is_some_and(|known| known.is_told || known.description.is(unit, text))
    }
}

impl fmt::Debug for Descriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Descriptions")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(all: &Descriptions, name: &str, text: &'static str, is_used: bool) -> Reception {
        all.hear(name, Some(Unit::Bytes), &text.into(), || is_used)
    }

    #[test]
    fn until_the_metric_is_used_the_last_word_counts() {
        let all = Descriptions::default();
        assert_eq!(all.of("x"), Description::default());
        assert_eq!(hear(&all, "x", "a", false), Reception::Taken);
        assert_eq!(hear(&all, "x", "b", false), Reception::Taken);
        assert_eq!(all.of("x"), Description::new(Some(Unit::Bytes), "b"));
        assert_eq!(hear(&all, "x", "b", true), Reception::Taken, "it is the same");
        assert_eq!(hear(&all, "x", "c", true), Reception::Late);
        assert_eq!(hear(&all, "x", "d", true), Reception::Taken, "somebody was told");
        assert_eq!(hear(&all, "y", "a", true), Reception::Late);
    }

    #[test]
    fn descriptions_have_a_number_and_an_end() {
        let all = Descriptions::default();
        for n in 0..names::LIMIT {
            assert_eq!(hear(&all, &n.to_string(), "", false), Reception::Taken);
        }
        assert_eq!(hear(&all, "x", "", false), Reception::NoRoom);
        let long = Description::new(None, &"é".repeat(5000));
        assert_eq!(long.text().len(), LONGEST);
    }
}
