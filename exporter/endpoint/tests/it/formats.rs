//! Each client gets the best format that it reads.

use std::{io::Read, time::Duration};

use flate2::read::GzDecoder;
use http::{Method, Request, header, response::Parts};
use http_body_util::BodyExt;
use kymo_endpoint::Endpoint;
use kymo_exposition::{Family, Format, Kind, Label, Number, Series, Sink, Source, Value};
use tower::ServiceExt;

use crate::{
    Both, Large, Shelves,
    measured::{measured, points},
};

pub(crate) const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
pub(crate) const OPENMETRICS: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";

async fn ask(endpoint: &Endpoint, request: http::request::Builder) -> (Parts, Vec<u8>) {
    let response = endpoint.clone().oneshot(request.body(()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head, body.to_vec())
}

/// The content type and the body that a client gets who accepts this.
pub(crate) async fn get(endpoint: &Endpoint, accept: &str) -> (String, String) {
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
