//! Threads that begin at once.

use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use paths::BoxError;

use super::median;

/// Nanoseconds per time: each thread does what `prepare` makes of its series, `times` times.
pub fn nanos<W: FnOnce()>(
    series: &[usize],
    times: u64,
    prepare: impl Fn(usize) -> Result<W, BoxError> + Sync,
) -> Result<f64, BoxError> {
    let barrier = Barrier::new(series.len());
    let one = |series| {
        // Whoever cannot prepare is still waited for.
        let work = prepare(series);
        barrier.wait();
        let start = Instant::now();
        work?();
        Ok(start.elapsed().as_secs_f64() * 1e9 / times as f64)
    };
    let nanos = thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> =
            series.iter().map(|series| scope.spawn(move || one(*series))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<f64, BoxError>>| {
            thread.join().unwrap_or_else(|_| Err("a thread that was measured panicked".into()))
        };
        threads.into_iter().map(join).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(median(nanos))
}
