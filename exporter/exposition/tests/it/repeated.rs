//! Labels that somebody says are those of the series before.

use kymo_exposition::{Format, Label, Scheme, Series, Sink, Writer};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    any::{AnyFamily, AnySeries},
    roundtrip::written,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_said_to_repeat_is_written_as_what_is_not(
        families in families(), format in select(Format::ALL.to_vec()), scheme in select(Scheme::ALL.to_vec()),
        told in 0..4_usize,
    ) {
        let (page, report) = written(&families, format, scheme);
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, format, scheme);
        for family in &families {
            writer.family(&family.header());
            let mut before: Option<&AnySeries> = None;
            for series in &family.series {
                if let Some(same) = before.and_then(|before| repeated(before, series)) {
                    writer.repeat_labels(same.min(told));
                }
                series.with(|series| writer.series(series));
                before = Some(series);
            }
        }
        prop_assert_eq!(report, writer.finish());
        prop_assert!(page == out, "{}\n---\n{}", String::from_utf8_lossy(&page), String::from_utf8_lossy(&out));
    }
}

/// Families of which many series have the labels of those before.
fn families() -> impl Strategy<Value = Vec<AnyFamily>> {
    let repeat = |family: AnyFamily| {
        let count = family.series.len();
        vec((0..4_u8, "[a\"]{0,3}"), 3 * count).prop_map(move |changes| {
            let mut family = family.clone();
            let all = family.series.iter().cycle().zip(changes);
            let mut series: Vec<AnySeries> = Vec::new();
            for (next, (kind, value)) in all {
                let mut next = next.clone();
                if let Some(before) = series.last().filter(|_| kind > 0) {
                    next.labels.clone_from(&before.labels);
                    let changed = next.labels.len().min(kind.into());
                    next.labels.iter_mut().take(changed - changed.min(1)).for_each(|label| {
                        label.1.clone_from(&value);
                    });
                }
                series.push(next);
            }
            family.series = series;
            family
        })
    };
    super::any::families().prop_flat_map(move |all| all.into_iter().map(repeat).collect::<Vec<_>>())
}

/// How many of the last labels have the values that they have in the series before; `None` where other names do.
fn repeated(before: &AnySeries, series: &AnySeries) -> Option<usize> {
    let names =
        |series: &AnySeries| series.labels.iter().map(|label| label.0.clone()).collect::<Vec<_>>();
    let pairs = before.labels.iter().rev().zip(series.labels.iter().rev());
    (names(before) == names(series)).then(|| pairs.take_while(|(a, b)| a.1 == b.1).count())
}

#[test]
fn who_is_wrong_about_what_repeats_gets_a_page_that_can_be_read() {
    let one = [Label::new("a", "1"), Label::new("b", "2")];
    let other = [Label::new("c", "3"), Label::new("c", "4")];
    let more = [Label::new("a", "1"), Label::new("b", "2"), Label::new("b", "3")];
    for format in Format::ALL {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, format, Scheme::AllowUtf8);
        writer.repeat_labels(7);
        let family = kymo_exposition::Family {
            name: "x",
            help: "",
            unit: "",
            kind: kymo_exposition::Kind::Gauge,
        };
        writer.family(&family);
        for labels in [&one[..], &other, &more, &one, &[]] {
            writer.repeat_labels(7);
            let value = kymo_exposition::Value::Number(1_u64.into(), None);
            writer.series(&Series { labels, start_time: None, timestamp: None, value });
        }
        // The one with a label twice has one label more than what it is said to repeat.
        let report = writer.finish();
        assert_eq!((report.samples, report.dropped), (4, 1), "{format}");
    }
}
