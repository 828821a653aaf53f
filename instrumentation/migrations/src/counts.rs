//! Where the migrations of a database stand.

use std::collections::{HashMap, HashSet};

use sqlx::migrate::{AppliedMigration, Migrator};

/// How many migrations are in each state, of the program's and the database's together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MigrationCounts {
    /// Applied, as the program has them.
    pub applied: u64,
    /// The program has them and the database has not.
    pub pending: u64,
    /// Left half done, as only a database without transactions for its schema leaves them: MySQL.
    pub failed: u64,
    /// Applied, and edited in the program since then.
    pub mismatch: u64,
    /// The database has them and the program has not: a newer program was here.
    pub unknown: u64,
    /// The highest version that was applied without failing, known to the program or not.
    pub latest_version: Option<i64>,
}

/// What the table of migrations says.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) all: Vec<AppliedMigration>,
    pub(crate) failed: HashSet<i64>,
}

impl MigrationCounts {
    /// Whether the database is as this program needs it: nothing pending, nothing half done.
    ///
    /// What a newer program applied does not count against it, since the older one goes on while it
    /// is replaced.
    pub fn is_ready(&self) -> bool {
        self.pending == 0 && self.failed == 0
    }

    /// What comes of `recorded` for the migrations of `migrator`.
    ///
    /// MySQL shows a migration that is being run as half done. Where `is_migrating` says that this
    /// process was running some meanwhile, those are pending still: sqlx begins none while another was
    /// left half done.
    pub(crate) fn of(migrator: &Migrator, recorded: &Recorded, is_migrating: bool) -> Self {
        let mut checksums: HashMap<_, _> = migrator
            .iter()
            .filter(|migration| !migration.migration_type.is_down_migration())
            .map(|migration| (migration.version, &migration.checksum))
            .collect();
        let mut counts = Self::default();
        for version in &recorded.failed {
            let is_under_way = is_migrating && checksums.contains_key(version);
            if !is_under_way {
                checksums.remove(version);
                counts.failed += 1;
            }
        }
        let done = recorded.all.iter().filter(|one| !recorded.failed.contains(&one.version));
        for applied in done {
            counts.latest_version = counts.latest_version.max(Some(applied.version));
            match checksums.remove(&applied.version) {
                Some(checksum) if *checksum == applied.checksum => counts.applied += 1,
                Some(_) => counts.mismatch += 1,
                None => counts.unknown += 1,
            }
        }
        counts.pending = checksums.len().try_into().unwrap_or(u64::MAX);
        counts
    }

    /// Of two databases that go by one name.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            applied: self.applied.saturating_add(other.applied),
            pending: self.pending.saturating_add(other.pending),
            failed: self.failed.saturating_add(other.failed),
            mismatch: self.mismatch.saturating_add(other.mismatch),
            unknown: self.unknown.saturating_add(other.unknown),
            latest_version: self.latest_version.max(other.latest_version),
        }
    }

    /// Each state by its name.
    pub(crate) fn states(&self) -> [(&'static str, u64); 5] {
        [
            ("applied", self.applied),
            ("pending", self.pending),
            ("failed", self.failed),
            ("mismatch", self.mismatch),
            ("unknown", self.unknown),
        ]
    }
}
