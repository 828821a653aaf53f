//! One entry after the other, all of which are there.

use std::fmt::Write as _;

use kymo::Telemetry;
use paths::exposition;
use paths::{BoxError, Subject};
use tokio::runtime::Builder;

pub const ENTRIES: u64 = 1_000;

/// Asks for one entry after the other; `Run` does so a number of times, and says how many it found.
struct Hits<Run> {
    run: Run,
    times: u64,
    found: u64,
    telemetry: Option<Telemetry>,
}

pub fn hits(telemetry: Option<Telemetry>, ask: impl Fn(u64) -> bool + 'static) -> Box<dyn Subject> {
    let run = move |times| (0..times).map(|time| u64::from(ask(time % ENTRIES))).sum();
    Box::new(Hits { run, times: 0, found: 0, telemetry })
}

pub fn async_hits(
    telemetry: Option<Telemetry>,
    ask: impl AsyncFn(u64) -> bool + 'static,
) -> Result<Box<dyn Subject>, BoxError> {
    let runtime = Builder::new_current_thread().build()?;
    let run = move |times| {
        runtime.block_on(async {
            let mut found = 0;
            for time in 0..times {
                found += u64::from(ask(time % ENTRIES).await);
            }
            found
        })
    };
    Ok(Box::new(Hits { run, times: 0, found: 0, telemetry }))
}

impl<Run: FnMut(u64) -> u64> Subject for Hits<Run> {
    fn run(&mut self, times: u64) {
        self.times += times;
        self.found += (self.run)(times);
    }

    fn verify(&self) -> Result<(), BoxError> {
        let Self { times, found, telemetry, .. } = self;
        if found != times {
            return Err(format!("{found} of {times} entries were found").into());
        }
        let Some(bridge) = telemetry.as_ref().and_then(Telemetry::bridge) else { return Ok(()) };
        let text = exposition::text(bridge);
        for (result, expected) in [("hit", *times), ("miss", 0), ("error", 0)] {
            let label = format!("kymo_cache_result=\"{result}\"");
            let counted: f64 = exposition::values(&text, "kymo_cache_requests_total", &label).sum();
            if counted != expected as f64 {
                let mut error = format!("{counted} of {expected} were a {result} in:\n");
                error.write_str(&text)?;
                return Err(error.into());
            }
        }
        Ok(())
    }
}
