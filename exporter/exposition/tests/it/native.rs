//! Native histograms in a document that has none.

use kymo_exposition::{Kind, NativeBuckets, NativeHistogram, Number, Value};

use super::document::{family, histogram, series, write};

#[test]
fn a_native_histogram_is_written_in_its_classic_form() {
    let Value::Histogram(classic) = histogram(&[1.0], &[1, 2]) else { unreachable!() };
    let native = NativeHistogram {
        schema: 0,
        zero_threshold: 0.0,
        zero_count: 3,
        positive: NativeBuckets::default(),
        negative: NativeBuckets::default(),
        sum: Number::F64(7.5),
        count: 3,
        exemplars: &[],
        classic: Some(classic),
    };
    let lines = |value: Value<'_>| {
        write(|sink| {
            sink.family(&family("a", Kind::Histogram));
            sink.series(&series(&[], value));
        })
    };
    assert_eq!(lines(Value::NativeHistogram(native)), lines(histogram(&[1.0], &[1, 2])));
}
