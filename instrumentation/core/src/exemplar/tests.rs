use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use opentelemetry::InstrumentationScope;
use proptest::prelude::*;

use super::*;
use crate::{Attempt, Outcome, Record, Serving};

fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("shop").build()
}

fn trace(number: u64) -> Option<Trace> {
    Trace::new(u128::from(number).to_be_bytes(), number.to_be_bytes())
}

/// The number of the trace of an exemplar.
fn number(exemplar: &Exemplar) -> u64 {
    let trace = exemplar.trace.unwrap();
    let (trace_id, span_id) = (trace.trace_id(), u64::from_be_bytes(trace.span_id()));
    assert_eq!(u128::from_be_bytes(trace_id), u128::from(span_id));
    span_id
}

fn histogram(filter: ExemplarFilter, bounds: &[f64]) -> Arc<MetricExemplars> {
    let all = Exemplars::new(filter).unwrap();
    all.metric(&scope(), "waited", ExemplarSlots::Buckets(bounds.into()))
}

fn counter() -> Arc<MetricExemplars> {
    Exemplars::new(ExemplarFilter::TraceBased).unwrap().metric(&scope(), "sold", ExemplarSlots::One)
}

/// Observes `value` in the trace `number`.
fn observe(metric: &MetricExemplars, number: u64, value: f64) {
    let _serving = Serving::enter(trace(number));
    metric.observe(|| value, &[], || []);
}

/// The traces and the values of the series without attributes, by their buckets.
fn kept(metric: &MetricExemplars) -> Vec<(u64, f64)> {
    metric.of(&[]).iter().map(|exemplar| (number(exemplar), exemplar.value)).collect()
}

/// Lets the exemplar be observed in the past.
fn age(exemplar: Exemplar, seconds: u64) -> Exemplar {
    Exemplar { time: exemplar.time - Duration::from_secs(seconds), ..exemplar }
}

#[test]
fn each_bucket_keeps_the_slowest_of_its_observations() {
    let metric = histogram(ExemplarFilter::TraceBased, &[1.0, 2.0]);
    for (number, value) in [(1, 0.2), (2, 0.9), (3, 0.3), (4, 1.0), (5, 2.0), (6, 1.5), (7, 9.0)] {
        observe(&metric, number, value);
    }
    assert_eq!(kept(&metric), [(4, 1.0), (5, 2.0), (7, 9.0)]);
}

#[test]
fn a_counter_keeps_the_latest_and_none_that_would_make_it_fall() {
    let metric = counter();
    for (number, value) in [(1, 100.0), (2, 1.0), (3, 2.0), (4, 99.0)] {
        observe(&metric, number, value);
        assert_eq!(kept(&metric), [(number, value)]);
    }
    for (number, value) in [(5, -1.0), (6, f64::NAN), (7, f64::INFINITY)] {
        observe(&metric, number, value);
    }
    assert_eq!(kept(&metric), [(4, 99.0)]);
}

#[test]
fn a_failure_takes_the_place_of_a_success_and_age_gives_way() {
    let seen = |is_failed| Seen { trace: trace(1), is_failed };
    let exemplar = |is_failed, value| Exemplar::new(seen(is_failed), value);
    let (fast, slow) = (exemplar(false, 0.1), exemplar(false, 0.9));
    assert!(slow.outdoes(&fast) && !fast.outdoes(&slow));
    let failed = exemplar(true, 0.1);
    assert!(failed.outdoes(&slow) && !slow.outdoes(&failed));
    assert!(!fast.outdoes(&age(slow.clone(), 59)) && fast.outdoes(&age(slow, 61)));
    assert!(fast.outdoes(&age(failed.clone(), 61)));
    // A clock that was set back leaves none for ever.
    let from_the_future = Exemplar { time: failed.time + Duration::from_secs(3600), ..failed };
    assert!(fast.outdoes(&from_the_future));
}

#[test]
fn nothing_is_kept_and_no_slot_is_made_without_a_trace() {
    let metric = histogram(ExemplarFilter::TraceBased, &[1.0]);
    let bound = metric.bind(&[], []);
    // The first look of a thread asks for it.
    bound.observe(|| 0.5);
    bound.observe(|| unreachable!("nobody asks for the value"));
    metric.observe(|| unreachable!("nobody asks for the value"), &[], || []);
    assert!(metric.is_empty());

    let metric = histogram(ExemplarFilter::AlwaysOn, &[1.0]);
    metric.bind(&[], []).observe(|| 0.5);
    let kept = metric.of(&[]);
    assert_eq!((kept.len(), kept[0].trace, kept[0].value), (1, None, 0.5));
    assert!(Exemplars::new(ExemplarFilter::AlwaysOff).is_none());
}

