//! Whatever is recorded, the numbers are those of a model that is too simple to be wrong.

use std::collections::BTreeMap;

use kymo_testing::Snapshot;
use metrics::{Key, Label, Recorder};
use proptest::prelude::*;

use crate::facade::{Facade, METADATA};

#[derive(Debug, Clone)]
enum Act {
    Increment(u64),
    Absolute(u64),
    Set(f64),
    Up(f64),
    Down(f64),
    Record(f64, usize),
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Numbers {
    counter: Option<u64>,
    gauge: Option<f64>,
    count: Option<u64>,
    sum: f64,
}

fn acts() -> impl Strategy<Value = Vec<(u8, Vec<u8>, Act)>> {
    let number = (-1000_i32..1000).prop_map(f64::from);
    let act = prop_oneof![
        (0_u64..100).prop_map(Act::Increment),
        (0_u64..1000).prop_map(Act::Absolute),
        number.clone().prop_map(Act::Set),
        number.clone().prop_map(Act::Up),
        number.clone().prop_map(Act::Down),
        (number, 1_usize..4).prop_map(|(value, times)| Act::Record(value, times)),
    ];
    proptest::collection::vec((0_u8..3, proptest::collection::vec(0_u8..4, 0..4), act), 0..60)
}

/// The key of kind `kind`; labels may be there twice.
fn key(kind: &str, name: u8, labels: &[u8]) -> Key {
    let labels = labels.iter().enumerate().map(|(at, value)| {
        Label::new(format!("l{}", (at + usize::from(*value)) % 3), value.to_string())
    });
    Key::from_parts(format!("{kind}_{name}"), labels.collect::<Vec<_>>())
}

/// The name and labels of a key, of which the last of one name counts.
fn identity(key: &Key) -> (String, BTreeMap<String, String>) {
    let labels = key.labels().map(|label| (label.key().to_owned(), label.value().to_owned()));
    (key.name().to_owned(), labels.collect())
}

fn recorded(metrics: &Snapshot, name: &str, labels: &BTreeMap<String, String>) -> Numbers {
    let of = |metric: &kymo_testing::Metric| {
        metric
            .series
            .iter()
            .find(|series| {
                let found = series
                    .attributes
                    .iter()
                    .map(|(key, value)| (key.to_owned(), value.to_string()));
                found.collect::<BTreeMap<_, _>>() == *labels
            })
            .cloned()
    };
    let series = metrics.named(name).find_map(of).unwrap();
    let mut numbers = Numbers::default();
    if let Some(histogram) = series.reading.histogram() {
        (numbers.count, numbers.sum) = (Some(histogram.count), histogram.sum.as_f64());
    } else {
        let number = series.reading.number().unwrap().as_f64();
        if name.starts_with('g') {
            numbers.gauge = Some(number);
        } else {
            numbers.counter = Some(whole(number));
        }
    }
    numbers
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a count")]
fn whole(number: f64) -> u64 {
    number as u64
}

/// Does `act` with the recorder, and to the model.
fn run(facade: &Facade, model: &mut Model, name: u8, labels: &[u8], act: &Act) {
    let kind = match act {
        Act::Increment(_) | Act::Absolute(_) => "c",
        Act::Set(_) | Act::Up(_) | Act::Down(_) => "g",
        Act::Record(..) => "h",
    };
    let key = key(kind, name, labels);
    let numbers = model.entry(identity(&key)).or_default();
    let count = numbers.counter.unwrap_or_default();
    let level = numbers.gauge.unwrap_or_default();
    match *act {
        Act::Increment(by) => {
            facade.counter(&key).increment(by);
            numbers.counter = Some(count + by);
        }
        Act::Absolute(value) => {
            facade.counter(&key).absolute(value);
            numbers.counter = Some(count.max(value));
        }
        Act::Set(value) => {
            facade.gauge(&key).set(value);
            numbers.gauge = Some(value);
        }
        Act::Up(by) => {
            facade.gauge(&key).increment(by);
            numbers.gauge = Some(level + by);
        }
        Act::Down(by) => {
            facade.gauge(&key).decrement(by);
            numbers.gauge = Some(level - by);
        }
        Act::Record(value, times) => {
            facade.recorder.register_histogram(&key, &METADATA).record_many(value, times);
            numbers.count = Some(numbers.count.unwrap_or_default() + times as u64);
            numbers.sum += value * times as f64;
        }
    }
}

type Model = BTreeMap<(String, BTreeMap<String, String>), Numbers>;

proptest! {
    #[test]
    fn numbers_are_those_of_the_model(acts in acts()) {
        let facade = Facade::new();
        let mut model = Model::new();
        for (name, labels, act) in &acts {
            run(&facade, &mut model, *name, labels, act);
        }
        let metrics = facade.snapshot();
        for ((name, labels), numbers) in &model {
            prop_assert_eq!(&recorded(&metrics, name, labels), numbers, "{} {:?}", name, labels);
        }
    }
}
