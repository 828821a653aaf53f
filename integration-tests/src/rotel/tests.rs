use super::dump::points;
use crate::otlp::{Attribute, PointKind, PointValue};

/// As the collector wrote it, but for two of its metrics.
const DUMP: &str = "\u{1b}[2m2026-11-22T19:06:55Z\u{1b}[0m INFO Starting Rotel.
ResourceMetrics #0
Resource SchemaURL: 
Resource attributes:
     -> service.name: Str(x)
ScopeMetrics #0
ScopeMetrics SchemaURL: 
InstrumentationScope sc.ope 1.2
InstrumentationScope attributes:
     -> sa: Str(v)
Metric #0
Descriptor:
     -> Name: c.ounter
     -> Description: desc with 
 newline
     -> Unit: {r}
     -> DataType: Sum
     -> IsMonotonic: true
     -> AggregationTemporality: AGGREGATION_TEMPORALITY_CUMULATIVE
NumberDataPoints #0
Data point attributes:
     -> odd: Str(q\"uo
te (\\)
 ü -> Str(x))
     -> b: Bool(true)
     -> i: Int(42)
     -> d: Double(1.5)
     -> arr: Slice(Str(x), Str(y, z))
     -> none: Slice()
     -> empty: Str()
StartTimestamp: 1700000000000000000
Timestamp: 1700000001000000000
Value: 7
NumberDataPoints #1
StartTimestamp: 1700000000000000000
Timestamp: 1700000001000000000
Value: NaN
Metric #3
Descriptor:
     -> Name: hist
     -> Description: 
     -> Unit: s
     -> DataType: Histogram
     -> AggregationTemporality: AGGREGATION_TEMPORALITY_DELTA
HistogramDataPoints #0
Data point attributes:
     -> b: Bool(true)
StartTimestamp: 1700000000000000000
Timestamp: 1700000000000000001
Count: 6
Sum: 12.5
Min: 0.1
Max: 8
ExplicitBounds #0: 0.5
ExplicitBounds #1: 5
Buckets #0, Count: 1
Buckets #1, Count: 2
Buckets #2, Count: 3
";

#[test]
fn a_dump_is_read_back() {
    let read = points(DUMP);
    assert_eq!(read.len(), 3);
    let counter = &read[0];
    assert_eq!(counter.resource, [("service.name".into(), Attribute::Text("x".into()))].into());
    assert_eq!((&*counter.scope.name, &*counter.scope.version), ("sc.ope", "1.2"));
    assert_eq!(counter.scope.attributes["sa"], Attribute::Text("v".into()));
    assert_eq!((&*counter.name, &*counter.unit), ("c.ounter", "{r}"));
    assert_eq!(counter.description, "desc with \n newline");
    assert_eq!((counter.kind, counter.cumulative), (PointKind::Counter, true));
    assert_eq!(counter.value, PointValue::Number(7.0));
    assert_eq!(
        (counter.start, counter.time),
        (1_700_000_000_000_000_000, 1_700_000_001_000_000_000)
    );
    let text = |text: &str| Attribute::Text(text.into());
    let odd = counter.attributes.clone();
    assert_eq!(odd.len(), 7);
    assert_eq!(odd["odd"], text("q\"uo\nte (\\)\n ü -> Str(x)"));
    assert_eq!((&odd["b"], &odd["i"]), (&Attribute::Bool(true), &Attribute::Int(42)));
    assert_eq!((&odd["d"], &odd["empty"]), (&Attribute::Double(1.5), &text("")));
    assert_eq!(odd["arr"], Attribute::List(vec![text("x"), text("y, z")]));
    assert_eq!(odd["none"], Attribute::List(Vec::new()));
    assert!(read[1].number().is_nan() && read[1].attributes.is_empty());
    assert_eq!((read[2].kind, read[2].cumulative), (PointKind::Histogram, false));
    let (bounds, counts) = (vec![0.5, 5.0], vec![1, 2, 3]);
    assert_eq!(read[2].value, PointValue::Buckets { count: 6, sum: 12.5, bounds, counts });
}

#[test]
fn what_is_cut_off_is_left_out() {
    for (last, whole) in [("Buckets #2", 2), ("Count: 6", 2), ("Value: NaN", 1), ("Value: 7", 0)] {
        let cut = &DUMP[..DUMP.find(last).unwrap()];
        assert_eq!(points(cut).len(), whole, "before {last}");
    }
}
