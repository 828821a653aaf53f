use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{Router, extract::ConnectInfo};

use super::*;

/// Mounts the endpoint in a router, and says where it is.
async fn mount(access: Access) -> String {
    let endpoint = Endpoint::new(Up).access(access).unwrap();
    let app = Router::new().route_service("/metrics", endpoint);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("http://{address}/metrics")
}

fn connected(access: Access) -> Access {
    access.peer_from(|request| Some(request.get::<ConnectInfo<SocketAddr>>()?.0.ip()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_rules_hold_in_a_router() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("web-config.yml");
    let config = format!(
        "basic_auth_users:\n  scraper: {SECRET}\nhttp_server_config:\n  headers:\n    \
         X-Frame-Options: deny\n"
    );
    fs::write(&file, config).unwrap();
    let access = Access::new().web_config(&file).bearer_token("the-right-token");
    let url = mount(
        access.allowed_networks(["0.0.0.0/0"]).peer_from(|_| Some(IpAddr::V4(Ipv4Addr::LOCALHOST))),
    )
    .await;
    let got = Curl::new(&url).get().await;
    assert_eq!(got.status, 401);
    assert!(got.head.contains("x-frame-options: deny"), "{got:?}");
    assert!(got.head.contains("basic realm") && got.head.contains("bearer realm"), "{got:?}");
    assert_eq!(Curl::new(&url).args(["-u", "scraper:secret"]).status().await, 200);
    assert_eq!(Curl::new(&url).args(["-u", "scraper:wrong"]).status().await, 401);
    let token = ["-H", "Authorization: Bearer the-right-token"];
    let got = Curl::new(&url).args(token).get().await;
    assert_eq!(got.status, 200);
    assert!(got.body.ends_with("up 1\n") && got.head.contains("x-frame-options: deny"), "{got:?}");
    assert_eq!(Curl::new(&url).args(["-X", "POST"]).status().await, 401);
    assert_eq!(Curl::new(&url).args(token).args(["-X", "POST"]).status().await, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_router_an_unknown_address_is_of_no_network() {
    let near = || Access::new().allowed_networks(["127.0.0.0/8"]);
    let far = || Access::new().allowed_networks(["10.0.0.0/8"]);
    for (access, expected) in
        [(connected(near()), 200), (connected(far()), 403), (near(), 403), (Access::new(), 200)]
    {
        let shown = format!("{access:?}");
        assert_eq!(Curl::new(&mount(access).await).status().await, expected, "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_cannot_ask_for_certificates_and_lets_nobody_in_instead() {
    let authority = Authority::new();
    for (kind, expected) in [
        ("RequireAndVerifyClientCert\n  client_ca_file: ca.crt", 403),
        ("RequireAnyClientCert", 403),
        ("NoClientCert", 200),
    ] {
        let file = authority.web_config(&format!("  client_auth_type: {kind}\n"));
        let url = mount(Access::new().web_config(file)).await;
        let got = Curl::new(&url).get().await;
        assert_eq!(got.status, expected, "{kind}");
        assert!(expected == 200 || got.body.contains("listener"), "{got:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_of_the_file_is_kept_and_those_who_are_kept_out_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("web-config.yml");
    let config = format!(
        "basic_auth_users:\n  scraper: {SECRET}\nrate_limit:\n  interval: 1h\n  burst: 3\n"
    );
    fs::write(&file, config).unwrap();
    let url = mount(Access::new().web_config(&file)).await;
    for _ in 0..10 {
        assert_eq!(Curl::new(&url).status().await, 401);
    }
    let scrape = || Curl::new(&url).args(["-u", "scraper:secret"]).get();
    for _ in 0..3 {
        assert_eq!(scrape().await.status, 200);
    }
    let got = scrape().await;
    assert_eq!(got.status, 429);
    assert!(got.head.contains("retry-after: 1"), "{got:?}");
}
