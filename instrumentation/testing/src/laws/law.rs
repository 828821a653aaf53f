//! The laws.

use std::{
    collections::BTreeSet,
    future::{Future, poll_fn},
    task::Poll,
};

use kymo_core::key;
use opentelemetry::Value;

use super::{
    entered::an_operation_is_entered_as_often_as_it_is_observed, subject::Subject, traced::Traced,
};
use crate::{
    Buckets, Histogram, Kind, Number, Reading, Snapshot, TestBed, declaration,
    lint::{Finding, Rule, declarations},
};

/// Holds `S` to the nine laws.
///
/// # Panics
///
/// When `S` breaks one; the message says which, and shows what was recorded.
pub async fn hold<S: Subject>() {
    the_declaration_is_sound::<S>();
    a_success_is_one_observation_without_an_error_type::<S>().await;
    a_failure_is_one_observation_with_a_bounded_error_type::<S>().await;
    different_failures_share_a_few_error_types::<S>().await;
    a_cancellation_is_one_observation_that_says_so::<S>().await;
    what_is_under_way_is_in_flight::<S>().await;
    clients_make_a_bounded_number_of_series::<S>().await;
    the_caller_sees_what_it_would_see_without::<S>().await;
    what_unwinds_is_a_panic_and_what_is_dropped_by_another_is_cancelled::<S>().await;
    if S::IS_TRACED {
        what_is_traced_has_an_exemplar::<S>().await;
    }
    if let Some(kind) = S::KIND {
        an_operation_is_entered_as_often_as_it_is_observed::<S>(kind).await;
    }
}

/// Before the laws: what is named is declared, and what is declared is conventional.
fn the_declaration_is_sound<S: Subject>() {
    let declared = S::declared();
    for name in [S::OPERATIONS].iter().chain(S::IN_FLIGHT) {
        let known = declared.iter().any(|metric| metric.name == *name);
        assert!(known, "law 5: `{name}` is not among the declared metrics");
    }
    let findings = declarations(&declared);
    let lines: Vec<_> = findings.iter().map(Finding::to_string).collect();
    assert!(findings.is_empty(), "law 5: the declaration is to be mended: {}", lines.join("; "));
}

/// Law 1, and law 4 after it.
async fn a_success_is_one_observation_without_an_error_type<S: Subject>() {
    let telemetry = S::Telemetry::fresh();
    S::new(Some(&telemetry)).succeed().await;
    let snapshot = observed_once::<S>(&telemetry, "law 1: a success is exactly one observation");
    let errors = error_types(&snapshot, S::OPERATIONS);
    assert!(
        errors.is_empty(),
        "law 1: a success has no error.type, but this has {errors:?}\n{snapshot}"
    );
}

/// Law 2, and law 4 after it.
async fn a_failure_is_one_observation_with_a_bounded_error_type<S: Subject>() {
    let telemetry = S::Telemetry::fresh();
    S::new(Some(&telemetry)).fail().await;
    let snapshot = observed_once::<S>(&telemetry, "law 2: a failure is exactly one observation");
    let errors = error_types(&snapshot, S::OPERATIONS);
    assert_eq!(errors.len(), 1, "law 2: a failure has an error.type\n{snapshot}");
    let message = errors.iter().find(|error| error.is_empty() || error.contains(' '));
    assert!(
        message.is_none(),
        "law 2: an error.type is a class, such as `timeout`, and not a message: {message:?}"
    );
}

/// How many failures of their own law 2 asks for, and how many `error.type`s they may have: there
/// are a hundred statuses of servers' errors.
const FAILURES: u32 = 150;
const ERROR_TYPES: usize = 100;

/// Law 2, for many failures.
async fn different_failures_share_a_few_error_types<S: Subject>() {
    let telemetry = S::Telemetry::fresh();
    let subject = S::new(Some(&telemetry));
    for n in 0..FAILURES {
        subject.fail_as(n).await;
    }
    let snapshot = telemetry.snapshot();
    let errors = error_types(&snapshot, S::OPERATIONS).len();
    assert!(
        errors <= ERROR_TYPES,
        "law 2: an error.type is a class: {FAILURES} different failures have {errors} of them"
    );
    let counted = operations(&snapshot, S::OPERATIONS);
    let is_each = counted == 0 || counted == u64::from(FAILURES);
    assert!(
        is_each,
        "law 2: each failure is one observation, but of {FAILURES} there are {counted}"
    );
}

/// Law 3, and law 4 after it.
async fn a_cancellation_is_one_observation_that_says_so<S: Subject>() {
    let law = "law 3: an operation that was dropped";
    ends_in::<S>(law, "cancelled", async |subject: &S| subject.cancel().await).await;
}

