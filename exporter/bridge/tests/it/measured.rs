//! What a bridge measures of itself.

use kymo_bridge::metrics;
use opentelemetry::metrics::MeterProvider;

use super::scrape::Rig;

/// A bridge that is measured.
fn measured() -> Rig {
    let rig = Rig::bare();
    rig.bridge.measure(&rig.provider);
    rig.bridge.measure(&rig.provider);
    rig
}

#[test]
fn each_reading_is_timed_and_is_on_the_page_after_it() {
    let rig = measured();
    let family = "otel_sdk_metric_reader_collection_duration_seconds";
    assert!(!rig.text().contains(family), "nothing was read before");
    rig.registry_text();
    let families = rig.families();
    assert_eq!(families[family].kind, "histogram");
    let text = rig.text();
    let count = text.lines().find(|line| line.starts_with(&format!("{family}_count"))).unwrap();
    assert!(count.ends_with(" 3"), "from the bridge and from the registry: {count}");
    let kind = "otel_component_type=\"prometheus_http_text_metric_exporter\"";
    assert!(count.contains(kind) && !count.contains("error_type"), "{count}");
    assert!(
        count.contains("otel_component_name=\"prometheus_http_text_metric_exporter/"),
        "{count}"
    );
}

#[test]
fn losses_are_counted_by_their_cause() {
    let rig = measured();
    rig.meter().u64_counter("jobs").build().add(1, &[]);
    rig.provider.meter("other").u64_counter("jobs").with_description("Jobs.").build().add(1, &[]);
    rig.provider.meter("third").f64_gauge("jobs_total").build().record(1.0, &[]);
    rig.text();
    let text = rig.text();
    let losses: Vec<_> =
        text.lines().filter(|it| it.starts_with("kymo_scrape_losses_total{")).collect();
    let of = |cause: &str| {
        let label = format!("error_type=\"{cause}\"");
        losses
            .iter()
            .find(|line| line.contains(&label))
            .unwrap_or_else(|| panic!("{cause}: {text}"))
    };
    assert!(of("type_conflict").ends_with(" 1"), "what the page before lacked: {losses:?}");
    for loss in rig.bridge.losses() {
        assert!(loss.times >= 1);
    }
    assert_eq!(metrics::LOSSES.name, "kymo.scrape.losses");
}

#[test]
fn nothing_is_measured_of_a_bridge_that_nobody_asked_to() {
    let rig = Rig::bare();
    for _ in 0..2 {
        assert_eq!(rig.text(), "");
    }
}
