//! The sums of histograms.

use kymo_exposition::{Format, Scheme, Source, Writer};
use opentelemetry::KeyValue;

use super::scrape::{Rig, lines};

#[test]
fn a_sum_that_may_fall_is_left_out_where_it_would_be_a_counter() {
    let rig = Rig::bare();
    let meter = rig.meter();
    let below = meter.f64_histogram("below").with_boundaries(vec![-1.0, 0.0, 1.0]).build();
    below.record(5.0, &[]);
    let above = meter.f64_histogram("above").with_boundaries(vec![1.0]).build();
    above.record(5.0, &[]);
    let without = meter.f64_histogram("without").with_boundaries(vec![]).build();
    without.record(0.0, &[]);
    let sums = || {
        let samples = rig.families().into_values().flat_map(|family| family.samples);
        let sums = samples.filter(|sample| sample.name.ends_with("_sum"));
        sums.map(|sample| sample.name).collect::<Vec<_>>()
    };
    assert_eq!(sums(), ["above_sum", "without_sum"]);
    above.record(-0.5, &[]);
    assert_eq!(sums(), ["without_sum"]);
    without.record(-0.5, &[]);
    // What was below zero stays known, whatever the sum has become.
    above.record(100.0, &[]);
    assert_eq!(sums(), [""; 0]);
    let text = rig.text();
    assert!(text.contains("above_bucket{le=\"1\"} 1\n"), "{text}");
    assert!(text.contains("above_count 3\n"), "{text}");
    // A registry has a sum for every histogram.
    let registry = rig.registry_text();
    assert_eq!(registry.matches("_sum NaN\n").count(), 3, "{registry}");
    let composite = composite(&rig);
    for line in ["above {count:3,sum:104.5,", "below {count:1,sum:5,", "without {count:2,sum:-0.5,"]
    {
        assert!(composite.contains(line), "{composite}");
    }
}

/// A document in a format in which no sum is a counter.
fn composite(rig: &Rig) -> String {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, Format::OpenMetrics200, Scheme::Underscores);
    rig.bridge.collect(&mut writer);
    writer.finish();
    String::from_utf8(out).unwrap()
}

#[test]
fn histograms_that_are_added_have_a_sum_that_may_fall_if_one_of_them_has() {
    let rig = Rig::bare();
    let histogram = rig.meter().f64_histogram("h").with_boundaries(vec![1.0]).build();
    histogram.record(-5.0, &[]);
    histogram.record(9.0, &[KeyValue::new("x", "")]);
    let expected = ["h_bucket{le=+Inf} 2", "h_bucket{le=1} 1", "h_count{} 2"];
    assert_eq!(lines(&rig.families()["h"]), expected);
    let composite = composite(&rig);
    assert!(composite.contains("h {count:2,sum:4,"), "{composite}");
}
