use kymo::Telemetry;

fn main() {
    let _ = Telemetry::for_service("bookshop").prometheus().process().install();
    let _ = Telemetry::for_service("bookshop").otlp().install();
    let _ = Telemetry::for_service("bookshop").config_file("otel.yaml").install();
    let _ = Telemetry::for_service("bookshop").detect_host().install();
}
