//! What telemetry hands out is the same for everybody, and nobody waits for a scrape to get it.

use std::{
    sync::{Arc, Barrier, Mutex, mpsc},
    thread,
    time::Duration,
};

use kymo::{Telemetry, cache::CacheResult, redis::RedisSettings};

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
    let (_, log) = log::of(|| names(telemetry.bridge().unwrap().registry()));
    assert!(log.contains("in a callback"), "{log}");
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
