use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use opentelemetry::{
    Context, InstrumentationScope,
    trace::{SpanContext, TraceContextExt, TraceFlags, TraceState},
};
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
    all.metric(&scope(), "waited", "s", ExemplarSlots::Buckets(bounds.into()))
}

fn counter() -> Arc<MetricExemplars> {
    Exemplars::new(ExemplarFilter::TraceBased).unwrap().metric(
        &scope(),
        "sold",
        "",
        ExemplarSlots::One,
    )
}

/// Observes `value` in the trace `number`.
fn observe(metric: &MetricExemplars, number: u64, value: f64) {
    let _serving = Serving::enter(trace(number));
    metric.observe(|| value, &[], || []);
}

/// The exemplars of the series with `attributes`.
fn of(metric: &MetricExemplars, attributes: &[KeyValue]) -> Vec<Exemplar> {
    let mut found = Vec::new();
    metric.find(|| attributes, &mut found);
    found
}

/// The traces and the values of the series without attributes, by their buckets.
fn kept(metric: &MetricExemplars) -> Vec<(u64, f64)> {
    of(metric, &[]).iter().map(|exemplar| (number(exemplar), exemplar.value)).collect()
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
    let exemplar = |is_failed, value| Exemplar::new(trace(1), is_failed, value);
    let (fast, slow) = (exemplar(false, 0.1), exemplar(false, 0.9));
    assert!(slow.outdoes(&fast, None) && !fast.outdoes(&slow, None));
    let failed = exemplar(true, 0.1);
    assert!(failed.outdoes(&slow, None) && !slow.outdoes(&failed, None));
    assert!(!fast.outdoes(&age(slow.clone(), 59), None) && fast.outdoes(&age(slow, 61), None));
    assert!(fast.outdoes(&age(failed.clone(), 61), None));
    // A clock that was set back leaves none for ever.
    let from_the_future = Exemplar { time: failed.time + Duration::from_secs(3600), ..failed };
    assert!(fast.outdoes(&from_the_future, None));
}

#[test]
fn what_was_told_gives_way_and_what_came_later_does_not() {
    let told = |metric: &MetricExemplars| metric.tell(kept_first(metric).time);
    let metric = histogram(ExemplarFilter::TraceBased, &[1.0]);
    observe(&metric, 1, 0.9);
    observe(&metric, 2, 0.1);
    assert_eq!(kept(&metric), [(1, 0.9)]);
    told(&metric);
    assert_eq!(kept(&metric), [(1, 0.9)], "for others who read it");
    thread::sleep(Duration::from_millis(1));
    observe(&metric, 3, 0.2);
    observe(&metric, 4, 0.1);
    assert_eq!(kept(&metric), [(3, 0.2)]);
    // Not even a failure stays that was told.
    let failed = [KeyValue::new("error.type", "500")];
    {
        let _serving = Serving::enter(trace(5));
        metric.observe(|| 0.5, &[], || &failed);
    }
    assert_eq!(kept(&metric), [(5, 0.5)]);
    told(&metric);
    thread::sleep(Duration::from_millis(1));
    observe(&metric, 6, 0.1);
    assert_eq!(kept(&metric), [(6, 0.1)]);
}

#[test]
fn what_has_an_error_type_failed_be_it_that_a_view_dropped_it() {
    let failed = [KeyValue::new("error.type", "timeout")];
    let values = |metric: &MetricExemplars, attributes: &[KeyValue]| -> Vec<f64> {
        of(metric, attributes).iter().map(|one| one.value).collect()
    };
    let metric = histogram(ExemplarFilter::TraceBased, &[1.0]);
    let _serving = Serving::enter(trace(1));
    metric.observe(|| 0.9, &[], || []);
    metric.observe(|| 0.2, &[], || &failed);
    metric.observe(|| 0.8, &[], || []);
    assert_eq!(values(&metric, &[]), [0.2], "a failure stays");
    metric.bind(&[], || []).observe(|| 0.95);
    metric.bind(&[], || &failed).observe(|| 0.3);
    assert_eq!(values(&metric, &[]), [0.3]);
    // In a series of failures each is one.
    for value in [0.2, 0.1] {
        metric.observe(|| value, &failed, || []);
    }
    metric.bind(&failed, || []).observe(|| 0.15);
    assert_eq!(values(&metric, &failed), [0.2]);
}

