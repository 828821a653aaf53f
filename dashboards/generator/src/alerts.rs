//! The alerts there are.

mod caches;
mod http;
mod itself;
mod migrations;
pub(crate) mod objective;
mod process;
mod sql;

use crate::Alert;

/// All alerts, in groups of one subject.
pub fn alerts() -> Vec<(&'static str, Vec<Alert>)> {
    vec![
        ("kymo-objective", objective::alerts()),
        ("kymo-http", http::alerts()),
        ("kymo-sql", sql::alerts()),
        ("kymo-caches", caches::alerts()),
        ("kymo-migrations", migrations::alerts()),
        ("kymo-process", process::alerts()),
        ("kymo-itself", itself::alerts()),
    ]
}