#[test]
fn a_bound_series_is_the_one_of_its_attributes_in_any_order() {
    let metric = counter();
    let (a, b) = (KeyValue::new("a", 1), KeyValue::new("b", 2));
    let dropped = KeyValue::new("client", "7");
    let _serving = Serving::enter(trace(7));
    metric.bind(&[a.clone(), b.clone()], [&dropped]).observe(|| 1.0);
    let kept = metric.of(&[b.clone(), a.clone()]);
    assert_eq!((kept.len(), number(&kept[0])), (1, 7));
    assert_eq!(kept[0].filtered.as_deref(), Some(&[dropped][..]));
    metric.observe(|| 2.0, &[b.clone(), a.clone()], || []);
    assert!(metric.of(&[a.clone(), b.clone()])[0].value > 1.0, "the later one");
    assert!(metric.of(&[a]).is_empty() && metric.of(&[]).is_empty());
}

#[test]
fn instruments_of_one_name_share_and_others_do_not() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let one = all.metric(&scope(), "Sold", ExemplarSlots::One);
    assert!(Arc::ptr_eq(&one, &all.metric(&scope(), "sold", ExemplarSlots::One)));
    assert!(all.of(&scope(), "sold", false).is_none(), "none of its series has any");
    observe(&one, 1, 1.0);
    assert!(all.of(&scope(), "SOLD", false).is_some());
    assert!(all.of(&scope(), "sold", true).is_none());
    assert!(all.of(&InstrumentationScope::default(), "sold", false).is_none());
    assert_eq!((all.named("sold").len(), all.named("stolen").len()), (1, 0));
}

#[test]
fn there_is_room_for_so_many_slots_and_no_more() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let spread = ExemplarSlots::Buckets((0..1023).map(f64::from).collect());
    let metric = all.metric(&scope(), "waited", spread);
    let _serving = Serving::enter(trace(1));
    for series in 0..70 {
        metric.observe(|| 0.5, &[KeyValue::new("series", series)], || []);
    }
    let has_any = |series: &i64| !metric.of(&[KeyValue::new("series", *series)]).is_empty();
    assert_eq!((0..70).filter(has_any).count(), 64);
    assert_eq!((0..64).filter(has_any).count(), 64, "those that came first");
}

#[test]
fn a_metric_has_those_of_so_many_series_and_leaves_room_for_others() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let limits = ExemplarLimits { series: 3, ..ExemplarLimits::default() };
    let found = all.metric_within(&scope(), "found", ExemplarSlots::One, limits);
    let _serving = Serving::enter(trace(1));
    let ask = |metric: &Arc<MetricExemplars>, series| {
        let attributes = [KeyValue::new("query", series)];
        metric.observe(|| 1.0, &attributes, || []);
        metric.bind(&attributes, []).observe(|| 1.0);
        metric.of(&attributes).len()
    };
    assert_eq!([1, 2, 3, 4, 2, 5].map(|series| ask(&found, series)), [1, 1, 1, 0, 1, 0]);
    // By default it is as many as the SDK aggregates.
    let sold = all.metric(&scope(), "sold", ExemplarSlots::One);
    assert_eq!((0..70_000).map(|series| ask(&sold, series)).sum::<usize>(), 2000);
    let lent = all.metric(&scope(), "lent", ExemplarSlots::One);
    assert_eq!(ask(&lent, 1), 1);
}

#[test]
fn where_there_is_no_room_nobody_waits_for_those_who_read() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let limits = ExemplarLimits { series: 1, ..ExemplarLimits::default() };
    let metric = all.metric_within(&scope(), "found", ExemplarSlots::One, limits);
    observe(&metric, 1, 1.0);
    metric.while_read(|| {
        let (metric, query) = (Arc::clone(&metric), KeyValue::new("query", "new"));
        let writing = thread::spawn(move || {
            let _serving = Serving::enter(trace(2));
            metric.observe(|| 1.0, &[query], || []);
        });
        let deadline = Instant::now() + Duration::from_secs(10);
        while !writing.is_finished() && Instant::now() < deadline {
            thread::yield_now();
        }
        assert!(writing.is_finished());
    });
}

