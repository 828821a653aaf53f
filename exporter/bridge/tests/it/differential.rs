//! Generated instruments through this bridge and through `opentelemetry-prometheus` at once.

use std::collections::{BTreeMap, BTreeSet};

use kymo_bridge::Bridge;
use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};
use prometheus::Registry;
use proptest::{collection::vec, prelude::*};

use super::{
    deviations::DEVIATIONS,
    instrument::{Instrument, instrument},
    parser::ReadFamily,
    scrape::{families, lines, normal, registry_text, text},
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn families_are_equal_or_deviate_as_listed(instruments in vec(instrument(), 1..6)) {
        let pair = Pair::of(&instruments);
        let ours = families(&text(&pair.bridge).0);
        let theirs = pair.upstream_families();
        let deviating = deviating(&instruments);
        for (name, theirs) in theirs.iter().filter(|(name, _)| !deviating.contains(*name)) {
            let ours = ours.get(name).cloned().map(normal);
            prop_assert!(ours == Some(normal(theirs.clone())), "{name}: {ours:#?} {theirs:#?}");
        }
    }

    #[test]
    fn both_sides_of_the_bridge_say_the_same(instruments in vec(instrument(), 1..6)) {
        let pair = Pair::of(&instruments);
        let normal = |document: &str| -> BTreeMap<String, ReadFamily> {
            families(document).into_iter().map(|(name, family)| (name, normal(family))).collect()
        };
        let own = text(&pair.bridge).0;
        let registry = registry_text(pair.bridge.registry());
        prop_assert!(normal(&own) == normal(&registry), "{own}\n{registry}");
    }
}

#[test]
fn the_generator_leaves_enough_to_compare() {
    use proptest::{
        strategy::ValueTree,
        test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
    };
    // The same instruments, whichever generator the environment asks for.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut all, mut compared) = (0, 0);
    for _ in 0..100 {
        let instruments = vec(instrument(), 1..6).new_tree(&mut runner).unwrap().current();
        let names = Pair::of(&instruments).upstream_families();
        let deviating = deviating(&instruments);
        all += names.len();
        compared += names.keys().filter(|name| !deviating.contains(*name)).count() - 1;
    }
    assert!(compared * 5 > all, "{compared} of {all}");
}

/// The lines that `opentelemetry-prometheus` writes for one instrument.
pub(crate) fn theirs(instrument: &Instrument) -> Vec<String> {
    let pair = Pair::of(std::slice::from_ref(instrument));
    loosely(&registry_text(&pair.upstream))
}

/// The lines that the bridge writes for one instrument.
pub(crate) fn ours(instrument: &Instrument) -> Vec<String> {
    let pair = Pair::of(std::slice::from_ref(instrument));
    families(&text(&pair.bridge).0).values().flat_map(lines).collect()
}

/// Lines of a document that may be invalid, with the labels sorted and unescaped.
fn loosely(document: &str) -> Vec<String> {
    let line = |line: &str| {
        let (name, rest) = line.split_once('{')?;
        let (labels, value) = rest.rsplit_once("} ")?;
        let mut labels: Vec<_> = labels
            .split("\",")
            .filter_map(|label| label.split_once("=\""))
            .map(|(name, value)| (name, value.strip_suffix('"').unwrap_or(value)))
            .map(|(name, value)| format!("{name}={}", value.replace("\\\"", "\"")))
            .collect();
        labels.sort();
        Some(format!("{name}{{{}}} {value}", labels.join(",")))
    };
    document.lines().filter_map(line).collect()
}

/// One provider that feeds both.
struct Pair {
    bridge: Bridge,
    upstream: Registry,
    _provider: SdkMeterProvider,
}

impl Pair {
    fn of(instruments: &[Instrument]) -> Self {
        let bridge = Bridge::builder().build().unwrap();
        let upstream = Registry::new();
        let exporter = opentelemetry_prometheus::exporter().with_registry(upstream.clone());
        let resource = Resource::builder_empty()
            .with_attributes([KeyValue::new("service.name", "shop"), KeyValue::new("n", 1)])
            .build();
        let provider = SdkMeterProvider::builder()
            .with_resource(resource)
            .with_reader(bridge.reader())
            .with_reader(exporter.build().unwrap())
            .build();
        for instrument in instruments {
            instrument.record(&provider);
        }
        Pair { bridge, upstream, _provider: provider }
    }