/// Law 4, while an operation is under way.
async fn what_is_under_way_is_in_flight<S: Subject>() {
    let telemetry = S::Telemetry::fresh();
    let subject = S::new(Some(&telemetry));
    let mut operation = Box::pin(subject.stay());
    let polled = poll_fn(|context| Poll::Ready(operation.as_mut().poll(context)));
    if S::IN_FLIGHT.is_empty() || polled.await.is_ready() {
        return;
    }
    let snapshot = telemetry.snapshot();
    let in_flight = |name: &&str| {
        let series = snapshot.named(name).flat_map(|metric| &metric.series);
        series.filter_map(|series| series.reading.number()).map(Number::as_f64).sum()
    };
    let most = S::IN_FLIGHT.iter().map(in_flight).fold(0.0, f64::max);
    let is_one = (most - 1.0).abs() < f64::EPSILON;
    let names = S::IN_FLIGHT.join("` or `");
    assert!(is_one, "law 4: one operation is under way, but `{names}` reads {most}\n{snapshot}");
    drop(operation);
    nothing_is_in_flight::<S>(&telemetry.snapshot());
}

/// Law 7, and law 4 after it.
async fn what_unwinds_is_a_panic_and_what_is_dropped_by_another_is_cancelled<S: Subject>() {
    let law = "law 7: an operation whose own code unwound";
    ends_in::<S>(law, "panic", async |subject: &S| subject.panic().await).await;
    let law = "law 7: an operation whose own code unwound while it was dropped";
    ends_in::<S>(law, "panic", async |subject: &S| subject.panic_in_drop().await).await;
    let law = "law 7: an operation that was dropped because something else unwound";
    ends_in::<S>(law, "cancelled", async |subject: &S| subject.cancel_by_panic().await).await;
}

/// The one operation is one observation, and its only `error.type` is `error`.
async fn ends_in<S: Subject>(law: &str, error: &str, operate: impl AsyncFn(&S)) {
    let telemetry = S::Telemetry::fresh();
    operate(&S::new(Some(&telemetry))).await;
    let snapshot = observed_once::<S>(&telemetry, &format!("{law} is exactly one observation"));
    let errors = error_types(&snapshot, S::OPERATIONS);
    let wanted = BTreeSet::from([error.to_owned()]);
    assert_eq!(errors, wanted, "{law} has the error.type `{error}`\n{snapshot}");
}

/// Law 5, and law 4 after it.
async fn clients_make_a_bounded_number_of_series<S: Subject>() {
    let telemetry = S::Telemetry::fresh();
    let subject = S::new(Some(&telemetry));
    for n in 0..S::CLIENTS {
        subject.client(n).await;
    }
    let snapshot = telemetry.snapshot();
    let metrics = snapshot.named(S::OPERATIONS);
    let series: usize = metrics.map(|metric| metric.series.len()).sum();
    assert!(
        series <= S::SERIES,
        "law 5: clients made {series} series of `{}`, more than {}",
        S::OPERATIONS,
        S::SERIES
    );
    let counted = operations(&snapshot, S::OPERATIONS);
    assert_eq!(counted, u64::from(S::CLIENTS), "law 5: each is counted, whatever it is called");
    nothing_is_in_flight::<S>(&snapshot);
    nothing_is_undeclared::<S>(&snapshot);
}

/// Law 6.
async fn the_caller_sees_what_it_would_see_without<S: Subject>() {
    let telemetry = S::Telemetry::fresh();
    let measured = S::new(Some(&telemetry)).transcript().await;
    let bare = S::new(None).transcript().await;
    assert_eq!(measured, bare, "law 6: whoever uses it sees the same, measured (left) and bare");
}

/// Law 8: whether a tracer of the program or a client knows the trace, and however the operation ends.
async fn what_is_traced_has_an_exemplar<S: Subject>() {
    for (number, traced) in [(1, Traced::new as fn(u64) -> Traced), (2, Traced::sent)] {
        let traced = traced(number);
        leads_to::<S>(&traced, async |subject: &S| subject.succeed().await).await;
        leads_to::<S>(&traced, async |subject: &S| subject.fail().await).await;
        leads_to::<S>(&traced, async |subject: &S| subject.cancel().await).await;
        leads_to::<S>(&traced, async |subject: &S| subject.panic().await).await;
    }
}

