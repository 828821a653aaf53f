//! The output of the README's program for a person who runs it from `main`, without a log: each case is
//! this program, run again.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on says why")]

use std::{
    env,
    error::Error,
    net::TcpListener,
    process::{Command, Output},
};

use kymo::{Telemetry, opentelemetry::global};
use opentelemetry_sdk::metrics::SdkMeterProvider;

const CASE: &str = "KYMO_TEST_PROGRAM";

/// The first line of a program that is to serve.
const STARTED: &str = "started";

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(case) = env::var(CASE) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(program(&case));
    }
    a_port_in_use_is_said_with_the_variable_that_changes_it();
    a_service_without_a_name_is_told_to_have_one();
    a_second_install_is_told_to_keep_the_first();
    a_listener_without_an_exporter_is_told_to_have_one();
    an_endpoint_without_an_exporter_is_warned_of();
    what_is_ignored_is_on_standard_error_if_nobody_listens();
    what_is_ignored_is_in_the_log_if_somebody_listens();
    nothing_is_said_if_nothing_is_wrong();
    a_second_opentelemetry_is_said_where_cargo_runs_the_program();
    a_listener_that_gets_no_thread_is_an_error_that_says_so();
    a_listener_that_gets_no_file_is_an_error_that_says_so();
    a_push_that_fails_is_on_standard_error_if_nobody_listens();
    a_push_that_variables_ask_for_and_that_cannot_start_keeps_no_service_from_starting();
    a_push_that_the_program_asks_for_and_that_cannot_start_is_an_error();
    an_injected_provider_can_be_the_global_one();
    Ok(())
}

/// The README's program, or what people make of it.
async fn program(case: &str) -> Result<(), Box<dyn Error>> {
    if case == "log" {
        tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stdout).init();
    }
    if case == "serve" {
        println!("{STARTED}");
    }
    if case == "injected" {
        return injected();
    }
    let builder = match case {
        "nameless" => Telemetry::for_service("").prometheus(),
        "pull-less" | "endpoint" => Telemetry::for_service("bookshop"),
        "otlp" => Telemetry::for_service("bookshop").otlp(),
        "otlp-https" => Telemetry::for_service("bookshop")
            .otlp_with(kymo::otlp::Otlp::new().endpoint("https://collector:4318")),
        _ => Telemetry::for_service("bookshop").prometheus(),
    };
    let telemetry = builder.install()?;
    match case {
        "twice" => drop(Telemetry::for_service("bookshop").prometheus().install()?),
        "push" => {
            telemetry.meter("shop").u64_counter("sold").build().add(1, &[]);
            for _ in 0..2 {
                let timeout = std::time::Duration::from_secs(10);
                drop(telemetry.flush(timeout).await);
            }
        }
        "serve" | "pull-less" => drop(telemetry.serve().await?),
        _ => drop((telemetry.endpoint(), telemetry.endpoint())),
    }
    println!("{}", telemetry.describe());
    Ok(())
}

/// A program that brings a meter provider of its own, and measures with the global one.
fn injected() -> Result<(), Box<dyn Error>> {
    let bridge = kymo::prometheus::Bridge::builder().build()?;
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let telemetry = Telemetry::with_meter_provider(provider.clone()).install()?;
    global::meter("third-party").u64_counter("calls").build().add(1, &[]);
    let names = bridge.registry().gather();
    println!("{:?}", names.iter().map(|family| family.name().to_owned()).collect::<Vec<_>>());
    println!("{}", telemetry.describe());
    Telemetry::with_meter_provider(provider).install()?;
    Ok(())
}

fn run(case: &str, variables: &[(&str, &str)]) -> Output {
    run_by(Command::new(env::current_exe().unwrap()), case, variables)
}

fn run_by(mut command: Command, case: &str, variables: &[(&str, &str)]) -> Output {
    for (name, _) in env::vars_os() {
        let is_read = |name: &str| name.starts_with("OTEL_") || name.starts_with("SSL_CERT_");
        if name.to_str().is_none_or(is_read) {
            command.env_remove(name);
        }
    }
    command.env(CASE, case).envs(variables.iter().copied()).output().unwrap()
}

