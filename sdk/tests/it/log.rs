//! What was reported to operators, by all tests of this binary together.

use std::{
    io,
    sync::{Mutex, Once},
};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

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

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
