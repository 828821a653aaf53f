//! Scrapes and pushes carry the same numbers, whoever receives them.

mod exposed;
mod recorded;

use std::{collections::BTreeMap, time::Duration};

use integration_tests::{
    Receiver, Rotel, Scrape, Stored, VictoriaMetrics, eventually, otlp::Point, receiver,
};
use kymo::{
    Telemetry,
    otlp::{Otlp, Protocol},
};

use self::{
    exposed::{Series, exposed_name, ours, pushed, series, underscored},
    recorded::{SHOPS, record},
};

const PATIENCE: Duration = Duration::from_secs(20);
const PROTOCOLS: [Protocol; 2] = [Protocol::HttpProtobuf, Protocol::Grpc];

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_told_what_a_scrape_says() {
    for protocol in PROTOCOLS {
        let receiver = Receiver::start();
        let run = Run::pushing_to(&receiver.url(), protocol).await;
        let points = receiver.latest();
        run.agrees_with(&points);
        assert!(points.iter().all(|point| point.cumulative && point.start <= point.time));
        let over_grpc = protocol == Protocol::Grpc;
        let expected = if over_grpc { receiver::Protocol::Grpc } else { receiver::Protocol::Http };
        assert!(receiver.requests().iter().all(|request| request.protocol == expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rotel_is_told_what_a_scrape_says() {
    for protocol in PROTOCOLS {
        let rotel = Rotel::start();
        let url = if protocol == Protocol::Grpc { rotel.grpc() } else { rotel.http() };
        let run = Run::pushing_to(&url, protocol).await;
        let look = async || rotel.latest();
        eventually(PATIENCE, look, |points| run.knows_all_of(points)).await;
        run.agrees_with(&rotel.latest());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn promql_gives_what_a_scrape_says() {
    let victoria = VictoriaMetrics::start();
    // An endpoint with a path is taken as it is.
    let endpoint = format!("{}/v1/metrics", victoria.otlp());
    let run = Run::pushing_to(&endpoint, Protocol::HttpProtobuf).await;
    run.agrees_with_stored(&victoria).await;

    let victoria = VictoriaMetrics::start();
    let rotel = Rotel::forwarding_to(&victoria.otlp());
    let run = Run::pushing_to(&rotel.grpc(), Protocol::Grpc).await;
    run.agrees_with_stored(&victoria).await;
    let sold = "sum by (shop) (books_sold_total{shop!=\"\"})";
    let by_shop = victoria.query(sold).await;
    assert_eq!(by_shop.len(), SHOPS.len());
    for shop in by_shop {
        let index = SHOPS.iter().position(|it| *it == shop.labels["shop"]).unwrap();
        assert!((shop.value - (index + 1) as f64).abs() < 0.5, "{shop:?}");
    }
}

/// One run, as a scrape shows what was recorded and pushed.
struct Run {
    scrape: Scrape,
}

impl Run {
    async fn pushing_to(url: &str, protocol: Protocol) -> Self {
        let otlp = Otlp::new().endpoint(url).protocol(protocol).interval(Duration::from_hours(1));
        let telemetry = Telemetry::for_service("agreement").prometheus().otlp_with(otlp);
        let telemetry = telemetry.build().unwrap();
        let _observed = record(&telemetry);
        telemetry.flush(PATIENCE).await.unwrap();
        Self { scrape: Scrape::of(&telemetry).await }
    }

    /// All samples but those about the exporters themselves, which change with every export.
    fn pulled(&self) -> BTreeMap<Series, f64> {
        let families = self.scrape.families().iter();
        let samples = families.filter(|family| ours(&family.name)).flat_map(|it| &it.samples);
        samples.map(|sample| (series(&sample.name, sample.labels.clone()), sample.value)).collect()
    }

    fn knows_all_of(&self, points: &[Point]) -> bool {
        self.pulled().len() == pushed(points).len()
    }

    fn agrees_with(&self, points: &[Point]) {
        let (pulled, pushed) = (self.pulled(), pushed(points));
        assert!(pulled.len() > 150, "odd values of every kind: {}", pulled.len());
        assert_same(&pulled, &pushed);
        let target = self.scrape.samples("target_info", &[]).next().unwrap();
        for point in points {
            for (key, value) in &point.resource {
                assert_eq!(target.labels[&underscored(key)], value.label(), "{key}");
            }
        }
        for point in points.iter().filter(|point| ours(&underscored(&point.name))) {
            let (name, _) = exposed_name(point);
            let family = self.scrape.family(&name).unwrap();
            assert_eq!(family.help.as_deref().unwrap_or(""), point.description, "{name}");
        }
    }

    async fn agrees_with_stored(&self, victoria: &VictoriaMetrics) {
        let mut pulled = self.pulled();
        // It writes lists in a notation of its own, and keeps no scope.
        pulled.retain(|(_, labels), _| labels.get("odd").is_none_or(|odd| !odd.starts_with('[')));
        let pulled = pulled.into_iter().map(|((name, mut labels), value)| {
            labels.retain(|key, _| !key.starts_with("otel_scope_"));
            ((name, labels), value)
        });
        let pulled = pulled.collect::<BTreeMap<_, _>>();
        let resource = self.scrape.samples("target_info", &[]).next().unwrap().labels.clone();
        let read = |stored: Vec<Stored>| {
            let all = stored.into_iter().map(|it| stored_series(it, &resource));
            all.filter(|((name, labels), _)| {
                ours(name) && labels.get("odd").is_none_or(|odd| !odd.starts_with('['))
            })
            .collect::<BTreeMap<_, _>>()
        };
        let look = async || read(victoria.export("{__name__!=\"\"}").await);
        let seen = eventually(PATIENCE, look, |stored| stored.len() >= pulled.len()).await;
        assert_same(&pulled, &seen);
    }
}

fn stored_series(stored: Stored, resource: &BTreeMap<String, String>) -> (Series, f64) {
    let mut labels = stored.labels;
    let name = labels.remove("__name__").unwrap();
    for (key, value) in resource {
        assert_eq!(labels.remove(key).as_ref(), Some(value), "{name} {key}");
    }
    (series(&name, labels), *stored.values.last().unwrap())
}

fn assert_same(pulled: &BTreeMap<Series, f64>, pushed: &BTreeMap<Series, f64>) {
    let differs = |a: f64, b: f64| (a - b).abs() > 1e-9 * a.abs().max(b.abs());
    let mut faults = Vec::new();
    for (series, value) in pulled {
        match pushed.get(series) {
            None => faults.push(format!("only pulled: {series:?} {value}")),
            Some(other) if differs(*value, *other) => {
                faults.push(format!("{series:?}: pulled {value}, pushed {other}"));
            }
            Some(_) => {}
        }
    }
    let only_pushed = pushed.iter().filter(|(series, _)| !pulled.contains_key(*series));
    faults.extend(only_pushed.map(|(series, value)| format!("only pushed: {series:?} {value}")));
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), pulled.len(), faults.join("\n"));
}
