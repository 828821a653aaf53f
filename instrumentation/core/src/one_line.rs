use std::fmt::{self, Display, Write};

/// A text that others wrote, fit for one line of a log: it begins no line, hides nothing, and has an end.
///
/// Characters that break or reorder a line (controls, the separators of lines and paragraphs, marks
/// of direction and whatever else cannot be seen) are written out, such as `\n` and `\u{202e}`. A
/// text of more than 512 bytes is cut, and ends with `…`. Secrets are not found: leave them out beforehand.
///
/// ```
/// let message = "no room\nINFO all is well";
/// assert_eq!(kymo_core::OneLine(message).to_string(), r"no room\nINFO all is well");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OneLine<T>(pub T);

/// The longest line, in bytes, before it is cut.
const LONGEST: usize = 512;

impl<T: Display> Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line { out: f, left: LONGEST, is_cut: false };
        match write!(line, "{}", self.0) {
            Err(_) if line.is_cut => f.write_char('…'),
            outcome => outcome,
        }
    }
}

/// Takes text until the line is full.
struct Line<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
    left: usize,
    is_cut: bool,
}

impl Write for Line<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| self.write_char(c))
    }

    fn write_char(&mut self, c: char) -> fmt::Result {
        let is_plain = matches!(c, '\'' | '"' | '\\');
        let written =
            if is_plain { c.len_utf8() } else { c.escape_debug().map(char::len_utf8).sum() };
        if written > self.left {
            self.is_cut = true;
            return Err(fmt::Error);
        }
        self.left -= written;
        if is_plain { self.out.write_char(c) } else { write!(self.out, "{}", c.escape_debug()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_or_reorders_the_line() {
        let forged = "a\nb\r\tc\u{1b}[31m\u{85}\u{2028}\u{2029}\u{202e}\u{2066}\u{200f}\u{feff}\0";
        let line = OneLine(forged).to_string();
        assert!(line.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{line}");
        assert!(line.starts_with(r"a\nb\r\tc\u{1b}[31m"), "{line}");
        assert_eq!(OneLine(r#"it's "größer" \ 10 €"#).to_string(), r#"it's "größer" \ 10 €"#);
    }

    #[test]
    fn a_line_has_an_end() {
        for text in ["x".repeat(3_000_000), "\u{2028}".repeat(1000), "é".repeat(1000)] {
            let line = OneLine(text).to_string();
            assert!(
                line.len() <= LONGEST + '…'.len_utf8() && line.ends_with('…'),
                "{}",
                line.len()
            );
        }
        let whole = "x".repeat(LONGEST);
        assert_eq!(OneLine(&whole).to_string(), whole);
    }
}
