//! The reports to operators.

use std::{cell::RefCell, io, sync::Once};

thread_local! {
    /// The reports of this thread.
    static OWN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The result of `act`, and the reports of this thread on the way.
pub(crate) fn of<T>(act: impl FnOnce() -> T) -> (T, String) {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        tracing_subscriber::fmt().with_ansi(false).with_writer(|| Log).init();
    });
    OWN.take();
    let result = act();
    (result, String::from_utf8(OWN.take()).unwrap())
}

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        OWN.with_borrow_mut(|own| own.extend_from_slice(bytes));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
