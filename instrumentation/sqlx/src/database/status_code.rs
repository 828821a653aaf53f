//! The value of `db.response.status_code`.

use std::str;

use kymo_sql::System;
use sqlx::error::DatabaseError;

use crate::database::prefix::Prefix;

/// A status code as the server gives it: letters and digits, at most eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct StatusCode {
    bytes: [u8; 8],
    len: u8,
}

impl StatusCode {
    /// SQLSTATE of PostgreSQL, the error number of MySQL, SQLite's extended result code.
    pub(crate) fn of(error: &dyn DatabaseError, system: System) -> Option<Self> {
        if system.is_mysql() {
            return Self::of_mysql(error);
        }
        let code = error.code()?;
        let mut status = Self::default();
        code.bytes().all(|byte| byte.is_ascii_alphanumeric() && status.push(byte));
        Some(status).filter(|status| usize::from(status.len) == code.len() && status.len > 0)
    }

    /// The number is a method of the driver's own error; what every driver shows of an error is its
    /// text, and this one's begins with the number and the state: `1062 (23000): `.
    pub(crate) fn of_mysql(error: &dyn DatabaseError) -> Option<Self> {
        let prefix = Prefix::<16>::of(format_args!("{error}"));
        let text = prefix.text();
        let (number, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let rest = match error.code() {
            Some(state) => rest.strip_prefix(" (")?.strip_prefix(&*state)?.strip_prefix(')')?,
            None => rest,
        };
        // Anything else may begin with a value.
        let is_number = rest.starts_with(": ") && number.parse::<u16>().is_ok();
        let mut status = Self::default();
        let is_kept = is_number && number.bytes().all(|byte| status.push(byte));
        is_kept.then_some(status)
    }

    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or("")
    }

    fn push(&mut self, byte: u8) -> bool {
        let Some(place) = self.bytes.get_mut(usize::from(self.len)) else { return false };
        *place = byte;
        self.len += 1;
        true
    }
}
