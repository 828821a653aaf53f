fn measure(telemetry: &kymo::Telemetry) {
    telemetry.sqlx("a pool");
    telemetry.sea_orm("a connection");
    telemetry.sqlx_events();
    telemetry.cache("books");
    telemetry.redis("a connection");
    telemetry.http_client();
    telemetry.reqwest();
    telemetry.repository("books");
    telemetry.unit_of_work("reindex");
    telemetry.metrics_recorder();
    telemetry.migrations("a migrator");
    telemetry.pool("orders", "a pool", "what asks it");
    telemetry.live();
    telemetry.tokio_runtime("main", "a runtime");
}

fn main() {}
