//! Writes JSON.

use std::fmt::Write;

/// A document of JSON, as it is written: whoever writes puts the commas and brackets.
#[derive(Debug, Default)]
pub(crate) struct Json(String);

impl Json {
    /// Appends brackets, commas and names as they are.
    pub(crate) fn raw(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    /// Appends a string, whatever is in it.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push('"');
        for character in text.chars() {
            match character {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                // Beside those of control, two ends of lines that scripts may not have in a string, and what
                // begins markup.
                '\0'..='\u{1f}' | '\u{7f}' | '\u{2028}' | '\u{2029}' | '<' => {
                    let _ = write!(self.0, "\\u{:04x}", u32::from(character));
                }
                _ => self.0.push(character),
            }
        }
        self.0.push('"');
        self
    }

    /// Appends a whole number as it is, any other to four digits, and `null` for what is no number.
    pub(crate) fn number(&mut self, number: f64) -> &mut Self {
        if !number.is_finite() {
            return self.raw("null");
        }
        // Whole numbers above it are rounded already.
        let is_whole = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
        let rounded = if is_whole { number } else { round(number) };
        // Nothing can go wrong: it is in memory.
        let _ = write!(self.0, "{}", if rounded == 0.0 { 0.0 } else { rounded });
        self
    }

    /// Appends an array of what `each` appends.
    pub(crate) fn array<T>(
        &mut self,
        all: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.0.push('[');
        for (place, one) in all.into_iter().enumerate() {
            if place > 0 {
                self.0.push(',');
            }
            each(self, one);
        }
        self.0.push(']');
        self
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// Four digits of a number.
fn round(number: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "it is within -324 and 308")]
    let digits = number.abs().log10().floor() as i32;
    let scale = 10_f64.powi(3 - digits);
    let rounded = (number * scale).round() / scale;
    if rounded.is_finite() { rounded } else { number }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(number: f64) -> String {
        let mut json = Json::default();
        json.number(number);
        json.finish()
    }

    #[test]
    fn numbers_have_four_digits_and_counts_have_all() {
        for (given, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1_234_567.0, "1234567"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (0.123_456, "0.1235"),
            (12.345_6, "12.35"),
            (1_234.567, "1235"),
            (-0.000_123_456, "-0.0001235"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(number(given), expected);
        }
    }

    proptest! {
        #[test]
        fn any_number_is_read_as_nearly_itself(given in any::<f64>()) {
            let read: serde_json::Value = serde_json::from_str(&number(given)).unwrap();
            match read.as_f64() {
                None => prop_assert!(!given.is_finite()),
                Some(read) => prop_assert!((read - given).abs() <= given.abs() * 6e-4, "{}", read),
            }
        }

        #[test]
        fn any_text_is_read_as_itself_and_begins_no_markup(given in any::<String>()) {
            let mut json = Json::default();
            json.text(&given);
            let json = json.finish();
            prop_assert!(!json.contains('<'), "{}", json);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), given);
        }
    }
}
