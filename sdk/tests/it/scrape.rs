//! Scrapes of a telemetry, as it shows them itself.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use kymo::{
    Telemetry, TelemetryBuilder,
    prometheus::{Access, Listener, Place, ServeError},
};

fn shop() -> TelemetryBuilder {
    let variables: [(&str, &str); 0] = [];
    Telemetry::for_service("shop").prometheus().environment(variables)
}

/// What `telemetry` says at `path` on a listener of its own.
pub(crate) async fn get(telemetry: &Telemetry, path: &'static str) -> String {
    get_with(telemetry, path, "").await
}

async fn get_with(telemetry: &Telemetry, path: &'static str, header: &'static str) -> String {
    let server = telemetry.serve_on(Listener::ports("127.0.0.1", 0..=0)).await.unwrap();
    let Place::Tcp(address) = *server.place() else { panic!("{server:?}") };
    let answer = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\n{header}Connection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(answer).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_how_the_scrapes_before_it_went_and_what_they_lacked() {
    let telemetry = shop().without_scope_info().build().unwrap();
    telemetry.meter("a").u64_counter("sold").build().add(1, &[]);
    telemetry.meter("b").f64_gauge("sold_total").build().record(1.0, &[]);
    get(&telemetry, "/metrics").await;
    let page = get(&telemetry, "/metrics").await;
    for line in [
        "kymo_scrape_requests_total{kymo_scrape_format=\"text/0.0.4\"} 1\n",
        "kymo_scrape_duration_seconds_count{kymo_scrape_format=\"text/0.0.4\"} 1\n",
        "kymo_scrape_response_size_bytes_count{kymo_scrape_encoding=\"identity\",\
         kymo_scrape_format=\"text/0.0.4\"} 1\n",
        "kymo_scrape_series{kymo_scrape_family=\"sold_total\"} 1\n",
        "kymo_scrape_losses_total{error_type=\"type_conflict\"} 1\n",
        "otel_sdk_metric_reader_collection_duration_seconds_count{",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let listeners = page.lines().filter(|line| line.starts_with("kymo_endpoint_listeners{"));
    assert!(listeners.count() >= 1, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_sees_the_losses_and_the_configuration() {
    let telemetry = shop().environment([("OTEL_EXPORTER_PROMETHEUS_PORT", "<no port>")]);
    let telemetry = telemetry.access(Access::new().allow_insecure()).build().unwrap();
    telemetry.meter("a").u64_counter("sold").build().add(1, &[]);
    telemetry.meter("b").f64_gauge("sold_total").build().record(1.0, &[]);
    get(&telemetry, "/metrics").await;
    let page = get(&telemetry, "/").await;
    assert!(page.contains("<td>sold_total</td><td>2</td>"), "{page}");
    assert!(page.contains("is dropped because it is a"), "{page}");
    assert!(page.contains("<td>prometheus.access</td><td>everybody</td>"), "{page}");
    for setting in telemetry.describe().settings() {
        assert!(page.contains(&format!("<td>{}</td>", setting.name)), "{}", setting.name);
    }
    assert!(page.contains("&lt;no port&gt;") && !page.contains("<no port>"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_sees_no_secret_of_the_configuration_and_none_of_what_is_wrong_with_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let hash = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";
    std::fs::write(file.path(), format!("basic_auth_users: {{prometheus: {hash}}}\n")).unwrap();
    let access = Access::new().web_config(file.path()).bearer_token("the-right-token");
    let variables = [
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20hush,x-key=hush"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:hush@127.0.0.1:1/hush?key=hush"),
        // They are malformed: what is wrong with them is shown too.
        ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "hush"),
        ("OTEL_RESOURCE_ATTRIBUTES", "password=hush,broken"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "ftp://user:hush@c/hush"),
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "<no port>"),
    ];
    let telemetry = shop().environment(variables).otlp().access(access).build().unwrap();
    assert!(get(&telemetry, "/").await.starts_with("HTTP/1.1 401"));
    let page = get_with(&telemetry, "/", "Authorization: Bearer the-right-token\r\n").await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<h2>Configuration</h2>"), "{page}");
    for secret in ["hush", "the-right-token", hash, "$2y$"] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    let (_, ignored) = page.split_once("<h2>Settings that have no effect</h2>").unwrap();
    for (variable, _) in &variables[2..] {
        assert!(ignored.contains(variable), "{variable}: {ignored}");
    }
}

#[tokio::test]
async fn where_there_is_nothing_to_scrape_there_is_no_listener() {
    let telemetry = Telemetry::for_service("shop").environment([("A", "")]).build().unwrap();
    let error = telemetry.serve_on(Listener::ports("localhost", 0..=0)).await.unwrap_err();
    assert!(matches!(error, ServeError::NothingToScrape), "{error}");
    let error =
        shop().build().unwrap().serve_on(Listener::unix("/nowhere/x.sock")).await.unwrap_err();
    assert!(matches!(error, ServeError::ListenOn(_)), "{error}");
    assert!(error.to_string().contains("unix:/nowhere/x.sock"), "{error}");
}
