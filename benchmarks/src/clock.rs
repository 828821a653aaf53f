//! Times: of the thread's CPU, where what other processes do hardly shows, unless said otherwise.

use paths::Subject;
use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds per time: one column per subject, one row per round.
///
/// The subjects take turns, so that a slow spell of the machine falls on all of them.
pub fn interleaved(subjects: &mut [Box<dyn Subject>], rounds: usize, times: u64) -> Rounds {
    interleaved_by(ClockId::ThreadCPUTime, subjects, rounds, times)
}

/// The same by another clock, such as where a server does part of the work.
pub fn interleaved_by(
    clock: ClockId,
    subjects: &mut [Box<dyn Subject>],
    rounds: usize,
    times: u64,
) -> Rounds {
    for subject in &mut *subjects {
        subject.run(times);
    }
    let nanos = |subject: &mut Box<dyn Subject>| nanos_per_time(clock, subject.as_mut(), times);
    let round = |_| subjects.iter_mut().map(nanos).collect();
    Rounds((0..rounds).map(round).collect())
}

/// The times of all subjects in all rounds.
pub struct Rounds(Vec<Vec<f64>>);

impl Rounds {
    /// The median time of a subject, in nanoseconds.
    pub fn median(&self, subject: usize) -> f64 {
        median(self.0.iter().map(|round| round[subject]))
    }

    /// The median of what a subject took more than `base` in the same round, in nanoseconds.
    pub fn median_over(&self, base: usize, subject: usize) -> f64 {
        median(self.0.iter().map(|round| round[subject] - round[base]))
    }

    /// The median of how often a subject fits into the time of `base` in the same round.
    pub fn median_speedup(&self, base: usize, subject: usize) -> f64 {
        median(self.0.iter().map(|round| round[base] / round[subject]))
    }
}

fn nanos_per_time(clock: ClockId, subject: &mut dyn Subject, times: u64) -> f64 {
    let before = nanos(clock);
    subject.run(times);
    (nanos(clock) - before) / times as f64
}

fn nanos(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
