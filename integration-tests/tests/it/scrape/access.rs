//! A real Prometheus is let in by TLS, a certificate and a password; nobody else is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use integration_tests::{Bookshop, Prometheus, Sampled, eventually, receiver::Authority};

/// The hash that libxcrypt makes of `secret`, at a cost that is usual.
const SECRET: &str = "$2y$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u";

/// The web-config file of a bookshop, in the folder of its certificates.
fn web_config(authority: &Authority) -> PathBuf {
    let file = authority.folder().join("web-config.yml");
    let text = format!(
        "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  \
         client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n  \
         client_allowed_sans: [client]\nbasic_auth_users:\n  prometheus: {SECRET}\n"
    );
    fs::write(&file, text).unwrap();
    file
}

/// A bookshop whose own listener asks for a certificate and a password.
pub(super) struct Guarded {
    pub(super) shop: Bookshop,
    /// The listener.
    pub(super) target: String,
    /// What Prometheus must be told to be let in.
    pub(super) job: String,
}

pub(super) fn guarded_bookshop(authority: &Authority) -> Guarded {
    let file = web_config(authority);
    let shop = Bookshop::start_with(&["--metrics", "0.0.0.0:0", "--web-config", text(&file)]);
    let port = shop.metrics_address().rsplit(':').next().unwrap().to_owned();
    let target = format!("127.0.0.1:{port}");
    let job = format!(
        "  scheme: https\n  basic_auth: {{username: prometheus, password: secret}}\n  tls_config:\n    \
         ca_file: {}\n    cert_file: {}\n    key_file: {}\n",
        text(&authority.certificate()),
        text(&authority.client_certificate()),
        text(&authority.client_key()),
    );
    Guarded { shop, target, job }
}

fn curl(url: &str, authority: &Authority, args: &[&str]) -> String {
    let ca = authority.certificate();
    let output = Command::new("curl")
        .args(["-s", "-m", "20", "-w", "\n%{http_code}", "--cacert", text(&ca), url])
        .args(args)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_scrapes_by_tls_with_a_certificate_and_a_password() {
    let authority = Authority::new();
    let (certificate, key) = (authority.client_certificate(), authority.client_key());
    let Guarded { shop, target, job } = guarded_bookshop(&authority);
    let prometheus = Prometheus::scraping_with(&[&target], &job).await;
    assert_eq!(prometheus.value("count(target_info{service_name=\"bookshop\"})").await, Some(1.0));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let looked = "max_over_time(scrape_duration_seconds[5s])";
    let slowest = prometheus.value(looked).await.unwrap();
    assert!(slowest < 1.0, "{slowest} s: a password is looked at once");
    assert_eq!(prometheus.value("min_over_time(up[5s])").await, Some(1.0));

    let left = prometheus.value("kymo_endpoint_tls_certificate_expiry_seconds - time()").await;
    assert!(left.unwrap() > 86_400.0, "{left:?} s until the certificate expires");

    let url = format!("https://{target}/metrics");
    let known = ["--cert", text(&certificate), "--key", text(&key)];
    let with_password = [&known[..], &["-u", "prometheus:secret"]].concat();
    let page = curl(&url, &authority, &with_password);
    assert!(page.contains("target_info") && page.ends_with("\n200"), "{page}");
    assert_eq!(curl(&url, &authority, &known).lines().last(), Some("401"));
    assert_eq!(curl(&url, &authority, &["-u", "prometheus:secret"]), "\n000");
    let refused = "sum by (error_type) (kymo_endpoint_refusals_total) > 0";
    let look = async || prometheus.query(refused).await;
    let reasons = |refused: &[Sampled]| -> BTreeSet<String> {
        refused.iter().map(|it| it.labels["error_type"].clone()).collect()
    };
    let expected = ["credentials", "handshake"].map(str::to_owned);
    let is_there = |refused: &Vec<Sampled>| reasons(refused).is_superset(&expected.clone().into());
    let refused = eventually(Duration::from_secs(10), look, is_there).await;
    // Where the machine is slow, Prometheus may have met the one look at a password that its address gets.
    let others = &reasons(&refused) - &expected.into();
    assert!(others.iter().all(|reason| reason == "busy"), "{refused:?}");
    // Nor does anybody go round it: the router of the shop cannot ask for certificates.
    let mounted = format!("{}/metrics", shop.url());
    assert_eq!(
        curl(&mounted, &authority, &["-u", "prometheus:secret"]).lines().last(),
        Some("403")
    );
}
