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
            let _end = End(sampler.clone());
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

    /// Reads once, unless nobody looks any more.
    fn read(&self, state: &mut State, run: u64) -> bool {
        {
            let mut shared = self.shared();
            if shared.looked.elapsed() > self.pace.linger {
                shared.is_running = false;
                shared.rendered = None;
                return false;
            }
        }
        let deadline = Instant::now() + self.pace.every;
        let read = AssertUnwindSafe(|| state.read(&*self.source, &self.index, deadline));
        let trouble = match catch_unwind(read) {
            Ok(()) => "",
            Err(panic) => {
                // It may panic again when it is dropped.
                std::mem::forget(panic);
                "A source of metrics panicked: nothing newer can be read."
            }
        };
        let origin = Origin { instance: &self.instance, run, pace: self.pace, trouble };
        let rendered = Arc::new(Rendered::new(state, &origin));
        let replaced = self.shared().rendered.replace(rendered);
        drop(replaced);
        true
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads one time after the other, for as long as somebody looks and there is something to read.
fn run_on(sampler: &Weak<Sampler>, run: u64) {
    let mut state = State::new();
    let mut due = Instant::now();
    loop {
        let Some(sampler) = sampler.upgrade() else { return };
        if !sampler.read(&mut state, run) {
            return;
        }
        // The first difference is there soon, and a reading that took long is followed by none at once.
        let every = sampler.pace.every;
        let wait = if state.readings < 2 { every / 2 } else { every };
        due = (due + wait).max(Instant::now() + every / 4);
        drop(sampler);
        thread::sleep(due.saturating_duration_since(Instant::now()).min(LONGEST));
    }
}

/// No clock lets a thread sleep for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// Says that there is no thread any more, also where it panicked.
struct End(Weak<Sampler>);

impl Drop for End {
    fn drop(&mut self) {
        if let Some(sampler) = self.0.upgrade() {
            let mut shared = sampler.shared();
            shared.is_running = false;
            shared.rendered = None;
        }
    }
}
