//! The state of migrations that are watched, for the program to ask.

use std::{fmt, sync::Arc};

use crate::{counts::MigrationCounts, watch::Watch};

/// How the migrations of one database stand, as it last said.
///
/// Clones are the same. The watching goes on without one.
#[derive(Clone)]
pub struct MigrationStatus(Arc<Watch>);

impl MigrationStatus {
    pub(crate) fn new(watch: Arc<Watch>) -> Self {
        Self(watch)
    }

    /// How many migrations are in each state; `None` if the last reading failed, or is older than it
    /// may be.
    pub fn counts(&self) -> Option<MigrationCounts> {
        self.0.counts()
    }

    /// Whether the database had everything this program needs when it last answered: nothing pending,
    /// nothing half done. Not before the first answer.
    ///
    /// For a readiness probe. A database that does not answer changes nothing: whether it does is
    /// another question, and one that takes all instances of a service down at the same time.
    ///
    /// ```
    /// # fn run(status: &kymo_migrations::MigrationStatus) -> u16 {
    /// if status.is_ready() { 200 } else { 503 }
    /// # }
    /// ```
    pub fn is_ready(&self) -> bool {
        self.0.is_ready()
    }

    /// Reads now, and returns when that is over, well or not. With a database that does not answer,
    /// that is after the time-out of readings; with a pool that is closed, at once.
    ///
    /// For programs that end after they have migrated: what they push then is how it stands. It needs
    /// the runtime that the watching began in to be running.
    pub async fn refresh(&self) {
        self.0.refresh().await;
    }
}

impl fmt::Debug for MigrationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MigrationStatus").field(&self.counts()).finish()
    }
}
