//! Migrations on real databases: the same results as those of sqlx, and true numbers.

mod book;
mod bookshop;
mod endings;
mod handles;
mod jobs;
mod locks;
mod metrics_read;
mod migrator;
mod model;
mod outages;
mod outside_view;
mod place;
mod programs;
mod runs;
mod runtimes;
mod states;
mod transparency;

use std::time::Duration;

/// More than any of it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two readings of a database.
const INTERVAL: Duration = Duration::from_millis(100);
