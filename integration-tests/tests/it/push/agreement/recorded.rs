//! Instruments of every kind with attributes of every kind.

use kymo::{
    Telemetry,
    opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value, metrics::Meter},
};

pub(super) const SHOPS: [&str; 3] = ["Zürich", "a \"b\" \\ c", "two\nlines"];

/// Every kind of instrument with every kind of attribute; the observable ones live as long as the
/// result.
pub(super) fn record(telemetry: &Telemetry) -> impl Sized + use<> {
    let scope = InstrumentationScope::builder("agreement.scope").with_version("1.2");
    let scope = scope.with_attributes([KeyValue::new("team.name", "Bücher")]);
    let meter = telemetry.meter_with_scope(scope.build());
    let sold = meter.u64_counter("books.sold").with_unit("{book}").build();
    for (amount, shop) in (1..).zip(SHOPS) {
        sold.add(amount, &[KeyValue::new("shop", shop)]);
    }
    for value in odd() {
        sold.add(7, &[KeyValue::new("odd", value)]);
    }
    recorded(&meter);
    observed(&meter)
}

fn recorded(meter: &Meter) {
    let paper = meter.f64_counter("paper.used").with_unit("By").with_description("Two\nlines \\.");
    let paper = paper.build();
    let stock = meter.i64_up_down_counter("books.in_stock").build();
    let owed = meter.f64_up_down_counter("money.owed").build();
    let load = meter.f64_gauge("shelf.load").with_unit("1").build();
    let floor = meter.i64_gauge("shop.floor").build();
    let time = meter.f64_histogram("delivery.time").with_unit("s");
    let time = time.with_boundaries(vec![0.005, 0.5, 1.0, 2.5e6]).build();
    let size = meter.u64_histogram("order.size").with_unit("{book}").build();
    for (n, value) in (1_u32..).zip(odd()) {
        let attributes = [KeyValue::new("odd", value), KeyValue::new("n", i64::from(n))];
        let number = f64::from(n) * 0.1;
        paper.add(number, &attributes);
        stock.add(i64::from(n) - 5, &attributes);
        owed.add(-number, &attributes);
        load.record(number, &attributes);
        floor.record(-i64::from(n), &attributes);
        for factor in [0.001, 1.0, 1e9] {
            time.record(number * factor, &attributes);
            size.record(u64::from(n) * 100, &attributes);
        }
    }
}

fn observed(meter: &Meter) -> impl Sized + use<> {
    let total = meter.u64_observable_counter("visits").with_callback(|it| {
        it.observe(123, &[KeyValue::new("door", "front")]);
    });
    let level = meter.f64_observable_gauge("temperature").with_unit("Cel").with_callback(|it| {
        it.observe(-3.5, &[]);
    });
    (total.build(), level.build())
}

/// Values that are hard to write down.
fn odd() -> Vec<Value> {
    let texts =
        ["plain", "ü → ✓ 𝄞", "\"quoted\\\"", "two\nlines\n", "a=b,c={d}", " ", "Str(x)", ""];
    let list = |texts: &[&str]| {
        let texts = texts.iter().map(|&text| StringValue::from(text.to_owned()));
        Value::Array(Array::String(texts.collect()))
    };
    let mut odd = texts.map(Value::from).to_vec();
    odd.extend([true.into(), false.into(), 42.into(), i64::MIN.into(), 0.5.into()]);
    odd.extend([list(&["a", "b, \"c\"", "ü\n"]), Value::Array(Array::Bool(vec![true, false]))]);
    odd.extend([Value::Array(Array::I64(vec![1, -2])), Value::Array(Array::F64(vec![0.5, 1.25]))]);
    odd
}
