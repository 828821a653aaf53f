//! Tables for humans.

use std::{
    fmt, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

/// A table for humans, on the page that a listener shows at `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub(crate) title: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns, and no row yet.
    pub fn new<C: Into<String>>(
        title: impl Into<String>,
        columns: impl IntoIterator<Item = C>,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Self { title: title.into(), columns, rows: Vec::new() }
    }

    /// Adds a row, with a cell for each column. What is in it is shown as text, whatever it is.
    pub fn push<C: Into<String>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}

/// The tables that somebody else shows.
#[derive(Default)]
pub(crate) struct Tables(OnceLock<Box<Show>>);

type Show = dyn Fn() -> Vec<Table> + Send + Sync;

impl Tables {
    /// Shows those of `tables`, unless somebody shows others already.
    pub(crate) fn set(&self, tables: impl Fn() -> Vec<Table> + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(tables));
    }

    /// The tables as they are now; none if their maker panics.
    pub(crate) fn get(&self) -> Vec<Table> {
        let Some(show) = self.0.get() else { return Vec::new() };
        catch_unwind(AssertUnwindSafe(show)).unwrap_or_else(|panic| {
            // It may panic again when it is dropped.
            mem::forget(panic);
            Vec::new()
        })
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").finish_non_exhaustive()
    }
}
