//! Collectors of others that misbehave.

use prometheus::IntGauge;
use std::collections::HashMap;

use prometheus::{
    core::{Collector, Desc},
    proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType},
};

use super::scrape::{Rig, lines};

#[test]
fn a_panicking_collector_that_is_guarded_loses_only_its_own_families() {
    let rig = rig();
    rig.bridge.register(Box::new(Faulty::new("faulty", || panic!("no luck")))).unwrap();
    rig.bridge.register(Box::new(IntGauge::new("depth", "D.").unwrap())).unwrap();
    assert_eq!(names(&rig), ["depth", "orders_total"]);
    assert_eq!(rig.bridge.registry().gather().len(), 2);
    let losses = rig.bridge.losses();
    assert_eq!((losses[0].family.as_str(), losses[0].times), ("faulty", 2));
    assert!(losses[0].cause.to_string().starts_with("its collector panicked"));
}

#[test]
fn a_panicking_collector_that_is_not_guarded_leaves_opentelemetry_s_families() {
    let rig = rig();
    let faulty = Faulty::new("faulty", || panic!("no luck"));
    rig.bridge.registry().register(Box::new(faulty)).unwrap();
    assert_eq!(names(&rig), ["orders_total"]);
    assert_eq!(names(&rig), ["orders_total"]);
    assert_eq!(rig.losses(), [(String::new(), "RegistryPanicked".into())]);
}

#[test]
fn a_panicking_callback_leaves_the_other_collectors() {
    let rig = rig();
    rig.bridge.register(Box::new(IntGauge::new("depth", "D.").unwrap())).unwrap();
    let meter = rig.meter();
    let observable = meter.u64_observable_gauge("bad").with_callback(|_| panic!("no luck"));
    observable.build();
    assert_eq!(names(&rig), ["depth"]);
    assert_eq!(names(&rig), ["depth"]);
    assert_eq!(rig.losses(), [(String::new(), "CallbackPanicked".into())]);
}

#[test]
fn a_family_with_an_illegal_name_is_dropped_and_reported() {
    for name in ["not legal", "9", "é"] {
        let rig = with(move || vec![family(name, MetricType::COUNTER, vec![counter(&[], 1.0)])]);
        assert_eq!(names(&rig), ["orders_total"]);
        assert_eq!(rig.losses(), [(name.into(), "IllegalName".into())]);
    }
}

#[test]
fn an_untyped_family_is_dropped_and_reported() {
    let rig = with(|| vec![family("a", MetricType::UNTYPED, vec![counter(&[], 1.0)])]);
    assert_eq!(names(&rig), ["orders_total"]);
    assert_eq!(rig.losses(), [("a".into(), "UnreadableType".into())]);
}

#[test]
fn a_value_of_another_type_costs_its_series() {
    let rig = with(|| {
        let mut gauge = Metric::from_label(vec![label("x", "2")]);
        let mut five = Gauge::default();
        five.set_value(5.0);
        gauge.set_gauge(five);
        vec![family("a", MetricType::COUNTER, vec![counter(&[("x", "1")], 1.0), gauge])]
    });
    assert_eq!(lines(&rig.families()["a"]), ["a{x=1} 1"]);
    assert_eq!(rig.losses(), [("a".into(), "MalformedSeries".into())]);
}

