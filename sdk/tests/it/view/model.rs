//! Random views and measurements, against a model that knows nothing of how it is done.

use std::collections::{BTreeMap, BTreeSet};

use kymo::{View, opentelemetry::KeyValue};
use proptest::{
    collection::{btree_set, vec},
    prelude::*,
};

use super::page::shaped;

const KEYS: [&str; 4] = ["a", "b", "c", "d"];

#[derive(Debug, Clone)]
enum Word {
    Drop(usize),
    Only(BTreeSet<usize>),
    Rename(usize, usize),
    Budget(usize, u16),
}

fn word() -> impl Strategy<Value = Word> {
    prop_oneof![
        (0..4_usize).prop_map(Word::Drop),
        btree_set(0..4_usize, 0..4).prop_map(Word::Only),
        (0..4_usize, 0..5_usize).prop_map(|(key, new)| Word::Rename(key, new)),
        (0..4_usize, 0..3_u16).prop_map(|(key, limit)| Word::Budget(key, limit)),
    ]
}

/// The new key of a renamed attribute: one of the others, or one that nobody has.
fn new_key(new: usize) -> &'static str {
    KEYS.get(new).copied().unwrap_or("z")
}

type Attributes = Vec<(usize, u8)>;

fn attributes() -> impl Strategy<Value = Attributes> {
    vec((0..4_usize, 0..4_u8), 0..5)
}

fn key_values(attributes: &Attributes) -> Vec<KeyValue> {
    attributes.iter().map(|(key, value)| KeyValue::new(KEYS[*key], format!("v{value}"))).collect()
}

/// A view, and the measurements that it has seen.
#[derive(Default)]
struct Model {
    dropped: BTreeSet<&'static str>,
    only: Option<BTreeSet<&'static str>>,
    renamed: BTreeMap<&'static str, &'static str>,
    budgets: BTreeMap<&'static str, usize>,
    common: BTreeMap<String, String>,
    seen: BTreeMap<&'static str, BTreeSet<String>>,
    folds: BTreeMap<&'static str, f64>,
}

impl Model {
    fn of(words: &[Word], common: &Attributes) -> Self {
        let mut model = Self::default();
        for word in words {
            match *word {
                Word::Only(ref keys) => model.only = Some(keys.iter().map(|n| KEYS[*n]).collect()),
                Word::Drop(key) => {
                    model.renamed.remove(KEYS[key]);
                    model.dropped.insert(KEYS[key]);
                }
                Word::Rename(key, new) => {
                    model.dropped.remove(KEYS[key]);
                    model.renamed.insert(KEYS[key], new_key(new));
                }
                Word::Budget(key, limit) => {
                    model.budgets.insert(KEYS[key], usize::from(limit));
                }
            }
        }
        model.folds = model.budgets.keys().map(|key| (*key, 0.0)).collect();
        model.common =
            common.iter().map(|(key, value)| (KEYS[*key].into(), format!("v{value}"))).collect();
        model
    }

    fn is_refused(&self) -> bool {
        self.renamed.values().collect::<BTreeSet<_>>().len() < self.renamed.len()
    }

