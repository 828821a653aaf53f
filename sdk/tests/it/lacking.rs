//! What the environment, or the program, asks of a program that was built without it.

use kymo::Telemetry;

use crate::log;

#[test]
fn an_exporter_that_is_lacking_is_reported_with_the_feature_that_brings_it() {
    for exporter in ["otlp", "console"] {
        let variables = [("OTEL_METRICS_EXPORTER", exporter)];
        let builder = Telemetry::for_service("shop").environment(variables);
        let (telemetry, log) = log::of(|| builder.build().unwrap());
        let ignored = telemetry.describe().ignored().join(" ");
        assert!(ignored.contains("OTEL_METRICS_EXPORTER asks for"), "{exporter}: {ignored}");
        assert!(log.contains("build it with kymo's feature `otlp`"), "{exporter}: {log}");
    }
}
