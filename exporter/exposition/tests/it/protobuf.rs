//! Protobuf, seen from a reader that is generated.

mod expected;
pub(crate) mod message;

use kymo_exposition::{
    Format, Histogram, Kind, Label, NativeBuckets, NativeHistogram, Number, Scheme, Series, Sink,
    Value, protobuf::ProtobufWriter,
};
use proptest::{prelude::*, sample::select};
use prost::Message;

use super::{any, roundtrip};
use message::MetricFamily;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_message_reads_back_to_the_same_values(
        families in any::families(), scheme in select(Scheme::ALL.to_vec()),
    ) {
        let (out, report) = roundtrip::written(&families, Format::Protobuf, scheme);
        let expected = expected::of(&families, scheme);
        // Texts of floats are equal where both are NaN.
        prop_assert_eq!(format!("{:#?}", read(&out)), format!("{:#?}", expected.families));
        prop_assert_eq!(report.families, expected.families.len() as u64);
        prop_assert_eq!(report.samples, expected.samples);
        prop_assert_eq!(report.dropped, expected.dropped);
        prop_assert_eq!(report.unsupported, expected.unsupported);
    }
}

#[test]
fn a_native_histogram_has_the_spans_and_deltas_of_the_specification_s_example() {
    let histogram = NativeHistogram {
        schema: 3,
        zero_threshold: 1e-128,
        zero_count: 2,
        // OTLP offset 3 is index 4 here.
        positive: NativeBuckets { offset: 4, counts: &[10, 0, 0, 20, 5, 2] },
        negative: NativeBuckets { offset: -2, counts: &[1] },
        sum: Number::F64(0.5),
        count: 40,
        exemplars: &[],
        classic: None,
    };
    let read = read_one(Kind::Histogram, Value::NativeHistogram(histogram));
    let it = read.metric[0].histogram.clone().unwrap();
    let spans = |spans: &[message::BucketSpan]| {
        spans.iter().map(|it| (it.offset(), it.length())).collect::<Vec<_>>()
    };
    assert_eq!(spans(&it.positive_span), [(4, 1), (2, 3)]);
    assert_eq!(it.positive_delta, [10, 10, -15, -3]);
    assert_eq!((spans(&it.negative_span), it.negative_delta), (vec![(-2, 1)], vec![1]));
    assert_eq!((it.schema, it.zero_threshold, it.zero_count), (Some(3), Some(1e-128), Some(2)));
    assert_eq!((it.sample_count, it.sample_sum), (Some(40), Some(0.5)));
}

#[test]
fn an_empty_native_histogram_is_told_from_a_classic_one() {
    let empty = NativeHistogram {
        schema: 0,
        zero_threshold: 0.0,
        zero_count: 0,
        positive: NativeBuckets::default(),
        negative: NativeBuckets::default(),
        sum: Number::F64(0.0),
        count: 0,
        exemplars: &[],
        classic: None,
    };
    let read = read_one(Kind::Histogram, Value::NativeHistogram(empty));
    let it = read.metric[0].histogram.clone().unwrap();
    assert_eq!(it.positive_span, [message::BucketSpan { offset: Some(0), length: Some(0) }]);
}

#[test]
fn more_observations_than_a_difference_can_tell_are_in_classic_buckets_alone() {
    let counts = [1 << 63];
    let classic =
        Histogram { bounds: &[], counts: &counts, sum: None, can_fall: false, exemplars: &[] };
    let native = NativeHistogram {
        schema: 0,
        zero_threshold: 1.0,
        zero_count: 0,
        positive: NativeBuckets { offset: 1, counts: &counts },
        negative: NativeBuckets::default(),
        sum: Number::F64(0.0),
        count: 1 << 63,
        exemplars: &[],
        classic: Some(classic),
    };
    let read = read_one(Kind::Histogram, Value::NativeHistogram(native));
    let it = read.metric[0].histogram.clone().unwrap();
    assert_eq!((it.sample_count, it.schema), (Some(1 << 63), None));
}

fn read_one(kind: Kind, value: Value<'_>) -> MetricFamily {
    let mut out = Vec::new();
    let mut writer = ProtobufWriter::new(&mut out);
    writer.family(&kymo_exposition::Family { name: "a", help: "", unit: "", kind });
    let labels = [Label::new("x", "1")];
    writer.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
    assert_eq!(writer.finish().families, 1);
    let [read] = read(&out).try_into().unwrap();
    read
}

fn read(mut document: &[u8]) -> Vec<MetricFamily> {
    let mut families = Vec::new();
    while !document.is_empty() {
        families.push(MetricFamily::decode_length_delimited(&mut document).unwrap());
    }
    families
}
