//! Repositories, entities and migrations.

use crate::{
    Board, Panel, Unit,
    board::row,
    label, metric,
    query::{average, failed, max, quantile, rate, sum},
};

pub(super) fn board() -> Board {
    Board {
        name: "repositories",
        title: "kymo / Repositories and migrations",
        description: "What methods of repositories do, what becomes of entities, and where the schema stands.",
        subject: metric::REPOSITORY,
        rows: vec![row("Repositories", repositories()), row("Migrations", migrations())],
    }
}

fn repositories() -> Vec<Panel> {
    let method = &[label::REPOSITORY, label::REPOSITORY_METHOD];
    let failing = rate(failed(metric::REPOSITORY));
    vec![
        Panel::stack("Calls", Unit::PerSecond, "Per second, by method.")
            .ask(rate(metric::REPOSITORY), method),
        Panel::lines("95 % of calls within", Unit::Seconds, "With the wait for a connection.")
            .ask(quantile(0.95, metric::REPOSITORY), method),
        Panel::lines(
            "Errors",
            Unit::PerSecond,
            "Calls that failed, per second, by the program's name for it.",
        )
        .ask(failing, &[label::REPOSITORY, label::REPOSITORY_METHOD, label::ERROR]),
        Panel::lines("Entities", Unit::PerSecond, "Inserted, updated and deleted, and committed.")
            .ask(rate(metric::CHANGES), &[label::ENTITY, label::ENTITY_OPERATION]),
    ]
}

fn migrations() -> Vec<Panel> {
    vec![
        Panel::lines("Migrations by state", Unit::Count, "As the database last said. Pending ones are the program's that it has not; unknown ones it has, and the program not.")
            .ask(max(metric::MIGRATIONS), &[label::POOL, label::MIGRATION_STATE]),
        Panel::lines("Version of the schema", Unit::Count, "The highest that was applied.")
            .ask(max(metric::MIGRATION_VERSION), &[label::POOL]),
        Panel::lines("Last run of each", Unit::Seconds, "How long the last attempt at a migration took.")
            .ask(max(metric::MIGRATION_LAST), &[label::MIGRATION_VERSION, label::DIRECTION, label::ERROR]),
        Panel::lines("Runs", Unit::PerSecond, "Of the migrator, and migrations that it began; with why they failed.")
            .ask_named("run", rate(metric::MIGRATION_RUN), &[label::POOL, label::ERROR])
            .ask_named("migration", rate(metric::MIGRATION), &[label::POOL, label::ERROR]),
        Panel::lines("Under way", Unit::Count, "Migrations that have not ended.")
            .ask(sum(metric::MIGRATION_RUNNING), &[label::POOL]),
        Panel::lines("Wait for other programs", Unit::Seconds, "Until they had finished migrating, on average.")
            .ask(average(metric::MIGRATION_LOCK), &[label::POOL]),
        Panel::lines("Unreadable", Unit::PerSecond, "How often the database did not tell how the schema stands.")
            .ask(rate(metric::MIGRATION_READ_ERRORS), &[label::POOL]),
    ]
}