/// A delivered body is dropped without its end: whoever corrects an outcome says so by the attributes alone.
#[test]
fn how_an_attempt_ended_does_not_tell_whether_its_series_is_of_failures() {
    let metric = histogram(ExemplarFilter::TraceBased, &[1.0]);
    let _serving = Serving::enter(trace(1));
    let end = |value, outcome: Outcome| {
        Attempt::started(Measuring(Arc::clone(&metric), value)).finish(outcome);
        kept_first(&metric).value
    };
    let ends = [(0.9, Outcome::Success), (0.1, Outcome::Cancelled), (0.95, Outcome::Success)];
    assert_eq!(ends.map(|(value, outcome)| end(value, outcome)).to_vec(), vec![0.9, 0.9, 0.95]);
}

/// The first of the series without attributes.
fn kept_first(metric: &MetricExemplars) -> Exemplar {
    of(metric, &[]).swap_remove(0)
}

/// Observes a value when it is recorded.
struct Measuring(Arc<MetricExemplars>, f64);

impl Record for Measuring {
    fn record(&mut self, _: Duration, _: Outcome) {
        self.0.observe(|| self.1, &[], || []);
    }
}

#[test]
fn metrics_of_one_name_and_two_units_share_none() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let [seconds, millis] =
        ["s", "ms"].map(|unit| all.metric(&scope(), "waited", unit, ExemplarSlots::Powers));
    observe(&seconds, 1, 0.25);
    observe(&millis, 2, 250.0);
    assert_eq!((kept(&seconds), kept(&millis)), (vec![(1, 0.25)], vec![(2, 250.0)]));
    let found = all.of(&scope(), "waited", "ms", true).unwrap();
    assert!(Arc::ptr_eq(&found, &millis) && all.of(&scope(), "waited", "", true).is_none());
    assert_eq!(all.named("waited").len(), 2);
}

#[test]
fn of_attributes_with_one_key_the_first_counts() {
    let metric = counter();
    let [one, two, b] = [KeyValue::new("a", 1), KeyValue::new("a", 2), KeyValue::new("b", 1)];
    let _serving = Serving::enter(trace(1));
    metric.observe(|| 1.0, &[one.clone(), b.clone(), two.clone()], || []);
    metric.bind(&[b.clone(), two.clone(), one.clone()], || []).observe(|| 2.0);
    let value = |attributes: &[KeyValue]| of(&metric, attributes).first().map(|one| one.value);
    assert_eq!(value(&[one.clone(), b.clone()]), Some(1.0));
    assert_eq!(value(&[one.clone(), two.clone(), b.clone()]), Some(1.0), "as the SDK may show it");
    assert_eq!((value(&[two, b.clone()]), value(&[one]), value(&[b])), (Some(2.0), None, None));
}

#[test]
fn nothing_is_kept_and_no_slot_is_made_without_a_trace() {
    let metric = histogram(ExemplarFilter::TraceBased, &[1.0]);
    let bound = metric.bind(&[], || []);
    // The first look of a thread asks for it.
    bound.observe(|| 0.5);
    bound.observe(|| unreachable!("nobody asks for the value"));
    metric.observe(|| unreachable!("nobody asks for the value"), &[], || []);
    assert!(metric.is_empty());

    let metric = histogram(ExemplarFilter::AlwaysOn, &[1.0]);
    metric.bind(&[], || []).observe(|| 0.5);
    let kept = of(&metric, &[]);
    assert_eq!((kept.len(), kept[0].trace, kept[0].value), (1, None, 0.5));
    assert!(Exemplars::new(ExemplarFilter::AlwaysOff).is_none());
}

#[test]
fn a_bound_series_is_the_one_of_its_attributes_in_any_order() {
    let metric = counter();
    let (a, b) = (KeyValue::new("a", 1), KeyValue::new("b", 2));
    let dropped = KeyValue::new("client", "7");
    let _serving = Serving::enter(trace(7));
    metric.bind(&[a.clone(), b.clone()], || [&dropped]).observe(|| 1.0);
    let kept = of(&metric, &[b.clone(), a.clone()]);
    assert_eq!((kept.len(), number(&kept[0])), (1, 7));
    assert_eq!(kept[0].filtered.as_deref(), Some(&[dropped][..]));
    metric.observe(|| 2.0, &[b.clone(), a.clone()], || []);
    assert!(of(&metric, &[a.clone(), b.clone()])[0].value > 1.0, "the later one");
    assert!(of(&metric, &[a]).is_empty() && of(&metric, &[]).is_empty());
}

#[test]
fn instruments_of_one_name_share_and_others_do_not() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let one = all.metric(&scope(), "Sold", "", ExemplarSlots::One);
    assert!(Arc::ptr_eq(&one, &all.metric(&scope(), "sold", "", ExemplarSlots::One)));
    assert!(all.of(&scope(), "sold", "", false).is_none(), "none of its series has any");
    observe(&one, 1, 1.0);
    assert!(all.of(&scope(), "SOLD", "", false).is_some());
    assert!(all.of(&scope(), "sold", "", true).is_none());
    assert!(all.of(&InstrumentationScope::default(), "sold", "", false).is_none());
    assert_eq!((all.named("sold").len(), all.named("stolen").len()), (1, 0));
}

