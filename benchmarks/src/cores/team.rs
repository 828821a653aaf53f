//! Threads that begin at once, each on a processor of its own.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use paths::BoxError;
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

use super::median;

/// Nanoseconds of a thread's processor per time: each thread does what `prepare` makes of its series, `times` times.
///
/// What a thread waits for while another has the cache line or the lock is time of its processor, but for the short
/// sleeps of a lock; what other processes do is none.
pub fn nanos<W: FnOnce()>(
    series: &[usize],
    times: u64,
    prepare: impl Fn(usize) -> Result<W, BoxError> + Sync,
) -> Result<f64, BoxError> {
    let ready = AtomicUsize::new(0);
    let one = |processor, of_series| {
        // On one processor they would take turns, and never meet.
        let mut only = CpuSet::new();
        only.set(processor);
        let pinned = sched_setaffinity(None, &only);
        // Whoever cannot prepare is still waited for.
        let work = prepare(of_series);
        // Whoever has just answered so often is running at this moment.
        for turn in 1..=TURNS {
            ready.fetch_add(1, Ordering::Relaxed);
            while ready.load(Ordering::Relaxed) < turn * series.len() {
                hint::spin_loop();
            }
        }
        let work = work?;
        pinned
            .map_err(|error| format!("there is no processor {processor} for a thread: {error}"))?;
        let start = processor_nanos();
        work();
        Ok((processor_nanos() - start) / times as f64)
    };
    let nanos = thread::scope(|scope| {
        let one = &one;
        let team = series.iter().enumerate();
        let threads: Vec<_> =
            team.map(|(n, series)| scope.spawn(move || one(n, *series))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<f64, BoxError>>| {
            thread.join().unwrap_or_else(|_| Err("a thread that was measured panicked".into()))
        };
        threads.into_iter().map(join).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(median(nanos))
}

/// So often the threads wait for each other before they begin.
const TURNS: usize = 1_000;

fn processor_nanos() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}
