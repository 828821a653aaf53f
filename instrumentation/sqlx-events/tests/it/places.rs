//! The database that the statements of a layer go to.

use kymo_sqlx_events::{EventSettings, System};
use kymo_testing::Snapshot;

use crate::common::{Bed, statement};

fn recorded(settings: &EventSettings) -> Snapshot {
    Bed::new().recorded_with(settings, || statement("DELETE FROM books", 0, 0.1))
}

#[test]
fn an_event_tells_no_database() {
    let metrics = recorded(&EventSettings::new());
    let duration = metrics.histogram("db.client.operation.duration");
    let duration = duration.with("db.query.summary", "DELETE books");
    assert_eq!(duration.with("db.system.name", "other_sql").exactly().count(), 1);
}

#[test]
fn the_program_names_it_as_a_measured_pool_would() {
    let settings = EventSettings::new().system(System::Postgresql).namespace("shop");
    for (port, shown) in [(5432, None), (5433, Some(5433))] {
        let metrics = recorded(&settings.clone().server("db.example", port));
        let duration = metrics.histogram("db.client.operation.duration");
        let mut duration = duration
            .with("db.query.summary", "DELETE books")
            .with("db.system.name", "postgresql")
            .with("db.namespace", "shop")
            .with("server.address", "db.example");
        if let Some(port) = shown {
            duration = duration.with("server.port", port);
        }
        assert_eq!(duration.exactly().count(), 1, "{port}");
    }
}
