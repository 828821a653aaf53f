//! The seven laws.

use std::collections::BTreeSet;

use kymo_core::key;
use opentelemetry::Value;

use super::subject::Subject;
use crate::{
    Kind, Reading, Snapshot, TestBed, declaration,
    lint::{Finding, Rule, declarations},
};

/// Holds `S` to the seven laws.
///
/// # Panics
///
/// When `S` breaks one; the message says which, and shows what was recorded.
pub async fn hold<S: Subject>() {
    the_declaration_is_sound::<S>();
    a_success_is_one_observation_without_an_error_type::<S>().await;
    a_failure_is_one_observation_with_a_bounded_error_type::<S>().await;
    a_cancellation_is_one_observation_that_says_so::<S>().await;
    strangers_make_a_bounded_number_of_series::<S>().await;
    the_caller_sees_what_it_would_see_without::<S>().await;
    what_unwinds_is_a_panic_and_what_is_dropped_by_another_is_cancelled::<S>().await;
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

/// Law 3, and law 4 after it.
async fn a_cancellation_is_one_observation_that_says_so<S: Subject>() {
    let law = "law 3: an operation that was dropped";
    ends_in::<S>(law, "cancelled", async |subject: &S| subject.cancel().await).await;
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
async fn strangers_make_a_bounded_number_of_series<S: Subject>() {
    let telemetry = S::Telemetry::fresh();
    let subject = S::new(Some(&telemetry));
    for n in 0..S::STRANGERS {
        subject.stranger(n).await;
    }
    let snapshot = telemetry.snapshot();
    let metrics = snapshot.named(S::OPERATIONS);
    let series: usize = metrics.map(|metric| metric.series.len()).sum();
    assert!(
        series <= S::SERIES,
        "law 5: strangers made {series} series of `{}`, more than {}",
        S::OPERATIONS,
        S::SERIES
    );
    let counted = operations(&snapshot, S::OPERATIONS);
    assert_eq!(counted, u64::from(S::STRANGERS), "law 5: each is counted, whatever it is called");
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

/// Law 5, apart from strangers.
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
fn operations(snapshot: &Snapshot, name: &str) -> u64 {
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

fn counted(reading: &Reading) -> u64 {
    match reading {
        Reading::Histogram(histogram) => histogram.count,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        Reading::Number(number) => number.as_f64() as u64,
    }
}
