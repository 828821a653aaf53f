//! Whatever is done through the facade, kymo and `metrics-exporter-prometheus` show the same numbers.

use kymo::{Telemetry, View};
use metrics::{Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::PrometheusBuilder;
use proptest::prelude::*;

use crate::page;

const BOUNDS: [f64; 4] = [-10.0, 0.0, 10.0, 1000.0];
const METADATA: Metadata<'static> = Metadata::new("differential", Level::INFO, None);

#[derive(Debug, Clone)]
enum Act {
    Increment(u32),
    Absolute(u32),
    Set(i32),
    Up(i32),
    Down(i32),
    Record(i32, usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_u32..100).prop_map(Act::Increment),
        any::<u32>().prop_map(Act::Absolute),
        any::<i32>().prop_map(Act::Set),
        (-1000..1000).prop_map(Act::Up),
        (-1000..1000).prop_map(Act::Down),
        ((-2000..2000), 1_usize..5).prop_map(|(value, times)| Act::Record(value, times)),
    ]
}

/// Labels in any order, with values of any characters but one: the peer takes a backslash before a quote for
/// an escape that somebody wrote, and shows another value than it was given. None is empty, which to Prometheus is
/// no label at all: the peer writes it, and so one series twice.
fn labels() -> impl Strategy<Value = Vec<(u8, String)>> {
    let any = any::<String>().prop_map(|value| format!("{}.", value.replace('\\', "/")));
    let value = prop_oneof![4 => "[ab]", 1 => any, 1 => "[\"\n{}=,]{1,4}"];
    proptest::collection::btree_map(0_u8..3, value, 0..3)
        .prop_map(|labels| labels.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

/// The name of a label: any, or one that means something to Prometheus.
fn label() -> impl Strategy<Value = String> {
    prop_oneof![3 => any::<String>(), 1 => "le|quantile|__name__|job|otel_scope_name|_"]
}

fn run(recorder: &dyn Recorder, name: u8, labels: &[(u8, String)], act: &Act) {
    let labels = labels.iter().map(|(key, value)| Label::new(format!("l{key}"), value.clone()));
    let labels: Vec<_> = labels.collect();
    let key = |kind: &str| Key::from_parts(format!("{kind}_{name}"), labels.clone());
    let counter = || {
        // In the names of kymo, counters end so.
        let key = Key::from_parts(format!("c_{name}_total"), labels.clone());
        recorder.register_counter(&key, &METADATA)
    };
    let gauge = || recorder.register_gauge(&key("g"), &METADATA);
    match *act {
        Act::Increment(by) => counter().increment(u64::from(by)),
        Act::Absolute(value) => counter().absolute(u64::from(value)),
        Act::Set(value) => gauge().set(value),
        Act::Up(by) => gauge().increment(by),
        Act::Down(by) => gauge().decrement(by),
        Act::Record(value, times) => {
            recorder.register_histogram(&key("h"), &METADATA).record_many(value, times);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_numbers_of_both_are_equal(
        acts in proptest::collection::vec((0_u8..3, labels(), act()), 0..60),
    ) {
        let telemetry = Telemetry::for_service("shop").prometheus().without_scope_info();
        let telemetry = telemetry.view("h_*", View::new().buckets(BOUNDS)).build().unwrap();
        let ours = telemetry.metrics_recorder();
        let theirs = PrometheusBuilder::new().set_buckets(&BOUNDS).unwrap().build_recorder();
        for (name, labels, act) in &acts {
            run(&ours, *name, labels, act);
            run(&theirs, *name, labels, act);
        }
        let recorded = |name: &str| ["c_", "g_", "h_"].iter().any(|it| name.starts_with(it));
        // A page has no sum of a histogram that may fall.
        let wanted = |name: &str| recorded(name) && !name.ends_with("_sum");
        let (ours, theirs) = (page::of(&telemetry), theirs.handle().render());
        prop_assert_eq!(page::values(&ours, wanted), page::values(&theirs, wanted));
    }

    /// Histograms of what is not negative, which have a sum.
    #[test]
    fn the_sums_of_both_are_equal(values in proptest::collection::vec((0..1000, 1_usize..5), 0..40)) {
        let telemetry = Telemetry::for_service("shop").prometheus().without_scope_info();
        let telemetry = telemetry.build().unwrap();
        let ours = telemetry.metrics_recorder();
        let theirs = PrometheusBuilder::new().set_buckets(&BOUNDS).unwrap().build_recorder();
        for (value, times) in values {
            run(&ours, 0, &[], &Act::Record(value, times));
            run(&theirs, 0, &[], &Act::Record(value, times));
        }
        let wanted = |name: &str| ["h_0_sum", "h_0_count"].contains(&name);
        let (ours, theirs) = (page::of(&telemetry), theirs.handle().render());
        prop_assert_eq!(page::values(&ours, wanted), page::values(&theirs, wanted));
    }

    /// Names and labels of any characters make a page that a strict reader takes, and nothing is lost.
    #[test]
    fn any_names_and_labels_make_a_page(
        keys in proptest::collection::vec((any::<String>(), label(), any::<String>()), 0..20),
    ) {
        let telemetry = Telemetry::for_service("shop").prometheus().without_scope_info();
        let telemetry = telemetry.build().unwrap();
        let recorder = telemetry.metrics_recorder();
        for (name, key, value) in &keys {
            let key = Key::from_parts(name.clone(), vec![Label::new(key.clone(), value.clone())]);
            recorder.register_counter(&key, &METADATA).increment(1);
            let key = Key::from_parts(format!("histogram of {name}"), key.into_parts().1);
            recorder.register_histogram(&key, &METADATA).record(1);
        }
        let page = page::of(&telemetry);
        let of_histograms = |name: &str| name.starts_with("histogram_of");
        let counters = |name: &str| {
            let of_kymo = name.starts_with("kymo_") || name.starts_with("target_info");
            !of_kymo && !of_histograms(name)
        };
        let counts = |name: &str| of_histograms(name) && name.ends_with("_count");
        for total in [page::values(&page, counters), page::values(&page, counts)] {
            let total: f64 = total.values().sum();
            prop_assert!((total - keys.len() as f64).abs() < 0.5, "{total} of {}\n{page}", keys.len());
        }
    }
}
