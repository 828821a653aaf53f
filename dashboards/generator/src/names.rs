//! The names of Prometheus.

use std::collections::BTreeMap;

use http_body_util::BodyExt;
use kymo::{
    MetricKind, MetricSpec, Telemetry,
    opentelemetry::{Key, KeyValue},
    prometheus::Translation,
};
use tower::ServiceExt;

/// What Prometheus calls the metrics and attributes of kymo, and how it stores histograms.
#[derive(Clone, Debug)]
pub struct Names {
    histograms: Histograms,
    families: BTreeMap<&'static str, String>,
    labels: BTreeMap<&'static str, String>,
}

/// How a server stores histograms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Histograms {
    /// As series: `_bucket`, `_sum` and `_count`.
    Classic,
    /// As one series of histograms, exponential ones or those of custom buckets.
    Native,
}

/// The label by which a sample tells of which metric it is; no attribute is called so.
const MARK: &str = "mark";

impl Names {
    /// Records each metric once, and reads the page that a scraper gets under this translation.
    ///
    /// # Panics
    ///
    /// When a declared metric or attribute is not on the page.
    pub async fn of(translation: Translation, histograms: Histograms) -> Self {
        let page = page(translation).await;
        let mut families = BTreeMap::new();
        let mut labels = BTreeMap::new();
        for metric in kymo::declared_metrics() {
            families.entry(metric.name).or_insert_with(|| family(&page, metric));
            for key in metric.attributes {
                labels.entry(key.name).or_insert_with(|| label(&page, key.name));
            }
        }
        Self { histograms, families, labels }
    }

    /// How histograms are stored.
    pub fn histograms(&self) -> Histograms {
        self.histograms
    }

    /// The family of a metric, such as `http_server_request_duration_seconds`.
    ///
    /// # Panics
    ///
    /// When no constant declares it.
    pub fn family(&self, metric: &str) -> &str {
        self.families.get(metric).unwrap_or_else(|| panic!("no constant declares {metric}"))
    }

    /// The label of an attribute, such as `http_route`.
    ///
    /// # Panics
    ///
    /// When no declared metric has it.
    pub fn label(&self, key: &str) -> &str {
        self.labels.get(key).unwrap_or_else(|| panic!("no metric has the attribute {key}"))
    }
}

/// The page of a telemetry that has recorded each metric with all its attributes.
async fn page(translation: Translation) -> String {
    let variables: [(&str, &str); 0] = [];
    let telemetry = Telemetry::for_service("names").prometheus().environment(variables);
    let telemetry = telemetry.translation(translation).without_scope_info().without_target_info();
    let telemetry = telemetry.build().expect("nothing is wrong with it");
    let meter = telemetry.meter("names");
    for metric in kymo::declared_metrics() {
        let keys = metric.attributes.iter();
        let mut attributes: Vec<_> =
            keys.map(|key| KeyValue::new(Key::from_static_str(key.name), key.name)).collect();
        attributes.push(KeyValue::new(MARK, metric.name));
        match metric.kind {
            MetricKind::Counter => metric.counter(&meter).add(1, &attributes),
            MetricKind::UpDownCounter => metric.up_down_counter(&meter).add(1, &attributes),
            MetricKind::Gauge => metric.gauge(&meter).record(1.0, &attributes),
            MetricKind::Histogram { .. } => metric.histogram(&meter).record(1.0, &attributes),
        }
    }
    let request = http::Request::get("/metrics")
        .header("accept", "text/plain;version=1.0.0;escaping=allow-utf-8")
        .body(());
    let answer = telemetry.endpoint().oneshot(request.expect("a request")).await;
    let body = answer.unwrap_or_else(|never| match never {}).into_body().collect().await;
    let page = body.expect("a page is complete").to_bytes();
    String::from_utf8(page.to_vec()).expect("a page is UTF-8")
}

/// The family whose samples have the mark of `metric`.
fn family(page: &str, metric: &MetricSpec) -> String {
    let mark = format!("{MARK}=\"{}\"", metric.name);
    let line = page.lines().find(|line| line.contains(&mark));
    let line = line.unwrap_or_else(|| panic!("{} is not on the page", metric.name));
    let name = match line.strip_prefix("{\"") {
        Some(quoted) => quoted.split('"').next(),
        None => line.split('{').next(),
    };
    let name = name.expect("a line begins with a name");
    let is_histogram = matches!(metric.kind, MetricKind::Histogram { .. });
    let part = ["_bucket", "_count", "_sum"].iter().find_map(|part| name.strip_suffix(part));
    part.filter(|_| is_histogram).unwrap_or(name).to_owned()
}

/// The label whose value is `key`.
fn label(page: &str, key: &str) -> String {
    let value = format!("=\"{key}\"");
    let braces = page.lines().filter_map(|line| line.split(['{', '}']).nth(1));
    let mut labels = braces.flat_map(|labels| labels.split(','));
    let found = labels.find_map(|label| label.strip_suffix(value.as_str()));
    let found = found.unwrap_or_else(|| panic!("{key} is not on the page"));
    found.trim_matches('"').to_owned()
}
