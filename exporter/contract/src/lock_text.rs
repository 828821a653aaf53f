//! A lock as text.

use std::fmt;

use kymo_bridge::{Translation, Translator};
use kymo_testing::Kind;

use crate::{lock::Lock, promise::Promise};

/// Above everything else in the file.
const HEAD: &str = "\
# The metrics that this service emits, and what dashboards and alerts rely on: `kymo::testing::contract`.
# After a change that is meant, run its test with KYMO_LOCK=update, and review the difference.
";

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}names {}", self.names)?;
        self.promises.iter().try_for_each(|promise| {
            let Promise { name, kind, unit, family, attributes, buckets } = promise;
            writeln!(f, "\nmetric {}\n  kind {}", Word(name), word(*kind))?;
            if !unit.is_empty() {
                writeln!(f, "  unit {}", Word(unit))?;
            }
            writeln!(f, "  scraped {}", Word(family))?;
            buckets.iter().try_for_each(|bounds| writeln!(f, "  buckets {bounds}"))?;
            attributes.iter().try_for_each(|key| writeln!(f, "  attribute {}", Word(key)))
        })
    }
}

/// A name on a line of its own, whatever is in it.
struct Word<'a>(&'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = !self.0.is_empty()
            && !self.0.starts_with('"')
            && self.0.trim() == self.0
            && !self.0.chars().any(char::is_control);
        if is_plain {
            f.write_str(self.0)
        } else {
            write!(f, "{}", serde_json::Value::from(self.0))
        }
    }
}

impl Lock {
    /// Reads the text; the error says which line cannot be read.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut lock = Self::new(&Translator::new(Translation::default()));
        let mut promise: Option<Promise> = None;
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let unreadable = || unreadable(index, line);
            let (fact, value) = line.trim().split_once(' ').ok_or_else(unreadable)?;
            let value = plain(value.trim()).ok_or_else(unreadable)?;
            let read = match (fact, &mut promise) {
                ("names", None) => strategy(&value).map(|names| {
                    lock = Self::new(&Translator::new(names));
                }),
                ("metric", _) => {
                    let next = Promise {
                        family: value.clone(),
                        name: value,
                        kind: Kind::Gauge,
                        unit: String::new(),
                        attributes: [].into(),
                        buckets: [].into(),
                    };
                    if let Some(promise) = promise.replace(next) {
                        lock.insert(promise);
                    }
                    Some(())
                }
                (_, promise) => promise.as_mut().and_then(|promise| promise.read(fact, value)),
            };
            read.ok_or_else(unreadable)?;
        }
        if let Some(promise) = promise {
            lock.insert(promise);
        }
        Ok(lock)
    }
}

impl Promise {
    /// Takes in a fact of the lines below its name.
    fn read(&mut self, fact: &str, value: String) -> Option<()> {
        match fact {
            "kind" => self.kind = kind(&value)?,
            "unit" => self.unit = value,
            "scraped" => self.family = value,
            "buckets" => return self.buckets.insert(value).then_some(()),
            "attribute" => return self.attributes.insert(value).then_some(()),
            _ => return None,
        }
        Some(())
    }
}

fn unreadable(index: usize, line: &str) -> String {
    format!(
        "line {}, `{}`, is no fact of a contract; write the file anew with KYMO_LOCK=update",
        index + 1,
        line.trim()
    )
}

/// A word as it was before it was written.
fn plain(word: &str) -> Option<String> {
    if word.starts_with('"') { serde_json::from_str(word).ok() } else { Some(word.to_owned()) }
}

fn strategy(name: &str) -> Option<Translation> {
    Translation::ALL.into_iter().find(|translation| translation.name() == name)
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Counter, "counter"),
    (Kind::UpDownCounter, "up_down_counter"),
    (Kind::Gauge, "gauge"),
    (Kind::Histogram, "histogram"),
    (Kind::ExponentialHistogram, "exponential_histogram"),
];

fn kind(word: &str) -> Option<Kind> {
    KINDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
}

fn word(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("gauge", |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_whatever_the_names_are() {
        let mut lock = Lock::new(&Translator::new(Translation::NoTranslation));
        for (kind, _) in KINDS {
            for name in ["books.sold", "größe x", "a # b", "\"quoted\"", "", " ", "a\nb"] {
                lock.insert(Promise {
                    name: name.to_owned(),
                    kind,
                    unit: if kind == Kind::Gauge { String::new() } else { "{book}".to_owned() },
                    family: format!("{name}_total"),
                    attributes: ["http.route".to_owned(), name.to_owned()].into(),
                    buckets: ["0.1 2.5".to_owned()].into(),
                });
            }
        }
        assert_eq!(Lock::parse(&lock.to_string()), Ok(lock));
    }

    #[test]
    fn a_line_that_is_no_fact_is_named() {
        for (text, line) in [
            ("names Whatever", "line 1, `names Whatever`"),
            ("kind counter", "line 1,"),
            ("metric a\n  kind number", "line 2,"),
            ("metric a\n  attribute x\n  attribute x", "line 3,"),
            ("<<<<<<< ours", "line 1,"),
            ("=======", "line 1,"),
            ("metric \"a", "line 1,"),
        ] {
            let error = Lock::parse(text).unwrap_err();
            assert!(error.contains(line) && error.contains("KYMO_LOCK=update"), "{error}");
        }
        assert!(Lock::parse("# nothing\n\n").unwrap().promises.is_empty());
    }
}
