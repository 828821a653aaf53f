//! Each client gets the best format that it reads.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use flate2::read::GzDecoder;
use http::{Method, Request, header, response::Parts};
use http_body_util::BodyExt;
use kymo_endpoint::Endpoint;
use kymo_exposition::{Family, Format, Kind, Label, Number, Series, Sink, Source, Value};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::{
    Both, Counted, Gate, Large, Shelves,
    measured::{measured, points},
};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";

async fn ask(endpoint: &Endpoint, request: http::request::Builder) -> (Parts, Vec<u8>) {
    let response = endpoint.clone().oneshot(request.body(()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head, body.to_vec())
}

/// The content type and the body that a client gets who accepts this.
async fn get(endpoint: &Endpoint, accept: &str) -> (String, String) {
    let (head, body) = ask(endpoint, Request::get("/metrics").header(header::ACCEPT, accept)).await;
    assert_eq!(head.headers["vary"], "accept, accept-encoding");
    assert_eq!(head.headers["content-length"], body.len().to_string());
    (content_type(&head), String::from_utf8_lossy(&body).into_owned())
}

fn content_type(head: &Parts) -> String {
    head.headers["content-type"].to_str().unwrap().to_owned()
}

/// A source with a name that not every format can write, and a counter.
struct Dotted;

impl Source for Dotted {
    fn collect(&self, sink: &mut dyn Sink) {
        for (name, kind) in [("shelf.room", Kind::Gauge), ("sold_total", Kind::Counter)] {
            sink.family(&Family { name, help: "", unit: "", kind });
            let labels = &[Label::new("shelf", "1")];
            let value = Value::Number(Number::U64(7), None);
            let start_time = Some(std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
            sink.series(&Series { labels, start_time, timestamp: None, value });
        }
    }
}

#[tokio::test]
async fn a_client_gets_the_format_and_the_names_that_it_asks_for_and_is_told_which() {
    let endpoint = Endpoint::new(Dotted);
    for (accept, content_type, first) in [
        (
            "*/*",
            TEXT,
            "# TYPE shelf_room gauge\nshelf_room{shelf=\"1\"} 7\n# TYPE sold_total counter\n",
        ),
        (
            "text/plain;version=1.0.0;escaping=allow-utf-8",
            "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
            "# TYPE \"shelf.room\" gauge\n{\"shelf.room\",shelf=\"1\"} 7\n",
        ),
        (
            "text/plain;version=1.0.0;escaping=dots",
            "text/plain; version=1.0.0; charset=utf-8; escaping=dots",
            "# TYPE shelf_dot_room gauge\n",
        ),
        (
            "application/openmetrics-text",
            OPENMETRICS,
            "# TYPE shelf_room gauge\nshelf_room{shelf=\"1\"} 7\n# TYPE sold counter\nsold_total{",
        ),
        (
            "application/openmetrics-text;version=0.0.1;escaping=allow-utf-8",
            "application/openmetrics-text; version=0.0.1; charset=utf-8",
            "# TYPE shelf_room gauge\n",
        ),
        (
            "application/openmetrics-text;version=1.0.0;escaping=values",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values",
            "# TYPE U__shelf_2e_room gauge\n",
        ),
        ("application/openmetrics-text;version=2.0.0", TEXT, "# TYPE shelf_room gauge\n"),
        ("nonsense", TEXT, "# TYPE shelf_room gauge\n"),
    ] {
        let (said, body) = get(&endpoint, accept).await;
        assert_eq!(said, content_type, "{accept}");
        assert!(body.starts_with(first), "{accept}: {body}");
        assert_eq!(body.ends_with("# EOF\n"), said.contains("openmetrics"), "{accept}: {body}");
    }
}

#[tokio::test]
async fn a_head_tells_of_the_page_that_a_get_would_get() {
    let endpoint = Endpoint::new(Dotted);
    for accept in ["*/*", "application/openmetrics-text"] {
        let request = |method| Request::builder().method(method).header(header::ACCEPT, accept);
        let (mut of_get, body) = ask(&endpoint, request(Method::GET)).await;
        let (mut of_head, empty) = ask(&endpoint, request(Method::HEAD)).await;
        assert!(empty.is_empty() && !body.is_empty());
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::VARY] {
            assert_eq!(of_get.headers.remove(&name), of_head.headers.remove(&name), "{name}");
        }
    }
}

#[tokio::test]
async fn some_families_are_a_whole_document_in_each_format() {
    let endpoint = Endpoint::new(Both(Shelves, Dotted));
    for (query, expected) in [
        ("name[]=readers", "# TYPE readers gauge\nreaders{shelf=\"0\"} 7\n# EOF\n"),
        ("name[]=nothing", "# EOF\n"),
        ("name[]=sold", "# TYPE sold counter\nsold_total{shelf=\"1\"} 7\n# EOF\n"),
        ("name[]=sold_total", "# TYPE sold counter\nsold_total{shelf=\"1\"} 7\n# EOF\n"),
    ] {
        let request = Request::get(format!("/metrics?{query}"));
        let accept = "application/openmetrics-text;version=1.0.0";
        let (head, body) = ask(&endpoint, request.header(header::ACCEPT, accept)).await;
        assert_eq!(content_type(&head), OPENMETRICS);
        assert_eq!(String::from_utf8(body).unwrap(), expected, "{query}");
    }
}

#[tokio::test]
async fn a_page_is_compressed_in_each_format() {
    let endpoint = Endpoint::new(Large);
    let request = Request::get("/metrics")
        .header(header::ACCEPT, "application/openmetrics-text")
        .header(header::ACCEPT_ENCODING, "gzip");
    let (head, body) = ask(&endpoint, request).await;
    assert_eq!(head.headers["content-encoding"], "gzip");
    assert_eq!(content_type(&head), OPENMETRICS);
    let mut text = String::new();
    GzDecoder::new(&*body).read_to_string(&mut text).unwrap();
    assert!(text.len() > Large::LEN && text.ends_with("large 1\n# EOF\n"));
}

/// Accepts that differ.
const ACCEPTS: [&str; 8] = [
    "*/*",
    "application/openmetrics-text",
    "application/openmetrics-text;escaping=allow-utf-8",
    "text/plain;version=1.0.0",
    "text/plain;version=1.0.0;escaping=allow-utf-8",
    "text/plain;version=1.0.0;escaping=dots",
    "text/plain;version=1.0.0;escaping=values",
    "application/openmetrics-text;escaping=values",
];

/// What each of `accepts` gets who ask at the same time, after a collection that was under way; and how many
/// collections there were.
async fn at_once(accepts: &[&'static str]) -> (Vec<(String, String)>, u64) {
    let (counted, gate) = (Counted::default(), Gate::default());
    let endpoint = Endpoint::new(Both(counted.clone(), gate.clone()));
    let first = tokio::spawn({
        let endpoint = endpoint.clone();
        async move { get(&endpoint, "*/*").await }
    });
    while counted.begun() < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut others = JoinSet::new();
    for (place, accept) in accepts.iter().copied().enumerate() {
        let endpoint = endpoint.clone();
        others.spawn(async move { (place, get(&endpoint, accept).await) });
        // They are spawned in their order, and so they ask.
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    gate.open();
    first.await.unwrap();
    let mut got = others.join_all().await;
    got.sort_by_key(|(place, _)| *place);
    (got.into_iter().map(|(_, got)| got).collect(), counted.begun())
}

#[tokio::test]
async fn all_who_ask_at_the_same_time_share_one_collection_whatever_their_formats() {
    let accepts: Vec<_> = ACCEPTS[..6].iter().copied().cycle().take(60).collect();
    let (got, collections) = at_once(&accepts).await;
    assert_eq!(collections, 2);
    for (place, (content_type, body)) in got.iter().enumerate() {
        assert!(body.contains("collection 2\n"), "{body}");
        assert_eq!(*content_type, got[place % 6].0);
        assert_eq!(content_type == TEXT, place % 6 == 0, "{content_type}");
    }
}

#[tokio::test]
async fn who_wants_a_seventh_dialect_at_the_same_time_shares_the_collection_after_it() {
    let accepts: Vec<_> = ACCEPTS.iter().copied().cycle().take(40).collect();
    let (got, collections) = at_once(&accepts).await;
    assert_eq!(collections, 3);
    for (place, (content_type, body)) in got.iter().enumerate() {
        let collection = if place % 8 < 6 { 2 } else { 3 };
        assert!(body.contains(&format!("collection {collection}\n")), "{place}: {body}");
        assert_eq!(*content_type, got[place % 8].0, "each gets what it asks for");
    }
    let different: std::collections::BTreeSet<_> = got.iter().map(|(said, _)| said).collect();
    assert_eq!(different.len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_ask_for_odd_formats_in_a_loop_change_nobody_s() {
    let endpoint = Endpoint::new(Both(Counted::default(), Shelves));
    let schemes = ["underscores", "allow-utf-8", "dots", "values"];
    let (mut crowd, pages) = (JoinSet::new(), Arc::<AtomicU64>::default());
    for format in ["text/plain;version=1.0.0", "application/openmetrics-text", "text/plain"] {
        for scheme in schemes {
            let (endpoint, pages) = (endpoint.clone(), Arc::clone(&pages));
            let accept = format!("{format};escaping={scheme}");
            crowd.spawn(async move {
                loop {
                    assert!(!get(&endpoint, &accept).await.1.is_empty());
                    pages.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    }
    for _ in 0..100 {
        let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
        let (said, body) = get(&endpoint, accept).await;
        assert_eq!(said, OPENMETRICS);
        assert!(body.ends_with("# EOF\n"), "{body}");
    }
    let pages = pages.load(Ordering::Relaxed);
    assert!(pages > 100, "the others got {pages}");
    assert!(crowd.try_join_next().is_none(), "all of them still ask");
    crowd.shutdown().await;
}

#[tokio::test]
async fn a_cache_has_the_formats_of_those_who_come_again() {
    let counted = Counted::default();
    let endpoint = Endpoint::new(Both(counted.clone(), Shelves));
    let endpoint = endpoint.cache_for(Duration::from_secs(3600));
    for _ in 0..5 {
        for accept in &ACCEPTS[..3] {
            let (_, body) = get(&endpoint, accept).await;
            assert!(body.contains("collection "), "{body}");
        }
    }
    assert_eq!(counted.begun(), 3, "one for each that nobody asked for before");
}

#[tokio::test]
async fn what_a_client_can_have_is_said_by_the_program() {
    let openmetrics2 = "application/openmetrics-text;version=2.0.0";
    let endpoint = Endpoint::new(Dotted).formats([]);
    assert_eq!(get(&endpoint, "application/openmetrics-text").await.0, TEXT);
    let endpoint = Endpoint::new(Dotted).fallback_format(Format::OpenMetrics100);
    assert_eq!(get(&endpoint, openmetrics2).await.0, OPENMETRICS);
    assert_eq!(get(&endpoint, "*/*").await.0, OPENMETRICS);
    assert_eq!(get(&endpoint, "text/plain").await.0, TEXT);
    let endpoint = endpoint.formats([Format::Text100]);
    assert_eq!(get(&endpoint, "*/*").await.0, OPENMETRICS, "the fallback stays one of them");
    assert_eq!(
        Endpoint::disabled()
            .formats(Format::ALL)
            .created_samples()
            .oneshot(Request::new(()))
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn created_samples_are_there_for_who_wants_them() {
    let accept = "application/openmetrics-text";
    let (_, without) = get(&Endpoint::new(Dotted), accept).await;
    assert!(!without.contains("_created"), "{without}");
    let endpoint = Endpoint::new(Dotted).created_samples();
    let (_, with) = get(&endpoint, accept).await;
    assert!(with.contains("sold_created{shelf=\"1\"} 1700000000"), "{with}");
    assert!(!get(&endpoint, "*/*").await.1.contains("_created"));
}

#[tokio::test]
async fn a_scrape_is_counted_by_its_format_from_its_first_page_on() {
    let (endpoint, meters) = measured(Shelves);
    get(&endpoint, "application/openmetrics-text").await;
    get(&endpoint, "application/openmetrics-text").await;
    get(&endpoint, "*/*").await;
    let points = points(&meters);
    let requests = points.of("kymo.scrape.requests");
    let of = |format: &str| -> Vec<_> {
        let of = requests.iter().filter(|it| it.get("kymo.scrape.format") == Some(format));
        of.map(|point| (point.get("error.type").is_some(), point.count)).collect()
    };
    for (format, expected) in [("openmetrics/1.0.0", 2), ("text/0.0.4", 1), ("html", 0)] {
        let found = of(format);
        assert_eq!(found.len(), 7, "each end of {format}: {found:?}");
        assert!(found.contains(&(false, expected)), "{format}: {found:?}");
    }
    assert!(of("protobuf").is_empty() && of("text/1.0.0").is_empty());
    let sizes = points.by("kymo.scrape.response.size", "kymo.scrape.format");
    assert_eq!(sizes, [("openmetrics/1.0.0".to_owned(), 2), ("text/0.0.4".to_owned(), 1)].into());
}
