//! A real Prometheus finds listeners by the files that they write.

use std::{fs, time::Duration};

use integration_tests::{Prometheus, eventually, receiver::Authority};
use kymo::{
    Telemetry,
    prometheus::{Access, Listener},
};

/// Prometheus waits five seconds before it takes up what has changed.
const FOUND: Duration = Duration::from_secs(30);

const ODD: &str = "a \"quote\", a \\, a\nline, köln";

fn builder() -> kymo::TelemetryBuilder {
    Telemetry::for_service("shop").environment([("", "")]).prometheus()
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_finds_each_listener_by_its_file_until_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let listener = |host, job: &str| {
        Listener::ports(host, 0..=0).targets_in(folder.path()).target_label("job", job)
    };
    let authority = Authority::new();
    let more = format!("  tls_config: {{ca_file: {}}}\n", authority.certificate().display());
    let prometheus = Prometheus::finding_in(folder.path(), &more);

    let plain = builder().build().unwrap();
    let plain = plain.serve_on(listener("127.0.0.1", "plain").target_label("shelf", ODD));
    let plain = plain.await.unwrap();
    let web_config = authority.folder().join("web-config.yml");
    let text = "tls_server_config: {cert_file: server.pem, key_file: server.key}\n";
    fs::write(&web_config, text).unwrap();
    // By its own address, and by the name in the certificate.
    let access = Access::new().web_config(&web_config).allowed_networks(["127.0.0.0/8", "::1"]);
    let encrypted = builder().access(access).build().unwrap();
    let _own = encrypted.serve_on(listener("0.0.0.0", "own")).await.unwrap();
    let named = encrypted.serve_on(listener("0.0.0.0", "named").target_host("localhost"));
    let _named = named.await.unwrap();

    let look = async || (prometheus.query("up").await, prometheus.target().await);
    let (up, _) = eventually(FOUND, look, |(up, _)| {
        up.len() == 3 && up.iter().all(|target| target.value.to_bits() == 1.0_f64.to_bits())
    })
    .await;
    let label = |job, name| {
        let target = up.iter().find(|target| target.labels["job"] == job);
        target.unwrap().labels.get(name).cloned()
    };
    assert_eq!(label("plain", "instance"), Some(plain.place().to_string()));
    assert_eq!(label("plain", "shelf").as_deref(), Some(ODD));
    assert!(label("own", "instance").unwrap().starts_with("127.0.0.1:"), "{up:?}");
    assert!(label("named", "instance").unwrap().starts_with("localhost:"), "{up:?}");

    assert!(plain.shutdown_after_scrape(Duration::from_secs(10)).await, "it had the last numbers");
    let look = async || prometheus.target().await;
    eventually(FOUND, look, |targets| !targets.contains("\"job\":\"plain\"")).await;
}
