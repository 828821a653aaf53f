//! Whether a service keeps its contract.

use std::fs;

use kymo_bridge::Translation;
use kymo_contract::{Contract, Lock};
use kymo_core::{MetricKind, MetricSpec, key};
use kymo_testing::TestMeters;
use opentelemetry::KeyValue;

use crate::{Kept, LATENCY, SHELVES, SOLD, kept, named_by, objection};

/// What is objected to a service that emits this now.
fn changed(kept: &Kept, metrics: &[MetricSpec]) -> String {
    objection(kept, |contract| contract.assert_kept(&Lock::of_declared(metrics)))
}

#[test]
fn a_service_that_changed_nothing_keeps_its_contract() {
    let kept = kept(&[SOLD, LATENCY, SHELVES]);
    assert_eq!(changed(&kept, &[SHELVES, SOLD, LATENCY]), "", "in whatever order");
}

#[test]
fn the_text_is_a_fact_a_line() {
    let expected = "\
names UnderscoreEscapingWithSuffixes

metric books.latency
  kind histogram
  unit s
  scraped books_latency_seconds
  buckets 0.1 2.5
  attribute http.request.method

metric books.sold
  kind counter
  unit {book}
  scraped books_sold_total
  attribute error.type
  attribute url.scheme
";
    let text = Lock::of_declared(&[SOLD, LATENCY]).to_string();
    let text: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(text, expected.lines().collect::<Vec<_>>());
}

#[test]
fn each_change_is_named_and_how_to_accept_it_too() {
    let whole = kept(&[SOLD, LATENCY, SHELVES]);
    let like = |spec: MetricSpec, name, kind, unit| {
        MetricSpec::new(name, kind, unit, "").with_attributes(spec.attributes)
    };
    let renamed = like(SOLD, "books.bought", SOLD.kind, SOLD.unit);
    let poorer = SOLD.with_attributes(&[key::ERROR_TYPE, key::HTTP_REQUEST_METHOD]);
    let other_unit = like(LATENCY, LATENCY.name, LATENCY.kind, "ms");
    let other_kind = like(SHELVES, SHELVES.name, MetricKind::Gauge, SHELVES.unit);
    let buckets = MetricKind::Histogram { buckets: &[0.1, 5.0] };
    let other_buckets = like(LATENCY, LATENCY.name, buckets, LATENCY.unit);
    for (now, expected) in [
        (vec![LATENCY, SHELVES], &["`books.sold` is gone"][..]),
        (
            vec![renamed, LATENCY, SHELVES],
            &[
                "`books.sold` is gone; is it `books.bought` now?",
                "`books.bought` is new: a counter in {book}",
            ],
        ),
        (
            vec![poorer, LATENCY, SHELVES],
            &[
                "`books.sold` has lost the attribute `url.scheme`",
                "`books.sold` has the new attribute `http.request.method`",
            ],
        ),
        (
            vec![SOLD, other_unit, SHELVES],
            &["`books.latency` is a histogram in ms, and was a histogram in s"],
        ),
        (
            vec![SOLD, LATENCY, other_kind],
            &["`shelves` is a gauge in {shelf}, and was an up-down counter in {shelf}"],
        ),
        (
            vec![SOLD, other_buckets, SHELVES],
            &[
                "`books.latency` has lost the buckets `0.1 2.5`",
                "`books.latency` has the new buckets `0.1 5`",
            ],
        ),
    ] {
        let message = changed(&whole, &now);
        let lines: Vec<_> = message.lines().collect();
        let [head, changes @ .., remedy] = &lines[..] else { panic!("{message}") };
        assert_eq!(*head, "what is emitted is not what kymo.lock says:");
        assert_eq!(changes.iter().map(|line| line.trim()).collect::<Vec<_>>(), expected);
        assert!(remedy.contains("KYMO_LOCK=update"), "{remedy}");
    }
    let names = objection(&whole, |contract| {
        contract.assert_kept(&named_by(Translation::NoTranslation, &[SOLD, LATENCY, SHELVES]));
    });
    assert!(names.contains("names are made by NoTranslation, and were by Under"), "{names}");
    assert!(
        names.contains("`books.sold` is scraped as `books.sold`, and was as `books_sold_total`"),
        "{names}"
    );
}

#[test]
fn a_contract_that_is_not_there_or_cannot_be_read_says_what_to_do() {
    let kept = kept(&[SOLD]);
    fs::remove_file(kept.folder.path().join("kymo.lock")).unwrap();
    let message = changed(&kept, &[SOLD]);
    assert!(
        message.starts_with("there is no kymo.lock; run the test")
            && message.contains("KYMO_LOCK=update"),
        "{message}"
    );
    kept.file("kymo.lock", "metric a\n<<<<<<< ours\n");
    let message = changed(&kept, &[SOLD]);
    assert!(message.starts_with("kymo.lock: line 2, `<<<<<<< ours`"), "{message}");
    let folder = Contract::of(kept.folder.path());
    let message = objection(&kept, |_| folder.assert_kept(&Lock::of_declared(&[SOLD])));
    assert!(message.contains("cannot be read"), "{message}");
}

#[test]
fn what_was_recorded_is_emitted_with_all_its_attributes_and_bounds() {
    let meters = TestMeters::new();
    let meter = meters.meter("shop");
    let sold = SOLD.counter(&meter);
    sold.add(1, &[KeyValue::new("genre", "crime")]);
    sold.add(1, &[KeyValue::new("shop", 7)]);
    LATENCY.histogram(&meter).record(0.2, &[]);
    // Of another scope, with other bounds.
    LATENCY.histogram_with(&meters.meter("other"), &[1.0]).record(0.2, &[]);
    let mut lock = named_by(Translation::default(), &[]);
    for metric in &meters.snapshot().metrics {
        lock.record(metric);
    }
    // Of an instrument that may do more.
    lock.make((SOLD.name, SOLD.kind.into(), SOLD.unit), ["known".to_owned()], &[]);
    let text = lock.to_string();
    for line in
        ["attribute genre", "attribute known", "attribute shop", "buckets 0.1 2.5", "buckets 1"]
    {
        assert_eq!(text.matches(&format!("\n  {line}\n")).count(), 1, "{line}: {text}");
    }
    assert_eq!(text.matches("attribute").count(), 3, "{text}");
    assert_eq!(text.matches("metric books.latency").count(), 1, "{text}");
}