#[test]
fn what_was_dropped_is_asked_for_only_where_it_is_kept() {
    let metric = histogram(ExemplarFilter::TraceBased, &[]);
    let dropped = KeyValue::new("client", "x".repeat(1 << 20));
    let _serving = Serving::enter(trace(1));
    metric.observe(|| 2.0, &[], || [&dropped]);
    metric.observe(|| 1.0, &[], || -> [&KeyValue; 0] { unreachable!("the slower one stays") });
    let kept = metric.of(&[]);
    assert_eq!(kept[0].filtered.as_ref().unwrap()[0].value.as_str().len(), 256 - "client".len());
}

#[test]
fn powers_of_two_have_slots_of_their_own() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let metric = all.metric(&scope(), "waited", ExemplarSlots::Powers);
    for (number, value) in [(1, 1.0), (2, 1.9), (3, 2.0), (4, 0.001), (5, -3.0), (6, 0.0)] {
        observe(&metric, number, value);
    }
    let mut kept = kept(&metric);
    kept.sort_by_key(|(number, _)| *number);
    assert_eq!(kept, [(2, 1.9), (3, 2.0), (4, 0.001), (6, 0.0)]);
}

/// Observes into a metric when it is recorded.
struct Observing(Arc<MetricExemplars>);

impl Record for Observing {
    fn record(&mut self, _: Duration, _: Outcome) {
        self.0.observe(|| 1.0, &[], || []);
    }
}

#[test]
fn an_attempt_belongs_to_the_trace_that_it_started_in_wherever_it_is_dropped() {
    let metric = counter();
    let attempt = {
        let _serving = Serving::enter(trace(3));
        Attempt::started(Observing(Arc::clone(&metric)))
    };
    thread::spawn(move || drop(attempt)).join().unwrap();
    assert_eq!(kept(&metric), [(3, 1.0)]);

    // It belongs to that even in another's, and to another's if it had none.
    let attempt = Attempt::started(Observing(Arc::clone(&metric)));
    let _serving = Serving::enter(trace(4));
    drop(attempt);
    assert_eq!(kept(&metric), [(4, 1.0)]);
    let mut attempt = Attempt::new(Observing(Arc::clone(&metric)));
    attempt.start();
    let _inner = Serving::enter(trace(5));
    attempt.finish(Outcome::Success);
    assert_eq!(kept(&metric), [(4, 1.0)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The value is made of the number of the trace, so that one of another observation would show.
    #[test]
    fn no_exemplar_is_put_together_of_two(
        writers in 2..6_usize,
        bounds in proptest::collection::btree_set(1..1000_u16, 0..6),
    ) {
        let bounds: Vec<f64> = bounds.into_iter().map(f64::from).collect();
        let metric = histogram(ExemplarFilter::TraceBased, &bounds);
        let value = |number: u64| (number % 1009) as f64;
        let (start, done) = (Barrier::new(writers + 1), AtomicBool::new(false));
        let checked = thread::scope(|scope| {
            let writing: Vec<_> = (0..writers as u64).map(|writer| {
                let (metric, start) = (&metric, &start);
                scope.spawn(move || {
                    let bound = metric.bind(&[], []);
                    start.wait();
                    for step in 0..400 {
                        let number = 1 + writer + step * 31;
                        let _serving = Serving::enter(trace(number));
                        bound.observe(|| value(number));
                    }
                })
            }).collect();
            let reading = scope.spawn(|| {
                start.wait();
                let mut checked = 0;
                while !done.load(Ordering::Acquire) || checked == 0 {
                    for exemplar in metric.of(&[]) {
                        assert_eq!(exemplar.value.to_bits(), value(number(&exemplar)).to_bits());
                        checked += 1;
                    }
                }
                checked
            });
            for writer in writing {
                writer.join().unwrap();
            }
            done.store(true, Ordering::Release);
            reading.join().unwrap()
        });
        prop_assert!(checked > 0);
        let buckets: Vec<_> = kept(&metric).iter()
            .map(|(_, value)| bounds.partition_point(|bound| bound < value)).collect();
        prop_assert!(buckets.is_sorted_by(|a, b| a < b), "{:?}", buckets);
    }
}
