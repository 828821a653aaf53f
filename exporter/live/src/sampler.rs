//! Reads the source for as long as somebody looks.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use kymo_exposition::Source;

use crate::{document::Origin, index::Index, pace::Pace, rendered::Rendered, state::State};

/// Reads the source for as long as somebody looks, on a thread of its own.
///
/// There is no thread, and nothing is kept, while nobody does.
pub(crate) struct Sampler {
    source: Box<dyn Source>,
    index: Index,
    pace: Pace,
    pub(crate) instance: String,
    shared: Mutex<Shared>,
}

#[derive(Debug)]
struct Shared {
    is_running: bool,
    looked: Instant,
    /// How often somebody began to look.
    run: u64,
    rendered: Option<Arc<Rendered>>,
}

/// What there is for those who look.
pub(crate) enum Look {
    Document(Arc<Rendered>),
    /// Nothing yet, of this run.
    Soon(u64),
    /// The system has no thread left.
    NoThread,
}

impl Sampler {
    pub(crate) fn new(source: Box<dyn Source>, index: Index, pace: Pace, instance: String) -> Self {
        let looked = Instant::now();
        let shared = Shared { is_running: false, looked, run: 0, rendered: None };
        Self { source, index, pace, instance, shared: Mutex::new(shared) }
    }

    /// Says what there is, and goes on reading, or begins to.
    pub(crate) fn look(self: &Arc<Self>) -> Look {
        let mut shared = self.shared();
        shared.looked = Instant::now();
        if shared.is_running {
            return match &shared.rendered {
                Some(rendered) => Look::Document(Arc::clone(rendered)),
                None => Look::Soon(shared.run),
            };
        }
        shared.run += 1;
        let (sampler, run) = (Arc::downgrade(self), shared.run);
        let begun = thread::Builder::new().name("kymo-live".to_owned()).spawn(move || {
            // Should it ever panic, whoever looks next has another thread.
            let _end = End(sampler.clone(), run);
            run_on(&sampler, run);
        });
        shared.is_running = begun.is_ok();
        if shared.is_running { Look::Soon(run) } else { Look::NoThread }
    }

    /// Whether there is a thread that reads.
    #[cfg(test)]
    pub(crate) fn is_running(&self) -> bool {
        self.shared().is_running
    }

    /// Reads once, and says how long to wait from its beginning to that of the next one; nothing if nobody looks
    /// any more.
    fn read(&self, state: &mut State, run: u64) -> Option<Duration> {
        {
            let mut shared = self.shared();
            if shared.run != run {
                return None;
            }
            if shared.looked.elapsed() > self.pace.linger {
                shared.is_running = false;
                shared.rendered = None;
                return None;
            }
        }
        let begun = Instant::now();
        let read = AssertUnwindSafe(|| state.read(&*self.source, &self.index, begun + PATIENCE));
        let trouble = match catch_unwind(read) {
            Ok(()) => "",
            Err(panic) => {
                // It may panic again when it is dropped.
                std::mem::forget(panic);
                "A source of metrics panicked: nothing newer can be read."
            }
        };
        // Whoever looks costs the program no more than a tenth of a processor.
        let every = self.pace.every.max(begun.elapsed() * 10).min(LONGEST);
        let origin = Origin { instance: &self.instance, run, every, trouble };
        let rendered = Arc::new(Rendered::new(state, &origin));
        let mut shared = self.shared();
        if shared.run != run {
            return None;
        }
        let replaced = shared.rendered.replace(rendered);
        drop(shared);
        drop(replaced);
        // The first difference is there soon.
        Some(if state.readings < 2 { every / 2 } else { every })
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads one time after the other, for as long as somebody looks and there is something to read.
fn run_on(sampler: &Weak<Sampler>, run: u64) {
    let mut state = State::new();
    loop {
        let begun = Instant::now();
        let Some(sampler) = sampler.upgrade() else { return };
        let Some(wait) = sampler.read(&mut state, run) else { return };
        drop(sampler);
        thread::sleep(wait.saturating_sub(begun.elapsed()));
    }
}

/// The time that a scrape has whose server says nothing of it. With less, callbacks that are slow would be given
/// up because somebody looks, and scrapes would miss them.
const PATIENCE: Duration = Duration::from_secs(9);
/// From one reading to the next at most.
const LONGEST: Duration = Duration::from_secs(60);

/// Says that there is no thread any more, also where it panicked; unless there is a later one.
struct End(Weak<Sampler>, u64);

impl Drop for End {
    fn drop(&mut self) {
        if let Some(sampler) = self.0.upgrade() {
            let mut shared = sampler.shared();
            if shared.run == self.1 {
                shared.is_running = false;
                shared.rendered = None;
            }
        }
    }
}
