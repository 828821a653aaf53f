use crate::failure::Failure;

/// Whether exports succeed; says so when that changes, and never per export.
#[derive(Default)]
pub(crate) struct Health {
    failed: u64,
}

impl Health {
    pub(crate) fn record(&mut self, outcome: &Result<(), Failure>) {
        match outcome {
            Ok(()) if self.failed > 0 => {
                tracing::info!(failed = self.failed, "metrics are pushed again");
                self.failed = 0;
            }
            Ok(()) => {}
            Err(failure) => {
                if self.failed == 0 {
                    tracing::warn!(
                        error.type = &*failure.kind.name(),
                        "metrics are not pushed, or not all of them: {}; {}",
                        failure.reason,
                        failure.advice(),
                    );
                }
                self.failed += 1;
            }
        }
    }
}
