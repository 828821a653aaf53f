//! A layer that is not told of its subscriber is found in that of the program.

#![allow(clippy::unwrap_used)]

use std::{
    io,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use kymo_sqlx_events::{EventMetrics, EventSettings};
use kymo_testing::TestMeters;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, layer::Layered, prelude::*};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_layer_in_an_option_or_a_vec_behind_a_filter_is_one_warning() {
    let (metrics, settings) = (EventMetrics::new(&*TestMeters::new()), EventSettings::new());
    let log = Log::default();
    let writer = log.clone();
    let lines = fmt::layer().with_ansi(false).with_writer(move || writer.clone());
    let filtered: Layered<EnvFilter, Registry> = Registry::default().with(EnvFilter::new("info"));
    // As it may be made of several parts, of which others are elsewhere.
    let _unused = Registry::default().with(Some(metrics.layer(&settings)));
    let layer = Some(metrics.layer::<Layered<EnvFilter, Registry>>(&settings));
    let layers: Vec<Box<dyn Layer<_> + Send + Sync>> = vec![Box::new(layer)];
    thread::sleep(Duration::from_millis(200));
    filtered.with(layers).with(lines).init();
    let start = Instant::now();
    while log.text().is_empty() && start.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(Duration::from_millis(200));
    let told = log.text();
    assert!(told.contains("`sqlx::query=debug`"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}