#[test]
fn there_is_room_for_so_many_slots_and_no_more() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let spread = ExemplarSlots::Buckets((0..1023).map(f64::from).collect());
    let metric = all.metric(&scope(), "waited", "s", spread);
    let _serving = Serving::enter(trace(1));
    for series in 0..70 {
        metric.observe(|| 0.5, &[KeyValue::new("series", series)], || []);
    }
    let has_any = |series: &i64| !of(&metric, &[KeyValue::new("series", *series)]).is_empty();
    assert_eq!((0..70).filter(has_any).count(), 64);
    assert_eq!((0..64).filter(has_any).count(), 64, "those that came first");
}

#[test]
fn a_metric_has_those_of_so_many_series_and_leaves_room_for_others() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let limits = ExemplarLimits { series: 3, ..ExemplarLimits::default() };
    let found = all.metric_within(&scope(), "found", "", ExemplarSlots::One, limits);
    let _serving = Serving::enter(trace(1));
    let ask = |metric: &Arc<MetricExemplars>, series| {
        let attributes = [KeyValue::new("query", series)];
        metric.observe(|| 1.0, &attributes, || []);
        metric.bind(&attributes, || []).observe(|| 1.0);
        of(metric, &attributes).len()
    };
    assert_eq!([1, 2, 3, 4, 2, 5].map(|series| ask(&found, series)), [1, 1, 1, 0, 1, 0]);
    // By default it is as many as the SDK aggregates.
    let sold = all.metric(&scope(), "sold", "", ExemplarSlots::One);
    assert_eq!((0..70_000).map(|series| ask(&sold, series)).sum::<usize>(), 2000);
    let lent = all.metric(&scope(), "lent", "", ExemplarSlots::One);
    assert_eq!(ask(&lent, 1), 1);
}

#[test]
fn where_there_is_no_room_nobody_waits_for_those_who_read() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let limits = ExemplarLimits { series: 1, ..ExemplarLimits::default() };
    let metric = all.metric_within(&scope(), "found", "", ExemplarSlots::One, limits);
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
    let recorded = allocation_counter::measure(|| metric.observe(|| 1.0, &[], || [&dropped]));
    assert_eq!(recorded.count_total, 0, "the slower one stays");
    let kept = of(&metric, &[]);
    assert_eq!(kept[0].filtered.as_ref().unwrap()[0].value.as_str().len(), 256 - "client".len());
}

#[test]
fn what_was_dropped_is_kept_nowhere_where_nobody_wants_it() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap().without_filtered();
    let metric = all.metric(&scope(), "sold", "", ExemplarSlots::One);
    let dropped = [KeyValue::new("client", "7"), KeyValue::new("error.type", "500")];
    let _serving = Serving::enter(trace(1));
    metric.observe(|| 2.0, &[], || &dropped);
    assert_eq!(kept_first(&metric).filtered, None);
    metric.bind(&[], || &dropped).observe(|| 3.0);
    let kept = kept_first(&metric);
    assert_eq!((kept.filtered, kept.value.to_bits()), (None, 3.0_f64.to_bits()));
}

#[test]
fn powers_of_two_have_slots_of_their_own() {
    let all = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
    let metric = all.metric(&scope(), "waited", "s", ExemplarSlots::Powers);
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

#[test]
fn an_attempt_whose_trace_nobody_keeps_leads_to_no_other() {
    let metric = counter();
    let start = || Attempt::started(Observing(Arc::clone(&metric)));
    let unsampled = {
        let state = TraceState::NONE;
        let span = SpanContext::new(9_u128.into(), 9.into(), TraceFlags::default(), false, state);
        let _attached = Context::new().with_remote_span_context(span).attach();
        let mut later = Attempt::new(Observing(Arc::clone(&metric)));
        later.start();
        let beside =
            Attempt::started_beside(&later, Instant::now(), Observing(Arc::clone(&metric)));
        [start(), later, beside]
    };
    let told = {
        let mut told = start();
        told.belong_to(None);
        let _recording = Serving::record(None);
        [told, start()]
    };
    let _serving = Serving::enter(trace(4));
    drop((unsampled, told));
    assert!(metric.is_empty());
    drop(start());
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
                    let bound = metric.bind(&[], || []);
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
                    for exemplar in of(&metric, &[]) {
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
