//! A schema that is not what the program needs.

use crate::{
    Alert, Case, Severity,
    alert::Value,
    label, metric,
    query::{increase, max, of, rate},
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![pending(), broken(), unreadable()]
}

const BOOKS: (&str, &str) = (label::POOL, "books");

fn state(state: &'static str, values: &'static str) -> Case {
    let series = of(metric::MIGRATIONS).is(label::POOL, "books").is(label::MIGRATION_STATE, state);
    Case::default().with(series, values)
}

fn pending() -> Alert {
    let condition = max(of(metric::MIGRATIONS).is(label::MIGRATION_STATE, "pending"));
    Alert {
        name: "MigrationsPending",
        severity: Severity::Page,
        groups: &[label::JOB],
        condition: condition.by(&[label::POOL]).above(0.0),
        patience: 10,
        value: Value::Count,
        summary: "{1} lacks {value} migrations that {job} needs",
        description: "It has been so for ten minutes: what a deploy should have run has not been run.",
        keys: &[label::POOL],
        meaning: "A program runs that has migrations which its database has not. Whatever needs them fails.",
        first: max(metric::MIGRATIONS).by(&[label::POOL, label::MIGRATION_STATE]),
        remedy: "See whether the job that migrates ran, and how it ended: \"Runs\" on the board of repositories and \
                 migrations, and its log. One that is under way for long waits for a lock: \"Wait for other \
                 programs\". Then run it, or take the deploy back.",
        fires: state("pending", "0x20 2x100").reads("2", &[BOOKS]),
        quiet: state("pending", "0x54 2x60"),
    }
}

fn broken() -> Alert {
    let condition = max(of(metric::MIGRATIONS).matches(label::MIGRATION_STATE, "failed|mismatch"));
    Alert {
        name: "MigrationsBroken",
        severity: Severity::Ticket,
        groups: &[label::JOB],
        condition: condition.by(&[label::POOL, label::MIGRATION_STATE]).above(0.0),
        patience: 2,
        value: Value::Count,
        summary: "{value} migrations of {job} in {1} are in the state {2}",
        description: "No later one is run until somebody has mended it.",
        keys: &[label::POOL, label::MIGRATION_STATE],
        meaning: "A migration was left half done (`failed`), or edited after it was applied (`mismatch`).",
        first: max(metric::MIGRATION_LAST).by(&[
            label::POOL,
            label::MIGRATION_VERSION,
            label::ERROR,
        ]),
        remedy: "Of one that failed, finish or undo by hand what it has done, and correct its row in the table of \
                 migrations. Of one that was edited, bring the file back as it was, and put the change into a new one.",
        fires: state("failed", "1x120").reads("1", &[BOOKS, (label::MIGRATION_STATE, "failed")]),
        quiet: state("unknown", "1x120"),
    }
}

fn unreadable() -> Alert {
    let series = || of(metric::MIGRATION_READ_ERRORS).is(label::POOL, "books");
    Alert {
        name: "MigrationsUnreadable",
        severity: Severity::Note,
        groups: &[label::JOB],
        condition: increase(metric::MIGRATION_READ_ERRORS).by(&[label::POOL]).during(15).above(2.0),
        patience: 5,
        value: Value::Count,
        summary: "{job} cannot read how the schema of {1} stands",
        description: "{value} readings failed in 15 minutes. As long as that is so, the states of migrations are not shown.",
        keys: &[label::POOL],
        meaning: "The background task that reads the table of migrations gets errors, or no answer.",
        first: rate(metric::MIGRATION_READ_ERRORS).by(&[label::POOL]),
        remedy: "If the database is down, that is it. Otherwise the role of the service may lack the right to read the \
                 table of migrations.",
        fires: Case::default().with(series(), "0+1x120").reads("15", &[BOOKS]),
        quiet: Case::default().with(series(), "9x120"),
    }
}