/// Standard error of a program that ends with an error.
fn failure(case: &str, variables: &[(&str, &str)]) -> String {
    let output = run(case, variables);
    assert!(!output.status.success(), "{case}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Standard output and standard error of a program that ends well.
fn success(case: &str, variables: &[(&str, &str)]) -> [String; 2] {
    let output = run(case, variables);
    assert!(output.status.success(), "{case}: {output:?}");
    [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap())
}

fn a_port_in_use_is_said_with_the_variable_that_changes_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let variables =
        [("OTEL_EXPORTER_PROMETHEUS_PORT", &*port), ("OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1")];
    let said = failure("serve", &variables);
    let expected = format!(
        "Error: cannot listen for scrapes on 127.0.0.1:{port}: the address is in use; is another \
         exporter running? Choose another port (Address already in use (os error 98)); \
         OTEL_EXPORTER_PROMETHEUS_HOST and OTEL_EXPORTER_PROMETHEUS_PORT say where, or \
         `endpoint().serve(…)` in the program\n"
    );
    assert_eq!(said, expected);
}

fn a_service_without_a_name_is_told_to_have_one() {
    assert_eq!(
        failure("nameless", &[]),
        "Error: the service has no name; give one to `Telemetry::for_service`, such as \
         \"bookshop\"\n"
    );
}

fn a_second_install_is_told_to_keep_the_first() {
    assert_eq!(
        failure("twice", &[]),
        "Error: telemetry is already installed in this process; keep the handle of the first \
         `install()` and clone it, or use `build()` for telemetry that is not global\n"
    );
}

fn a_listener_without_an_exporter_is_told_to_have_one() {
    assert_eq!(
        failure("pull-less", &[]),
        "Error: `serve()` has no metrics to serve; call `.prometheus()` before `.install()`, or set \
         OTEL_METRICS_EXPORTER=prometheus\n"
    );
}

fn an_endpoint_without_an_exporter_is_warned_of() {
    let [_, said] = success("endpoint", &[]);
    assert_eq!(said.matches("answers every scrape with 404").count(), 1, "{said}");
    assert!(said.contains("`.prometheus()`"), "{said}");
    let [_, said] = success("endpoint", &[("OTEL_METRICS_EXPORTER", "prometheus")]);
    assert_eq!(said, "");
}

fn what_is_ignored_is_on_standard_error_if_nobody_listens() {
    let variables = [
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "abc"),
        ("OTEL_RESOURCE_ATTRIBUTES", "password=hunter2,%zz"),
        ("OTEL_LOG_LEVEL", "debug"),
    ];
    let [described, said] = success("", &variables);
    let port = "OTEL_EXPORTER_PROMETHEUS_PORT=abc is ignored: write a port from 0 to 65535; 9464 is \
                used";
    assert!(said.contains(&format!("kymo: {port}\n")), "{said}");
    assert!(said.contains("kymo: OTEL_RESOURCE_ATTRIBUTES="), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(described.contains(&format!("\n{port}\n")), "{described}");
    assert!(described.contains("\nOTEL_LOG_LEVEL=debug has no effect: "), "{described}");
    assert!(!described.contains("hunter2") && !said.contains("hunter2"), "{described}{said}");
}

fn what_is_ignored_is_in_the_log_if_somebody_listens() {
    let [log, said] = success("log", &[("OTEL_EXPORTER_PROMETHEUS_PORT", "abc")]);
    assert!(log.contains("WARN") && log.contains("PORT=abc is ignored"), "{log}");
    assert_eq!(said, "");
}

fn a_push_that_fails_is_on_standard_error_if_nobody_listens() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{gone}/hunter2");
    let variables =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint), ("OTEL_EXPORTER_OTLP_TIMEOUT", "100")];
    let [described, said] = success("push", &variables);
    let target = format!("http://{gone}/***/v1/metrics");
    assert!(said.starts_with(&format!("kymo: metrics are not pushed to {target}, ")), "{said}");
    assert!(said.contains("; check that the collector is up"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(described.contains(&target), "{described}");
}

fn an_injected_provider_can_be_the_global_one() {
    let output = run("injected", &[]);
    let [told, said] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(told.contains("\"calls_total\""), "{told}{said}");
    let is_said = |line: &str| line.split_whitespace().eq(["meter.provider", "injected", "code"]);
    assert!(told.lines().any(is_said), "{told}");
    assert!(said.starts_with("Error: telemetry is already installed in this process"), "{said}");
}

/// So large a stack has no thread: the system refuses each.
const NO_THREAD: (&str, &str) = ("RUST_MIN_STACK", "140737488355328");

fn a_listener_that_gets_no_thread_is_an_error_that_says_so() {
    let variables = [
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "0"),
        ("OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1"),
        NO_THREAD,
    ];
    let said = failure("serve", &variables);
    let remedy = "the system has no thread left; raise the limit of threads (";
    // With the port that was taken.
    let port = said.strip_prefix("Error: cannot listen for scrapes on 127.0.0.1:");
    let port = port.and_then(|rest| rest.split_once(&format!(": {remedy}"))).unwrap().0;
    assert!(port.parse::<u16>().is_ok() && !said.contains("panicked"), "{said}");
}

