//! A histogram whose threads do not meet: each has a cell of its own, and whoever reads adds them up.
//!
//! It is here to be measured. OpenTelemetry has no observable histogram, so that nothing could hand its sums to the
//! readers of a provider.

use std::cell::Cell as ThreadCell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// One series of such a histogram.
pub struct Cells {
    bounds: Vec<f64>,
    cells: Vec<Cell>,
}

/// On cache lines of its own, and those of no neighbour that the processor fetches along.
#[repr(align(128))]
struct Cell {
    counts: [AtomicU64; BUCKETS],
    /// The bits of an `f64`.
    sum: AtomicU64,
}

/// At most as many buckets as the conventions advise for durations, and the last one.
const BUCKETS: usize = 15;

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Which cell is this thread's; threads share one where there are more of them than cells.
    static THREAD: ThreadCell<usize> = ThreadCell::new(THREADS.fetch_add(1, Ordering::Relaxed));
}

impl Cells {
    /// With these bounds, and a cell for each of so many threads.
    pub fn new(bounds: &[f64], cells: usize) -> Self {
        let cell = |_| Cell { counts: Default::default(), sum: AtomicU64::new(0f64.to_bits()) };
        Self { bounds: bounds.to_vec(), cells: (0..cells).map(cell).collect() }
    }

    pub fn record(&self, value: f64) {
        let cell = &self.cells[THREAD.get() % self.cells.len()];
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        cell.counts[bucket].fetch_add(1, Ordering::Relaxed);
        let add = |sum| Some((f64::from_bits(sum) + value).to_bits());
        // It always has a value to put in: this cannot fail.
        let _ = cell.sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// How many values were recorded, and their sum.
    pub fn read(&self) -> (u64, f64) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = self.cells.iter().flat_map(|cell| &cell.counts).map(load);
        let sums = self.cells.iter().map(|cell| f64::from_bits(load(&cell.sum)));
        (counts.sum(), sums.sum())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_every_thread_recorded_is_read() {
        let cells = Cells::new(&[1.0, 2.0], 3);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1_000).for_each(|_| cells.record(1.5)));
            }
        });
        assert_eq!(cells.read(), (8_000, 12_000.0));
    }
}
