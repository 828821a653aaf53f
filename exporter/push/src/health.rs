//! What is logged.

use crate::failure::Failure;

/// Whether exports succeed; says so when that changes, and never per export.
pub(crate) struct Health {
    target: String,
    failed: u64,
}

impl Health {
    /// Well, until something fails. `target` is where the exports go.
    pub(crate) fn new(target: &str) -> Self {
        Self { target: target.to_owned(), failed: 0 }
    }

    pub(crate) fn record(&mut self, outcome: &Result<(), Failure>) {
        let target = &self.target;
        match outcome {
            Ok(()) if self.failed > 0 => {
                tracing::info!(
                    "metrics are pushed to {target} again; {} exports failed",
                    self.failed
                );
                self.failed = 0;
            }
            Ok(()) => {}
            Err(failure) => {
                if self.failed == 0 {
                    tracing::warn!(
                        error.type = &*failure.kind.name(),
                        "metrics are not pushed to {target}, or not all of them: {}; {}",
                        failure.reason,
                        failure.advice(),
                    );
                }
                self.failed += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

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

    #[test]
    fn only_a_change_is_told() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let mut health = Health::new("http://host/v1/metrics");
            health.record(&Ok(()));
            for _ in 0..3 {
                health.record(&Err(Failure::connection("refused")));
            }
            health.record(&Ok(()));
            health.record(&Ok(()));
        });

        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = log.lines().collect();
        assert_eq!(lines.len(), 2, "{log}");
        assert!(lines[0].contains("not pushed to http://host/v1/metrics"), "{log}");
        assert!(lines[0].contains("refused; check that the collector is up"), "{log}");
        assert!(lines[1].contains("again; 3 exports failed"), "{log}");
    }
}
