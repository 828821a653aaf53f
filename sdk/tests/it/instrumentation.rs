//! Measured things are the same for everybody, and nobody waits for a scrape to get one.

use std::{
    sync::{
        Arc, Barrier, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use axum::http::Request;
use kymo::{Telemetry, cache::CacheResult, redis::RedisSettings};
use tower::ServiceExt;

use crate::{log, names};

/// How many requests the cache `name` was asked for, as a scrape shows it.
fn requests(telemetry: &Telemetry, name: &str) -> f64 {
    let families = telemetry.bridge().unwrap().registry().gather();
    let requests = families.iter().filter(|family| family.name() == "kymo_cache_requests_total");
    let series = requests.flat_map(prometheus::proto::MetricFamily::get_metric);
    let of_cache = series.filter(|series| {
        series.get_label().iter().any(|l| l.name() == "kymo_cache_name" && l.value() == name)
    });
    of_cache.map(|series| series.get_counter().get_value()).sum()
}

/// Observes with `callback` at every scrape.
fn observe(telemetry: &Telemetry, callback: impl Fn() + Send + Sync + 'static) {
    let meter = telemetry.meter("shop");
    let gauge = meter.u64_observable_gauge("watched").with_callback(move |observer| {
        callback();
        observer.observe(1, &[]);
    });
    gauge.build();
}

#[test]
fn what_a_callback_asks_for_first_is_made_again_for_everybody_else() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    let inside = telemetry.clone();
    observe(&telemetry, move || inside.cache("books").count(CacheResult::Hit, 1));
    log::listen();
    names(telemetry.bridge().unwrap().registry());
    let log = log::text();
    assert!(log.contains("instrument kymo.cache.requests is asked for in a callback"), "{log}");
    telemetry.cache("books").count(CacheResult::Hit, 1);
    assert!(requests(&telemetry, "books") >= 1.0);
}

#[test]
fn a_callback_that_asks_for_a_cache_does_not_wait_for_whoever_waits_for_the_scrape() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    telemetry.cache("books");
    let (scraping, inside) = (Arc::new(Barrier::new(2)), telemetry.clone());
    let both = Mutex::new(Some(Arc::clone(&scraping)));
    observe(&telemetry, move || {
        if let Some(both) = both.lock().unwrap().take() {
            both.wait();
            // Long enough for the other to ask for instruments, and to wait for this scrape.
            thread::sleep(Duration::from_millis(200));
        }
        inside.cache("books").count(CacheResult::Hit, 1);
    });
    let (done, ended) = mpsc::channel();
    let (scraped, asked) = (telemetry.clone(), telemetry.clone());
    let scrape_done = done.clone();
    thread::spawn(move || {
        names(scraped.bridge().unwrap().registry());
        scrape_done.send(()).unwrap();
    });
    thread::spawn(move || {
        scraping.wait();
        asked.redis_handle(&RedisSettings::new());
        done.send(()).unwrap();
    });
    for _ in 0..2 {
        ended.recv_timeout(Duration::from_secs(10)).expect("nobody waits for ever");
    }
}

#[test]
fn a_new_cache_does_not_wait_for_a_callback() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    telemetry.cache("books");
    let (entered, inside) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let ends = Mutex::new(Some((entered, released)));
    observe(&telemetry, move || {
        if let Some((entered, released)) = ends.lock().unwrap().take() {
            entered.send(()).unwrap();
            let _ = released.recv_timeout(Duration::from_secs(20));
        }
    });
    let scraped = telemetry.clone();
    let scraping = thread::spawn(move || names(scraped.bridge().unwrap().registry()));
    inside.recv_timeout(Duration::from_secs(10)).unwrap();
    let (done, made) = mpsc::channel();
    let asked = telemetry.clone();
    thread::spawn(move || {
        asked.cache("authors").count(CacheResult::Hit, 1);
        done.send(()).unwrap();
    });
    made.recv_timeout(Duration::from_secs(10)).expect("it is made while the callback goes on");
    release.send(()).unwrap();
    scraping.join().unwrap();
    assert!(requests(&telemetry, "authors") >= 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_endpoints_of_a_telemetry_share_what_is_collected() {
    let telemetry = Telemetry::for_service("shop").prometheus().build().unwrap();
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let (closed, collections) = (Arc::clone(&gate), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&collections);
    observe(&telemetry, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        drop(closed.1.wait_while(closed.0.lock().unwrap(), |open| !*open).unwrap());
    });
    let scrape = || tokio::spawn(telemetry.clone().endpoint().oneshot(Request::new(())));
    let mut scrapes = vec![scrape()];
    while collections.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    scrapes.extend((0..20).map(|_| scrape()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    for scrape in scrapes {
        assert_eq!(scrape.await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(collections.load(Ordering::Relaxed), 2, "one for the first, one for all others");
}