#[test]
fn labels_that_cannot_be_written_cost_their_series() {
    let bad: [&'static [(&str, &str)]; 4] =
        [&[("1st", "x")], &[("a:b", "x")], &[("", "x")], &[("x", "1"), ("x", "2")]];
    for bad in bad {
        let rig = with(move || {
            vec![family("a", MetricType::COUNTER, vec![counter(bad, 1.0), counter(&[], 2.0)])]
        });
        assert_eq!(lines(&rig.families()["a"]), ["a{} 2"], "{bad:?}");
        assert_eq!(rig.losses(), [("a".into(), "MalformedSeries".into())]);
    }
}

#[test]
fn buckets_that_do_not_add_up_cost_their_series() {
    let bad: [(&'static [(f64, u64)], u64); 5] = [
        (&[(1.0, 5), (2.0, 3)], 9),
        (&[(2.0, 1), (1.0, 2)], 9),
        (&[(1.0, 5)], 4),
        (&[(f64::NAN, 1)], 4),
        (&[(1.0, 1), (1.0, 2)], 2),
    ];
    for (buckets, count) in bad {
        let rig = with(move || {
            let good = histogram("good", &[(1.0, 1), (f64::INFINITY, 3)], 3);
            vec![family("a", MetricType::HISTOGRAM, vec![histogram("bad", buckets, count), good])]
        });
        let expected = ["a_bucket{le=+Inf,x=good} 3", "a_bucket{le=1,x=good} 1"];
        assert_eq!(lines(&rig.families()["a"])[..2], expected, "{buckets:?}");
        assert_eq!(rig.losses(), [("a".into(), "MalformedSeries".into())]);
    }
}

#[test]
fn series_that_a_collector_repeats_are_written_once() {
    let rig = with(|| {
        let metrics = vec![
            counter(&[("x", "1")], 1.0),
            counter(&[("y", "1")], 2.0),
            counter(&[("x", "1")], 3.0),
        ];
        vec![family("a", MetricType::COUNTER, metrics)]
    });
    assert_eq!(lines(&rig.families()["a"]), ["a{x=1} 1", "a{y=1} 2"]);
    assert_eq!(rig.losses(), [("a".into(), "DuplicateSeries".into())]);
}

#[test]
fn a_family_that_two_collectors_share_is_one_group() {
    let rig = rig();
    for (number, name) in [("1", "one"), ("2", "two")] {
        let make =
            move || vec![family("a", MetricType::COUNTER, vec![counter(&[("x", number)], 1.0)])];
        rig.bridge.register(Box::new(Faulty::new(name, make))).unwrap();
    }
    assert_eq!(lines(&rig.families()["a"]), ["a{x=1} 1", "a{x=2} 1"]);
}

struct Faulty {
    desc: Desc,
    make: Box<dyn Fn() -> Vec<MetricFamily> + Send + Sync>,
}

impl Faulty {
    fn new(name: &str, make: impl Fn() -> Vec<MetricFamily> + Send + Sync + 'static) -> Self {
        let desc = Desc::new(name.into(), "Help.".into(), vec![], HashMap::default()).unwrap();
        Faulty { desc, make: Box::new(make) }
    }
}

impl Collector for Faulty {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        (self.make)()
    }
}

fn rig() -> Rig {
    let rig = Rig::bare();
    rig.meter().u64_counter("orders").build().add(1, &[]);
    rig
}

fn with(make: impl Fn() -> Vec<MetricFamily> + Send + Sync + 'static) -> Rig {
    let rig = rig();
    rig.bridge.registry().register(Box::new(Faulty::new("faulty", make))).unwrap();
    rig
}

fn names(rig: &Rig) -> Vec<String> {
    rig.families().into_keys().collect()
}

fn family(name: &str, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.into());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}

fn counter(labels: &[(&str, &str)], value: f64) -> Metric {
    let labels = labels.iter().map(|(name, value)| label(name, value)).collect();
    let mut metric = Metric::from_label(labels);
    let mut counter = Counter::default();
    counter.set_value(value);
    metric.set_counter(counter);
    metric
}

fn histogram(name: &str, buckets: &[(f64, u64)], count: u64) -> Metric {
    let mut histogram = Histogram::default();
    let bucket = |&(bound, count): &(f64, u64)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(bound);
        bucket.set_cumulative_count(count);
        bucket
    };
    histogram.set_bucket(buckets.iter().map(bucket).collect());
    histogram.set_sample_count(count);
    let mut metric = Metric::from_label(vec![label("x", name)]);
    metric.set_histogram(histogram);
    metric
}

fn label(name: &str, value: &str) -> LabelPair {
    let mut pair = LabelPair::default();
    pair.set_name(name.into());
    pair.set_value(value.into());
    pair
}
