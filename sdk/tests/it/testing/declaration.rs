//! Nothing but what is declared.

use kymo::{
    MetricKind, MetricSpec, key::BudgetedKey, opentelemetry::KeyValue, testing::TestTelemetry,
};

use super::message;

const SHOP: BudgetedKey = BudgetedKey::new("shop.name", 2, "Which shop.");

const SOLD: MetricSpec =
    MetricSpec::new("books.sold", MetricKind::Counter, "{book}", "Books sold.")
        .with_attributes(&[SHOP.key]);

#[test]
fn an_attribute_takes_as_many_values_as_its_budget_and_one_more() {
    let telemetry = TestTelemetry::new();
    let sold = SOLD.counter(&telemetry.meter("shop"));
    for shop in ["arrakis", "caladan", "_OTHER"] {
        sold.add(1, &[SHOP.of(shop)]);
    }
    telemetry.snapshot().assert_declared(&[SOLD]);
    sold.add(1, &[SHOP.of("giedi prime")]);
    let over = message(|| telemetry.snapshot().assert_declared(&[SOLD]));
    assert_eq!(over, "`books.sold` has 4 values of `shop.name`, over its budget");
}

#[test]
fn what_is_not_declared_is_named() {
    let telemetry = TestTelemetry::new();
    let sold = SOLD.counter(&telemetry.meter("shop"));
    sold.add(1, &[KeyValue::new("genre", "poetry")]);
    let attribute = message(|| telemetry.snapshot().assert_declared(&[SOLD]));
    assert_eq!(attribute, "`books.sold` has the undeclared attribute `genre`");
    let metric = message(|| telemetry.snapshot().assert_declared([]));
    assert_eq!(metric, "the metric `books.sold` is not declared");
    let mut gauge = SOLD;
    gauge.kind = MetricKind::Gauge;
    gauge.unit = "1";
    let kind = message(|| telemetry.snapshot().assert_declared(&[gauge]));
    assert_eq!(kind, "`books.sold` is a counter in `{book}`, and is declared as a gauge in `1`");
}

#[test]
fn a_metric_of_two_instrumentations_is_as_one_of_them_declares() {
    const LENT: MetricSpec = SOLD.with_attributes(&[]);
    let telemetry = TestTelemetry::new();
    let sold = SOLD.counter(&telemetry.meter("shop"));
    sold.add(1, &[SHOP.of("arrakis")]);
    telemetry.snapshot().assert_declared(&[LENT, SOLD]);
    let neither = message(|| telemetry.snapshot().assert_declared(&[LENT, LENT]));
    assert_eq!(neither, "`books.sold` has the undeclared attribute `shop.name`");
}
