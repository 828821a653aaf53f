//! The series of a statement, kept with it.

use std::{
    hash::{Hash, Hasher},
    sync::{Arc, OnceLock},
};

use kymo_core::SeriesHint;

use crate::recording::series::OperationSeries;

/// Keeps the series of one database's successes, and where that of its changes is, so that they are found without a
/// look-up.
///
/// It says nothing of the statement: any two are the same.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    successes: OnceLock<Arc<OperationSeries>>,
    pub(crate) changes: SeriesHint,
}

impl Kept {
    pub(crate) fn get(&self) -> Option<&OperationSeries> {
        self.successes.get().map(Arc::as_ref)
    }

    /// Keeps `series`, unless there is one.
    pub(crate) fn keep(&self, series: &Arc<OperationSeries>) {
        self.successes.get_or_init(|| Arc::clone(series));
    }
}

impl PartialEq for Kept {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Kept {}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, _state: &mut H) {}
}
