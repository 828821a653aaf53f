//! The log of an operator: exports that begin to fail, and that succeed again.

use std::{
    io::{self, Write as _},
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use kymo_core::OneLine;

use crate::failure::Failure;

/// Whether exports succeed, and without a word; says so when that changes, and never per export.
pub(crate) struct Health {
    target: String,
    failed: u64,
    warned: bool,
    /// Whether a failure may go to standard error; the first one alone does.
    to_stderr: Arc<AtomicBool>,
}

impl Health {
    /// Well, until something fails. `target` is where the exports go.
    pub(crate) fn new(target: &str, to_stderr: Arc<AtomicBool>) -> Self {
        Self { target: target.to_owned(), failed: 0, warned: false, to_stderr }
    }

    /// Records how an export ended; one that succeeded may have a warning of the receiver.
    pub(crate) fn record(&mut self, outcome: &Result<String, Failure>) {
        let target = OneLine(&self.target);
        match outcome {
            Ok(warning) => {
                if self.failed > 0 {
                    let failed = mem::take(&mut self.failed);
                    tracing::info!("metrics are pushed to {target} again; {failed} exports failed");
                }
                let warns = !warning.is_empty();
                if warns && !mem::replace(&mut self.warned, warns) {
                    tracing::warn!(
                        "metrics are pushed to {target}, which warns: {}; see the log of the collector",
                        OneLine(warning)
                    );
                }
                self.warned = warns;
            }
            Err(failure) => {
                if self.failed == 0 {
                    let told = format!(
                        "metrics are not pushed to {target}, or not all of them: {}; {}",
                        failure.reason,
                        failure.advice(),
                    );
                    tracing::warn!(error.type = &*failure.kind.name(), "{told}");
                    self.say(&told);
                }
                self.failed += 1;
            }
        }
    }

    /// Writes to standard error what nobody would see otherwise, once.
    fn say(&self, told: &str) {
        let nobody_listens = !tracing::dispatcher::has_been_set();
        if nobody_listens && self.to_stderr.swap(false, Ordering::Relaxed) {
            // Where standard error is closed, nobody can be told.
            let _ = writeln!(io::stderr(), "kymo: {told}");
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The log of what `act` does on this thread.
    pub(crate) fn log_of(act: impl FnOnce()) -> String {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, act);
        String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn only_a_change_is_told() {
        let log = log_of(|| {
            let mut health = Health::new("http://host/v1/metrics", Arc::default());
            health.record(&Ok(String::new()));
            for _ in 0..3 {
                health.record(&Err(Failure::connection("refused")));
            }
            health.record(&Ok(String::new()));
            health.record(&Ok("old\nnames".to_owned()));
            health.record(&Ok("older names".to_owned()));
        });

        let lines: Vec<_> = log.lines().collect();
        assert_eq!(lines.len(), 3, "{log}");
        assert!(lines[0].contains("not pushed to http://host/v1/metrics"), "{log}");
        assert!(lines[0].contains("refused; check that the collector is up"), "{log}");
        assert!(lines[1].contains("again; 3 exports failed"), "{log}");
        assert!(lines[2].contains("WARN") && lines[2].contains(r"warns: old\nnames;"), "{log}");
    }
}
