//! The answers of the database.

use sqlx::{ColumnIndex, Database};

use super::{Null, nothing::Nothing};

/// A row without a column.
pub struct Row;

/// How many rows were changed; shown as SQLite's driver shows it.
#[derive(Debug, Default)]
pub struct Changed {
    pub changes: u64,
    pub last_insert_rowid: i64,
}

impl sqlx::Row for Row {
    type Database = Null;

    fn columns(&self) -> &[Nothing] {
        &[]
    }

    fn try_get_raw<I>(&self, index: I) -> sqlx::Result<<Null as Database>::ValueRef<'_>>
    where
        I: ColumnIndex<Self>,
    {
        let index = index.index(self)?;
        Err(sqlx::Error::ColumnIndexOutOfBounds { index, len: 0 })
    }
}

impl Extend<Self> for Changed {
    fn extend<T: IntoIterator<Item = Self>>(&mut self, others: T) {
        for other in others {
            self.changes += other.changes;
            self.last_insert_rowid = other.last_insert_rowid;
        }
    }
}
