fn measure(telemetry: &kymo::Telemetry) {
    telemetry.sqlx("a pool");
    telemetry.cache("books");
}

fn main() {}
