//! Units as Prometheus spells them.

use std::borrow::Cow;

use crate::spelling::push_clean;

/// The Prometheus word for a UCUM unit, or `""` when there is nothing to say.
///
/// Portions in brackets are dropped, units of the table become words, and rates too (`By/s` is
/// `bytes_per_second`), as the OpenTelemetry specification asks in "Prometheus and `OpenMetrics`
/// compatibility", section Metric Metadata. Any other unit is its own word, as for the translator of
/// Prometheus, with what a name cannot contain as `_`. A ratio (`1`) is not a unit here.
pub(crate) fn word(unit: &str) -> Cow<'static, str> {
    translated(unit, cleaned)
}

/// The meaning of a unit: equal for units that differ in spelling alone, such as `By` and `By{payload}`.
///
/// It is the [`word`] with the characters that a name cannot contain, since numbers of `$` and of `#` are
/// of two units.
pub(crate) fn meaning(unit: &str) -> Cow<'static, str> {
    translated(unit, str::to_owned)
}

/// The unit by the table, and what is not in there by `otherwise`.
fn translated(unit: &str, otherwise: fn(&str) -> String) -> Cow<'static, str> {
    let bare = without_brackets(unit);
    let (amount, time) = bare.split_once('/').unwrap_or((&bare, ""));
    let of = |part: &str, known: fn(&str) -> Option<&'static str>| match part.trim() {
        "" => Cow::Borrowed(""),
        part => known(part).map_or_else(|| Cow::Owned(otherwise(part)), Cow::Borrowed),
    };
    let amount = of(if amount.trim() == "1" { "" } else { amount }, plural);
    let time = of(time, singular);
    match (amount.is_empty(), time.is_empty()) {
        (_, true) => amount,
        (true, false) => Cow::Owned(format!("per_{time}")),
        (false, false) => Cow::Owned(format!("{amount}_per_{time}")),
    }
}

/// The characters of `unit` that a name may contain, without a `_` at its ends.
fn cleaned(unit: &str) -> String {
    let mut word = String::new();
    push_clean(&mut word, unit);
    word.trim_matches('_').to_owned()
}

/// The unit without its annotations, such as `{request}`, nested ones too.
fn without_brackets(unit: &str) -> Cow<'_, str> {
    if !unit.contains('{') {
        return Cow::Borrowed(unit);
    }
    let mut depth = 0_usize;
    let outside = |char: &char| match char {
        '{' => {
            depth += 1;
            false
        }
        '}' if depth > 0 => {
            depth -= 1;
            false
        }
        _ => depth == 0,
    };
    Cow::Owned(unit.chars().filter(outside).collect())
}

/// The word of a unit that is counted, from the table of the translator of Prometheus.
fn plural(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        // UCUM writes `us`; people write the letter, which a name cannot have, in both its codes.
        "us" | "\u{b5}s" | "\u{3bc}s" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tebibytes",
        // UCUM writes `kBy`; the Prometheus translator once took `KBy`, and people use it.
        "kBy" | "KBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "TBy" => "terabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        _ => return None,
    })
}

/// The word of a unit behind `/`, of which there is one.
fn singular(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "s" => "second",
        "ms" => "millisecond",
        "us" => "microsecond",
        "ns" => "nanosecond",
        // UCUM's minute is `min`, but a rate per meter is rarer than a mistake.
        "m" | "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" | "wk" => "week",
        "mo" => "month",
        "y" | "a" => "year",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_of_the_table_have_their_words() {
        let table = [
            ("d", "days"),
            ("h", "hours"),
            ("min", "minutes"),
            ("s", "seconds"),
            ("ms", "milliseconds"),
            ("us", "microseconds"),
            ("\u{b5}s", "microseconds"),
            ("\u{3bc}s", "microseconds"),
            ("ns", "nanoseconds"),
            ("By", "bytes"),
            ("KiBy", "kibibytes"),
            ("MiBy", "mebibytes"),
            ("GiBy", "gibibytes"),
            ("TiBy", "tebibytes"),
            ("kBy", "kilobytes"),
            ("KBy", "kilobytes"),
            ("MBy", "megabytes"),
            ("GBy", "gigabytes"),
            ("TBy", "terabytes"),
            ("m", "meters"),
            ("V", "volts"),
            ("A", "amperes"),
            ("J", "joules"),
            ("W", "watts"),
            ("g", "grams"),
            ("Cel", "celsius"),
            ("Hz", "hertz"),
            ("%", "percent"),
        ];
        for (unit, expected) in table {
            assert_eq!(word(unit), expected, "{unit}");
        }
    }

    #[test]
    fn bracketed_portions_are_dropped() {
        for unit in ["{packet}", "", "{a}{b}", "{unclosed", "{a{b}}"] {
            assert_eq!(word(unit), "", "{unit}");
        }
        assert_eq!(word("By{payload}"), "bytes");
        assert_eq!(word("By/{request}"), "bytes");
    }

    #[test]
    fn rates_become_words() {
        assert_eq!(word("m/s"), "meters_per_second");
        assert_eq!(word("By/min"), "bytes_per_minute");
        assert_eq!(word("{request}/s"), "per_second");
        assert_eq!(word("1/d"), "per_day");
        assert_eq!(word("km/h"), "km_per_hour");
        assert_eq!(word("s/s"), "seconds_per_second");
    }

    #[test]
    fn any_other_unit_is_its_own_word() {
        let units = [
            ("kg", "kg"),
            ("seconds", "seconds"),
            ("Mbit", "Mbit"),
            ("USD", "USD"),
            ("By/parsec", "bytes_per_parsec"),
            ("USD/{item}", "USD"),
            ("a b", "a_b"),
            ("_x_", "x"),
            ("m2.kg/s2", "m2_kg_per_s2"),
            ("m/s/s", "meters_per_s_s"),
            ("10*6/ul", "10_6_per_ul"),
        ];
        for (unit, expected) in units {
            assert_eq!(word(unit), expected, "{unit}");
        }
    }

    #[test]
    fn what_says_nothing_has_no_word() {
        for unit in ["1", "1/{item}", "}", "/", " ", "\u{3a9}"] {
            assert_eq!(word(unit), "", "{unit}");
        }
    }

    proptest! {
        #[test]
        fn a_word_is_part_of_a_name_whatever_the_unit_is(unit in ".{0,12}") {
            let word = word(&unit);
            let legal = |char: char| char.is_ascii_alphanumeric() || "_:".contains(char);
            prop_assert!(word.chars().all(legal), "{word}");
            prop_assert!(!word.contains("__"), "{word}");
            prop_assert!(!word.starts_with('_') && !word.ends_with('_'), "{word}");
        }

        #[test]
        fn no_unit_is_lost(amount in "[a-zA-Z]{1,8}", time in "[a-zA-Z]{0,4}") {
            let amount_word = plural(&amount).unwrap_or(&amount);
            let time_word = singular(&time).unwrap_or(&time);
            let expected = if time.is_empty() {
                amount_word.to_owned()
            } else {
                format!("{amount_word}_per_{time_word}")
            };
            prop_assert_eq!(word(&format!("{amount}/{time}")), expected);
        }
    }
}
