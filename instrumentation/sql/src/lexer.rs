//! From text to tokens.

mod comment;
mod number;

use crate::{
    dialect::Dialect,
    literal::{self, Escape, run_len},
    token::Token,
};

/// Reads the tokens of a text, each byte at most twice.
///
/// A text that is cut off gives no token that touches its end: the token may go on behind it.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing, and any two may be so")]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
    is_cut_off: bool,
    /// Inside `/*! … */`, which `MySQL` executes.
    in_version_comment: bool,
    /// A string that follows goes on in the same way: PostgreSQL joins `E'a'` and a `'b'` below it.
    escape_goes_on: bool,
    /// A string was read by the default of a setting.
    pub(crate) trusted_a_default: bool,
    /// A comment was read that only some servers execute: for others literals end elsewhere.
    pub(crate) depends_on_version: bool,
    /// Something that has an end has none: what was taken for names and what for values may each be
    /// the other.
    pub(crate) is_unclosed: bool,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str, dialect: Dialect, is_cut_off: bool) -> Self {
        Self {
            text,
            at: 0,
            dialect,
            is_cut_off,
            in_version_comment: false,
            escape_goes_on: false,
            trusted_a_default: false,
            depends_on_version: false,
            is_unclosed: false,
        }
    }

    fn read(&mut self) -> Option<Token<'a>> {
        loop {
            let bytes = &self.text.as_bytes()[self.at..];
            let Some(&first) = bytes.first() else { return self.end() };
            let second = bytes.get(1).copied();
            return Some(match (first, second) {
                (b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, _) => {
                    self.at += 1;
                    continue;
                }
                (b'-', Some(b'-')) => match self.dashes(bytes.get(2).copied()) {
                    Some(token) => token,
                    None => self.mark(b'-'),
                },
                (b'/', Some(b'*')) => match self.block_comment(&bytes[2..]) {
                    Some(token) => token,
                    None => continue,
                },
                (b'*', Some(b'/')) if self.in_version_comment => {
                    self.in_version_comment = false;
                    self.at += 2;
                    continue;
                }
                (b'#', _) if self.dialect == Dialect::MySql => self.line_comment(1),
                (b'#' | b'[' | b'`', _) if self.dialect == Dialect::Other => self.doubt(),
                (b'\'', _) => self.string(b'\'', self.escape(false)),
                (b'"', _) if self.dialect.quotes_names() => self.quoted(b'"'),
                (b'"', _) => self.string(b'"', self.escape(false)),
                (b'`', _) if self.dialect != Dialect::Postgres => self.quoted(b'`'),
                (b'[', _) if self.dialect == Dialect::Sqlite => self.quoted(b']'),
                (b'$', _) => self.dollar(),
                (b'?', _) => self.literal(1 + digits(&bytes[1..])),
                (b'@', _) => self.variable(),
                (b':', Some(next)) if starts_word(next) => self.literal(1 + word_len(&bytes[1..])),
                (b':', Some(b':')) => {
                    self.at += 1;
                    self.mark(b':')
                }
                (b'0'..=b'9', _) if self.is_behind_name_and_dot() => self.word(),
                (b'0'..=b'9', _) => match number::read(bytes, self.dialect) {
                    Some(len) => self.literal(len),
                    None => self.word(),
                },
                (0xef, _) if bytes.starts_with(BYTE_ORDER_MARK) => match self.dialect {
                    Dialect::Sqlite => {
                        self.at += BYTE_ORDER_MARK.len();
                        continue;
                    }
                    Dialect::Other => self.doubt(),
                    _ => self.word(),
                },
                // It ends the text for some, and for none what stands behind it.
                (0, _) => self.doubt(),
                (byte, _) if starts_word(byte) => self.word(),
                (byte, _) => self.mark(byte),
            });
        }
    }

    /// How a quote is escaped in a string.
    fn escape(&self, is_marked: bool) -> Escape {
        match self.dialect {
            Dialect::MySql => Escape::Backslash,
            Dialect::Postgres if is_marked || self.escape_goes_on => Escape::Backslash,
            _ => Escape::None,
        }
    }

    fn string(&mut self, quote: u8, escape: Escape) -> Token<'a> {
        let string = literal::string(&self.text.as_bytes()[self.at + 1..], quote, escape);
        if !string.is_closed {
            return self.unclosed();
        }
        self.at += 1 + string.len;
        if self.dialect == Dialect::Other && string.has_escaped_quote {
            return self.doubt();
        }
        let is_certain = match self.dialect {
            Dialect::Sqlite | Dialect::Other => true,
            Dialect::Postgres => escape == Escape::Backslash,
            Dialect::MySql => false,
        };
        self.trusted_a_default |= string.has_escaped_quote && !is_certain;
        self.escape_goes_on = self.dialect == Dialect::Postgres && escape == Escape::Backslash;
        Token::Literal
    }

    fn quoted(&mut self, end: u8) -> Token<'a> {
        let start = self.at;
        let bytes = &self.text.as_bytes()[start + 1..];
        let Some(len) = literal::quoted_len(bytes, end) else { return self.unclosed() };
        self.at += 1 + len;
        Token::Quoted(self.text.get(start..self.at).unwrap_or_default())
    }

    fn dollar(&mut self) -> Token<'a> {
        let bytes = &self.text.as_bytes()[self.at..];
        let tag = 1 + run_len(&bytes[1..], is_tag);
        let is_quote = bytes.get(tag) == Some(&b'$') && !bytes[1].is_ascii_digit();
        match self.dialect {
            Dialect::Postgres if is_quote => {
                let (tag, body) = bytes.split_at(tag + 1);
                match literal::dollar_quoted_len(body, tag) {
                    Some(len) => self.literal(tag.len() + len),
                    None => self.unclosed(),
                }
            }
            Dialect::Other if is_quote => self.doubt(),
            // A string for some versions, and a name for the others.
            Dialect::MySql if is_quote => {
                self.depends_on_version = true;
                self.word()
            }
            Dialect::MySql if !bytes.get(1).is_some_and(u8::is_ascii_digit) => self.word(),
            _ => self.literal(tag),
        }
    }

    /// `@name`, `@@name`, and a name or string in quotes behind the sign.
    fn variable(&mut self) -> Token<'a> {
        let bytes = &self.text.as_bytes()[self.at..];
        let signs = run_len(bytes, |byte| byte == b'@');
        let name = &bytes[signs..];
        match name.first() {
            Some(byte) if starts_word(*byte) => self.literal(signs + word_len(name)),
            Some(quote @ (b'\'' | b'"' | b'`')) if self.dialect == Dialect::MySql => {
                self.at += signs;
                match quote {
                    b'`' => self.quoted(b'`').of_value(),
                    quote => self.string(*quote, Escape::Backslash),
                }
            }
            _ => {
                self.at += signs;
                Token::Mark(b'@')
            }
        }
    }

    /// Whether what stands here is a part of a name, whatever it begins with: so it is in `MySQL`.
    fn is_behind_name_and_dot(&self) -> bool {
        let before = &self.text.as_bytes()[..self.at];
        self.dialect == Dialect::MySql
            && matches!(before, [.., name, b'.'] if is_tag(*name) || matches!(name, b'$' | b'`'))
    }

    fn word(&mut self) -> Token<'a> {
        let start = self.at;
        self.at += word_len(&self.text.as_bytes()[start..]).max(1);
        let word = self.text.get(start..self.at).unwrap_or_default();
        match &self.text.as_bytes()[self.at..] {
            [b'\'', ..] if is_string_prefix(word) => {
                let escape = self.escape(word.eq_ignore_ascii_case("e"));
                self.string(b'\'', escape)
            }
            [b'"', ..] if self.dialect == Dialect::MySql && is_string_prefix(word) => {
                self.string(b'"', Escape::Backslash)
            }
            // A name whose letters are written as numbers.
            [b'&', b'"', ..] if self.dialect == Dialect::Postgres && is_u(word) => {
                self.at += 1;
                self.quoted(b'"').of_value()
            }
            _ => Token::Word(word),
        }
    }

    fn literal(&mut self, len: usize) -> Token<'a> {
        self.at += len;
        Token::Literal
    }

    fn mark(&mut self, byte: u8) -> Token<'a> {
        self.at += 1;
        Token::Mark(byte)
    }

    /// The end of the text, where a comment that is executed has no end either: servers refuse it.
    fn end(&mut self) -> Option<Token<'a>> {
        std::mem::take(&mut self.in_version_comment).then(|| self.unclosed())
    }

    /// A quote or a comment that nothing closes; in a text that is cut off, its end may be behind the cut.
    fn unclosed(&mut self) -> Token<'a> {
        if self.is_cut_off {
            self.at = self.text.len();
            return Token::Literal;
        }
        self.is_unclosed = true;
        self.doubt()
    }

    fn doubt(&mut self) -> Token<'a> {
        self.at = self.text.len();
        self.is_cut_off = false;
        Token::Doubt
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.read()?;
        // Only white space and comments may stand between the parts of a string.
        self.escape_goes_on &= matches!(token, Token::Literal | Token::Comment(_));
        if self.is_cut_off && self.at >= self.text.len() { None } else { Some(token) }
    }
}

/// Whether a word right before a quote says how to read the string: `E'…'`, `N'…'`, `_utf8'…'`.
fn is_string_prefix(word: &str) -> bool {
    word.starts_with('_')
        || matches!(word.as_bytes(), [b'b' | b'e' | b'n' | b'x' | b'B' | b'E' | b'N' | b'X'])
}

fn is_u(word: &str) -> bool {
    word.eq_ignore_ascii_case("u")
}

fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn digits(bytes: &[u8]) -> usize {
    run_len(bytes, |byte| byte.is_ascii_digit())
}

fn is_tag(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit()
}

fn word_len(bytes: &[u8]) -> usize {
    run_len(bytes, |byte| is_tag(byte) || byte == b'$')
}

/// The mark (U+FEFF) with which some editors and tools begin a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
