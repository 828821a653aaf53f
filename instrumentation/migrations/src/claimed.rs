//! The statements of migrations, told to whoever else sees statements.

use kymo_core::{Claim, Claimed};
use sqlx::Database;

/// Runs, and drops, what is measured as a migration, or as a reading of where they stand: its statements went
/// round nobody.
pub(crate) fn claimed<DB: Database, F>(run: F) -> Claimed<F> {
    match DB::NAME {
        "PostgreSQL" | "MySQL" => Claim::Migration.around(run),
        // SQLite's driver works on a thread of its own, and another one may.
        _ => Claim::Migration.around_carried(run),
    }
}
