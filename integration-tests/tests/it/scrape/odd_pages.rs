//! A real Prometheus reads a page whatever a source says.

use std::time::{Duration, UNIX_EPOCH};

use integration_tests::{Prometheus, Release, eventually};
use kymo::prometheus::{
    Endpoint,
    exposition::{Exemplar, Family, Histogram, Kind, Label, Number, Series, Sink, Source, Value},
};

/// A scrape every second, and one more to be sure.
const SCRAPED: Duration = Duration::from_secs(15);

/// A source of series that are right, each beside one that no server reads.
struct Odd;

impl Source for Odd {
    fn collect(&self, sink: &mut dyn Sink) {
        let one = Value::Number(Number::U64(1), None);
        let family = |name, kind| Family { name, help: "Help\0\r.", unit: "", kind };
        sink.family(&family("nul\0", Kind::Gauge));
        sink.series(&series(&[], one));
        sink.family(&family("fine", Kind::Gauge));
        sink.series(&series(&[Label::new("x", "\0\r\t\u{85}\u{2028}")], one));
        sink.series(&series(&[Label::new("x\0", "1")], one));
        sink.family(&family("old", Kind::Gauge));
        sink.series(&Series { timestamp: Some(-5), ..series(&[], one) });
        sink.family(&family("jobs_total", Kind::Counter));
        let labels = [
            Label::new("trace_id", "1"),
            Label::new("client.id", "7"),
            Label::new("q", "\0"),
            Label::new("q\0", "1"),
        ];
        let exemplar = Exemplar { labels: &labels, value: 1.0, timestamp: Some(UNIX_EPOCH) };
        sink.series(&series(&[], Value::Number(Number::U64(3), Some(exemplar))));
        sink.family(&family("change", Kind::Histogram));
        let change = Histogram {
            bounds: &[0.0],
            counts: &[1, 1],
            sum: Some(Number::F64(7.0)),
            can_fall: true,
            exemplars: &[],
        };
        sink.series(&series(&[], Value::Histogram(change)));
        sink.family(&family("door", Kind::StateSet));
        for (set, state) in [("1", "open"), ("2", "open"), ("1", "closed")] {
            sink.series(&series(&[Label::new("door", state), Label::new("set", set)], one));
        }
    }
}

fn series<'a>(labels: &'a [Label<'a>], value: Value<'a>) -> Series<'a> {
    Series { labels, start_time: None, timestamp: None, value }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_3_reads_what_is_right_of_an_odd_page() {
    let server = Endpoint::new(Odd).serve("127.0.0.1:0").await.unwrap();
    let target = server.local_addr().unwrap().to_string();
    let protocols = [
        "PrometheusText0.0.4",
        "PrometheusText1.0.0",
        "OpenMetricsText0.0.1",
        "OpenMetricsText1.0.0",
        "PrometheusProto",
    ];
    let jobs = protocols.map(|it| (it, format!("  scrape_protocols: [{it}]\n")));
    let jobs: Vec<_> = jobs.iter().map(|(name, more)| (*name, more.as_str())).collect();
    let prometheus =
        Prometheus::scraping_by(Release::Three, &target, &jobs, &["exemplar-storage"]).await;
    for job in protocols {
        let value = async |name: &str| prometheus.value(&format!("{name}{{job=\"{job}\"}}")).await;
        let fine = format!("fine{{job=\"{job}\",x!=\"\"}}");
        assert_eq!(prometheus.value(&fine).await, Some(1.0), "{job}");
        assert_eq!(value("jobs_total").await, Some(3.0), "{job}");
        let buckets = format!("sum(change_bucket{{job=\"{job}\"}})");
        assert_eq!(prometheus.value(&buckets).await, Some(3.0), "{job}");
        let sum = (job == "PrometheusProto").then_some(7.0);
        assert_eq!(value("change_sum").await, sum, "{job}");
        let doors = format!("count(door{{job=\"{job}\"}})");
        let states = if job.starts_with("OpenMetrics") { 2.0 } else { 3.0 };
        assert_eq!(prometheus.value(&doors).await, Some(states), "{job}");
    }
    let look = async || prometheus.exemplars("jobs_total").await;
    let all = eventually(SCRAPED, look, |all| all.len() == 3).await;
    for one in all {
        let labels = one.labels;
        assert!(labels["trace_id"] == "1" && !labels.contains_key("q"), "{labels:?}");
    }
}