    /// The labels of a measurement, as Prometheus writes them.
    fn labels(&mut self, attributes: &Attributes) -> String {
        let mut own = BTreeMap::new();
        for (key, value) in attributes.iter().rev() {
            own.insert(KEYS[*key].to_owned(), format!("v{value}"));
        }
        for (key, value) in &self.common {
            own.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let mut kept = BTreeMap::new();
        let mut stronger = BTreeMap::new();
        for key in KEYS {
            let Some(mut value) = own.remove(key) else { continue };
            if self.dropped.contains(key) || self.only.as_ref().is_some_and(|o| !o.contains(key)) {
                continue;
            }
            if let Some(limit) = self.budgets.get(key) {
                let seen = self.seen.entry(key).or_default();
                if !seen.contains(&value) && seen.len() == *limit {
                    value = String::from("_OTHER");
                    *self.folds.entry(key).or_default() += 1.0;
                } else {
                    seen.insert(value.clone());
                }
            }
            match self.renamed.get(key) {
                // Only two views can rename two attributes to one key; the first key stays.
                Some(new) => drop(stronger.entry((*new).to_owned()).or_insert(value)),
                None => drop(kept.insert(key.to_owned(), value)),
            }
        }
        kept.extend(stronger);
        let labels: Vec<_> = kept.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        labels.join(",")
    }
}

fn view(words: &[Word]) -> View {
    words.iter().fold(View::new(), |view, word| match *word {
        Word::Only(ref keys) => view.only_attributes(keys.iter().map(|key| KEYS[*key])),
        Word::Drop(key) => view.without_attribute(KEYS[key]),
        Word::Rename(key, new) => view.rename_attribute(KEYS[key], new_key(new)),
        Word::Budget(key, limit) => view.attribute_budget(KEYS[key], limit),
    })
}

fn added_up(series: &BTreeMap<String, f64>) -> f64 {
    series.values().sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_instrument_counts_what_the_model_counts_and_sums_stay_what_they_were(
        words in vec(word(), 0..5),
        common in vec((0..4_usize, 0..4_u8), 0..2),
        measurements in vec((attributes(), 1..100_u32, any::<bool>()), 0..20),
    ) {
        let mut model = Model::of(&words, &common);
        // Half of the words are in another view that matches.
        let (first, second) = words.split_at(words.len() / 2);
        for half in [first, second] {
            prop_assume!(!Model::of(half, &vec![]).is_refused());
        }
        let shown = shaped(|shop| {
            let shop = shop.view("so*", view(first)).view("?old", view(second)).prometheus();
            common.iter().fold(shop, |shop, (key, value)| {
                shop.common_attribute(KEYS[*key], format!("v{value}"))
            })
        });
        let sold = shown.meter().u64_counter("sold").build();
        let mut expected = BTreeMap::<String, f64>::new();
        for (attributes, value, is_bound) in &measurements {
            *expected.entry(model.labels(attributes)).or_default() += f64::from(*value);
            let attributes = key_values(attributes);
            if *is_bound {
                sold.bind(&attributes).add(u64::from(*value));
            } else {
                sold.add(u64::from(*value), &attributes);
            }
        }
        let series: BTreeMap<_, _> = shown.series("sold_total").into_iter().collect();
        prop_assert_eq!(&series, &expected);
        let total: f64 = measurements.iter().map(|(_, value, _)| f64::from(*value)).sum();
        prop_assert!((added_up(&series) - total).abs() < 1e-9);

        let folded = shown.page();
        for (key, folds) in &model.folds {
            let label = format!(r#"kymo_cardinality_attribute="{key}""#);
            let found: Vec<_> = folded.iter().filter(|(series, _)| series.contains(&label)).collect();
            // Unless a view of it says otherwise, it has the common attributes too.
            prop_assert_eq!(found.len(), 1);
            prop_assert!((found[0].1 - folds).abs() < 1e-9, "{:?} {}", found, folds);
        }
    }

    #[test]
    fn observers_add_up_to_what_the_model_adds_up_to_and_a_gauge_shows_the_last(
        words in vec(word(), 0..5),
        observations in vec((attributes(), -50..50_i32), 0..12),
    ) {
        let (mut sums, mut lasts) = (Model::of(&words, &vec![]), Model::of(&words, &vec![]));
        prop_assume!(!sums.is_refused());
        let shown = shaped(|shop| shop.view("*t?", view(&words)).prometheus());
        let observed: Vec<_> =
            observations.iter().map(|(attributes, value)| (key_values(attributes), *value)).collect();
        let gauge = observed.clone();
        let meter = shown.meter();
        // The two halves are two callbacks of two instruments of one name.
        for half in [0, 1] {
            let middle = observed.len() / 2;
            let observed = if half == 0 { &observed[..middle] } else { &observed[middle..] };
            let observed = observed.to_vec();
            meter
                .i64_observable_up_down_counter("note")
                .with_callback(move |note| {
                    for (attributes, value) in &observed {
                        note.observe(i64::from(*value), attributes);
                    }
                })
                .build();
        }
        meter
            .f64_observable_gauge("mote")
            .with_callback(move |mote| {
                for (attributes, value) in &gauge {
                    mote.observe(f64::from(*value), attributes);
                }
            })
            .build();

        // What is seen twice is there once.
        let mut things: Vec<(BTreeMap<usize, u8>, i32)> = Vec::new();
        for (attributes, value) in &observations {
            let thing: BTreeMap<_, _> = attributes.iter().rev().copied().collect();
            match things.iter_mut().find(|(known, _)| *known == thing) {
                Some(known) => known.1 = *value,
                None => things.push((thing, *value)),
            }
        }
        let mut expected_sums = BTreeMap::<String, f64>::new();
        let mut expected_lasts = BTreeMap::<String, f64>::new();
        for (thing, value) in things {
            let thing: Attributes = thing.into_iter().collect();
            *expected_sums.entry(sums.labels(&thing)).or_default() += f64::from(value);
            expected_lasts.insert(lasts.labels(&thing), f64::from(value));
        }
        prop_assert_eq!(shown.series("note").into_iter().collect::<BTreeMap<_, _>>(), expected_sums);
        prop_assert_eq!(shown.series("mote").into_iter().collect::<BTreeMap<_, _>>(), expected_lasts);
    }

    #[test]
    fn whatever_a_pattern_and_a_view_say_building_and_measuring_never_panics(
        pattern in ".{0,12}|[a-z*?.]{1,6}",
        bounds in vec(any::<f64>(), 0..3),
        key in ".{0,4}",
        limit in 0..3000_usize,
        budget in any::<u16>(),
    ) {
        let view = View::new()
            .buckets(bounds)
            .limit(limit)
            .without_attribute(key.clone())
            .attribute_budget(key.clone(), budget.min(100))
            .rename_attribute("a", key.clone());
        let builder = kymo::Telemetry::for_service("shop").view(pattern, view).prometheus();
        if let Ok(telemetry) = builder.build() {
            let meter = telemetry.meter("shop");
            let attributes = [KeyValue::new("a", "1"), KeyValue::new(key, 2)];
            meter.u64_counter("sold").build().add(1, &attributes);
            meter.f64_histogram("wait").build().bind(&attributes).record(1.0);
            telemetry.bridge().unwrap().registry().gather();
        }
    }
}
