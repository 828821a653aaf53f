//! How many rows a statement changed, whichever driver says so.

use std::fmt::{self, Debug, Write};

use sqlx::Database;

use crate::database::{prefix::Prefix, shown};

/// Reads the number out of a driver's result; `None` if it is not there.
pub(crate) type ReadRows<DB> = fn(&<DB as Database>::QueryResult) -> Option<u64>;

/// The number that `result` shows as `rows_affected`, or as `changes`, which is SQLite's word for it.
pub(crate) fn read<R: Debug>(result: &R) -> Option<u64> {
    let mut first = FirstField::Before;
    // With every driver it is the first: the others need not even be formatted.
    let _ = write!(first, "{result:?}");
    match first {
        FirstField::Read(rows) => Some(rows),
        _ => search(result),
    }
}

/// As [`read`], where it is shown in another way, or later.
#[inline(never)]
fn search(result: &dyn Debug) -> Option<u64> {
    let prefix = Prefix::<128>::of(format_args!("{result:?}"));
    NAMES.iter().find_map(|name| shown::number(prefix.text(), name))
}

const NAMES: [&str; 2] = ["rows_affected", "changes"];

/// How much of a struct was shown, until its first field has ended: piece by piece, as those do that are derived.
#[derive(Clone, Copy)]
enum FirstField {
    Before,
    Opened,
    Named,
    /// Its value comes next.
    Told,
    /// Its value, unless more of it comes.
    Shown(u64),
    Read(u64),
}

impl Write for FirstField {
    /// An error where nothing else is looked for.
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        *self = match *self {
            Self::Before if piece == " { " => Self::Opened,
            Self::Before => Self::Before,
            Self::Opened if NAMES.contains(&piece) => Self::Named,
            Self::Named if piece == ": " => Self::Told,
            Self::Told => Self::Shown(piece.parse().map_err(|_| fmt::Error)?),
            Self::Shown(rows) if piece.starts_with([',', ' ']) => {
                *self = Self::Read(rows);
                return Err(fmt::Error);
            }
            Self::Opened | Self::Named | Self::Shown(_) | Self::Read(_) => {
                *self = Self::Before;
                return Err(fmt::Error);
            }
        };
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
    fn a_number_that_is_shown_in_pieces_or_with_a_sign_is_none_of_its_pieces() {
        struct Pieces(&'static [&'static str]);
        impl Debug for Pieces {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|piece| f.write_str(piece))
            }
        }
        let read = |value: &'static [&'static str]| read(&Pieces(value));
        assert_eq!(read(&["R", " { ", "changes", ": ", "12", " }"]), Some(12));
        assert_eq!(read(&["R", " { ", "changes", ": ", "12", ", ", "id", ": ", "3"]), Some(12));
        assert_eq!(read(&["R", " { ", "changes", ": ", "12", "34", " }"]), Some(1234));
        assert_eq!(read(&["R", " { changes: 12 }"]), Some(12));
        assert_eq!(read(&["R", " { ", "changes", ": ", "-", "12", " }"]), None);
        assert_eq!(read(&["R", " { ", "exchanges", ": ", "12", " }"]), None);
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
