//! Try after try, as long as it makes sense.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::time;

use crate::{
    export::{Export, Receipt},
    failure::{Failure, Retry},
};

/// The wait before the second try; it doubles before each further one.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait we choose ourselves.
const LONGEST: Duration = Duration::from_secs(8);

/// Sends until it arrives, it makes no sense any more, or `deadline`.
///
/// The failure is that of the last try, and says what came before if that one only ran out of
/// time. If the receiver asked for a wait that exceeds `deadline`,
/// nothing is sent before it ends.
pub(crate) async fn deliver(
    exporter: &impl Export,
    batch: Bytes,
    deadline: Instant,
) -> Result<Receipt, Failure> {
    let mut pause = FIRST;
    let mut before = None;
    loop {
        let failure = match exporter.send(batch.clone(), deadline).await {
            Ok(receipt) => return Ok(receipt),
            Err(failure) => failure.after(before.take()),
        };
        let wait = match failure.retry {
            Retry::Never => return Err(failure),
            Retry::Soon => jittered(pause),
            Retry::After(wait) => wait.max(jittered(FIRST)),
        };
        if deadline.saturating_duration_since(Instant::now()) <= wait {
            return Err(failure);
        }
        time::sleep(wait).await;
        before = Some(failure);
        pause = LONGEST.min(pause * 2);
    }
}

/// Between half of `pause` and all of it, so that a fleet does not come back at once.
fn jittered(pause: Duration) -> Duration {
    // Each state is seeded anew: a source of randomness that needs no further crate.
    let random = RandomState::new().build_hasher().finish();
    pause.mul_f64(0.5 + (random >> 11) as f64 / (1_u64 << 54) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_takes_away_no_more_than_half() {
        for _ in 0..1000 {
            let pause = jittered(FIRST);
            assert!(pause >= FIRST / 2 && pause <= FIRST, "{pause:?}");
        }
    }
}