    /// Its families, one by one: some are not valid, and would make the document unreadable.
    fn upstream_families(&self) -> BTreeMap<String, ReadFamily> {
        use prometheus::Encoder;
        let mut read = BTreeMap::new();
        for family in self.upstream.gather() {
            let mut out = Vec::new();
            prometheus::TextEncoder::new().encode(&[family], &mut out).unwrap();
            if let Ok(families) = super::parser::read(&String::from_utf8(out).unwrap()) {
                read.extend(families.into_iter().map(|family| (family.name.clone(), family)));
            }
        }
        read
    }
}

/// The families, by `opentelemetry-prometheus`' names, that are not expected to be equal.
///
/// With several metrics of one name it matters which comes first, and that depends on the hash of
/// each reader's map of scopes. So conflicts are left to tests of their own. Of two scopes that are shown
/// alike, series are added here, and written twice there.
fn deviating(instruments: &[Instrument]) -> BTreeSet<String> {
    let named: Vec<_> = instruments.iter().map(|it| (it, Names::of(it))).collect();
    let is_odd = |instrument: &Instrument| {
        let listed = DEVIATIONS.iter().any(|deviation| (deviation.concerns)(instrument));
        listed || has_ambiguous_points(instrument)
    };
    let is_deviating = |(instrument, names): &(&Instrument, Names)| {
        named.iter().any(|(other, rival)| {
            let same = (other.type_word(), other.help) == (instrument.type_word(), instrument.help);
            let is_unlike = !same || is_odd(other) || instrument.scope.is_shown_as(&other.scope);
            names.clash_with(rival) || (names.are_shared_with(rival) && is_unlike)
        })
    };
    named.iter().filter(|it| is_deviating(it)).map(|(_, names)| names.theirs.clone()).collect()
}

/// The names that both give the family of an instrument.
struct Names {
    theirs: String,
    ours: String,
}

impl Names {
    fn of(instrument: &Instrument) -> Self {
        let plain = Instrument { points: vec![(Vec::new(), 1)], ..instrument.clone() };
        Names {
            theirs: name_of(&theirs(&plain), &plain).unwrap(),
            ours: name_of(&ours(&plain), &plain).unwrap(),
        }
    }

    /// Whether both are one family, here or there.
    fn are_shared_with(&self, other: &Names) -> bool {
        self.theirs == other.theirs || self.ours == other.ours
    }

    /// Whether one of the two is named like a sample of the other.
    fn clash_with(&self, other: &Names) -> bool {
        let is_sample = |sample: &str, of: &str| {
            let suffix = sample.strip_prefix(of);
            suffix.is_some_and(|suffix| ["_bucket", "_sum", "_count"].contains(&suffix))
        };
        is_sample(&self.ours, &other.ours) || is_sample(&other.ours, &self.ours)
    }
}

fn name_of(lines: &[String], instrument: &Instrument) -> Option<String> {
    let own = lines.iter().find(|line| !line.starts_with("target_info"))?;
    let name = own.split('{').next()?;
    let suffix = |name: &str| {
        ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix).map(str::to_owned))
    };
    if instrument.is_histogram() { suffix(name) } else { Some(name.to_owned()) }
}

/// Whether distinct attributes might be equal labels: such series are added here, and one of them is
/// dropped there.
///
/// Of a key given twice the SDK shows one or both, as its map happens to be ordered.
fn has_ambiguous_points(instrument: &Instrument) -> bool {
    let sets: Vec<_> = instrument.points.iter().map(|(attributes, _)| attributes).collect();
    let keys =
        |set: &[KeyValue]| set.iter().map(|it| it.key.clone()).collect::<BTreeSet<_>>().len();
    let text = |set: &[KeyValue]| -> BTreeSet<String> {
        let shown = set.iter().filter(|it| !it.value.as_str().is_empty());
        shown.map(|it| format!("{}={}", it.key.as_str().replace('.', "_"), it.value)).collect()
    };
    sets.iter().enumerate().any(|(index, set)| {
        let is_twin = |before: &&Vec<KeyValue>| before != set && text(before) == text(set);
        keys(set) < set.len() || sets[..index].iter().any(is_twin)
    })
}
