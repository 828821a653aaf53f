//! How many rows a statement changed, whichever driver says so.

use std::fmt::Debug;

use sqlx::Database;

use crate::{beginning::Beginning, shown};

/// Reads the number out of a driver's result; `None` if it is not there.
pub(crate) type ReadRows<DB> = fn(&<DB as Database>::QueryResult) -> Option<u64>;

/// What `result` shows as `rows_affected`, or as `changes`, which is SQLite's word for it.
pub(crate) fn read<R: Debug>(result: &R) -> Option<u64> {
    // The number is in the first field.
    let beginning = Beginning::<128>::of(format_args!("{result:?}"));
    let text = beginning.text();
    shown::number(text, "rows_affected").or_else(|| shown::number(text, "changes"))
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
}
