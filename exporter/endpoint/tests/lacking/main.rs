//! What is asked of an endpoint that was built without it: `cargo test -p kymo-endpoint --test lacking`.

#![cfg(not(any(feature = "access", feature = "zstd")))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use http::{Request, StatusCode, header};
use kymo_endpoint::{Access, AccessError, Endpoint};
use kymo_exposition::{Family, Kind, Number, Series, Sink, Source, Value};
use tower::ServiceExt;

/// More than is worth to be compressed.
struct Large;

impl Source for Large {
    fn collect(&self, sink: &mut dyn Sink) {
        let help = &"x".repeat(10_000);
        sink.family(&Family { name: "large", help, unit: "", kind: Kind::Gauge });
        let value = Value::Number(Number::U64(1), None);
        sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
    }
}

#[test]
fn a_rule_that_nobody_would_look_at_is_an_error_with_the_feature_that_can() {
    const HASH: &str = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";
    let networks = || Access::new().allowed_networks(["127.0.0.0/8"]);
    for (access, method) in [
        (networks().web_config("web-config.yml"), "web_config"),
        (networks().basic_auth("prometheus", HASH), "basic_auth"),
        (networks().bearer_token("a long token"), "bearer_token"),
        (networks().bearer_token_file("token"), "bearer_token_file"),
        (Access::new().allow_insecure().basic_auth("prometheus", HASH), "basic_auth"),
    ] {
        let error = Endpoint::new(Large).access(access).unwrap_err();
        assert!(matches!(error, AccessError::Lacking { .. }), "{error}");
        let sentence = error.to_string();
        assert!(sentence.starts_with(&format!("`{method}`: ")), "{sentence}");
        assert!(sentence.contains("feature `access` of kymo-endpoint"), "{sentence}");
    }
}

#[tokio::test]
async fn networks_are_looked_at_all_the_same() {
    for (networks, expected) in
        [(["127.0.0.0/8"], StatusCode::OK), (["10.0.0.0/8"], StatusCode::FORBIDDEN)]
    {
        let here = |_: &http::Extensions| Some([127, 0, 0, 1].into());
        let access = Access::new().allowed_networks(networks).peer_from(here);
        let endpoint = Endpoint::new(Large).access(access).unwrap();
        let response = endpoint.oneshot(Request::new(())).await.unwrap();
        assert_eq!(response.status(), expected, "{networks:?}");
    }
}

#[tokio::test]
async fn who_reads_zstd_gets_what_else_it_reads() {
    for (accept, expected) in [("zstd", None), ("zstd, gzip;q=0.1", Some("gzip"))] {
        let request = Request::builder().header(header::ACCEPT_ENCODING, accept).body(()).unwrap();
        let response = Endpoint::new(Large).oneshot(request).await.unwrap();
        let encoding = response.headers().get(header::CONTENT_ENCODING);
        assert_eq!(encoding.map(|it| it.to_str().unwrap()), expected, "{accept}");
    }
}
