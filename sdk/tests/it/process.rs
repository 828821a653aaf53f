//! The process, its runtimes and its build, through the handle.

use kymo::{
    Telemetry, TelemetryBuilder, View,
    process::{BuildInfo, Handle},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

fn page(telemetry: &Telemetry) -> String {
    let families = telemetry.bridge().unwrap().registry().gather();
    prometheus::TextEncoder::new().encode_to_string(&families).unwrap()
}

fn build(change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> Telemetry {
    let builder = Telemetry::for_service("shop").environment([("", "")]).prometheus();
    change(builder.without_target_info().without_scope_info()).build().unwrap()
}

#[test]
fn the_process_is_measured_once_however_often_it_is_asked_for() {
    let telemetry = build(|builder| builder.process().process_classic_names().process());
    let page = page(&telemetry);
    for line in ["\nprocess_open_fds ", "\nprocess_cpu_seconds_total ", "\nprocess_thread_count "] {
        assert_eq!(page.matches(line).count(), 1, "{page}");
    }
    let conventional = build(TelemetryBuilder::process);
    assert!(!self::page(&conventional).contains("process_open_fds"));
    assert!(!self::page(&build(|builder| builder)).contains("process_"));
}

#[test]
fn the_classic_names_are_not_taken_back() {
    let telemetry = build(|builder| builder.process_classic_names().process());
    assert!(page(&telemetry).contains("\nprocess_max_fds "));
}

#[test]
fn the_resource_says_which_process_is_measured() {
    for measured in [TelemetryBuilder::process, TelemetryBuilder::process_classic_names] {
        let telemetry = build(measured);
        let get = |name| telemetry.describe().get(name).map(|setting| setting.value.clone());
        assert_eq!(get("resource.process.pid"), Some(std::process::id().to_string()));
        #[cfg(target_os = "linux")]
        assert!(get("resource.process.creation.time").unwrap().ends_with('Z'));
        // The program and the environment may know better.
        let said = build(|builder| measured(builder).attribute("process.pid", 7));
        assert_eq!(said.describe().get("resource.process.pid").unwrap().value, "7");
    }
    assert!(build(|builder| builder).describe().get("resource.process.pid").is_none());
}

#[tokio::test]
async fn every_clone_of_a_telemetry_watches_the_same_runtimes() {
    let telemetry = build(|builder| builder);
    for telemetry in [telemetry.clone(), telemetry.clone()] {
        telemetry.tokio_runtime("main", &Handle::current());
    }
    let page = page(&telemetry);
    assert!(page.contains("\nkymo_tokio_workers{kymo_runtime_name=\"main\"} 1\n"), "{page}");
}

#[test]
fn a_program_is_one_build() {
    let telemetry = build(|builder| builder);
    telemetry.build_info(BuildInfo::new("1.2.3").revision("abc"));
    telemetry.build_info(BuildInfo::new("9.9.9"));
    let page = page(&telemetry);
    let labels = "kymo_build_revision=\"abc\",kymo_build_version=\"1.2.3\"";
    assert!(page.contains(&format!("\nkymo_build_info{{{labels}}} 1\n")), "{page}");
    assert!(!page.contains("9.9.9"));
}

#[test]
fn a_view_gives_the_labels_of_a_build_the_names_that_dashboards_know() {
    let view = View::new().rename_attribute("kymo.build.version", "version");
    let telemetry = build(|builder| builder.view("kymo.build.info", view));
    telemetry.build_info(BuildInfo::new("1.2.3"));
    let page = page(&telemetry);
    assert!(page.contains("\nkymo_build_info{version=\"1.2.3\"} 1\n"), "{page}");
}

#[test]
fn the_process_is_measured_by_an_injected_provider_too() {
    let bridge = kymo::prometheus::Bridge::builder().build().unwrap();
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let builder = Telemetry::with_meter_provider(provider).bridge(bridge);
    let telemetry = builder.process().build().unwrap();
    assert!(page(&telemetry).contains("\nprocess_uptime_seconds{"));
}