/// Law 8, of an operation that is `traced`.
async fn leads_to<S: Subject>(traced: &Traced, operate: impl AsyncFn(&S)) {
    let telemetry = S::Telemetry::fresh();
    let subject = S::new(Some(&telemetry));
    traced.around(operate(&subject)).await;
    let law = "law 8: an operation in a trace";
    let Some(exemplars) = telemetry.exemplars(S::OPERATIONS) else {
        panic!(
            "{law} asks a telemetry that keeps exemplars; give the subject one, or say `IS_TRACED`"
        );
    };
    let snapshot = observed_once::<S>(&telemetry, &format!("{law} is exactly one observation"));
    let name = S::OPERATIONS;
    let known: Vec<_> = exemplars.iter().map(|(_, exemplar)| exemplar.trace).collect();
    assert_eq!(known, [traced.trace()], "{law} has one exemplar of `{name}`\n{snapshot}");
    let series = || snapshot.named(name).flat_map(|metric| &metric.series);
    let sum: f64 = series().map(|series| sum(&series.reading)).sum();
    let (end, value) = (exemplars[0].0, exemplars[0].1.value);
    let is_it = (sum - value).abs() <= f64::EPSILON * sum.abs();
    assert!(is_it, "{law} has an exemplar of its value {sum}, not of {value}\n{snapshot}");
    for (lower, upper) in series().filter_map(|series| bucket(&series.reading)) {
        let is_there = end.to_bits() == upper.to_bits() && lower < value && value <= upper;
        assert!(
            is_there,
            "{law} has its exemplar {value} in its bucket, which is above {lower} to {upper}, and not in the \
             one to {end}\n{snapshot}"
        );
    }
}

#[track_caller]
fn observed_once<S: Subject>(telemetry: &S::Telemetry, law: &str) -> Snapshot {
    let snapshot = telemetry.snapshot();
    let counted = operations(&snapshot, S::OPERATIONS);
    assert_eq!(counted, 1, "{law} of `{}`\n{snapshot}", S::OPERATIONS);
    nothing_is_in_flight::<S>(&snapshot);
    nothing_is_undeclared::<S>(&snapshot);
    snapshot
}

/// Law 4. What goes up in one series and comes down in another adds up to 0, and is wrong.
#[track_caller]
fn nothing_is_in_flight<S: Subject>(snapshot: &Snapshot) {
    let was_there = |name: &&str| snapshot.named(name).next().is_some();
    assert!(
        S::IN_FLIGHT.is_empty() || S::IN_FLIGHT.iter().any(was_there),
        "law 4: nothing was ever in flight: nothing was recorded of `{}`\n{snapshot}",
        S::IN_FLIGHT.join("` or `")
    );
    for metric in S::IN_FLIGHT.iter().flat_map(|name| snapshot.named(name)) {
        for series in &metric.series {
            let is_zero = series.reading.number().is_some_and(|number| number.agrees(0));
            let name = &metric.name;
            assert!(is_zero, "law 4: nothing is in flight any more, but `{name}` reads {series}");
        }
    }
}

/// Law 5, apart from clients.
#[track_caller]
fn nothing_is_undeclared<S: Subject>(snapshot: &Snapshot) {
    if let Some(objection) = declaration::objection(&S::declared(), snapshot) {
        panic!("law 5: {objection}\n{snapshot}");
    }
    let unbounded = snapshot.lint().into_iter().find(|finding| finding.rule == Rule::Unbounded);
    if let Some(finding) = unbounded {
        panic!("law 5: {finding}");
    }
}

/// How many operations a counter or a histogram counted, in all its series.
pub(super) fn operations(snapshot: &Snapshot, name: &str) -> u64 {
    let metrics = snapshot.named(name).filter(|metric| metric.kind != Kind::Gauge);
    metrics.flat_map(|metric| &metric.series).map(|series| counted(&series.reading)).sum()
}

/// Of the operations that were counted: a series that is there before its first failure tells of
/// none.
fn error_types(snapshot: &Snapshot, name: &str) -> BTreeSet<String> {
    let series = snapshot.named(name).flat_map(|metric| &metric.series);
    let happened = series.filter(|series| counted(&series.reading) > 0);
    let errors = happened.filter_map(|series| series.attributes.get(key::ERROR_TYPE.name));
    errors.map(Value::to_string).collect()
}

/// The bounds of the bucket with the one observation of a histogram.
fn bucket(reading: &Reading) -> Option<(f64, f64)> {
    let Reading::Histogram(Histogram { buckets: Buckets::Explicit(buckets), .. }) = reading else {
        return None;
    };
    let at = buckets.iter().position(|bucket| bucket.count > 0)?;
    let lower = at.checked_sub(1).map_or(f64::NEG_INFINITY, |before| buckets[before].upper);
    Some((lower, buckets[at].upper))
}

/// The sum of all that was observed.
fn sum(reading: &Reading) -> f64 {
    match reading {
        Reading::Histogram(histogram) => histogram.sum.as_f64(),
        Reading::Number(number) => number.as_f64(),
    }
}

pub(super) fn counted(reading: &Reading) -> u64 {
    match reading {
        Reading::Histogram(histogram) => histogram.count,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        Reading::Number(number) => number.as_f64() as u64,
    }
}
