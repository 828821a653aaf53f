//! Documents of any families.

use kymo_exposition::{Format, Kind, Number, Scheme, Writer};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};

use crate::any::{self, AnyFamily, AnySeries, AnyValue};

/// Families like any others, but that a reader can tell each series from all others, or each two states of a set,
/// that a time is one that every reader has room for, and that no label has a name that Prometheus reserves for
/// itself.
pub(crate) fn families(count: usize) -> Vec<Vec<AnyFamily>> {
    let config = Config::default();
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let mut next = || any::families().new_tree(&mut runner).unwrap().current();
    (0..count).map(|_| next()).map(told_apart).collect()
}

fn told_apart(mut families: Vec<AnyFamily>) -> Vec<AnyFamily> {
    for family in &mut families {
        // Of blanks around a line, and what they take for one, readers make nothing.
        let is_blank = |char: char| char.is_whitespace() || char.is_control();
        family.help = family.help.trim_matches(is_blank).to_owned();
        for (index, series) in family.series.iter_mut().enumerate() {
            series.labels.retain(|(name, _)| !is_reserved(name));
            for exemplar in series.exemplars.iter_mut().flatten() {
                exemplar.labels.retain(|(name, _)| !is_reserved(name));
            }
            series.labels.push(("i".to_owned(), index.to_string()));
            series.timestamp = series.timestamp.map(|time| time.rem_euclid(4_000_000_000_000));
        }
        if family.kind == Kind::StateSet && !is_reserved(&family.name) {
            family.series.chunks_mut(2).for_each(|states| become_set(&family.name, states));
        }
    }
    families
}

/// Makes series states of one set.
fn become_set(name: &str, states: &mut [AnySeries]) {
    let Some(mut first) = states.first().cloned() else { return };
    first.labels.retain(|(label, _)| label != name);
    for (state, series) in states.iter_mut().enumerate() {
        first.labels.push((name.to_owned(), state.to_string()));
        *series = AnySeries { value: AnyValue::Number(Number::U64(state as u64)), ..first.clone() };
        first.labels.pop();
    }
}

/// Whether a label of this name begins with `__`, as it is or escaped.
fn is_reserved(name: &str) -> bool {
    Scheme::ALL.iter().any(|scheme| scheme.label_name(name).starts_with("__"))
}

/// The document of these families.
pub(crate) fn write(families: &[AnyFamily], format: Format, scheme: Scheme) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, format, scheme).with_created_samples();
    for family in families {
        family.push(&mut writer);
    }
    writer.finish();
    out
}
