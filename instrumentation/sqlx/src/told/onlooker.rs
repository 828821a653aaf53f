//! Whoever sees statements from afar.

use std::{fmt, sync::Arc, time::Duration};

use kymo_core::{OTHER, Outcome, Sighting};

use crate::{
    database::failure::FAILURES,
    recording::{measures::Measures, operation::Reading},
};

/// Records the statements of a database that are seen from afar; made by
/// [`ToldDatabase::onlooker`](crate::told::ToldDatabase::onlooker).
#[derive(Clone)]
pub struct Onlooker(Arc<Measures>);

impl Onlooker {
    pub(crate) fn new(measures: &Arc<Measures>) -> Self {
        Self(Arc::clone(measures))
    }

    /// Records a statement: how long it took and whether it failed, and neither why nor how many rows it returned or
    /// changed.
    ///
    /// Where an event of sqlx tells of it too, whichever comes first is recorded.
    pub fn seen(&self, sql: &str, elapsed: Duration, failed: bool) {
        if !Sighting::Callback.of(sql).is_none_or(|it| it.is_first(elapsed)) {
            return;
        }
        let Self(measures) = self;
        let statement = measures.statement(sql);
        let outcome =
            if failed { Outcome::Failed(FAILURES.bound(OTHER)) } else { Outcome::Success };
        measures.add_past(elapsed);
        measures.record(&Reading {
            summary: measures.summary(&statement, !failed),
            outcome,
            status: None,
            elapsed,
            returned: None,
        });
    }
}

impl fmt::Debug for Onlooker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Onlooker").finish_non_exhaustive()
    }
}
