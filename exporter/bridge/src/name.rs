//! Names of families, made of the names and units of instruments.

use std::borrow::Cow;

use kymo_exposition::Kind;

use crate::{
    spelling::{Spelling, escaped_metric},
    unit,
};

/// How instrument names become family names.
#[derive(Debug, Clone)]
pub(crate) struct NameRules {
    /// With its final `_`, or empty.
    pub(crate) namespace: String,
    pub(crate) units: bool,
    pub(crate) counter_suffixes: bool,
    pub(crate) spelling: Spelling,
}

/// Those of the specification.
impl Default for NameRules {
    fn default() -> Self {
        Self {
            namespace: String::new(),
            units: true,
            counter_suffixes: true,
            spelling: Spelling::Underscores,
        }
    }
}

/// A family's name, and the unit word that belongs to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FamilyName {
    pub(crate) name: String,
    pub(crate) unit: Cow<'static, str>,
}

impl FamilyName {
    /// The name without UTF-8, by which families are one or another.
    pub(crate) fn key(&self) -> Cow<'_, str> {
        escaped_metric(&self.name)
    }
}

impl NameRules {
    /// The name and unit of the family for an instrument.
    ///
    /// With underscores, discouraged characters become `_` and runs of `_` become one. The unit is added
    /// unless the name ends in it, then `_total` unless a counter's name ends in it, as the OpenTelemetry
    /// specification asks in "Prometheus and `OpenMetrics` compatibility", sections Metric Metadata
    /// and Sums. `ratio` says that the instrument is a gauge of unit `1`.
    pub(crate) fn translate(&self, name: &str, unit: &str, kind: Kind, ratio: bool) -> FamilyName {
        let mut out = String::with_capacity(self.namespace.len() + name.len() + 24);
        out.push_str(&self.namespace);
        self.spelling.push_metric(&mut out, name);

        let is_counter = kind == Kind::Counter;
        let stem = self.without_total(&out).filter(|_| is_counter).map(str::len);
        out.truncate(stem.unwrap_or(usize::MAX));
        let unit = if ratio { Cow::Borrowed("ratio") } else { unit::word(unit) };
        let missing = missing(&out, &unit);
        if self.units && !missing.is_empty() {
            push_suffix(&mut out, missing);
        }
        // A unit may be called so, too.
        let is_wanted = stem.is_some() || (is_counter && self.counter_suffixes);
        if is_wanted && !out.ends_with("_total") {
            push_suffix(&mut out, "total");
        }
        FamilyName { name: out, unit }
    }

    /// The name before the word `total` and the `_` before that, if it ends so. Other characters become
    /// that `_` where counters have suffixes: `jobs.total` is `jobs_total`.
    fn without_total<'a>(&self, name: &'a str) -> Option<&'a str> {
        let before = name.strip_suffix("total")?;
        let is_end = |char: char| char == '_' || (self.counter_suffixes && is_separator(char));
        before.strip_suffix(is_end)
    }
}

/// Appends a word behind a `_`.
fn push_suffix(out: &mut String, word: &str) {
    if !out.ends_with('_') {
        out.push('_');
    }
    out.push_str(word);
}

/// Whether words of a name can be on both sides of this.
fn is_separator(char: char) -> bool {
    !char.is_alphanumeric() && char != ':'
}

/// Whether this can be the beginning of every metric name.
pub(crate) fn is_legal(name: &str) -> bool {
    let letter = |char: char| char.is_ascii_alphabetic() || matches!(char, '_' | ':');
    name.starts_with(letter) && name.chars().all(|char| letter(char) || char.is_ascii_digit())
}

/// The part of `unit` that `name` does not end in: of a rate, the name may have the first part.
fn missing<'a>(name: &str, unit: &'a str) -> &'a str {
    if ends_in_word(name, unit) {
        return "";
    }
    let amount = unit.find("_per_").map(|end| unit.split_at(end));
    let rest = amount.filter(|(amount, _)| ends_in_word(name, amount)).map(|(_, rest)| &rest[1..]);
    rest.unwrap_or(unit)
}

