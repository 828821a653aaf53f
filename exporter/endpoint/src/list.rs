//! Headers that are lists of what a client accepts.

use std::{iter, mem, str};

use http::{HeaderMap, HeaderName};

/// Bytes of such a header that are read at most, in all its lines: no scraper sends a tenth of them.
const LONGEST: usize = 8 * 1024;

/// The items of a header such as `Accept`, in their order (RFC 9110, section 5.6.1).
///
/// What follows [`LONGEST`] bytes is not read, and neither is a line that is no text: so a header costs little,
/// however long it is.
pub(crate) fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let mut left = LONGEST;
    let lines = headers.get_all(name).into_iter();
    let read = lines.map_while(move |line| {
        let whole = line.as_bytes();
        let read = if whole.len() <= left { whole } else { without_last(&whole[..left]) };
        let spent = whole.len().saturating_add(1);
        // An empty line costs something too.
        (left > 0).then(|| {
            left = left.saturating_sub(spent);
            read
        })
    });
    read.flat_map(|line| split(str::from_utf8(line).unwrap_or_default(), b','))
}

/// What comes before the last comma that is not in quotes: an item that is cut says something else than its client.
fn without_last(line: &[u8]) -> &[u8] {
    let mut quotes = Quotes::default();
    let ends = line.iter().enumerate().filter(|(_, byte)| quotes.is_outside(**byte, b','));
    &line[..ends.map(|(end, _)| end).last().unwrap_or(0)]
}

/// The name of a parameter such as `q=0.5`, and its value without quotes.
pub(crate) fn parameter(part: &str) -> Option<(&str, &str)> {
    let (name, value) = part.split_once('=')?;
    let value = value.trim_start();
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    Some((name.trim_end(), quoted.unwrap_or(value)))
}

/// What is between separators that are not in quotes, without the space around it.
pub(crate) fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut quotes = Quotes::default();
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let mut bytes = text.bytes().enumerate();
        let end = bytes.find(|(_, byte)| quotes.is_outside(*byte, separator));
        let split = |(end, _)| (&text[..end], text.get(end + 1..));
        let (part, after) = end.map_or((text, None), split);
        rest = after;
        Some(part.trim())
    })
}

/// Whether a text is in quotes, as far as it was read.
#[derive(Debug, Default)]
struct Quotes {
    is_open: bool,
    is_escaped: bool,
}

impl Quotes {
    /// Reads on, and says whether this is a separator, in no quotes. It is one of ASCII, whose bytes are in no other
    /// character.
    fn is_outside(&mut self, byte: u8, separator: u8) -> bool {
        let was_escaped = mem::take(&mut self.is_escaped);
        match byte {
            b'"' if !was_escaped => self.is_open = !self.is_open,
            b'\\' => self.is_escaped = self.is_open && !was_escaped,
            _ => {}
        }
        byte == separator && !self.is_open
    }
}

/// The weight that a client gives with a value such as `0.5`, in thousandths (RFC 9110, section 12.4.2).
pub(crate) fn weight(value: &str) -> Option<u16> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = decimals.bytes().chain(iter::repeat(b'0')).take(3);
    let thousandths = digits.fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::ACCEPT};

    use super::*;

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    #[test]
    fn items_are_what_is_between_commas_of_all_lines() {
        let headers = headers(&[b"a, b;q=1 ,,c", b"\xff", b"", br#"d;e="f,\",g",h"#]);
        let found: Vec<_> = items(&headers, ACCEPT).collect();
        assert_eq!(found, ["a", "b;q=1", "", "c", "", "", r#"d;e="f,\",g""#, "h"]);
    }

    #[test]
    fn nothing_is_read_after_eight_kilobytes_and_no_item_is_cut() {
        for lines in [
            vec![format!("a,{}", "b,".repeat(1 << 19)).into_bytes()],
            vec![b"a".to_vec(), vec![b'x'; 1 << 20], b"b".to_vec()],
            vec![b"a,b".to_vec(); 30_000],
            vec![Vec::new(); 30_000],
        ] {
            let lines: Vec<_> = lines.iter().map(Vec::as_slice).collect();
            let headers = headers(&lines);
            let found: Vec<_> = items(&headers, ACCEPT).collect();
            assert!(found.len() <= LONGEST + 1, "{}", found.len());
            assert!(found.iter().all(|item| ["", "a", "b"].contains(item)));
        }
    }

    #[test]
    fn what_is_cut_in_quotes_is_not_read_either() {
        let cut = format!(r#"a,b;x="{}";q=0,c"#, ",".repeat(LONGEST));
        let headers = headers(&[cut.as_bytes()]);
        assert_eq!(items(&headers, ACCEPT).collect::<Vec<_>>(), ["a"]);
        let whole = format!(r#"a,b;x="{}",c"#, ",".repeat(LONGEST - 9));
        let headers = self::headers(&[whole.as_bytes()]);
        assert_eq!(whole.len(), LONGEST + 1);
        assert_eq!(items(&headers, ACCEPT).count(), 2, "c is cut, and b is whole");
    }

    #[test]
    fn a_parameter_has_a_name_and_a_value() {
        let item = r#"a; q = 0.5 ;b="c;d";e;f=;=g; h="i"#;
        let found: Vec<_> = split(item, b';').skip(1).filter_map(parameter).collect();
        assert_eq!(found, [("q", "0.5"), ("b", "c;d"), ("f", ""), ("", "g"), ("h", "\"i")]);
    }

    #[test]
    fn a_weight_is_a_number_from_0_to_1_with_three_decimals_at_most() {
        for (value, expected) in [
            ("1", Some(1000)),
            ("1.000", Some(1000)),
            ("0.", Some(0)),
            ("0.5", Some(500)),
            ("0.501", Some(501)),
            ("0.10", Some(100)),
            ("1.001", None),
            ("0.1234", None),
            ("", None),
            (".5", None),
            ("2", None),
            ("-1", None),
            ("0.-1", None),
            ("0.٣", None),
            ("NaN", None),
        ] {
            assert_eq!(weight(value), expected, "{value}");
        }
    }
}
