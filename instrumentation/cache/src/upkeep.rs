//! The work that caches put off until somebody asks, done when a collection asks.
//!
//! It may call the program's own code, such as a listener: which must not run in a collection, where
//! it could wait for the end of that very collection. So it is done elsewhere, and the collection waits
//! for it a little.

use std::{
    convert::Infallible,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
    time::Duration,
};

/// Does the work that `T` has put off, or gives it back as a job for a thread that may wait.
pub type Upkeep<T> = Box<dyn Fn(Weak<T>, Finished) -> Option<Job> + Send + Sync>;

/// Work for a thread that may wait; a panic in it is caught.
pub type Job = Box<dyn FnOnce() + Send>;

/// How long a collection waits for upkeep; the next one sees the rest.
const PATIENCE: Duration = Duration::from_millis(20);

/// Jobs that wait for their turn; one that exceeds the limit is left to the next collection.
const QUEUE: usize = 64;

/// Held for as long as the upkeep of one cache goes on.
#[derive(Debug)]
pub struct Finished {
    is_busy: Arc<AtomicBool>,
    _open: Sender<Infallible>,
}

impl Drop for Finished {
    fn drop(&mut self) {
        self.is_busy.store(false, Ordering::Release);
    }
}

/// The upkeep of one collection.
#[derive(Debug)]
pub(crate) struct Round {
    open: Sender<Infallible>,
    closed: Receiver<Infallible>,
}

impl Round {
    pub(crate) fn new() -> Self {
        let (open, closed) = channel();
        Self { open, closed }
    }

    /// For a cache whose last upkeep is over.
    pub(crate) fn begin(&self, is_busy: &Arc<AtomicBool>) -> Option<Finished> {
        let was_busy = is_busy.swap(true, Ordering::AcqRel);
        (!was_busy).then(|| Finished { is_busy: Arc::clone(is_busy), _open: self.open.clone() })
    }

    /// Waits until all that began has finished, or for as long as a collection may.
    pub(crate) fn wait(self) {
        drop(self.open);
        // It is never sent anything: either all are gone, or it is too late.
        let _ = self.closed.recv_timeout(PATIENCE);
    }
}

/// A thread for what may wait, from the first job on, and for as long as this is there.
#[derive(Default)]
pub(crate) struct UpkeepThread(OnceLock<Option<SyncSender<Job>>>);

impl UpkeepThread {
    pub(crate) fn run(&self, job: Job) {
        if let Some(jobs) = self.0.get_or_init(start) {
            // Where there is no room it is dropped, and so has finished.
            let _ = jobs.try_send(job);
        }
    }
}

/// `None` where there can be no thread: nothing is done then, as before anybody asked.
fn start() -> Option<SyncSender<Job>> {
    let (jobs, queue) = sync_channel::<Job>(QUEUE);
    let work = move || {
        for job in queue {
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    };
    thread::Builder::new().name("kymo-cache".to_owned()).spawn(work).ok().map(|_| jobs)
}

impl fmt::Debug for UpkeepThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpkeepThread")
    }
}
