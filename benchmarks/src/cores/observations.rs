//! One observation of each thread: of the SDK's bound instruments, and of cells by thread.

use std::hint::black_box;
use std::sync::Arc;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{BoundCounter, BoundHistogram, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use paths::BoxError;

use super::cells::Cells;
use super::{TRAFFIC, median, team};
use crate::table;

const ROUNDS: usize = 61;
const OBSERVATIONS_PER_ROUND: u64 = 10_000;
const SECONDS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
/// As a machine of 64 processors would have them.
const CELLS: usize = 64;

/// One series of an instrument.
#[derive(Clone)]
enum Series {
    Counter(Arc<BoundCounter<u64>>),
    Histogram(Arc<BoundHistogram<f64>>),
    Cells(Arc<Cells>),
}

impl Series {
    fn observe(&self) {
        match self {
            Self::Counter(counter) => counter.add(black_box(1)),
            Self::Histogram(histogram) => histogram.record(black_box(0.03)),
            Self::Cells(cells) => cells.record(black_box(0.03)),
        }
    }
}

/// Prints the table.
pub fn table() -> Result<(), BoxError> {
    let reader = kymo::prometheus::Bridge::builder().build()?;
    let provider = SdkMeterProvider::builder().with_reader(reader.reader()).build();
    let meter = provider.meter("bench");
    let counter = meter.u64_counter("counter").build();
    let histogram = meter.f64_histogram("histogram").with_boundaries(SECONDS.to_vec()).build();
    let route = |n: i64| [KeyValue::new("route", n)];
    let instruments = [
        [0, 1].map(|n| Series::Counter(Arc::new(counter.bind(&route(n))))),
        [0, 1].map(|n| Series::Histogram(Arc::new(histogram.bind(&route(n))))),
        [0, 1].map(|_| Series::Cells(Arc::new(Cells::new(&SECONDS, CELLS)))),
    ];
    let mut rows = Vec::new();
    for (title, traffic) in TRAFFIC {
        let mut rounds = vec![Vec::new(); instruments.len()];
        for _ in 0..ROUNDS {
            for (rounds, of_instrument) in rounds.iter_mut().zip(&instruments) {
                let observe = |n: usize| {
                    let series = of_instrument[n].clone();
                    Ok(move || (0..OBSERVATIONS_PER_ROUND).for_each(|_| series.observe()))
                };
                rounds.push(team::nanos(traffic, OBSERVATIONS_PER_ROUND, observe)?);
            }
        }
        let medians = rounds.into_iter().map(|rounds| format!("{:.1}", median(rounds)));
        rows.push([title.to_owned()].into_iter().chain(medians).collect());
    }
    verify(&instruments[2])?;
    table::print(
        "Cores: one observation of each thread, of its processor",
        1,
        &["traffic", "counter, ns", "histogram, ns", "histogram of cells, ns"],
        &rows,
    );
    Ok(())
}

/// An error when cells have lost what a thread recorded: each round has five threads.
fn verify(cells: &[Series]) -> Result<(), BoxError> {
    let read = |series: &Series| if let Series::Cells(cells) = series { cells.read().0 } else { 0 };
    let recorded: u64 = cells.iter().map(read).sum();
    let expected = OBSERVATIONS_PER_ROUND * ROUNDS as u64 * 5;
    if recorded == expected { Ok(()) } else { Err(format!("{recorded} of {expected}").into()) }
}
