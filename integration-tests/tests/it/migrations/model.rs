//! Where a schema stands, worked out in the plainest way.

use std::collections::BTreeSet;

use sqlx::migrate::Migrator;

use super::{metrics_read::Standing, outside_view::Row};

/// Says how each version stands that the program or the database has.
pub(crate) fn standing(program: &Migrator, database: &[Row]) -> Standing {
    let upwards =
        || program.iter().filter(|migration| !migration.migration_type.is_down_migration());
    let mut versions: BTreeSet<i64> = upwards().map(|migration| migration.version).collect();
    versions.extend(database.iter().map(|row| row.version));
    let mut standing = [0; 6];
    for version in versions {
        let ours = upwards().find(|migration| migration.version == version);
        let theirs = database.iter().find(|row| row.version == version);
        let state = match (ours, theirs) {
            (_, Some(row)) if !row.success => 2,
            (Some(ours), Some(row)) if *ours.checksum == *row.checksum => 0,
            (Some(_), Some(_)) => 3,
            (Some(_), None) => 1,
            (None, _) => 4,
        };
        standing[state] += 1;
    }
    let done = database.iter().filter(|row| row.success).map(|row| row.version);
    standing[5] = done.max().unwrap_or(0);
    standing
}
