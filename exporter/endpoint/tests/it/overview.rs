//! The page for humans.

use kymo_endpoint::{Access, Endpoint, Table};
use kymo_exposition::{Family, Kind, Label, Number, Series, Sink, Source, Value};

use crate::{Both, Shelves, listener::ask};

/// A source that says what was folded.
struct Folded;

impl Source for Folded {
    fn collect(&self, sink: &mut dyn Sink) {
        let name = "kymo_cardinality_folded_total";
        sink.family(&Family { name, help: "", unit: "", kind: Kind::Counter });
        for (attribute, count) in [("http.route", 0), ("user.id", 17)] {
            let labels = [Label::new("kymo_cardinality_attribute", attribute)];
            let value = Value::Number(Number::U64(count), None);
            sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
        }
    }
}

async fn page(endpoint: Endpoint) -> String {
    let server = endpoint.serve("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    tokio::task::spawn_blocking(move || ask(address, "GET", "/")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_sees_what_is_served_the_largest_family_first_and_what_is_not() {
    let page = page(Endpoint::new(Both(Shelves, Folded))).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for header in [
        "content-type: text/html; charset=utf-8\r\n",
        "content-security-policy: default-src 'none'; style-src 'unsafe-inline'\r\n",
        "x-content-type-options: nosniff\r\n",
        "x-frame-options: DENY\r\n",
        "cache-control: no-store\r\n",
    ] {
        assert!(page.contains(header), "{header}: {page}");
    }
    let formats = "Formats: text/0.0.4, openmetrics/1.0.0, text/1.0.0, openmetrics/0.0.1, protobuf; \
                   text/0.0.4 for those who ask for none of them; as it is, or by gzip or zstd.";
    assert!(page.contains(formats), "{page}");
    assert!(page.contains("<h2>Families: 4, with 8 series</h2>"), "{page}");
    let row = |name| page.find(&format!("<td>{name}</td><td>gauge</td>")).unwrap();
    assert!(row("seats") < row("books") && row("books") < row("readers"), "{page}");
    assert!(page.contains("<td>kymo_cardinality_attribute=user.id</td><td>17</td>"), "{page}");
    assert!(!page.contains("http.route"), "nothing of it was folded: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_sees_what_others_have_to_say_as_text() {
    let endpoint = Endpoint::new(Shelves).show(|| {
        let mut table = Table::new("Configuration", ["setting", "value"]);
        table.push(["<script>", "a & b"]);
        vec![table]
    });
    let shown = page(endpoint).await;
    assert!(shown.contains("<h2>Configuration</h2>"), "{shown}");
    assert!(shown.contains("<td>&lt;script&gt;</td><td>a &amp; b</td>"), "{shown}");

    let endpoint = Endpoint::new(Shelves).show(|| panic!("a table that panics, on purpose"));
    let shown = page(endpoint).await;
    assert!(shown.contains("<td>seats</td>"), "{shown}");
}

struct Broken;

impl Source for Broken {
    fn collect(&self, _: &mut dyn Sink) {
        panic!("a source of metrics that always panics, on purpose");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_sees_the_rest_where_the_metrics_cannot_be_collected() {
    let table = || vec![Table::new("Configuration", ["setting"])];
    let page = page(Endpoint::new(Broken).show(table)).await;
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("a source of metrics panicked"),
        "{page}"
    );
    assert!(page.contains("<h2>Configuration</h2>"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_hold_for_humans_too() {
    let access = Access::new().bearer_token("the-right-token");
    let page = page(Endpoint::new(Shelves).access(access).unwrap()).await;
    assert!(page.starts_with("HTTP/1.1 401") && !page.contains("seats"), "{page}");
}
