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
    /// Left half done, as only a database without transactions for its schema leaves them, MySQL: or
    /// still being run there by another program.
    pub failed: u64,
    /// Applied, and edited in the program since then.
    pub mismatch: u64,
    /// The database has them and the program has not: a newer program was here.
    pub unknown: u64,
    /// The highest version that was applied without failing, known to the program or not.
    pub latest_version: Option<i64>,
}

/// The rows of the table of migrations.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) all: Vec<AppliedMigration>,
    pub(crate) failed: HashSet<i64>,
}

impl MigrationCounts {
    /// Whether the database is as this program needs it: nothing pending, nothing half done.
    ///
    /// A migration that a newer program applied does not count against it, since the older one goes on
    /// while it is replaced; nor does one that was edited, which was applied all the same.
    pub fn is_ready(&self) -> bool {
        self.pending == 0 && self.failed == 0
    }

    /// Compares `recorded` with the migrations of `migrator`.
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use sqlx::{
        AssertSqlSafe, SqlSafeStr,
        migrate::{Migration, MigrationType},
    };

    use super::*;

    /// The text of a file, of which there are three.
    fn migration(version: i64, text: u8, kind: MigrationType) -> Migration {
        let sql = AssertSqlSafe(format!("SELECT {text}")).into_sql_str();
        Migration::new(version, "one".into(), kind, sql, false)
    }

    fn program(files: &[(i64, u8, bool)]) -> Migrator {
        let migrations = files.iter().flat_map(|(version, text, is_reversible)| {
            let up = migration(*version, *text, MigrationType::ReversibleUp);
            let down = migration(*version, 9, MigrationType::ReversibleDown);
            [Some(up), is_reversible.then_some(down)].into_iter().flatten()
        });
        Migrator::with_migrations(migrations.collect())
    }

    fn recorded(rows: &[(i64, u8, bool)]) -> Recorded {
        let all = rows.iter().map(|(version, text, _)| AppliedMigration {
            version: *version,
            checksum: migration(*version, *text, MigrationType::Simple).checksum,
        });
        let failed = rows.iter().filter(|(_, _, success)| !success).map(|(version, _, _)| *version);
        Recorded { all: all.collect(), failed: failed.collect() }
    }

    /// Each version once.
    fn rows() -> impl Strategy<Value = Vec<(i64, u8, bool)>> {
        let row = (0_u8..2, proptest::bool::weighted(0.8));
        proptest::collection::btree_map(1_i64..9, row, 0..8).prop_map(|rows| {
            rows.into_iter().map(|(version, (text, ok))| (version, text, ok)).collect()
        })
    }

    proptest! {
        #[test]
        fn every_version_is_in_the_one_state_that_it_is_in(files in rows(), rows in rows()) {
            let counts = MigrationCounts::of(&program(&files), &recorded(&rows), false);
            let mut wanted = MigrationCounts::default();
            let versions: BTreeSet<i64> =
                files.iter().chain(&rows).map(|(version, _, _)| *version).collect();
            for version in &versions {
                let file = files.iter().find(|file| file.0 == *version);
                let row = rows.iter().find(|row| row.0 == *version);
                match (file, row) {
                    (_, Some((_, _, false))) => wanted.failed += 1,
                    (Some(file), Some(row)) if file.1 == row.1 => wanted.applied += 1,
                    (Some(_), Some(_)) => wanted.mismatch += 1,
                    (Some(_), None) => wanted.pending += 1,
                    (None, _) => wanted.unknown += 1,
                }
            }
            wanted.latest_version = rows.iter().filter(|row| row.2).map(|row| row.0).max();
            prop_assert_eq!(counts, wanted);
            let sum: u64 = counts.states().iter().map(|(_, count)| count).sum();
            prop_assert_eq!(sum, u64::try_from(versions.len()).unwrap());
            prop_assert_eq!(counts.is_ready(), wanted.pending + wanted.failed == 0);
        }

        #[test]
        fn what_is_half_done_while_this_process_migrates_is_pending_and_no_other_is(
            files in rows(),
            rows in rows(),
        ) {
            let (program, recorded) = (program(&files), recorded(&rows));
            let still = MigrationCounts::of(&program, &recorded, false);
            let meanwhile = MigrationCounts::of(&program, &recorded, true);
            let is_known = |version| files.iter().any(|file| file.0 == version);
            let half_done = rows.iter().filter(|row| !row.2 && is_known(row.0)).count();
            let half_done = u64::try_from(half_done).unwrap();
            let wanted = MigrationCounts {
                pending: still.pending + half_done,
                failed: still.failed - half_done,
                ..still
            };
            prop_assert_eq!(meanwhile, wanted);
        }
    }
}
