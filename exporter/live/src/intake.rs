//! Where families go that are read.

use kymo_exposition::{Family, Kind, Label, Series, Sink, Value};

use crate::{
    about::About,
    board::Board,
    catalog::ERROR_TYPE,
    census::Census,
    index::{Index, Place},
    row::SEPARATOR,
    section::{Feed, Part, Rows},
};

/// Takes in one reading.
pub(crate) struct Intake<'a> {
    pub(crate) index: &'a Index,
    pub(crate) boards: &'a mut [Board],
    /// Rows that may still be made.
    pub(crate) room: &'a mut usize,
    pub(crate) about: &'a mut About,
    pub(crate) census: Census,
    places: &'a [Place],
    is_target: bool,
    key: String,
}

impl<'a> Intake<'a> {
    pub(crate) fn new(
        index: &'a Index,
        boards: &'a mut [Board],
        room: &'a mut usize,
        about: &'a mut About,
    ) -> Self {
        boards.iter_mut().for_each(Board::begin);
        let (places, census) = (&[][..], Census::default());
        Self { index, boards, room, about, census, places, is_target: false, key: String::new() }
    }
}

impl Sink for Intake<'_> {
    fn family(&mut self, family: &Family<'_>) {
        self.census.family(family);
        self.places = self.index.find(family.name);
        self.is_target = family.kind == Kind::Info && is_attribute(family.name, "target.info");
    }

    fn series(&mut self, series: &Series<'_>) {
        self.census.series();
        if self.is_target {
            self.about.read(series);
        }
        for place in self.places {
            let Some(board) = self.boards.get_mut(place.section) else { continue };
            let section = board.section;
            let Some(feed) = section.feeds.get(place.feed) else { continue };
            if !is_part(feed.of, series.labels) {
                continue;
            }
            self.key.clear();
            match section.rows {
                Rows::Keyed => {
                    let is_overflow = find(series.labels, OVERFLOW) == "true";
                    for (attribute, _) in section.key {
                        // Whatever it was is not known, and not absent.
                        let value =
                            if is_overflow { OVERFLOW } else { find(series.labels, attribute) };
                        push(&mut self.key, value);
                    }
                }
                Rows::Lossy => {
                    if !matches!(series.value, Value::Number(number, _) if number.as_f64() > 0.0) {
                        board.tell(feed.to);
                        continue;
                    }
                    push(&mut self.key, feed.metric.name);
                    push(&mut self.key, &described(feed, series.labels));
                }
            }
            let error = find(series.labels, ERROR_TYPE);
            let has_failed = !error.is_empty() && !section.spared.contains(&error);
            board.take(&self.key, &series.value, feed.to, has_failed, self.room);
        }
    }
}

/// Whether a label, or a family, has the name of an attribute, in whichever spelling.
pub(crate) fn is_attribute(name: &str, attribute: &str) -> bool {
    let is_same = |(a, b): (u8, u8)| a == b || (a == b'_' && b == b'.');
    name.len() == attribute.len() && name.bytes().zip(attribute.bytes()).all(is_same)
}

/// The value of an attribute; empty if it is absent.
fn find<'a>(labels: &[Label<'a>], attribute: &str) -> &'a str {
    let found = labels.iter().find(|label| is_attribute(label.name, attribute));
    found.map_or("", |label| label.value)
}

fn is_part(part: Part, labels: &[Label<'_>]) -> bool {
    match part {
        Part::All => true,
        Part::With(attribute, value) => find(labels, attribute) == value,
        Part::Without(attribute, value) => find(labels, attribute) != value,
    }
}

/// What a series is of: its attributes, and not its scope.
fn described(feed: &Feed, labels: &[Label<'_>]) -> String {
    let own = labels.iter().filter(|label| !label.name.starts_with("otel_scope_"));
    let own: Vec<_> = own.filter(|label| !label.value.is_empty()).collect();
    match own.as_slice() {
        [] => feed.metric.unit.trim_matches(['{', '}']).to_owned(),
        [label] => label.value.to_owned(),
        several => {
            let pairs = several.iter().map(|label| format!("{}={}", label.name, label.value));
            pairs.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Appends a value of a key: its beginning, and without what ends one.
fn push(key: &mut String, value: &str) {
    let mut characters = value.chars();
    key.extend(characters.by_ref().take(LONGEST).map(|it| if it == SEPARATOR { ' ' } else { it }));
    if characters.next().is_some() {
        key.push('…');
    }
    key.push(SEPARATOR);
}

/// What the SDK says of all series together for which a metric has no room.
const OVERFLOW: &str = "otel.metric.overflow";

/// Characters of a value that are shown.
const LONGEST: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_known_in_each_spelling() {
        assert!(is_attribute("http_route", "http.route"));
        assert!(is_attribute("http.route", "http.route"));
        for other in ["http-route", "http_routes", "http.routE", ""] {
            assert!(!is_attribute(other, "http.route"), "{other}");
        }
    }

    #[test]
    fn a_value_can_neither_end_a_key_nor_be_endless() {
        let mut key = String::new();
        push(&mut key, "a\u{1f}b");
        push(&mut key, &"ü".repeat(1_000));
        let parts: Vec<_> = key.split_terminator(SEPARATOR).collect();
        assert_eq!(parts, ["a b", &format!("{}…", "ü".repeat(LONGEST))]);
    }
}
