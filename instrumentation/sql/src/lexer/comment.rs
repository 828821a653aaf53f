//! Comments, and what looks like one.

use super::{Lexer, digits};
use crate::{
    dialect::Dialect,
    literal::{self, CommentEnd, run_len},
    token::Token,
};

impl<'a> Lexer<'a> {
    /// A comment of two dashes; `None` where they are two minus signs.
    pub(super) fn dashes(&mut self, third: Option<u8>) -> Option<Token<'a>> {
        let is_apart = third.is_none_or(|byte| byte <= b' ' || byte == 0x7f);
        match self.dialect {
            Dialect::MySql if !is_apart => None,
            Dialect::Other if !is_apart => Some(self.doubt()),
            _ => Some(self.line_comment(2)),
        }
    }

    pub(super) fn line_comment(&mut self, intro: usize) -> Token<'a> {
        let start = self.at + intro;
        let rest = &self.text.as_bytes()[start..];
        // A bare carriage return ends a line in PostgreSQL, and in the others it does not.
        let len = run_len(rest, |byte| match byte {
            b'\n' => false,
            b'\r' => !matches!(self.dialect, Dialect::Postgres | Dialect::Other),
            _ => true,
        });
        if self.dialect == Dialect::Other
            && matches!(rest[len..], [b'\r', other, ..] if other != b'\n')
        {
            return self.doubt();
        }
        self.at = start + len;
        Token::Comment(self.text.get(start..self.at).unwrap_or_default())
    }

    /// A comment between `/*` and `*/`; `None` where the server executes what is inside.
    pub(super) fn block_comment(&mut self, rest: &[u8]) -> Option<Token<'a>> {
        let executed = match rest {
            [b'!', ..] => 1,
            [b'M', b'!', ..] => 2,
            _ => 0,
        };
        if executed > 0 && self.dialect == Dialect::MySql {
            let version = digits(&rest[executed..]);
            self.at += 2 + executed + version;
            self.in_version_comment = true;
            self.depends_on_version = true;
            return None;
        }
        let start = self.at + 2;
        match literal::block_comment_end(rest, self.dialect) {
            CommentEnd::At(len) => self.at = start + len,
            CommentEnd::Missing => return Some(self.unclosed()),
            CommentEnd::Doubtful => return Some(self.doubt()),
        }
        let said = self.text.get(start..self.at).unwrap_or_default();
        Some(Token::Comment(said.strip_suffix("*/").unwrap_or(said)))
    }
}
