use super::*;

/// Who may have a connection, and what is said beside it.
const MUTUAL: &str = "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n";

async fn listen(authority: &Authority, more: &str) -> (Server, String) {
    let server = serve(Access::new().web_config(authority.web_config(more))).await;
    let url = format!("https://{}/metrics", server.local_addr().unwrap());
    (server, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_speaks_tls_and_both_versions_of_http() {
    let authority = Authority::new();
    let (server, url) = listen(&authority, "").await;
    for (arg, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
        let got = Curl::new(&url).args(authority.client(None)).arg(arg).get().await;
        assert_eq!((got.status, got.version.as_str()), (200, version), "{got:?}");
        assert!(got.body.ends_with("up 1\n"), "{got:?}");
        let head = Curl::new(&url).args(authority.client(None)).args([arg, "-I"]).get().await;
        assert_eq!(head.status, 200, "{head:?}");
    }
    let plain = format!("http://{}/metrics", server.local_addr().unwrap());
    assert_eq!(Curl::new(&plain).get().await.status, 0, "nothing is said without encryption");
    let other = Authority::new();
    let got = Curl::new(&url).args(other.client(None)).get().await;
    assert_eq!(got.status, 0, "{got:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_is_switched_off_by_the_file() {
    let authority = Authority::new();
    let (_server, url) = listen(&authority, "http_server_config: {http2: false}\n").await;
    let got = Curl::new(&url).args(authority.client(None)).arg("--http2").get().await;
    assert_eq!((got.status, got.version.as_str()), (200, "1.1"), "{got:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headers_of_the_file_are_on_every_answer() {
    let authority = Authority::new();
    let headers = "http_server_config:\n  headers:\n    Strict-Transport-Security: max-age=31536000\n    \
                   X-Frame-Options: deny\n";
    let users = format!("{headers}basic_auth_users:\n  scraper: {SECRET}\n");
    let (_server, url) = listen(&authority, &users).await;
    for user in [None, Some("scraper:secret")] {
        let curl = Curl::new(&url).args(authority.client(None));
        let got = curl.args(user.map(|user| ["-u", user]).into_iter().flatten()).get().await;
        assert_eq!(got.status, if user.is_some() { 200 } else { 401 });
        assert!(got.head.contains("strict-transport-security: max-age=31536000"), "{got:?}");
        assert!(got.head.contains("x-frame-options: deny"), "{got:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_certificates_of_the_authority_have_a_connection() {
    let (authority, other) = (Authority::new(), Authority::new());
    authority.sign("scraper", &["scraper.example"], 2100);
    authority.sign("expired", &["scraper.example"], 2021);
    other.sign("foreign", &["scraper.example"], 2100);
    let (_server, url) = listen(&authority, MUTUAL).await;
    for version in ["--tlsv1.3", "--tls-max"] {
        let with = |name| {
            let curl = Curl::new(&url).args(authority.client(name)).arg(version);
            if version == "--tls-max" { curl.arg("1.2") } else { curl }.get()
        };
        assert_eq!(with(Some("scraper")).await.status, 200, "{version}");
        for refused in [None, Some("expired")] {
            let got = with(refused).await;
            assert_eq!((got.status, got.body.as_str()), (0, ""), "{version} {refused:?}: {got:?}");
        }
        let mut foreign = other.client(Some("foreign"));
        foreign[1] = authority.file("ca.crt").display().to_string();
        let got = Curl::new(&url).args(foreign).get().await;
        assert_eq!((got.status, got.body.as_str()), (0, ""), "{got:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_certificates_with_an_allowed_name_have_a_connection() {
    let authority = Authority::new();
    let names =
        "  client_allowed_sans: [scraper.example, 192.0.2.7, \"spiffe://example/scraper\"]\n";
    let (_server, url) = listen(&authority, &format!("{MUTUAL}{names}")).await;
    for (n, (san, is_let_in)) in [
        ("scraper.example", true),
        ("192.0.2.7", true),
        ("spiffe://example/scraper", true),
        ("*.example", false),
        ("other.example", false),
        ("scraper.example.net", false),
        ("192.0.2.8", false),
        ("spiffe://example/scraper/other", false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("client{n}");
        authority.sign(&name, &[san], 2100);
        let got = Curl::new(&url).args(authority.client(Some(&name))).get().await;
        assert_eq!(got.status == 200, is_let_in, "{san}: {got:?}");
    }
    authority.sign("both", &["other.example", "scraper.example"], 2100);
    let got = Curl::new(&url).args(authority.client(Some("both"))).get().await;
    assert_eq!(got.status, 200, "one of several will do");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_kinds_of_client_authentication_do_as_go_does() {
    let (authority, other) = (Authority::new(), Authority::new());
    authority.sign("scraper", &["scraper.example"], 2100);
    other.sign("foreign", &["scraper.example"], 2100);
    for (kind, without, foreign) in [
        ("NoClientCert", true, true),
        ("RequestClientCert", true, true),
        ("RequireAnyClientCert", false, true),
        ("VerifyClientCertIfGiven", true, false),
        ("RequireAndVerifyClientCert", false, false),
    ] {
        let ca = if kind.contains("Verify") { "  client_ca_file: ca.crt\n" } else { "" };
        let more = format!("  client_auth_type: {kind}\n{ca}");
        let (_server, url) = listen(&authority, &more).await;
        let mut stranger = other.client(Some("foreign"));
        stranger[1] = authority.file("ca.crt").display().to_string();
        for (who, args, is_let_in) in [
            ("nobody", authority.client(None), without),
            ("foreign", stranger, foreign),
            ("known", authority.client(Some("scraper")), true),
        ] {
            let got = Curl::new(&url).args(args).get().await;
            assert_eq!(got.status == 200, is_let_in, "{kind} {who}: {got:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_suites_and_curves_are_those_of_the_file() {
    let authority = Authority::new();
    let (_server, url) = listen(&authority, "  min_version: TLS13\n").await;
    let got = Curl::new(&url).args(authority.client(None)).args(["--tls-max", "1.2"]).get().await;
    assert_eq!(got.status, 0, "{got:?}");
    let more = "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n  \
                curve_preferences: [CurveP384]\n";
    let (_server, url) = listen(&authority, more).await;
    for (args, is_spoken) in [
        (&["--tls-max", "1.2"][..], true),
        (&["--tlsv1.3"], false),
        (&["--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384"], true),
        (&["--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"], false),
        // The certificate has a curve of its own, which the client must know too.
        (&["--curves", "P-256:P-384"], true),
        (&["--curves", "P-256:X25519"], false),
    ] {
        let got = Curl::new(&url).args(authority.client(None)).args(args).get().await;
        assert_eq!(got.status == 200, is_spoken, "{args:?}: {got:?}");
    }
}

#[test]
fn what_tls_cannot_be_made_of_is_an_error_that_names_the_place() {
    let authority = Authority::new();
    authority.sign("other", &["localhost"], 2100);
    fs::write(authority.file("empty"), "").unwrap();
    for (text, said) in [
        ("cert_file: nowhere.crt\n  key_file: server.key", "nowhere.crt"),
        ("cert_file: empty\n  key_file: server.key", "no certificate in PEM"),
        ("cert_file: server.crt\n  key_file: server.crt", "no key in PEM"),
        ("cert_file: server.crt\n  key_file: other.key", "do not go together"),
        ("cert_file: server.key\n  key_file: server.key", "no certificate in PEM"),
        (
            "cert_file: server.crt\n  key_file: server.key\n  client_ca_file: empty\n  \
             client_auth_type: RequireAndVerifyClientCert",
            "no certificate in PEM",
        ),
        (
            "cert_file: server.crt\n  key_file: server.key\n  cipher_suites: [TLS_SHA2048]",
            "TLS_SHA2048",
        ),
        (
            "cert_file: server.crt\n  key_file: server.key\n  curve_preferences: [CurveP521]",
            "curve_preferences",
        ),
        (
            "cert_file: server.crt\n  key_file: server.key\n  max_version: TLS12\n  cipher_suites: \
             [TLS_AES_128_GCM_SHA256]",
            "none of these is for TLS 1.2",
        ),
    ] {
        let path = authority.file("web-config.yml");
        fs::write(&path, format!("tls_server_config:\n  {text}\n")).unwrap();
        let error = Endpoint::new(Up).access(Access::new().web_config(&path)).unwrap_err();
        assert!(error.to_string().contains(said), "{text}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_end_holds_up_nobody() {
    let authority = Authority::new();
    let (server, url) = listen(&authority, "").await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(tokio::net::TcpStream::connect(server.local_addr().unwrap()).await.unwrap());
    }
    let start = std::time::Instant::now();
    assert_eq!(Curl::new(&url).args(authority.client(None)).status().await, 200);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_instead_of_a_handshake_costs_its_connection_alone() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let authority = Authority::new();
    let (server, url) = listen(&authority, "").await;
    for noise in [&b"GET /metrics HTTP/1.1\r\n\r\n"[..], &[0x16, 3, 1, 255, 255], &[0; 5000]] {
        let mut stream =
            tokio::net::TcpStream::connect(server.local_addr().unwrap()).await.unwrap();
        let _ = stream.write_all(noise).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!String::from_utf8_lossy(&answer).contains("up 1"));
    }
    assert_eq!(Curl::new(&url).args(authority.client(None)).status().await, 200);
}

#[test]
fn the_end_of_the_certificate_is_known() {
    let authority = Authority::new();
    authority.sign("server", &["localhost"], 2030);
    let gate = Access::new().web_config(authority.web_config("")).enforce().unwrap();
    let end = gate.certificate_expiry().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(end.as_secs(), 1_893_456_000);
    assert_eq!(Access::new().enforce().unwrap().certificate_expiry(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_waits_for_no_handshake() {
    let authority = Authority::new();
    let (server, _) = listen(&authority, "").await;
    let silent = std::net::TcpStream::connect(server.local_addr().unwrap()).unwrap();
    let mut begun = std::net::TcpStream::connect(server.local_addr().unwrap()).unwrap();
    // The first bytes of a TLS record.
    std::io::Write::write_all(&mut begun, &[0x16, 3, 1]).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopping = std::time::Instant::now();
    server.shutdown(Duration::from_secs(10)).await;
    let took = stopping.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop((silent, begun));
}
