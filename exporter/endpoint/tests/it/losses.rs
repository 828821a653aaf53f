//! Parts of series that a format cannot say are counted.

use std::{collections::BTreeMap, time::UNIX_EPOCH};

use http::{Request, header};
use http_body_util::BodyExt;
use kymo_endpoint::Endpoint;
use kymo_exposition::{
    Exemplar, Family, Histogram, Kind, Label, Number, Quantile, Series, Sink, Source, Summary,
    Value,
};
use tower::ServiceExt;

use crate::{
    Shelves,
    measured::{measured, points},
};

const OPENMETRICS: &str = "application/openmetrics-text;version=1.0.0";
const OPENMETRICS_2: &str = "application/openmetrics-text;version=2.0.0";
const PROTOBUF: &str =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

/// A source of each part that OpenMetrics 1.0.0 cannot say.
struct Odd;

impl Source for Odd {
    fn collect(&self, sink: &mut dyn Sink) {
        let long = "x".repeat(129);
        let trace = [Label::new("trace_id", "1"), Label::new("path", &long)];
        let path = [Label::new("path", &long)];
        let exemplar = |labels| Exemplar { labels, value: 0.5, timestamp: Some(UNIX_EPOCH) };
        let one = |exemplar| Value::Number(Number::U64(1), exemplar);
        push(sink, "sold_total", "", Kind::Counter, one(Some(exemplar(&trace))));
        push(sink, "returned_total", "", Kind::Counter, one(Some(exemplar(&path))));
        push(sink, "jobs", "", Kind::Counter, one(Some(exemplar(&[]))));
        push(sink, "speed", "m/s", Kind::Gauge, one(None));
        let change = Histogram {
            bounds: &[0.0],
            counts: &[1, 1],
            sum: Some(Number::F64(7.0)),
            can_fall: true,
            exemplars: &[None, Some(exemplar(&path))],
        };
        push(sink, "change", "", Kind::Histogram, Value::Histogram(change));
        let lag = Summary {
            quantiles: &[Quantile { quantile: 0.5, value: 1.0 }],
            sum: Some(Number::F64(f64::NAN)),
            count: 3,
        };
        push(sink, "lag", "", Kind::Summary, Value::Summary(lag));
    }
}

fn push(sink: &mut dyn Sink, name: &str, unit: &str, kind: Kind, value: Value<'_>) {
    sink.family(&Family { name, help: "", unit, kind });
    sink.series(&Series { labels: &[], start_time: None, timestamp: None, value });
}

/// The page that a client gets who accepts this.
async fn get(endpoint: &Endpoint, accept: &str) -> String {
    let request = Request::get("/metrics").header(header::ACCEPT, accept).body(()).unwrap();
    let response = endpoint.clone().oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8_lossy(&body).into_owned()
}

/// What is counted after clients got a page who accept these.
async fn lost(source: impl Source + 'static, accepts: &[&str]) -> BTreeMap<String, i64> {
    let (endpoint, meters) = measured(source);
    let endpoint = endpoint.formats(kymo_exposition::Format::ALL);
    for accept in accepts {
        get(&endpoint, accept).await;
    }
    points(&meters).by("kymo.scrape.losses", "error.type")
}

fn counts(counts: [i64; 6]) -> BTreeMap<String, i64> {
    let names = ["exemplar", "exemplar_label", "sum", "count", "unit", "kind"];
    names.map(str::to_owned).into_iter().zip(counts).collect()
}

#[tokio::test]
async fn each_part_is_there_at_zero_before_anything_is_lost_and_while_nothing_is() {
    assert_eq!(lost(Odd, &[]).await, counts([0; 6]));
    let all = ["*/*", OPENMETRICS, OPENMETRICS_2, PROTOBUF];
    assert_eq!(lost(Shelves, &all).await, counts([0; 6]));
}

#[tokio::test]
async fn parts_that_a_format_cannot_say_are_counted_with_each_page_of_it() {
    for (accept, expected) in [
        // It has no exemplars and no units, and of all the others this one sum is none that falls.
        ("text/plain", [0, 0, 1, 0, 0, 0]),
        ("text/plain;version=1.0.0", [0, 0, 1, 0, 0, 0]),
        (OPENMETRICS, [3, 1, 2, 1, 1, 1]),
        ("application/openmetrics-text;version=0.0.1", [3, 1, 2, 1, 1, 1]),
        // A summary without a sum is no series there, and a counter may have any name.
        (OPENMETRICS_2, [2, 1, 0, 0, 1, 0]),
        (PROTOBUF, [2, 1, 0, 0, 0, 0]),
    ] {
        assert_eq!(lost(Odd, &[accept]).await, counts(expected), "{accept}");
        assert_eq!(lost(Odd, &[accept; 3]).await, counts(expected.map(|it| 3 * it)), "{accept}");
    }
}

#[tokio::test]
async fn a_page_without_them_has_all_the_rest() {
    let endpoint = Endpoint::new(Odd);
    assert_eq!(
        get(&endpoint, OPENMETRICS).await,
        "# TYPE sold counter\nsold_total 1 # {trace_id=\"1\"} 0.5 0\n\
         # TYPE returned counter\nreturned_total 1\n\
         # TYPE jobs unknown\njobs 1\n\
         # TYPE speed gauge\nspeed 1\n\
         # TYPE change histogram\nchange_bucket{le=\"0.0\"} 1\nchange_bucket{le=\"+Inf\"} 2\n\
         # TYPE lag summary\nlag{quantile=\"0.5\"} 1\nlag_count 3\n# EOF\n",
    );
}