fn a_listener_that_gets_no_file_is_an_error_that_says_so() {
    let program = env::current_exe().unwrap();
    let variables =
        [("OTEL_EXPORTER_PROMETHEUS_PORT", "0"), ("OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1")];
    let mut refused = 0;
    for limit in 6..24 {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("ulimit -n {limit}; exec '{}'", program.display()));
        let output = run_by(shell, "serve", &variables);
        if !String::from_utf8(output.stdout).unwrap().starts_with(STARTED) {
            // The program got no runtime of its own, for which tokio may panic.
            continue;
        }
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("panicked"), "{limit}: {said}");
        if said.starts_with("Error: cannot listen for scrapes on 127.0.0.1:") {
            assert!(said.contains("raise the limit of open files"), "{limit}: {said}");
            refused += 1;
        }
    }
    // One without a socket, and several in which the listener's own runtime cannot wait.
    assert!(refused > 2, "{refused}");
}

/// The variable of a container without certificates of authorities.
const NO_AUTHORITIES: (&str, &str) = ("SSL_CERT_FILE", "/dev/null");

fn a_push_that_variables_ask_for_and_that_cannot_start_keeps_no_service_from_starting() {
    let (all, metrics) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
    let cases = [
        ("", all, "https://collector:4318", NO_AUTHORITIES, "give a file of them"),
        ("otlp", all, "https://collector:4318", NO_AUTHORITIES, "give a file of them"),
        ("", metrics, "https://collector:4318/v1/metrics", NO_AUTHORITIES, "give a file of them"),
        ("", all, "http://collector:4318", NO_THREAD, "raise the limit of threads"),
        ("", "OTEL_METRICS_EXPORTER", "otlp", NO_THREAD, "raise the limit of threads"),
        ("", "OTEL_METRICS_EXPORTER", "console", NO_THREAD, "raise the limit of threads"),
    ];
    for (case, variable, value, want, remedy) in cases {
        let [described, said] = success(case, &[(variable, value), want]);
        let line = said.lines().find(|line| line.contains(remedy)).unwrap_or_default();
        assert!(line.contains(variable), "{variable}={value}: {said}");
        assert!(described.contains(&line["kymo: ".len()..]), "{described}");
        let is_off = |row: &str| {
            let words: Vec<_> = row.split_whitespace().collect();
            words[..] == ["otlp", "off", variable] || words[..] == ["console", "off", variable]
        };
        assert!(case == "otlp" || described.lines().any(is_off), "{described}");
        assert!(!described.contains("otlp.endpoint"), "{described}");
    }
}

fn a_push_that_the_program_asks_for_and_that_cannot_start_is_an_error() {
    let said = failure("otlp-https", &[NO_AUTHORITIES]);
    assert!(said.starts_with("Error: ") && said.contains("give a file of them"), "{said}");
    let said = failure("otlp", &[NO_THREAD]);
    assert!(said.starts_with("Error: ") && said.contains("raise the limit of threads"), "{said}");
}

/// The benchmarks have a second one, because peers are on it.
fn a_second_opentelemetry_is_said_where_cargo_runs_the_program() {
    let benchmarks = concat!(env!("CARGO_MANIFEST_DIR"), "/../benchmarks");
    let [_, said] = success("", &[("CARGO_MANIFEST_DIR", benchmarks)]);
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in ["opentelemetry 0.32.", "sqlx-otel", "is lost", "docs/upgrading.md"] {
        assert!(said.contains(part), "{said}");
    }
}

fn nothing_is_said_if_nothing_is_wrong() {
    assert_eq!(success("", &[])[1], "");
}
