//! How many rows a statement changed, whichever driver says so.

use std::fmt::{self, Debug, Write};

use sqlx::Database;

use crate::database::{prefix::Prefix, shown};

/// Reads the number out of a driver's result; `None` if it is not there.
pub(crate) type ReadRows<DB> = fn(&<DB as Database>::QueryResult) -> Option<u64>;

/// The number that `result` shows as `rows_affected`, or as `changes`, which is SQLite's word for it.
pub(crate) fn read<R: Debug>(result: &R) -> Option<u64> {
    let mut first = FirstField { bytes: [0; 64], len: 0 };
    // With every driver it is the first: the others need not even be formatted.
    let _ = write!(first, "{result:?}");
    first.rows().or_else(|| {
        let prefix = Prefix::<128>::of(format_args!("{result:?}"));
        NAMES.iter().find_map(|name| shown::number(prefix.text(), name))
    })
}

const NAMES: [&str; 2] = ["rows_affected", "changes"];

/// Keeps what is shown of a struct until its first field ends, if that is short.
struct FirstField {
    bytes: [u8; 64],
    len: usize,
}

impl FirstField {
    /// The number, if this is the field that is looked for.
    fn rows(&self) -> Option<u64> {
        let bytes = self.bytes.get(..self.len)?;
        let (_struct, fields) = bytes.split_at(bytes.iter().position(|byte| *byte == b'{')?);
        let (label, value) = fields.split_at(fields.iter().position(|byte| *byte == b':')?);
        let label = label[1..].trim_ascii();
        let value = value[1..].trim_ascii().split(u8::is_ascii_whitespace).next()?;
        let is_named = NAMES.iter().any(|name| name.as_bytes() == label);
        str::from_utf8(value).ok().filter(|_| is_named)?.parse().ok()
    }
}

impl Write for FirstField {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.starts_with(',') {
            return Err(fmt::Error);
        }
        let place = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{
        any::AnyQueryResult, mysql::MySqlQueryResult, postgres::PgQueryResult,
        sqlite::SqliteQueryResult,
    };

    use super::*;

    #[test]
    fn every_driver_shows_the_rows() {
        assert_eq!(read(&PgQueryResult::default()), Some(0));
        assert_eq!(read(&MySqlQueryResult::default()), Some(0));
        assert_eq!(read(&SqliteQueryResult::default()), Some(0));
        assert_eq!(read(&AnyQueryResult::default()), Some(0));
    }

    #[test]
    fn the_number_is_read_to_its_end_and_nothing_else_is() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "only shown")]
        struct Result {
            rows_affected: u64,
            last_insert_id: u64,
        }
        let many = Result { rows_affected: u64::MAX, last_insert_id: 7 };
        assert_eq!(read(&many), Some(u64::MAX));
        assert_eq!(read(&"no rows_affected: here"), None);
        assert_eq!(read(&()), None);
    }

    #[test]
    fn the_number_may_come_late_and_is_not_looked_for_inside_other_values() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "only shown")]
        struct Late {
            id: Option<u64>,
            status: (&'static str, SqliteQueryResult),
            changes: u64,
        }
        let status = ("changes: 8", SqliteQueryResult::default());
        assert_eq!(read(&Late { id: Some(7), status, changes: 9 }), Some(9));
    }

    #[test]
    fn a_number_that_is_cut_off_is_no_number() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "only shown")]
        struct Long {
            text: String,
            changes: u64,
        }
        let seen: Vec<_> = (60..120)
            .filter_map(|len| read(&Long { text: "x".repeat(len), changes: 123_456_789 }))
            .collect();
        assert!(!seen.is_empty() && seen.iter().all(|rows| *rows == 123_456_789), "{seen:?}");
    }
}
