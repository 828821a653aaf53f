//! The ninth law.

use kymo_core::{OperationKind, key, metrics::OUTSIDE};
use opentelemetry::Value;

use super::{
    law::{counted, operations},
    subject::Subject,
};
use crate::{Snapshot, TestBed, UnitOfWork};

/// Law 9: however an operation ends, in an account or outside of any.
pub(super) async fn an_operation_is_entered_as_often_as_it_is_observed<S: Subject>(
    kind: OperationKind,
) {
    is_entered::<S>(kind, "a success", async |subject: &S| subject.succeed().await).await;
    is_entered::<S>(kind, "a failure", async |subject: &S| subject.fail().await).await;
    is_entered::<S>(kind, "what is dropped", async |subject: &S| subject.cancel().await).await;
    is_entered::<S>(kind, "a panic", async |subject: &S| subject.panic().await).await;
    let law = "what unwinds while it is dropped";
    is_entered::<S>(kind, law, async |subject: &S| subject.panic_in_drop().await).await;
    let law = "what something else unwinds";
    is_entered::<S>(kind, law, async |subject: &S| subject.cancel_by_panic().await).await;
}

async fn is_entered<S: Subject>(kind: OperationKind, what: &str, operate: impl AsyncFn(&S)) {
    let name = kind.name();
    let telemetry = S::Telemetry::fresh();
    operate(&S::new(Some(&telemetry))).await;
    let snapshot = telemetry.snapshot();
    let (observed, outside) = (operations(&snapshot, S::OPERATIONS), outside(&snapshot, kind));
    assert_eq!(
        outside, observed,
        "law 9: {what} in no account is counted outside (left) as often as it is observed (right), as \
         `{name}`\n{snapshot}"
    );

    let telemetry = S::Telemetry::fresh();
    let subject = S::new(Some(&telemetry));
    let mut account = UnitOfWork::new();
    account.around(operate(&subject)).await;
    let bill = account.end();
    let snapshot = telemetry.snapshot();
    let observed = operations(&snapshot, S::OPERATIONS);
    assert_eq!(
        u64::from(bill.operations(kind)),
        observed,
        "law 9: {what} is entered (left) as often as it is observed (right), as `{name}`\n{snapshot}"
    );
    let outside = self::outside(&snapshot, kind);
    assert_eq!(outside, 0, "law 9: {what} in an account is not outside of it\n{snapshot}");
}

/// How many operations of this kind were in no account.
fn outside(snapshot: &Snapshot, kind: OperationKind) -> u64 {
    let is_of_kind = |value: &Value| value.as_str() == kind.name();
    let series = snapshot.named(OUTSIDE.name).flat_map(|metric| &metric.series);
    let of_kind = series
        .filter(|series| series.attributes.get(key::OPERATION_KIND.name).is_some_and(is_of_kind));
    of_kind.map(|series| counted(&series.reading)).sum()
}
