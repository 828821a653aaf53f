//! Attributes of every measurement.

use kymo::{View, opentelemetry::KeyValue};

use super::page::shaped;

#[test]
fn every_measurement_has_the_common_attributes_unless_it_brings_its_own() {
    let shown = shaped(|shop| {
        shop.common_attribute("region", "asia")
            .common_attribute("region", "eu")
            .common_attribute("cell", 7)
            .view("lonely", View::new().without_attribute("cell").rename_attribute("region", "at"))
    });
    let meter = shown.meter();
    let sold = meter.u64_counter("sold").build();
    sold.add(1, &[]);
    sold.add(2, &[KeyValue::new("region", "us")]);
    sold.bind(&[]).add(3);
    meter
        .i64_observable_up_down_counter("depth")
        .with_callback(|depth| depth.observe(-5, &[]))
        .build();
    meter.i64_gauge("lonely").build().record(1, &[]);
    let (eu, us) = (r#"cell="7",region="eu""#, r#"cell="7",region="us""#);
    shown.shows("sold_total", &[(eu, 4.0), (us, 2.0)]);
    shown.shows("depth", &[(eu, -5.0)]);
    shown.shows("lonely", &[(r#"at="eu""#, 1.0)]);
}

#[test]
fn folds_are_counted_with_the_common_attributes_too() {
    let view = View::new().attribute_budget("book", 1);
    let shown = shaped(|shop| shop.common_attribute("region", "eu").view("sold", view));
    let sold = shown.meter().u64_counter("sold").build();
    for book in ["Dune", "Emma"] {
        sold.add(1, &[KeyValue::new("book", book)]);
    }
    let labels = r#"kymo_cardinality_attribute="book",kymo_cardinality_metric="sold",region="eu""#;
    shown.shows("kymo_cardinality_folded_total", &[(labels, 1.0)]);
}
