use kymo::Telemetry;

fn main() {
    let _ = Telemetry::for_service("bookshop").prometheus().process().install();
    let _ = Telemetry::for_service("bookshop").otlp().install();
}
