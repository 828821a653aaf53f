//! Any input gives a document that reads back to exactly what of it can be written.

use kymo_exposition::{Family, Kind, Sink, text::TextWriter};
use proptest::prelude::*;

use super::{
    expected::{self, AnyFamily},
    parser::{self, ReadSample},
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_input_reads_back_to_the_same_values(families in expected::families()) {
        let mut out = Vec::new();
        let mut writer = TextWriter::new(&mut out);
        for family in &families {
            push(family, &mut writer);
        }
        let report = writer.finish();

        let document = String::from_utf8(out).unwrap();
        let mut read = parser::read(&document).map_err(TestCaseError::fail)?;
        let mut expected = expected::of(&families);
        for family in read.iter_mut().chain(&mut expected.families) {
            family.samples.iter_mut().for_each(settle);
        }
        prop_assert_eq!(&read, &expected.families, "{}", document);
        prop_assert_eq!(report.dropped, expected.dropped);
        prop_assert_eq!(report.families, read.len() as u64);
        let samples: usize = read.iter().map(|family| family.samples.len()).sum();
        prop_assert_eq!(report.samples, samples as u64);
    }

    #[test]
    fn a_document_in_pieces_is_the_same_document(
        families in expected::families(), mut turns in any::<u64>(),
    ) {
        let (mut whole, mut rest) = (Vec::new(), Vec::new());
        let mut writer = TextWriter::new(&mut whole);
        for family in &families {
            push(family, &mut writer);
        }
        let report = writer.finish();

        let mut pieces = Vec::new();
        let mut writer = TextWriter::new(&mut rest);
        for any in &families {
            writer.family(&Family { name: &any.name, help: &any.help, unit: "", kind: any.kind });
            for series in any.series.iter().map(Some).chain([None]) {
                turns = turns.rotate_right(1);
                if turns & 1 == 1 {
                    writer.pass_on(|piece| pieces.extend_from_slice(piece));
                    prop_assert!(pieces.ends_with(b"\n") || pieces.is_empty());
                }
                if let Some(series) = series {
                    series.with(|series| writer.series(series));
                }
            }
        }
        prop_assert_eq!(writer.finish(), report);
        pieces.extend_from_slice(&rest);
        prop_assert_eq!(String::from_utf8(pieces).unwrap(), String::from_utf8(whole).unwrap());
    }
}

/// Of two shortest texts for one float either will do; the length has to be the same.
fn settle(sample: &mut ReadSample) {
    if sample.value.contains(['.', 'e']) {
        let bits = sample.value.parse::<f64>().unwrap().to_bits();
        sample.value = format!("{bits:x} in {}", sample.value.len());
    }
}

fn push(any: &AnyFamily, sink: &mut dyn Sink) {
    let kind = any.kind;
    sink.family(&Family { name: &any.name, help: &any.help, unit: "", kind });
    for series in &any.series {
        series.with(|series| sink.series(series));
    }
}

#[test]
fn the_generator_makes_every_kind_and_both_good_and_bad_series() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    let (mut kept, mut dropped) = (0, 0);
    for _ in 0..200 {
        let families = expected::families().new_tree(&mut runner).unwrap().current();
        kinds.extend(families.iter().map(|family| family.kind));
        let expected = expected::of(&families);
        kept += expected.families.iter().map(|family| family.samples.len()).sum::<usize>();
        dropped += expected.dropped;
    }
    assert!(kinds.contains(&Kind::StateSet) && kinds.len() == 7);
    assert!(kept > 400 && dropped > 400, "{kept} kept, {dropped} dropped");
}