/// Whether `name` ends in `word`, behind a character such as `_` or alone.
fn ends_in_word(name: &str, word: &str) -> bool {
    name.strip_suffix(word)
        .is_some_and(|before| before.is_empty() || before.ends_with(is_separator))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules() -> NameRules {
        NameRules::default()
    }

    fn utf8() -> NameRules {
        NameRules { spelling: Spelling::Utf8, ..rules() }
    }

    fn counter(name: &str, unit: &str) -> String {
        rules().translate(name, unit, Kind::Counter, false).name
    }

    fn gauge(name: &str, unit: &str) -> String {
        rules().translate(name, unit, Kind::Gauge, unit == "1").name
    }

    #[test]
    fn a_counter_gets_its_suffix_once() {
        assert_eq!(counter("jobs", ""), "jobs_total");
        assert_eq!(counter("jobs_total", ""), "jobs_total");
        assert_eq!(counter("jobs.total", ""), "jobs_total");
        assert_eq!(gauge("jobs", ""), "jobs");
    }

    #[test]
    fn a_unit_is_added_once_and_before_the_type() {
        assert_eq!(counter("copied", "By"), "copied_bytes_total");
        assert_eq!(counter("copied_bytes_total", "By"), "copied_bytes_total");
        assert_eq!(counter("copied.bytes", "By"), "copied_bytes_total");
        assert_eq!(counter("copied_total", "By"), "copied_bytes_total");
        assert_eq!(gauge("bytes", "By"), "bytes");
        assert_eq!(gauge("megabytes", "By"), "megabytes_bytes");
        assert_eq!(gauge("memory_total", "By"), "memory_total_bytes");
        assert_eq!(gauge("payload", "kg"), "payload_kg");
        assert_eq!(gauge("payload_kg", "kg"), "payload_kg");
        assert_eq!(counter("waited", "seconds"), "waited_seconds_total");
        assert_eq!(counter("waited_seconds", "seconds"), "waited_seconds_total");
        assert_eq!(gauge("climbed_meters", "m/s"), "climbed_meters_per_second");
        assert_eq!(gauge("climbed_meters_per_second", "m/s"), "climbed_meters_per_second");
        assert_eq!(counter("x", "total"), "x_total");
    }

    proptest! {
        #[test]
        fn a_name_is_legal_whatever_the_instrument_and_its_unit_are(
            name in ".{0,12}",
            unit in ".{0,12}",
            is_counter in any::<bool>(),
        ) {
            let kind = if is_counter { Kind::Counter } else { Kind::Gauge };
            let made = rules().translate(&name, &unit, kind, !is_counter && unit == "1").name;
            prop_assert!(made.is_empty() || is_legal(&made), "{made}");
            prop_assert!(!made.contains("__"), "{made}");
        }

        #[test]
        fn a_name_has_all_that_the_instrument_s_has_and_a_key_that_every_format_can_write(
            name in ".{1,12}",
            unit in ".{0,12}",
            (units, counter_suffixes) in any::<(bool, bool)>(),
        ) {
            let rules = NameRules { units, counter_suffixes, ..utf8() };
            let made = rules.translate(&name, &unit, Kind::Counter, false);
            prop_assert!(is_legal(&made.key()), "{}", made.key());
            // But for a NUL, which no server reads.
            let name = name.replace('\0', "_");
            prop_assert!(!made.name.contains('\0'), "{}", made.name);
            let stem = name.strip_suffix("total").unwrap_or(&name);
            let stem = stem.trim_end_matches(is_separator);
            prop_assert!(made.name.starts_with(stem), "{}", made.name);
            if !units && !counter_suffixes {
                prop_assert_eq!(made.name, name);
            }
        }
    }

    #[test]
    fn a_name_that_stays_as_it_is_gets_its_suffixes() {
        let counter = |name, unit| utf8().translate(name, unit, Kind::Counter, false).name;
        assert_eq!(counter("foo.bar", "By"), "foo.bar_bytes_total");
        assert_eq!(counter("jobs.total", ""), "jobs_total");
        assert_eq!(counter("jobs_total", ""), "jobs_total");
        assert_eq!(counter("subtotal", ""), "subtotal_total");
        assert_eq!(counter("copied.bytes", "By"), "copied.bytes_total");
        assert_eq!(counter("copied.bytes.total", "By"), "copied.bytes_total");
        assert_eq!(counter("größe..x", "kg"), "größe..x_kg_total");
        let gauge = |name, unit| utf8().translate(name, unit, Kind::Gauge, unit == "1").name;
        assert_eq!(gauge("1st.hits", "1"), "1st.hits_ratio");
        assert_eq!(gauge("hit.ratio", "1"), "hit.ratio");
        assert_eq!(gauge("jobs.total", ""), "jobs.total");
        assert_eq!(gauge("climbed.meters", "m/s"), "climbed.meters_per_second");
        let bare = NameRules { units: false, counter_suffixes: false, ..utf8() };
        for name in ["jobs.total", "jobs_total", "jobs", "a..b__c"] {
            assert_eq!(bare.translate(name, "By", Kind::Counter, false).name, name);
        }
    }

    #[test]
    fn underscores_do_not_repeat() {
        assert_eq!(gauge("a..b__c", ""), "a_b_c");
        assert_eq!(gauge("a.", "s"), "a_seconds");
        assert_eq!(counter("a_", ""), "a_total");
        assert_eq!(gauge("__a", ""), "_a");
    }

    #[test]
    fn a_name_is_legal_whatever_the_instrument_is_called() {
        assert_eq!(gauge("1st", ""), "_1st");
        assert_eq!(gauge("größe:x", ""), "gr_e:x");
        assert_eq!(gauge("é", ""), "_");
    }

    #[test]
    fn a_ratio_is_for_gauges_only() {
        assert_eq!(gauge("hits", "1"), "hits_ratio");
        assert_eq!(gauge("hit_ratio", "1"), "hit_ratio");
        assert_eq!(counter("hits", "1"), "hits_total");
    }

    #[test]
    fn suffixes_can_be_left_out() {
        let bare = NameRules { units: false, counter_suffixes: false, ..rules() };
        assert_eq!(bare.translate("a", "s", Kind::Counter, false).name, "a");
        assert_eq!(bare.translate("a", "s", Kind::Counter, false).unit, "seconds");
        assert_eq!(bare.translate("a_total", "s", Kind::Counter, false).name, "a_total");
        let units = NameRules { counter_suffixes: false, ..rules() };
        assert_eq!(units.translate("a", "s", Kind::Counter, false).name, "a_seconds");
    }

    #[test]
    fn a_namespace_comes_first() {
        let spaced = NameRules { namespace: "shop_".into(), ..rules() };
        assert_eq!(spaced.translate("a", "", Kind::Gauge, false).name, "shop_a");
        assert_eq!(spaced.translate("_a", "", Kind::Gauge, false).name, "shop_a");
        assert_eq!(spaced.translate("1st", "", Kind::Gauge, false).name, "shop_1st");
    }
}
