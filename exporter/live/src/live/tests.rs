use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use http::Request;
use kymo_exposition::{Family, Histogram, Kind, Label, Number, Series, Sink, Value};
use serde_json::Value as Json;

use super::*;
use crate::{
    document::{Extent, Origin, SHOWN, write},
    state::State,
};

/// A program whose requests are counted by route, and by whether they failed.
#[derive(Clone, Default)]
struct Shop(Arc<Told>);

#[derive(Default)]
struct Told {
    readings: AtomicUsize,
    panics: AtomicBool,
    requests: Mutex<BTreeMap<(String, bool), [u64; 3]>>,
}

const BOUNDS: &[f64] = &[0.1, 1.0];

impl Shop {
    fn serve(&self, route: &str, has_failed: bool, counts: [u64; 3]) {
        let mut requests = self.0.requests.lock().unwrap();
        let before = requests.entry((route.to_owned(), has_failed)).or_default();
        for (sum, count) in before.iter_mut().zip(counts) {
            *sum += count;
        }
    }

    fn readings(&self) -> usize {
        self.0.readings.load(Ordering::Relaxed)
    }
}

impl Source for Shop {
    fn collect(&self, sink: &mut dyn Sink) {
        self.0.readings.fetch_add(1, Ordering::Relaxed);
        let name = "http.server.request.duration";
        sink.family(&Family { name, help: "", unit: "seconds", kind: Kind::Histogram });
        let requests = self.0.requests.lock().unwrap().clone();
        for ((route, has_failed), counts) in &requests {
            let labels = [
                Label::new("http_request_method", "GET"),
                Label::new("http_route", route),
                Label::new("error_type", if *has_failed { "500" } else { "" }),
            ];
            let value = Value::Histogram(Histogram {
                bounds: BOUNDS,
                counts,
                sum: None,
                can_fall: false,
                exemplars: &[],
            });
            sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
        }
        assert!(!self.0.panics.load(Ordering::Relaxed), "a source that panics");
        let name = "kymo.cardinality.folded";
        sink.family(&Family { name, help: "", unit: "", kind: Kind::Counter });
        for (attribute, count) in [("http.route", 3), ("db.namespace", 0)] {
            let labels = [Label::new("kymo_cardinality_attribute", attribute)];
            let value = Value::Number(Number::U64(count), None);
            sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
        }
    }
}

fn live(shop: &Shop, every: u64, linger: u64) -> Live {
    let [every, linger] = [every, linger].map(Duration::from_millis);
    Live::with_pace(shop.clone(), |metric| metric.name.to_owned(), Pace { every, linger })
}

fn ask(live: &Live, uri: &str) -> Response<Bytes> {
    live.answer(&Request::builder().uri(uri).body(()).unwrap().into_parts().0)
}

fn read(live: &Live, mark: &str) -> Json {
    serde_json::from_slice(ask(live, &format!("/live?since={mark}")).body()).unwrap()
}

