//! Any input gives a document that reads back to exactly what of it can be written.

use kymo_exposition::{Format, Kind, Report, Scheme, Sink, Writer};
use proptest::{prelude::*, sample::select};

use super::{
    any::{self, AnyFamily},
    expected,
    parser::{self, ReadFamily, ReadSample},
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_reads_back_to_the_same_values(
        families in any::families(), scheme in select(Scheme::ALL.to_vec()),
    ) {
        let (out, report) = written(&families, Format::Text100, scheme);
        let document = String::from_utf8(out).unwrap();
        let read = parser::read(&document).map_err(TestCaseError::fail)?;
        compare(read, expected::of(&families, scheme), &report, &document)?;
    }

    #[test]
    fn a_document_in_pieces_is_the_same_document(
        families in any::families(),
        format in select(Format::ALL.to_vec()),
        scheme in select(Scheme::ALL.to_vec()),
        mut turns in any::<u64>(),
    ) {
        let (whole, report) = written(&families, format, scheme);
        let (mut pieces, mut rest) = (Vec::new(), Vec::new());
        let mut writer = Writer::new(&mut rest, format, scheme);
        for any in &families {
            writer.family(&any.header());
            for series in any.series.iter().map(Some).chain([None]) {
                turns = turns.rotate_right(1);
                if turns & 1 == 1 {
                    let before = writer.buffered();
                    let passed = pieces.len();
                    writer.pass_on(|piece| pieces.extend_from_slice(piece));
                    prop_assert_eq!(writer.buffered(), before - (pieces.len() - passed));
                }
                if let Some(series) = series {
                    series.with(|series| writer.series(series));
                }
            }
        }
        prop_assert_eq!(writer.finish(), report);
        pieces.extend_from_slice(&rest);
        prop_assert!(pieces == whole);
    }
}

/// The document of these families, and the report about it.
pub(crate) fn written(families: &[AnyFamily], format: Format, scheme: Scheme) -> (Vec<u8>, Report) {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, format, scheme);
    for family in families {
        family.push(&mut writer);
    }
    let report = writer.finish();
    (out, report)
}

/// Whether a document says what is expected of it, and its report counts that.
pub(crate) fn compare(
    mut read: Vec<ReadFamily>,
    mut expected: expected::Expected,
    report: &Report,
    document: &str,
) -> Result<(), TestCaseError> {
    for family in read.iter_mut().chain(&mut expected.families) {
        family.samples.iter_mut().for_each(settle);
    }
    prop_assert_eq!(&read, &expected.families, "{}", document);
    prop_assert_eq!(report.dropped, expected.dropped);
    prop_assert_eq!(report.unsupported, expected.unsupported);
    prop_assert_eq!(report.families, read.len() as u64);
    let samples: usize = read.iter().map(|family| family.samples.len()).sum();
    prop_assert_eq!(report.samples, samples as u64);
    Ok(())
}

/// Of two shortest texts for one float either will do; the length has to be the same.
fn settle(sample: &mut ReadSample) {
    let exemplars = sample.exemplars.iter_mut().map(|(_, value, _)| value);
    // Bounds are written as labels, too.
    let labels = sample.labels.iter_mut().filter(|(name, _)| name == "le" || name == "quantile");
    let bounds = labels.map(|(_, value)| value);
    for value in [&mut sample.value].into_iter().chain(exemplars).chain(bounds) {
        // All numbers of a composite value.
        let settled = value.split_inclusive([',', ':', '[', ']', '{', '}']).map(|part| {
            let number = part.trim_end_matches([',', ':', '[', ']', '{', '}']);
            match number.parse::<f64>() {
                Ok(float) if number.contains(['.', 'e']) => {
                    format!("{:x} in {}{}", float.to_bits(), number.len(), &part[number.len()..])
                }
                _ => part.to_owned(),
            }
        });
        *value = settled.collect();
    }
}

#[test]
fn the_generator_makes_every_kind_and_both_good_and_bad_series() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    let (mut kept, mut dropped, mut unsupported) = (0, 0, 0);
    for _ in 0..300 {
        let families = any::families().new_tree(&mut runner).unwrap().current();
        kinds.extend(families.iter().map(|family| family.kind));
        let expected = expected::of(&families, Scheme::Underscores);
        kept += expected.families.iter().map(|family| family.samples.len()).sum::<usize>();
        dropped += expected.dropped;
        unsupported += expected.unsupported;
    }
    assert!(kinds.contains(&Kind::StateSet) && kinds.len() == 7);
    let enough = kept > 400 && dropped > 400 && unsupported > 5;
    assert!(enough, "{kept} kept, {dropped} dropped, {unsupported} unsupported");
}
