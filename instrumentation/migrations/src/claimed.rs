//! The statements of migrations, told to whoever else sees statements.

use std::future::Future;

use kymo_core::{Claim, Claimed};
use sqlx::Database;

/// Runs, and drops, what is measured as a migration, or as a reading of where they stand: its statements went
/// round nobody.
///
/// Not the wait for its connection, in which a pool runs what its hooks say.
pub(crate) fn claimed<DB: Database, F>(run: F) -> Claimed<F> {
    match DB::NAME {
        "PostgreSQL" | "MySQL" => Claim::Migration.around(run),
        // SQLite's driver works on a thread of its own, and another one may.
        _ => Claim::Migration.around_carried(run),
    }
}

/// Waits for the connection of a migrator, which a measured pool may lend without counting it.
pub(crate) fn lent<F: Future>(acquiring: F) -> Claimed<F> {
    Claim::Lending.around(acquiring)
}