/// What there is once `is_it` says that it is there.
fn until(live: &Live, is_it: impl Fn(&Json) -> bool) -> Json {
    let begun = Instant::now();
    loop {
        let document = read(live, "");
        if is_it(&document) {
            return document;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{document}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn seq(document: &Json) -> u64 {
    document["seq"].as_u64().unwrap()
}

fn section<'a>(document: &'a Json, id: &str) -> &'a Json {
    let all = document["sections"].as_array().unwrap();
    all.iter().find(|section| section["id"] == id).unwrap_or_else(|| panic!("{id}: {document}"))
}

/// A number of a row, or of all rows together, by its column.
fn number(document: &Json, id: &str, of: &Json, column: &str) -> f64 {
    let layout = document["layout"].as_array().unwrap();
    let columns = &layout.iter().find(|section| section["id"] == id).unwrap()["columns"];
    let columns = columns.as_array().unwrap();
    let place = columns.iter().position(|it| it["id"] == column).unwrap();
    of["now"][place].as_f64().unwrap_or(f64::NAN)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2e-3 * b.abs()
}

#[test]
fn nothing_is_read_until_somebody_looks_and_when_nobody_does_any_more() {
    let shop = Shop::default();
    let live = live(&shop, 10, 60);
    for asset in ["/live?script=1", "/live?style=1"] {
        assert_eq!(ask(&live, asset).status(), 200);
    }
    thread::sleep(Duration::from_millis(60));
    assert_eq!(shop.readings(), 0);
    until(&live, |document| seq(document) > 2);
    let begun = Instant::now();
    while live.0.is_running() {
        assert!(begun.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(10));
    }
    let readings = shop.readings();
    thread::sleep(Duration::from_millis(60));
    assert_eq!(shop.readings(), readings);
    // Whoever comes then begins anew, and is told so.
    let document = until(&live, |document| seq(document) > 0);
    assert_eq!(document["run"], 2);
    assert!(seq(&document) < 3, "{document}");
}

#[test]
fn a_page_that_is_dropped_is_read_no_more() {
    let shop = Shop::default();
    let live = live(&shop, 10, 600_000);
    until(&live, |document| seq(document) > 1);
    drop(live);
    let begun = Instant::now();
    while Arc::strong_count(&shop.0) > 1 {
        assert!(begun.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn rates_shares_and_quantiles_are_those_of_the_window() {
    let shop = Shop::default();
    shop.serve("/books/{id}", false, [1_000, 0, 0]);
    let mut state = State::new();
    let index = Index::new(|metric| metric.name.to_owned());
    let soon = || Instant::now() + Duration::from_secs(9);
    state.read(&shop, &index, soon());
    thread::sleep(Duration::from_millis(120));
    shop.serve("/books/{id}", false, [50, 40, 0]);
    shop.serve("/books/{id}", true, [0, 10, 0]);
    shop.serve("/orders", false, [0, 0, 7]);
    state.read(&shop, &index, soon());
    let document = whole(&state);
    let seconds = document["window"].as_f64().unwrap();
    assert!(seconds >= 0.12, "{seconds}");
    let http = section(&document, "http");
    let row = &http["rows"][0];
    assert_eq!(row["key"], serde_json::json!(["GET", "/books/{id}"]));
    let of = |column: &str| number(&document, "http", row, column);
    assert!(near(of("rate") * seconds, 100.0), "{row}");
    assert!(near(of("errors"), 0.1), "{row}");
    assert!(near(of("p50"), 0.1) && near(of("p99"), 0.982), "{row}");
    assert!(near(of("total"), 1_100.0) && near(of("failed"), 10.0), "{row}");
    // It was not there before, so that all of it happened since.
    let order = &http["rows"][1];
    assert!(near(number(&document, "http", order, "rate") * seconds, 7.0), "{order}");
    let all = |column: &str| number(&document, "http", &http["all"], column);
    assert!(near(all("rate") * seconds, 107.0) && near(all("total"), 1_107.0), "{http}");
    // The earlier numbers of all together: nothing was known at first.
    let past = http["all"]["past"][0].as_array().unwrap();
    assert_eq!((past.len(), &past[0]), (2, &Json::Null));
    assert!(near(past[1].as_f64().unwrap(), all("rate")), "{http}");
}

fn whole(state: &State) -> Json {
    let origin = Origin { instance: "a", run: 1, every: Duration::from_secs(2), trouble: "" };
    serde_json::from_str(&write(state, &origin, Extent::Whole)).unwrap()
}

/// A program that tells what a function tells.
struct Telling<F>(F);

impl<F: Fn(&mut dyn Sink) + Send + Sync> Source for Telling<F> {
    fn collect(&self, sink: &mut dyn Sink) {
        (self.0)(sink);
    }
}

fn tell(sink: &mut dyn Sink, labels: &[(&str, &str)], value: Value<'_>) {
    let labels: Vec<_> = labels.iter().map(|(name, value)| Label::new(name, value)).collect();
    sink.series(&Series { labels: &labels, start_time: None, timestamp: None, value });
}

fn counter(sink: &mut dyn Sink, name: &str, series: &[(&[(&str, &str)], u64)]) {
    sink.family(&Family { name, help: "", unit: "", kind: Kind::Counter });
    for (labels, count) in series {
        tell(sink, labels, Value::Number(Number::U64(*count), None));
    }
}

fn timed(sink: &mut dyn Sink, name: &str, series: &[(&[(&str, &str)], u64)]) {
    sink.family(&Family { name, help: "", unit: "seconds", kind: Kind::Histogram });
    for (labels, count) in series {
        let counts = [*count, 0, 0];
        let histogram = Histogram {
            bounds: BOUNDS,
            counts: &counts,
            sum: None,
            can_fall: false,
            exemplars: &[],
        };
        tell(sink, labels, Value::Histogram(histogram));
    }
}

/// What a program shows that told something twice: at first, and then.
fn shown(
    first: impl Fn(&mut dyn Sink) + Send + Sync,
    then: impl Fn(&mut dyn Sink) + Send + Sync,
) -> Json {
    let (mut state, index) = (State::new(), Index::new(|metric| metric.name.to_owned()));
    state.read(&Telling(first), &index, Instant::now());
    state.read(&Telling(then), &index, Instant::now());
    whole(&state)
}

#[test]
fn a_failure_is_what_the_documents_call_one() {
    let of = |name, end, key: [(&'static str, &'static str); 1]| {
        let told = move |n: u64| {
            move |sink: &mut dyn Sink| {
                let failed = [key[0], ("error_type", end)];
                timed(sink, name, &[(&key, 90 * n), (&failed, 10 * n)]);
            }
        };
        shown(told(1), told(2))
    };
    for (section, name, end, expected) in [
        ("http", "http.server.request.duration", "cancelled", 0.0),
        ("http", "http.server.request.duration", "timeout", 0.1),
        ("client", "http.client.request.duration", "cancelled", 0.0),
        ("grpc", "rpc.server.call.duration", "UNIMPLEMENTED", 0.0),
        ("grpc", "rpc.server.call.duration", "INTERNAL", 0.1),
        ("scrapes", "kymo.scrape.duration", "cancelled", 0.0),
        ("sql", "db.client.operation.duration", "cancelled", 0.1),
        ("repositories", "kymo.repository.operation.duration", "cancelled", 0.1),
    ] {
        let document = of(name, end, [("http_route", "/")]);
        let all = &self::section(&document, section)["all"];
        assert!(
            near(number(&document, section, all, "errors"), expected),
            "{section} {end}: {all}"
        );
    }
}

#[test]
fn errors_are_no_part_of_the_hit_ratio() {
    let told = |n: u64| {
        move |sink: &mut dyn Sink| {
            let results = ["hit", "miss", "error"].map(|result| [("kymo_cache_result", result)]);
            let counts = [30 * n, 10 * n, 60 * n];
            let series: Vec<_> = results.iter().map(|labels| &labels[..]).zip(counts).collect();
            counter(sink, "kymo.cache.requests", &series);
        }
    };
    let document = shown(told(1), told(2));
    let all = &section(&document, "caches")["all"];
    assert!(near(number(&document, "caches", all, "ratio"), 0.75), "{all}");
}

#[test]
fn what_comes_late_did_not_rise_from_nothing() {
    let told = |sink: &mut dyn Sink| counter(sink, "process.cpu.time", &[(&[], 5_000)]);
    let document = shown(|_| {}, told);
    let all = &section(&document, "process")["all"];
    let column = all["now"].as_array().unwrap().iter();
    assert!(column.clone().all(|number| number.as_f64().is_none_or(|it| it < 1.0)), "{all}");
    // Of a metric that is known, a series that is new began at nothing.
    let one: &[_] = &[("kymo_cache_result", "hit"), ("kymo_cache_name", "a")];
    let two: &[_] = &[("kymo_cache_result", "hit"), ("kymo_cache_name", "b")];
    let name = "kymo.cache.requests";
    let document = shown(
        |sink| counter(sink, name, &[(one, 9)]),
        |sink| counter(sink, name, &[(one, 9), (two, 4)]),
    );
    let all = &section(&document, "caches")["all"];
    let seconds = document["window"].as_f64().unwrap();
    assert!(near(number(&document, "caches", all, "rate") * seconds, 4.0), "{all}");
}

#[test]
fn the_first_loss_is_a_rise() {
    let lost = |count| {
        move |sink: &mut dyn Sink| counter(sink, "kymo.cardinality.folded", &[(&[], count)])
    };
    let document = shown(lost(0), lost(3));
    let all = &section(&document, "losses")["all"];
    let seconds = document["window"].as_f64().unwrap();
    assert!(near(number(&document, "losses", all, "rate") * seconds, 3.0), "{all}");
}

#[test]
fn what_a_metric_has_no_room_for_is_not_said_to_have_no_route() {
    let told = |sink: &mut dyn Sink| {
        let overflow = [("otel_metric_overflow", "true")];
        timed(sink, "http.server.request.duration", &[(&[], 1), (&overflow, 2)]);
    };
    let document = shown(told, told);
    let rows = section(&document, "http")["rows"].as_array().unwrap();
    let keys: Vec<_> = rows.iter().map(|row| row["key"][1].as_str().unwrap()).collect();
    assert_eq!(keys, ["otel.metric.overflow", ""]);
}

#[test]
fn each_section_has_room_of_its_own() {
    let routes: Vec<String> = (0..2_000).map(|n| format!("/{n}")).collect();
    let told = move |sink: &mut dyn Sink| {
        for (name, label) in [
            ("db.client.operation.duration", "db_query_summary"),
            ("rpc.server.call.duration", "rpc_method"),
            ("http.client.request.duration", "url_template"),
            ("http.server.request.duration", "http_route"),
        ] {
            sink.family(&Family { name, help: "", unit: "seconds", kind: Kind::Histogram });
            for route in &routes {
                let labels = [(label, &**route)];
                let value = Histogram {
                    bounds: BOUNDS,
                    counts: &[1, 0, 0],
                    sum: None,
                    can_fall: false,
                    exemplars: &[],
                };
                tell(sink, &labels, Value::Histogram(value));
            }
        }
    };
    let document = shown(&told, &told);
    for id in ["sql", "grpc", "client", "http"] {
        let section = section(&document, id);
        let kept = section["rows"].as_array().unwrap().len() as u64
            + section["rows_left"].as_u64().unwrap();
        assert!((48..=400).contains(&kept), "{id}: {kept}");
        assert_eq!(kept + section["series_left"].as_u64().unwrap(), 2_000, "{id}");
    }
}

#[test]
fn a_reading_has_the_time_of_a_scrape() {
    struct Slow(Mutex<Option<Duration>>);
    impl Source for Slow {
        fn collect(&self, _: &mut dyn Sink) {}
        fn collect_by(&self, deadline: Instant, _: &mut dyn Sink) {
            *self.0.lock().unwrap() = Some(deadline.duration_since(Instant::now()));
        }
    }
    struct Shared(Arc<Slow>);
    impl Source for Shared {
        fn collect(&self, _: &mut dyn Sink) {}
        fn collect_by(&self, deadline: Instant, sink: &mut dyn Sink) {
            self.0.collect_by(deadline, sink);
        }
    }
    let slow = Arc::new(Slow(Mutex::new(None)));
    let pace = Pace { every: Duration::from_millis(20), linger: Duration::from_secs(600) };
    let live = Live::with_pace(Shared(Arc::clone(&slow)), |metric| metric.name.to_owned(), pace);
    until(&live, |document| seq(document) > 0);
    let time = slow.0.lock().unwrap().unwrap();
    assert!(time > Duration::from_secs(8), "{time:?}");
}

#[test]
fn whoever_comes_as_a_thread_ends_has_one_and_no_more() {
    let shop = Shop::default();
    let live = live(&shop, 10, 30);
    for round in 1..=20 {
        until(&live, |document| seq(document) > 0);
        // Nobody looks until its thread has ended, or is about to.
        while live.0.is_running() {
            thread::sleep(Duration::from_millis(1));
        }
        let mark = read(&live, "");
        assert_eq!(mark["run"], round + 1);
        thread::sleep(Duration::from_millis(3));
        // The end of the earlier one took nothing away from this one.
        assert_eq!(read(&live, "")["run"], round + 1);
        until(&live, |document| seq(document) > 0);
    }
}

#[test]
fn a_probe_does_not_look_and_an_old_address_is_kept_by_nobody() {
    let live = live(&Shop::default(), 10, 600_000);
    let probe = Request::builder().method("HEAD").uri("/live").body(()).unwrap();
    live.answer(&probe.into_parts().0);
    assert!(!live.0.is_running());
    let kept = |uri: &str| ask(&live, uri).headers()["cache-control"].to_str().unwrap().to_owned();
    assert_eq!(kept("/live?script=of-an-earlier-release"), "no-store");
    assert_eq!(kept("/live?style="), "no-store");
}

#[test]
fn a_window_forgets_what_is_older() {
    let shop = Shop::default();
    let (mut state, index) = (State::new(), Index::new(|metric| metric.name.to_owned()));
    let mut read = || {
        state.read(&shop, &index, Instant::now());
        let document = whole(&state);
        let http = section(&document, "http");
        let rate = number(&document, "http", &http["all"], "rate");
        rate * document["window"].as_f64().unwrap()
    };
    shop.serve("/", false, [0, 0, 0]);
    read();
    shop.serve("/", false, [9, 0, 0]);
    for _ in 0..5 {
        assert!(near(read(), 9.0));
    }
    assert!(read().abs() < 1e-9);
}

#[test]
fn ten_thousand_series_are_a_small_document_and_a_bounded_state() {
    let shop = Shop::default();
    for route in 0..10_000 {
        shop.serve(&format!("/a/route/of/some/length/{route:05}"), false, [1, 0, 0]);
    }
    let (mut state, index) = (State::new(), Index::new(|metric| metric.name.to_owned()));
    let mut most = 0;
    for _ in 0..3 {
        shop.serve("/a/route/of/some/length/00007", false, [5, 0, 0]);
        let used = allocation_counter::measure(|| {
            state.read(&shop, &index, Instant::now());
        });
        most = used.bytes_current.max(most);
    }
    assert!(most < 4 << 20, "{most} bytes");
    let origin = Origin { instance: "a", run: 1, every: Duration::from_secs(2), trouble: "" };
    let recent = write(&state, &origin, Extent::Recent);
    assert!(recent.len() < 8 << 10, "{} bytes", recent.len());
    let document = whole(&state);
    let http = section(&document, "http");
    assert_eq!(http["rows"].as_array().unwrap().len(), SHOWN);
    let left = |name: &str| http[name].as_u64().unwrap();
    assert_eq!(left("series_left"), 10_000 - 400);
    assert_eq!(left("rows_left") + SHOWN as u64, 400);
    assert!(near(number(&document, "http", &http["all"], "total"), 10_015.0));
    assert_eq!(http["rows"][0]["key"][1], "/a/route/of/some/length/00007");
    assert_eq!(document["families"]["series"], 10_002);
}

#[test]
fn no_loss_is_shown_that_did_not_happen() {
    let shop = Shop::default();
    let (mut state, index) = (State::new(), Index::new(|metric| metric.name.to_owned()));
    state.read(&shop, &index, Instant::now());
    let document = whole(&state);
    let losses = &section(&document, "losses")["rows"];
    assert_eq!(losses.as_array().unwrap().len(), 1, "{losses}");
    assert_eq!(losses[0]["key"], serde_json::json!(["kymo.cardinality.folded", "http.route"]));
    assert!(document["lacking"].as_array().unwrap().contains(&"sql".into()), "{document}");
}

#[test]
fn whatever_a_route_is_called_is_text() {
    let evil = "</script><img src=x onerror=alert(1)>\"\\\u{2028}\0\u{1f}ü";
    let shop = Shop::default();
    shop.serve(evil, false, [1, 0, 0]);
    let live = live(&shop, 20, 600_000);
    let document = until(&live, |document| seq(document) > 0);
    let shown = evil.replace('\u{1f}', " ");
    assert_eq!(section(&document, "http")["rows"][0]["key"][1], shown.as_str());
    let text = ask(&live, "/live?since=").into_body();
    assert!(!text.contains(&b'<'));
}

#[test]
fn a_source_that_panics_is_said_and_recovered_from() {
    let shop = Shop::default();
    shop.serve("/", false, [1, 0, 0]);
    let live = live(&shop, 10, 600_000);
    until(&live, |document| seq(document) > 1);
    shop.0.panics.store(true, Ordering::Relaxed);
    let document = until(&live, |document| document["trouble"] != "");
    assert!(document["trouble"].as_str().unwrap().contains("panicked"), "{document}");
    let http = section(&document, "http");
    assert!(near(number(&document, "http", &http["all"], "total"), 1.0), "{http}");
    shop.0.panics.store(false, Ordering::Relaxed);
    shop.serve("/", false, [1, 0, 0]);
    let document = until(&live, |document| {
        document["trouble"] == "" && section(document, "http")["all"]["now"][5] == 2
    });
    // What a reading has said that did not come to its end is not counted twice.
    let http = section(&document, "http");
    assert!(near(number(&document, "http", &http["all"], "total"), 2.0), "{http}");
}

#[test]
fn whoever_has_all_before_gets_the_last_readings_alone() {
    let shop = Shop::default();
    shop.serve("/", false, [1, 0, 0]);
    let live = live(&shop, 30, 600_000);
    let document = until(&live, |document| seq(document) > 4);
    let instance = document["instance"].as_str().unwrap();
    let length = |mark: &str| {
        let document = read(&live, mark);
        (document["times"].as_array().unwrap().len(), document["layout"].is_array())
    };
    let begun = Instant::now();
    loop {
        let mark = format!("{instance}.1.{}", seq(&document));
        if length(&mark) == (2, false) {
            break;
        }
        // It was read twice meanwhile.
        assert!(begun.elapsed() < Duration::from_secs(9));
        let document = read(&live, "");
        if length(&format!("{instance}.1.{}", seq(&document))) == (2, false) {
            break;
        }
    }
    for mark in ["", "x", "a-b.1.5", &format!("{instance}.2.5"), &format!("{instance}.1.0")] {
        assert!(length(mark).1, "{mark}");
    }
}

#[test]
fn all_who_look_share_what_is_read() {
    let shop = Shop::default();
    let live = live(&shop, 200, 600_000);
    until(&live, |document| seq(document) > 0);
    let before = shop.readings();
    for _ in 0..500 {
        read(&live.clone(), "");
    }
    assert!(shop.readings() <= before + 20, "{} of {before}", shop.readings());
}

#[test]
fn the_page_loads_nothing_of_others_and_runs_nothing_that_is_in_it() {
    let live = live(&Shop::default(), 1_000, 1_000);
    let page = ask(&live, "/live");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    for rule in ["default-src 'none'", "script-src 'self'", "trusted-types 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = str::from_utf8(page.body()).unwrap();
    for (name, content_type) in [("script", "text/javascript"), ("style", "text/css")] {
        let address = text.split('"').find(|it| it.starts_with(&format!("?{name}="))).unwrap();
        let asset = ask(&live, &format!("/live{address}"));
        let found = asset.headers()["content-type"].to_str().unwrap();
        assert!(found.starts_with(content_type), "{found}");
        let asset = String::from_utf8_lossy(asset.body());
        // Comments name the page of the library, and nothing is loaded from anywhere.
        for line in asset.lines().filter(|line| !line.starts_with("/*!")) {
            let foreign = line.replace("http://www.w3.org/2000/svg", "");
            assert!(!foreign.contains("http://") && !foreign.contains("https://"), "{foreign}");
        }
    }
    for within in ["<script>", " style=", "onclick", "http://", "https://"] {
        assert!(!text.contains(within), "{within}: {text}");
    }
}

#[test]
fn what_is_sent_compressed_is_the_same() {
    use std::io::Read;

    let live = live(&Shop::default(), 1_000, 1_000);
    let plain = ask(&live, "/live?script=");
    let request = Request::builder().uri("/live?script=").header("accept-encoding", "gzip");
    let gzip = live.answer(&request.body(()).unwrap().into_parts().0);
    assert_eq!(gzip.headers()["content-encoding"], "gzip");
    assert!(gzip.body().len() * 2 < plain.body().len(), "{}", gzip.body().len());
    let mut read = Vec::new();
    flate2::read::GzDecoder::new(&gzip.body()[..]).read_to_end(&mut read).unwrap();
    assert!(read == *plain.body());
}
