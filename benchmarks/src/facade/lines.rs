//! One line of the facade, again and again.

use std::hint::black_box;

use kymo::Telemetry;
use metrics::{Counter, NoopRecorder, Recorder, counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram, BoundUpDownCounter};
use paths::exposition;
use paths::{BoxError, Subject};

/// The line that is repeated.
#[derive(Clone, Copy)]
pub enum Line {
    Counter,
    Kept,
    Gauge,
    Histogram,
}

/// The page of whoever records.
enum Page {
    Nobody,
    Exporter(PrometheusHandle),
    Floor(Box<Floor>),
    Kymo(Box<Telemetry>),
}

/// The same by hand, on bound instruments of OpenTelemetry.
struct Floor {
    counter: BoundCounter<u64>,
    gauge: BoundUpDownCounter<i64>,
    histogram: BoundHistogram<f64>,
    telemetry: Telemetry,
}

impl Floor {
    fn new() -> Result<Self, BoxError> {
        let telemetry = Telemetry::for_service("bench").prometheus().build()?;
        let meter = telemetry.meter("bench");
        let genre = [KeyValue::new("genre", "crime"), KeyValue::new("shop", "a")];
        let wait = meter.f64_histogram("wait_seconds").with_boundaries(BOUNDS.to_vec()).build();
        Ok(Self {
            counter: meter.u64_counter("sold").build().bind(&genre),
            gauge: meter.i64_up_down_counter("stock").build().bind(&[KeyValue::new("shelf", "a")]),
            histogram: wait.bind(&[]),
            telemetry,
        })
    }

    fn once(&self, line: Line) {
        match line {
            Line::Counter | Line::Kept => self.counter.add(1),
            Line::Gauge => self.gauge.add(1),
            Line::Histogram => self.histogram.record(0.03),
        }
    }
}

/// One line, again and again, with one recorder.
pub struct Lines {
    line: Line,
    recorder: Box<dyn Recorder>,
    kept: Counter,
    page: Page,
    times: u64,
}

const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// So often the recorder that keeps each value may tidy up.
const RENDERED: u64 = 1000;

impl Lines {
    pub fn subject(line: Line, peer: &str) -> Result<Box<dyn Subject>, BoxError> {
        let (recorder, page): (Box<dyn Recorder>, _) = match peer {
            "nobody" => (Box::new(NoopRecorder), Page::Nobody),
            "metrics-exporter-prometheus" => {
                let recorder = PrometheusBuilder::new().set_buckets(&BOUNDS)?.build_recorder();
                let handle = recorder.handle();
                (Box::new(recorder), Page::Exporter(handle))
            }
            "floor" => (Box::new(NoopRecorder), Page::Floor(Box::new(Floor::new()?))),
            "kymo" => {
                let telemetry = Telemetry::for_service("bench").prometheus();
                let buckets = kymo::View::new().buckets(BOUNDS);
                let telemetry = telemetry.view("wait_seconds", buckets).build()?;
                (Box::new(telemetry.metrics_recorder()), Page::Kymo(Box::new(telemetry)))
            }
            _ => return Err(format!("nobody called {peer:?} records it").into()),
        };
        let kept = metrics::with_local_recorder(&recorder, || counter!("kept", "shop" => "a"));
        Ok(Box::new(Self { line, recorder, kept, page, times: 0 }))
    }

    fn once(&self) {
        match self.line {
            Line::Counter => counter!("sold", "genre" => "crime", "shop" => "a").increment(1),
            Line::Kept => self.kept.increment(1),
            Line::Gauge => gauge!("stock", "shelf" => "a").increment(1),
            Line::Histogram => histogram!("wait_seconds").record(0.03),
        }
    }
}

impl Subject for Lines {
    fn run(&mut self, times: u64) {
        let waiting = match (&self.page, self.line) {
            (Page::Exporter(handle), Line::Histogram) => Some(handle),
            _ => None,
        };
        if let Page::Floor(floor) = &self.page {
            (0..times).for_each(|_| floor.once(black_box(self.line)));
            self.times += times;
            return;
        }
        metrics::with_local_recorder(&self.recorder, || {
            for time in 1..=times {
                self.once();
                if let Some(handle) = waiting.filter(|_| time.is_multiple_of(RENDERED)) {
                    handle.run_upkeep();
                }
            }
        });
        self.times += times;
    }

    fn verify(&self) -> Result<(), BoxError> {
        let text = match &self.page {
            Page::Nobody => return Ok(()),
            Page::Exporter(handle) => handle.render(),
            Page::Floor(floor) => exposition::text(floor.telemetry.bridge().ok_or("no page")?),
            Page::Kymo(telemetry) => exposition::text(telemetry.bridge().ok_or("no page")?),
        };
        let names: &[&str] = match self.line {
            Line::Counter => &["sold", "sold_total"],
            Line::Kept => &["kept", "kept_total", "sold_total"],
            Line::Gauge => &["stock"],
            Line::Histogram => &["wait_seconds_count"],
        };
        let recorded: f64 = names.iter().flat_map(|name| exposition::values(&text, name, "")).sum();
        if recorded == self.times as f64 {
            return Ok(());
        }
        Err(format!("{recorded} of {} lines were recorded in:\n{text}", self.times).into())
    }
}
