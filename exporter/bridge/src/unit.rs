use std::borrow::Cow;

use crate::name::push_clean;

/// The Prometheus word for a UCUM unit, or `""` when there is none.
///
/// Portions in brackets are dropped and rates become words (`By/s` is `bytes_per_second`), as the
/// OpenTelemetry specification asks in "Prometheus and `OpenMetrics` compatibility", section Metric
/// Metadata. A unit that its table does not know has no word. A ratio (`1`) is not a unit here.
pub(crate) fn word(unit: &str) -> Cow<'static, str> {
    let bare = without_brackets(unit);
    match bare.split_once('/') {
        None => Cow::Borrowed(plural(bare.trim()).unwrap_or_default()),
        Some((amount, "")) => Cow::Borrowed(plural(amount.trim()).unwrap_or_default()),
        Some((amount, time)) => match singular(time.trim()) {
            Some(time) => Cow::Owned(rate(amount.trim(), time)),
            None => Cow::Borrowed(""),
        },
    }
}

fn rate(amount: &str, time: &str) -> String {
    let mut word = String::new();
    match plural(amount) {
        Some(amount) => word.push_str(amount),
        None if amount == "1" => {}
        // Better a unit nobody has a word for than a rate of the wrong thing.
        None => push_clean(&mut word, amount),
    }
    if !word.is_empty() {
        push_clean(&mut word, "_");
    }
    word + "per_" + time
}

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

fn plural(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
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
    fn units_without_a_word_have_none() {
        for unit in ["1", "furlong", "seconds", "By/parsec", "}", "/", "a b"] {
            assert_eq!(word(unit), "", "{unit}");
        }
    }
}
