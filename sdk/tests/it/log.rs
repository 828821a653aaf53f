//! The reports to operators, by all tests of this binary together.

use std::{
    cell::RefCell,
    io,
    sync::{Mutex, Once},
};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

thread_local! {
    /// The reports of this thread.
    static OWN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Listens from now on, in every thread: tracing forgets call sites that other threads reached
/// first when a subscriber is that of one thread.
pub(crate) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        tracing_subscriber::fmt().with_ansi(false).with_writer(|| Log).init();
    });
}

/// Everything that was reported so far.
pub(crate) fn text() -> String {
    String::from_utf8(LOG.lock().unwrap().clone()).unwrap()
}

/// The result of `act`, and the reports of kymo on this thread on the way.
pub(crate) fn of<T>(act: impl FnOnce() -> T) -> (T, String) {
    listen();
    OWN.take();
    let result = act();
    let log = String::from_utf8(OWN.take()).unwrap();
    // What OpenTelemetry itself says is not ours to judge.
    let ours = log.lines().filter(|line| line.contains("kymo"));
    (result, ours.collect::<Vec<_>>().join("\n"))
}

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        OWN.with_borrow_mut(|own| own.extend_from_slice(bytes));
        LOG.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
