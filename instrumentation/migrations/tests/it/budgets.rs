//! Past a budget, what is counted is counted as `_OTHER`, and that is counted.

use crate::migration_meters::{
    COUNT, DURATION, FOLDED, LAST, MigrationMeters, NAME, RUNS, counted, pool, program,
};

#[tokio::test]
async fn the_65th_database_and_later_ones_are_other() {
    let meters = MigrationMeters::new();
    let pool = pool();
    for name in 0..70 {
        let migrations = meters.metrics.migrations(program([1])).named(&format!("database {name}"));
        migrations.run(&pool).await.unwrap();
        migrations.watch(&pool).refresh().await;
    }
    let runs = meters.by(RUNS, NAME);
    assert_eq!((runs.len(), runs["database 63"], runs["_OTHER"]), (65, 1, 6));
    let counts = meters.by(COUNT, NAME);
    assert_eq!((counts.len(), counts["database 63"], counts["_OTHER"]), (65, 1, 6));
    assert_eq!(meters.by(FOLDED, "kymo.cardinality.attribute")[NAME], 6);
}

#[tokio::test]
async fn the_201st_version_and_later_ones_are_other() {
    let meters = MigrationMeters::new();
    let pool = pool();
    let migrations = meters.metrics.migrations(program(1..=205)).named("books");
    migrations.run(&pool).await.unwrap();
    let version = "kymo.migration.version";
    let last = meters.by(LAST, version);
    assert_eq!((last.len(), last["200"], last["_OTHER"]), (201, 1, 1));
    assert_eq!(meters.by(DURATION, version), counted([("", 205)]), "one series for all of them");
    assert_eq!(meters.by(FOLDED, "kymo.cardinality.attribute")[version], 5);
}
