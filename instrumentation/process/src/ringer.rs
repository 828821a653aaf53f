//! The thread that wakes a task on each runtime.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::bell::Bell;

/// From one ring to the next.
///
/// Nearly five a second cost a runtime as many wake-ups, and whatever blocks it for longer is met. Nothing that
/// is done each second, or ten times a second, keeps in step with a prime number of milliseconds.
const PACE: Duration = Duration::from_millis(211);

/// Rings the bell of each runtime, on a thread that is there for as long as one of them is.
///
/// The thread is none of a runtime's, whose timers know milliseconds only, and are late where it is.
#[derive(Default)]
pub(crate) struct Ringer(Mutex<Bells>);

#[derive(Default)]
struct Bells {
    hung: Vec<Arc<Bell>>,
    thread: Option<JoinHandle<()>>,
}

impl Ringer {
    /// Rings `bell`, too, until it has ended.
    ///
    /// Where there can be no thread nothing is rung, until there is another bell.
    pub(crate) fn hang(self: &Arc<Self>, bell: Arc<Bell>) {
        let mut bells = self.bells();
        bells.hung.push(bell);
        if bells.thread.as_ref().is_none_or(JoinHandle::is_finished) {
            let ringer = Arc::downgrade(self);
            let thread = thread::Builder::new().name("kymo-tokio".to_owned());
            bells.thread = thread.spawn(move || ring_on(&ringer)).ok();
        }
    }

    /// Rings each, and says whether there is any.
    fn ring(&self) -> bool {
        // Nothing is locked while a runtime's own code runs.
        for bell in self.rung() {
            bell.ring();
        }
        let mut bells = self.bells();
        bells.hung.retain(|bell| !bell.has_ended());
        if bells.hung.is_empty() {
            bells.thread = None;
        }
        !bells.hung.is_empty()
    }

    fn rung(&self) -> Vec<Arc<Bell>> {
        self.bells().hung.clone()
    }

    fn bells(&self) -> MutexGuard<'_, Bells> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rings until there are no bells, or nobody who has them.
fn ring_on(ringer: &Weak<Ringer>) {
    loop {
        thread::sleep(PACE);
        let Some(ringer) = ringer.upgrade() else { return };
        if !ringer.ring() {
            return;
        }
    }
}

impl fmt::Debug for Ringer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ringer")
    }
}
