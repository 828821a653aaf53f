//! Documents of any families.

use kymo_exposition::{Format, Scheme, Writer};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRng, TestRunner},
};

use crate::any::{self, AnyFamily};

/// Families like any others, but that a reader can tell each series from all others, that no sample has a time
/// of its own, as in a scrape, and that no label has a name that Prometheus reserves for itself.
pub(crate) fn families(count: usize) -> Vec<Vec<AnyFamily>> {
    let config = Config::default();
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let mut next = || any::families().new_tree(&mut runner).unwrap().current();
    (0..count).map(|_| next()).map(told_apart).collect()
}

fn told_apart(mut families: Vec<AnyFamily>) -> Vec<AnyFamily> {
    for family in &mut families {
        // Of blanks that begin a line, readers make nothing.
        family.help = family.help.trim().to_owned();
        for (index, series) in family.series.iter_mut().enumerate() {
            series.labels.retain(|(name, _)| !is_reserved(name));
            for exemplar in series.exemplars.iter_mut().flatten() {
                exemplar.labels.retain(|(name, _)| !is_reserved(name));
            }
            series.labels.push(("i".to_owned(), index.to_string()));
            series.timestamp = None;
        }
    }
    families
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
