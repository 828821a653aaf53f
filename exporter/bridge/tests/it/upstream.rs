//! Metrics under the names that `opentelemetry-prometheus` gives them.

use kymo_bridge::{Bridge, Error};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{IntGauge, Registry};

use super::scrape::{families, normal, registry_text, text};

#[test]
fn the_bridge_serves_the_registry_as_it_is() {
    let registry = Registry::new();
    registry.register(Box::new(IntGauge::new("depth", "D.").unwrap())).unwrap();
    let bridge = upstream(&registry).unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let meter = provider.meter("test");
    meter.u64_counter("jobs_total").build().add(1, &[]);
    meter.f64_histogram("latency").with_unit("s").build().record(0.3, &[]);

    let own = families(&text(&bridge).0);
    let names: Vec<_> = own.keys().map(String::as_str).collect();
    assert_eq!(names, ["depth", "jobs_total_total", "latency_seconds", "target_info"]);
    let theirs = families(&registry_text(&registry));
    for (name, family) in own {
        assert_eq!(normal(family), normal(theirs[&name].clone()));
    }
}

#[test]
fn a_second_exporter_in_one_registry_is_refused() {
    let registry = Registry::new();
    let _first = upstream(&registry).unwrap();
    let refused = upstream(&registry).unwrap_err();
    assert!(matches!(refused, Error::Upstream { .. }));
    assert!(refused.to_string().contains("one of its exporters"), "{refused}");
}

fn upstream(registry: &Registry) -> Result<Bridge, Error> {
    Bridge::upstream(registry.clone(), |registry| {
        opentelemetry_prometheus::exporter().with_registry(registry).build()
    })
}
