//! What the description says of a layer that hears nothing.

use kymo::testing::TestTelemetry;
use tracing_subscriber::{filter::LevelFilter, prelude::*};

#[test]
fn the_description_shows_what_keeps_the_events_of_sqlx_away() {
    let telemetry = TestTelemetry::new();
    assert_eq!(telemetry.describe().warnings(), Vec::<String>::new(), "nobody asked for them");
    let layer = telemetry.sqlx_events();
    let told = telemetry.describe().to_string();
    assert!(told.contains("`sqlx::query=debug`"), "no subscriber has it: {told}");
    {
        let _heard = tracing_subscriber::registry().with(layer).set_default();
        assert_eq!(telemetry.describe().warnings(), Vec::<String>::new());
        assert!(!telemetry.describe().to_string().contains("sqlx::query"));
    }
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO);
    let _deaf = subscriber.with(telemetry.sqlx_events()).set_default();
    assert_eq!(telemetry.describe().warnings().len(), 1);
    let told = telemetry.describe().to_string();
    assert!(told.contains(".with_filter(…)"), "{told}");
}
