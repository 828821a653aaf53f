//! Documents that are shorter on their way.

use std::io::Read;

use flate2::read::GzDecoder;
use http::{Method, Request, header};
use http_body_util::BodyExt;
use kymo_endpoint::Endpoint;
use kymo_exposition::{Sink, Source};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::{Both, Counted, Gate, Large, Up};

/// The document that was got, how it was encoded, and how long it was on its way.
struct Got {
    encoding: String,
    sent: usize,
    text: String,
}

async fn scrape(endpoint: Endpoint, accepted: &'static str) -> Got {
    let request = Request::builder().header(header::ACCEPT_ENCODING, accepted).body(()).unwrap();
    let (head, body) = endpoint.oneshot(request).await.unwrap().into_parts();
    assert_eq!(head.headers["vary"], "accept, accept-encoding");
    let body = body.collect().await.unwrap().to_bytes();
    assert_eq!(head.headers["content-length"], body.len().to_string());
    let encoding = head.headers.get(header::CONTENT_ENCODING);
    let encoding = encoding.map_or("", |value| value.to_str().unwrap()).to_owned();
    let mut text = String::new();
    match encoding.as_str() {
        "gzip" => GzDecoder::new(&*body).read_to_string(&mut text).unwrap(),
        "zstd" => zstd::Decoder::new(&*body).unwrap().read_to_string(&mut text).unwrap(),
        _ => (&*body).read_to_string(&mut text).unwrap(),
    };
    Got { encoding, sent: body.len(), text }
}

#[tokio::test]
async fn a_scraper_gets_the_encoding_that_it_asks_for() {
    let endpoint = Endpoint::new(Large);
    let whole = scrape(endpoint.clone(), "").await;
    for (accepted, encoding) in [
        // Every Prometheus.
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip;q=0.5, zstd", "zstd"),
        ("identity", ""),
        ("gzip;q=0", ""),
    ] {
        let got = scrape(endpoint.clone(), accepted).await;
        assert_eq!(got.encoding, encoding, "{accepted}");
        assert!(got.text == whole.text, "{accepted}");
        assert_eq!(got.sent * 5 < whole.sent, !encoding.is_empty(), "{accepted}: {}", got.sent);
    }
}

#[tokio::test]
async fn a_short_document_is_left_as_it_is_and_so_is_each_without_a_level() {
    assert_eq!(scrape(Endpoint::new(Up), "gzip").await.encoding, "");
    let endpoint = Endpoint::new(Large).compression(0);
    assert_eq!(scrape(endpoint, "gzip").await.encoding, "");
    let little = scrape(Endpoint::new(Numbers).compression(1), "gzip").await;
    let much = scrape(Endpoint::new(Numbers).compression(9), "gzip").await;
    assert!(much.sent < little.sent && much.text == little.text, "{} {}", much.sent, little.sent);
}

#[tokio::test]
async fn all_who_ask_at_the_same_time_share_one_collection_whatever_their_encodings() {
    let (counted, gate) = (Counted::default(), Gate::default());
    let endpoint = Endpoint::new(Both(counted.clone(), Both(gate.clone(), Large)));
    let first = tokio::spawn(scrape(endpoint.clone(), "gzip"));
    while counted.begun() < 1 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let asked = ["gzip", "zstd", "identity", "gzip, zstd", ""].into_iter().cycle().take(50);
    let others: JoinSet<_> = asked.map(|accepted| scrape(endpoint.clone(), accepted)).collect();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    gate.open();
    let first = first.await.unwrap();
    assert!(first.text.contains("collection 1\n") && first.encoding == "gzip");
    let others = others.join_all().await;
    for other in &others {
        assert!(other.text.contains("collection 2\n"), "{}", other.encoding);
        assert!(other.text.ends_with("large 1\n"));
    }
    let with = |encoding| others.iter().filter(|other| other.encoding == encoding).count();
    assert_eq!((with("gzip"), with("zstd"), with("")), (10, 20, 20));
    assert_eq!(counted.begun(), 2);
}

#[tokio::test]
async fn a_cached_document_is_compressed_as_those_asked_who_got_it_first() {
    for (first, then) in [("", ["gzip", "zstd"]), ("gzip", ["zstd", "identity"])] {
        let endpoint = Endpoint::new(Large).cache_for(std::time::Duration::from_secs(3600));
        let got = scrape(endpoint.clone(), first).await;
        assert_eq!(got.encoding, first);
        for other in then {
            let other = scrape(endpoint.clone(), other).await;
            assert!(other.encoding.is_empty() && other.text == got.text);
        }
        assert_eq!(scrape(endpoint, first).await.encoding, first);
    }
}

#[tokio::test]
async fn a_head_tells_of_the_document_that_a_get_would_get() {
    let endpoint = Endpoint::new(Large);
    let request = Request::builder().method(Method::HEAD).header("accept-encoding", "gzip");
    let response = endpoint.oneshot(request.body(()).unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let length: usize = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert!((1..Large::LEN / 5).contains(&length), "{length}");
    assert!(response.into_body().collect().await.unwrap().to_bytes().is_empty());
}

/// Text that is not the same over and over.
struct Numbers;

impl Source for Numbers {
    fn collect(&self, sink: &mut dyn Sink) {
        use kymo_exposition::{Family, Kind, Label, Number, Series, Value};

        sink.family(&Family { name: "numbers", help: "", unit: "", kind: Kind::Gauge });
        for n in 0..2_000_u64 {
            let label = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string();
            let labels = &[Label::new("number", &label)];
            let value = Value::Number(Number::U64(n * n), None);
            sink.series(&Series { labels, start_time: None, timestamp: None, value });
        }
    }
}
