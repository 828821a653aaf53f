//! Names that an older reader can read: the escaping schemes of Prometheus.

use std::{borrow::Cow, fmt, str::FromStr};

/// How a name becomes one that its reader understands.
///
/// Written from [Prometheus's page about them][schemes]. The names of metrics may have `:` besides letters,
/// digits and `_`; those of labels may not, so that a `:` in one is escaped as well.
///
/// ```
/// use kymo_exposition::Scheme;
///
/// assert_eq!(Scheme::Underscores.metric_name("http.requests"), "http_requests");
/// assert_eq!(Scheme::Dots.metric_name("http.requests"), "http_dot_requests");
/// assert_eq!(Scheme::Values.metric_name("http.requests"), "U__http_2e_requests");
/// assert_eq!(Scheme::AllowUtf8.metric_name("http.requests"), "http.requests");
/// ```
///
/// [schemes]: https://prometheus.io/docs/instrumenting/escaping_schemes/
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Scheme {
    /// Each character that is not legal becomes `_`. Two names may become one.
    #[default]
    Underscores,
    /// `.` becomes `_dot_`, `_` becomes `__`, and each other character that is not legal becomes `_`.
    ///
    /// So the page has it; Prometheus's library for Go has written `__` for the latter, too.
    Dots,
    /// A name that is not legal becomes `U__` and its characters, with the code point of each that is not
    /// legal between two `_`, and `__` for `_`. No two names become one, except for one that looks so
    /// already.
    Values,
    /// Names stay as they are, in quotes where they have to be.
    ///
    /// A name with a NUL is refused: Prometheus reads that in no name, and takes nothing of a page that has it.
    AllowUtf8,
}

/// A text that names no scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownScheme;

impl Scheme {
    /// All schemes.
    pub const ALL: [Self; 4] = [Self::Underscores, Self::Dots, Self::Values, Self::AllowUtf8];

    /// Its name in the headers `Accept` and `Content-Type`, such as `allow-utf-8`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Underscores => "underscores",
            Self::Dots => "dots",
            Self::Values => "values",
            Self::AllowUtf8 => "allow-utf-8",
        }
    }

    /// The name of a metric, escaped; an empty one stays empty.
    pub fn metric_name(self, name: &str) -> Cow<'_, str> {
        self.name_of(name, true)
    }

    /// The name of a label, escaped; an empty one stays empty.
    pub fn label_name(self, name: &str) -> Cow<'_, str> {
        self.name_of(name, false)
    }

    /// Appends the name of a metric, or of a label where `colons` are not legal.
    pub(crate) fn escape_into(self, name: &str, colons: bool, out: &mut String) {
        let is_legal = || is_legal(name, colons);
        match self {
            Self::AllowUtf8 => out.push_str(name),
            Self::Underscores | Self::Values if is_legal() => out.push_str(name),
            Self::Underscores => each(name, colons, out, |_, out| out.push('_')),
            Self::Dots => each_but_underscores(name, colons, out, |char, out| {
                out.push_str(if char == '.' { "_dot_" } else { "_" });
            }),
            Self::Values if name.is_empty() => {}
            Self::Values => {
                out.push_str("U__");
                each_but_underscores(name, colons, out, |char, out| {
                    // Nothing fails that writes to a string.
                    let _ = fmt::write(out, format_args!("_{:x}_", u32::from(char)));
                });
            }
        }
    }

    fn name_of(self, name: &str, colons: bool) -> Cow<'_, str> {
        let is_unchanged = match self {
            Self::AllowUtf8 => true,
            Self::Underscores | Self::Values => is_legal(name, colons),
            Self::Dots => is_legal(name, colons) && !name.contains('_'),
        };
        if is_unchanged {
            return Cow::Borrowed(name);
        }
        let mut out = String::new();
        self.escape_into(name, colons, &mut out);
        Cow::Owned(out)
    }
}

impl FromStr for Scheme {
    type Err = UnknownScheme;

    /// Reads the name of a scheme, exactly as [`Scheme::name`] writes it.
    fn from_str(name: &str) -> Result<Self, UnknownScheme> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name).ok_or(UnknownScheme)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl fmt::Display for UnknownScheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "there is no such escaping scheme; use underscores, dots, values or allow-utf-8",
        )
    }
}

impl std::error::Error for UnknownScheme {}

/// Whether every format can write this name without quotes, as that of a metric if `colons` are legal, and
/// as that of a label otherwise.
pub(crate) fn is_legal(name: &str, colons: bool) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || (colons && byte == b':');
    let mut bytes = name.bytes();
    bytes.next().is_some_and(letter) && bytes.all(|byte| letter(byte) || byte.is_ascii_digit())
}

/// Whether there are readers for a name that is escaped already: it has characters, none of them a NUL.
///
/// Of a page with a NUL in a name, Prometheus takes nothing. In other texts it reads one, but for the labels of
/// exemplars.
pub(crate) fn is_readable(name: &str) -> bool {
    !name.is_empty() && !name.contains('\0')
}

/// Appends the characters that are legal where they are, and `replace` for the others.
fn each(name: &str, colons: bool, out: &mut String, mut replace: impl FnMut(char, &mut String)) {
    for (index, char) in name.char_indices() {
        let is_legal = char.is_ascii_alphabetic()
            || char == '_'
            || (colons && char == ':')
            || (index > 0 && char.is_ascii_digit());
        if is_legal { out.push(char) } else { replace(char, out) }
    }
}

/// As [`each`], and doubles each `_`.
fn each_but_underscores(
    name: &str,
    colons: bool,
    out: &mut String,
    replace: impl Fn(char, &mut String),
) {
    for (index, part) in name.split('_').enumerate() {
        if index > 0 {
            out.push_str("__");
        }
        // A digit is legal unless it is the first character of the whole name.
        let is_first = index == 0;
        each(part, colons, out, |char, out| {
            if char.is_ascii_digit() && !is_first { out.push(char) } else { replace(char, out) }
        });
    }
}

#[cfg(test)]
mod tests;
