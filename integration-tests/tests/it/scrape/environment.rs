//! The variables of a process take effect in a process.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    time::Duration,
};

use integration_tests::{Client, Process, Scrape, eventually};

const READY: Duration = Duration::from_secs(30);
const COUNT: &str = "http_server_request_duration_seconds_count";

fn start(variables: &[(&str, &str)]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_own_port"));
    command.env("OTEL_EXPORTER_PROMETHEUS_PORT", "0").envs(variables.iter().copied());
    Process::start(&mut command)
}

async fn scrape(process: &Process) -> Scrape {
    let url = process.wait_for_line(READY, |line| {
        assert!(!line.starts_with("error: "), "{line}");
        line.strip_prefix("metrics on ").map(str::to_owned)
    });
    let page = Client::new(url).get("/metrics").await;
    Scrape::parse(page.text()).unwrap()
}

#[tokio::test]
async fn the_resource_comes_from_the_environment() {
    let attributes = "deployment.environment.name=night%20shift,service.instance.id=shop-1";
    let variables = [("OTEL_SERVICE_NAME", "night-shop"), ("OTEL_RESOURCE_ATTRIBUTES", attributes)];
    let scrape = scrape(&start(&variables)).await;
    let target = scrape.samples("target_info", &[]).next().unwrap();
    assert_eq!(target.label("service_name"), Some("night-shop"));
    assert_eq!(target.label("service_instance_id"), Some("shop-1"));
    assert_eq!(target.label("deployment_environment_name"), Some("night shift"));
    assert_eq!(target.label("telemetry_sdk_language"), Some("rust"));
    assert_eq!(target.label("telemetry_distro_name"), Some("kymo"));
}

#[tokio::test]
async fn two_processes_are_two_instances() {
    let mut instances = Vec::new();
    for _ in 0..2 {
        let scrape = scrape(&start(&[])).await;
        let target = scrape.samples("target_info", &[]).next().unwrap();
        assert_eq!(target.label("service_name"), Some("own-port"));
        instances.push(target.label("service_instance_id").unwrap().to_owned());
    }
    assert_ne!(instances[0], instances[1]);
}

#[tokio::test]
async fn known_methods_come_from_the_environment() {
    let name = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS";
    for (variables, known, other) in [(vec![], "GET", 1.0), (vec![(name, "BREW")], "BREW", 1.0)] {
        let scrape = scrape(&start(&variables)).await;
        assert!((scrape.value(COUNT, &[("http_request_method", known)]) - 1.0).abs() < 0.5);
        let others = scrape.value(COUNT, &[("http_request_method", "_OTHER")]);
        assert!((others - other).abs() < 0.5);
    }
}

#[tokio::test]
async fn malformed_values_are_ignored_and_reported_once_with_a_remedy() {
    let variables = [
        ("OTEL_RESOURCE_ATTRIBUTES", "no-equals-sign"),
        ("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "PO ST"),
    ];
    let process = start(&variables);
    let scrape = scrape(&process).await;
    let target = scrape.samples("target_info", &[]).next().unwrap();
    assert_eq!(target.label("service_name"), Some("own-port"));
    assert!((scrape.value(COUNT, &[("http_request_method", "GET")]) - 1.0).abs() < 0.5);
    let log = process.log();
    // Attributes may be secrets.
    let shown = ["OTEL_RESOURCE_ATTRIBUTES=***", "PO ST"];
    for ((name, _), value) in variables.into_iter().zip(shown) {
        let reports = log.lines().filter(|line| line.contains(name)).collect::<Vec<_>>();
        assert_eq!(reports.len(), 1, "{log}");
        assert!(reports[0].contains("WARN") && reports[0].contains(value), "{}", reports[0]);
    }
    assert!(log.contains("write it as key=value") && !log.contains("no-equals-sign"), "{log}");
}

#[tokio::test]
async fn an_address_in_use_or_not_ours_is_an_error_that_says_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let host = ("OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1");
    let in_use = start(&[host, ("OTEL_EXPORTER_PROMETHEUS_PORT", &port)]);
    let error = in_use.wait_for_line(READY, |line| line.strip_prefix("error: ").map(str::to_owned));
    assert!(error.contains(&port) && error.contains("Choose another port"), "{error}");
    // An address of the documentation range (RFC 5737), which no machine has.
    let foreign = start(&[("OTEL_EXPORTER_PROMETHEUS_HOST", "192.0.2.1")]);
    let error =
        foreign.wait_for_line(READY, |line| line.strip_prefix("error: ").map(str::to_owned));
    assert!(error.contains("192.0.2.1:0") && error.contains("does not have"), "{error}");
}

#[tokio::test]
async fn a_console_that_nobody_reads_is_counted_and_costs_one_message() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_own_port"));
    command.env("OTEL_EXPORTER_PROMETHEUS_PORT", "0");
    command.env("OTEL_METRICS_EXPORTER", "console").env("OTEL_METRIC_EXPORT_INTERVAL", "50");
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = pipes.spawn().unwrap();
    // Whoever reads stops after the line that matters, as `head` does.
    let lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.into_iter().find_map(|line| Some(line.strip_prefix("metrics on ")?.to_owned()));
    let client = Client::new(url.unwrap());

    let look = async || Scrape::parse(client.get("/metrics").await.text()).unwrap();
    let name = "otel_sdk_exporter_operation_duration_seconds_count";
    let failed = |scrape: &Scrape| scrape.sum(name, &[("error_type", "output")]) > 2.5;
    eventually(Duration::from_secs(20), look, failed).await;
    process.kill().unwrap();
    process.wait().unwrap();
    let mut log = String::new();
    process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(log.matches("panicked").count(), 1, "{log}");
}
