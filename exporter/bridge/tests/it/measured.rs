//! What a bridge measures of itself.

use opentelemetry::metrics::{AsyncInstrument, MeterProvider};

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
    rig.meter().u64_counter("jobs").with_description("Work.").build().add(1, &[]);
    rig.provider.meter("other").u64_counter("jobs").with_description("Jobs.").build().add(1, &[]);
    rig.provider.meter("third").f64_gauge("jobs_total").build().record(1.0, &[]);
    rig.text();
    let text = rig.text();
    let losses = losses(&text);
    assert_eq!(losses.len(), 20, "each cause is there: {losses:?}");
    let counted: Vec<_> = losses.into_iter().filter(|(_, times)| times != "0").collect();
    let expected = [("help_conflict", "1"), ("type_conflict", "1")];
    assert_eq!(counted, expected.map(|(cause, times)| (cause.to_owned(), times.to_owned())));
}

/// The losses on a page by their cause, in order.
fn losses(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter_map(|it| it.strip_prefix("kymo_scrape_losses_total{"));
    let mut losses: Vec<_> = lines
        .map(|line| {
            let (labels, times) = line.rsplit_once("} ").unwrap();
            let cause = labels.strip_prefix("error_type=\"").and_then(|it| it.strip_suffix('"'));
            (cause.unwrap_or_else(|| panic!("{line}")).to_owned(), times.to_owned())
        })
        .collect();
    losses.sort();
    losses
}

#[test]
fn the_first_loss_of_a_cause_is_an_increase() {
    let rig = measured();
    assert!(losses(&rig.text()).contains(&("overflow".to_owned(), "0".to_owned())));
}

#[test]
fn a_reading_that_fails_is_measured_with_the_cause() {
    let (rig, meters) = (Rig::bare(), Rig::bare());
    rig.bridge.measure(&meters.provider);
    let panics = |_: &dyn AsyncInstrument<u64>| panic!("a callback that panics, on purpose");
    rig.meter().u64_observable_counter("broken").with_callback(panics).build();
    for _ in 0..3 {
        rig.text();
    }
    let text = meters.text();
    let family = "otel_sdk_metric_reader_collection_duration_seconds_count";
    let counted = |cause: &str| {
        let label = format!("error_type=\"{cause}\"");
        let line = text.lines().find(|it| it.starts_with(family) && it.contains(&label));
        line.unwrap_or_else(|| panic!("{cause}: {text}")).rsplit_once(' ').unwrap().1.to_owned()
    };
    assert_eq!((counted("panic"), counted("collection")), ("1".to_owned(), "2".to_owned()));
    let losses = losses(&text);
    assert!(losses.contains(&("callback_panicked".to_owned(), "3".to_owned())), "{losses:?}");
}

#[test]
fn nothing_is_measured_of_a_bridge_that_nobody_asked_to() {
    let rig = Rig::bare();
    for _ in 0..2 {
        assert_eq!(rig.text(), "");
    }
}
