//! Each choice of the builder takes effect or is refused.

use kymo_bridge::{Bridge, Cause, Error};
use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};
use prometheus::{IntGauge, Opts, Registry};

use super::scrape::{Rig, families, lines, text};

#[test]
fn a_namespace_begins_every_name_but_that_of_target_info() {
    let bridge = Bridge::builder().namespace("shop").build().unwrap();
    let rig =
        Rig { provider: SdkMeterProvider::builder().with_reader(bridge.reader()).build(), bridge };
    rig.meter().u64_counter("orders").build().add(1, &[]);
    let names: Vec<_> = rig.families().into_keys().collect();
    assert_eq!(names, ["shop_orders_total", "target_info"]);
}

#[test]
fn a_namespace_that_cannot_begin_a_name_is_refused_with_a_remedy() {
    for namespace in ["my shop", "9", "größe", "a-b"] {
        let refused = Bridge::builder().namespace(namespace).build().unwrap_err();
        assert!(matches!(&refused, Error::Namespace { namespace: told } if told == namespace));
        let told = refused.to_string();
        assert!(told.contains(namespace) && told.contains("use letters"), "{told}");
    }
}

#[test]
fn an_empty_namespace_and_one_with_its_separator_are_fine() {
    for (namespace, name) in [("", "orders_total"), ("shop_", "shop_orders_total")] {
        let options = Bridge::builder().namespace(namespace).without_target_info();
        let rig = Rig::of(options);
        rig.meter().u64_counter("orders").build().add(1, &[]);
        assert_eq!(rig.families().into_keys().collect::<Vec<_>>(), [name]);
    }
}

#[test]
fn a_second_bridge_in_one_registry_is_refused() {
    let registry = Registry::new();
    for without_target_info in [false, true] {
        let options = || {
            let options = Bridge::builder().registry(registry.clone());
            if without_target_info { options.without_target_info() } else { options }
        };
        let _first = options().build();
        assert!(matches!(options().build().unwrap_err(), Error::SecondBridge));
    }
}

#[test]
fn a_registry_with_a_target_info_of_its_own_is_refused_until_told_to_do_without() {
    let registry = Registry::new();
    let own = IntGauge::with_opts(Opts::new("target_info", "Mine.")).unwrap();
    registry.register(Box::new(own)).unwrap();
    let options = || Bridge::builder().registry(registry.clone());

    let refused = options().build().unwrap_err();
    assert!(matches!(refused, Error::TargetInfo { .. }));
    assert!(refused.to_string().contains("without_target_info"));

    // A refused bridge leaves nothing behind.
    let bridge = options().without_target_info().build().unwrap();
    assert!(families(&text(&bridge).0).contains_key("target_info"));
}

#[test]
fn a_collector_with_empty_descriptions_does_not_hinder_a_bridge() {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone());
    let _exporter = exporter.build().unwrap();
    assert!(Bridge::builder().registry(registry).build().is_ok());
}

#[test]
fn a_collector_that_the_registry_refuses_is_named() {
    let bridge = Bridge::builder().build().unwrap();
    let gauge = IntGauge::new("depth", "Depth.").unwrap();
    bridge.register(Box::new(gauge.clone())).unwrap();
    let refused = bridge.register(Box::new(gauge)).unwrap_err();
    assert!(refused.to_string().contains("[\"depth\"]"), "{refused}");
}

#[test]
fn suffixes_can_be_left_out() {
    let options = Bridge::builder().without_target_info().without_scope_info();
    let rig = Rig::of(options.without_units().without_counter_suffixes());
    rig.meter().u64_counter("copied").with_unit("By").build().add(1, &[]);
    assert_eq!(rig.families().into_keys().collect::<Vec<_>>(), ["copied"]);
}

#[test]
fn chosen_resource_attributes_are_on_every_series_and_stay_in_target_info() {
    let bridge = Bridge::builder()
        .without_scope_info()
        .resource_labels(|key| key.starts_with("k8s."))
        .build()
        .unwrap();
    let resource = Resource::builder_empty()
        .with_attributes([KeyValue::new("k8s.pod", "p1"), KeyValue::new("service.name", "shop")])
        .build();
    let provider =
        SdkMeterProvider::builder().with_resource(resource).with_reader(bridge.reader()).build();
    let rig = Rig { bridge, provider };
    rig.meter().u64_counter("orders").build().add(1, &[KeyValue::new("a", "b")]);
    let families = rig.families();
    assert_eq!(lines(&families["orders_total"]), ["orders_total{a=b,k8s_pod=p1} 1"]);
    let target = ["target_info{k8s_pod=p1,service_name=shop} 1"];
    assert_eq!(lines(&families["target_info"]), target);
}

#[test]
fn a_bridge_without_a_provider_still_passes_on_the_registry() {
    let bridge = Bridge::builder().build().unwrap();
    bridge.register(Box::new(IntGauge::new("depth", "Depth.").unwrap())).unwrap();
    assert_eq!(families(&text(&bridge).0).into_keys().collect::<Vec<_>>(), ["depth"]);
    assert_eq!(bridge.losses()[0].cause, Cause::NoProvider);
}

#[test]
fn metrics_stay_in_the_registry_when_the_bridge_is_dropped() {
    let Rig { bridge, provider } = Rig::bare();
    let registry = bridge.registry().clone();
    drop(bridge);
    let rig_meter = opentelemetry::metrics::MeterProvider::meter(&provider, "test");
    rig_meter.u64_counter("orders").build().add(1, &[]);
    assert_eq!(registry.gather().len(), 1);
}

#[test]
fn after_shutdown_a_scrape_is_empty_and_says_why() {
    let rig = Rig::bare();
    rig.meter().u64_counter("orders").build().add(1, &[]);
    rig.provider.shutdown().unwrap();
    assert_eq!(rig.text(), "");
    assert_eq!(rig.losses(), [(String::new(), "NoProvider".into())]);
}
