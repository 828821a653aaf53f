//! The beginning of the lines of a family.

use crate::scheme::is_legal;

use super::escape;

/// The name of a family, as each of its lines begins.
#[derive(Debug, Default)]
pub(crate) struct Prefix {
    name: String,
    /// `name`, or `{"name` where it has to be in quotes.
    text: Vec<u8>,
    is_quoted: bool,
}

impl Prefix {
    /// Takes the name of a family.
    pub(crate) fn set(&mut self, name: &str) {
        self.name.clear();
        self.name.push_str(name);
        self.is_quoted = !is_legal(name, true);
        self.text.clear();
        if self.is_quoted {
            self.text.extend_from_slice(b"{\"");
            escape::quoted(name, &mut self.text);
        } else {
            self.text.extend_from_slice(name.as_bytes());
        }
    }

    /// The name of the family.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name is in quotes, and so inside the braces.
    pub(crate) fn is_quoted(&self) -> bool {
        self.is_quoted
    }

    /// The character before the first label.
    pub(crate) fn opening(&self) -> u8 {
        if self.is_quoted { b',' } else { b'{' }
    }

    /// Writes the name of a sample: that of the family and this suffix.
    pub(crate) fn write(&self, suffix: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.text);
        if !suffix.is_empty() {
            out.extend_from_slice(suffix.as_bytes());
        }
        if self.is_quoted {
            out.push(b'"');
        }
    }

    /// Writes the beginning of a comment: `# TYPE name `.
    pub(crate) fn comment(&self, about: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"# ");
        out.extend_from_slice(about.as_bytes());
        out.push(b' ');
        if self.is_quoted {
            out.extend_from_slice(&self.text[1..]);
            out.push(b'"');
        } else {
            out.extend_from_slice(&self.text);
        }
        out.push(b' ');
    }
}
