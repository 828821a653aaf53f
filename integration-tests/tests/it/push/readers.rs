//! The readers of a configuration file that push, each to a receiver of its own.

use std::{fmt::Write as _, fs, time::Duration};

use integration_tests::{Receiver, otlp::sum};
use kymo::Telemetry;

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn each_receiver_of_a_file_gets_everything() {
    let receivers = [Receiver::start(), Receiver::start(), Receiver::start()];
    let mut yaml = "file_format: \"1.1\"\nmeter_provider:\n  readers:\n".to_owned();
    for (receiver, exporter) in receivers.iter().zip(["otlp_http", "otlp_grpc", "otlp_http"]) {
        let path = if exporter == "otlp_http" { "/v1/metrics" } else { "" };
        let endpoint = format!("{{endpoint: \"{}{path}\"}}", receiver.url());
        writeln!(yaml, "  - periodic: {{interval: 3600000, exporter: {{{exporter}: {endpoint}}}}}")
            .unwrap();
    }
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(&file, yaml).unwrap();
    let variables: [(&str, &str); 0] = [];
    let telemetry = Telemetry::for_service("shop").environment(variables);
    let telemetry = telemetry.config_file(file.path()).build().unwrap();
    let sold = telemetry.meter("shop").u64_counter("sold").build();
    for total in [3.0, 6.0] {
        sold.add(3, &[]);
        telemetry.flush(PATIENCE).await.unwrap();
        for receiver in &receivers {
            let points = integration_tests::otlp::latest(receiver.points());
            assert!((sum(&points, "sold", &[]) - total).abs() < f64::EPSILON, "{points:?}");
        }
    }
}
