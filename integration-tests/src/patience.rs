//! Waiting for what takes a moment to become true.

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks again and again until what `look` sees is as `wanted`, and gives that back.
///
/// # Panics
///
/// When that has not come within `limit`; the message tells what was seen last.
pub async fn eventually<T: Debug>(
    limit: Duration,
    mut look: impl AsyncFnMut() -> T,
    wanted: impl Fn(&T) -> bool,
) -> T {
    let start = Instant::now();
    loop {
        let seen = look().await;
        if wanted(&seen) {
            return seen;
        }
        assert!(start.elapsed() < limit, "still not so after {limit:?}; last seen: {seen:#?}");
        sleep(PAUSE).await;
    }
}
