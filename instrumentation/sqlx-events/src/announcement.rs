//! The warning that no event comes.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use tracing::{
    Dispatch,
    dispatcher::{self, WeakDispatch},
};
use tracing_core::callsite;

use crate::{identity, layer::EventLayer, reception::Reception};

/// Whether it was looked into that the events come to a layer, which is done once: as soon as its subscriber is
/// known.
#[derive(Debug, Default)]
pub(crate) struct Announcement {
    is_made: AtomicBool,
}

/// Those of layers in subscribers that are not known yet: inside an `Option` or a `Vec`, a layer is not told.
static PENDING: Mutex<Vec<Weak<Announcement>>> = Mutex::new(Vec::new());
static IS_ANY_PENDING: AtomicBool = AtomicBool::new(false);

/// The subscribers that were warned about, for as long as they are there: one may have several layers.
static WARNED: Mutex<Vec<(usize, WeakDispatch)>> = Mutex::new(Vec::new());

/// How long, and how often, it is looked for the subscriber of a layer that is not told.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

impl Announcement {
    /// The layer has been put into a subscriber.
    pub(crate) fn expect(self: &Arc<Self>) {
        let mut pending = lock(&PENDING);
        pending.retain(|it| it.strong_count() > 0);
        pending.push(Arc::downgrade(self));
        IS_ANY_PENDING.store(true, Ordering::Relaxed);
    }

    /// The subscriber is this one: warns once if no event will come from it.
    ///
    /// On a thread of its own, and a moment later: the subscriber is being registered now, where nobody may
    /// log.
    pub(crate) fn make(&self, subscriber: &Dispatch) {
        if self.is_made.swap(true, Ordering::Relaxed) {
            return;
        }
        let subscriber = subscriber.downgrade();
        let announce = move || subscriber.upgrade().iter().for_each(announce);
        // Without a thread nobody is warned.
        let _ = thread::Builder::new().name("kymo-events".to_owned()).spawn(announce);
    }

    fn is_made(&self) -> bool {
        self.is_made.load(Ordering::Relaxed)
    }
}

/// A subscriber is being registered: looks, a moment later, whether it is that of the whole program and has a
/// layer that was not told so.
pub(crate) fn look() {
    if IS_ANY_PENDING.load(Ordering::Relaxed) && !settle() {
        IS_ANY_PENDING.store(false, Ordering::Relaxed);
        let _ = thread::Builder::new().name("kymo-events".to_owned()).spawn(look_for_a_while);
    }
}

fn look_for_a_while() {
    for _ in 0..LOOKS {
        thread::sleep(BETWEEN_LOOKS);
        // That of the program, since this thread has no other.
        let subscriber = dispatcher::get_default(Dispatch::clone);
        if let Some(layer) = subscriber.downcast_ref::<EventLayer>()
            && !layer.announcement().is_made()
        {
            layer.announcement().is_made.store(true, Ordering::Relaxed);
            announce(&subscriber);
        }
        if settle() {
            return;
        }
    }
    // With the next subscriber.
    IS_ANY_PENDING.store(true, Ordering::Relaxed);
}

/// Whether no layer waits for its subscriber any more.
fn settle() -> bool {
    let mut pending = lock(&PENDING);
    pending.retain(|it| it.upgrade().is_some_and(|it| !it.is_made()));
    pending.is_empty()
}

fn announce(subscriber: &Dispatch) {
    let reception = Reception::of(subscriber);
    if reception != Reception::Heard && is_new(subscriber) {
        dispatcher::with_default(subscriber, || {
            // The registration may still go on, and a log line believe what others wanted before.
            callsite::rebuild_interest_cache();
            tracing::warn!("{reception}");
        });
    }
}

/// Whether `subscriber` was not warned about before.
fn is_new(subscriber: &Dispatch) -> bool {
    let Some(identity) = identity::of(subscriber) else { return true };
    let mut warned = lock(&WARNED);
    warned.retain(|(_, it)| it.upgrade().is_some());
    let is_new = warned.iter().all(|(known, _)| *known != identity);
    warned.push((identity, subscriber.downgrade()));
    is_new
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
