//! The start of a telemetry: all that `install()` does but for the name of the global provider.

use ::kymo::Telemetry;
use ::kymo::prometheus::Bridge;

use crate::{BoxError, Subject};

/// What is started, with its name in `run install/WHAT`.
type Start = fn() -> Result<Telemetry, BoxError>;

/// What can be started.
const STARTS: [(&str, Start); 2] = [
    ("prometheus", || {
        Ok(Telemetry::for_service("bench").environment(NONE).prometheus().build()?)
    }),
    ("http", || {
        let telemetry = Telemetry::for_service("bench").environment(NONE).prometheus().build()?;
        drop(telemetry.http());
        Ok(telemetry)
    }),
];

/// No variables.
const NONE: [(&str, &str); 0] = [];

/// The subject called `install/WHAT`.
///
/// # Errors
///
/// When there is none of that name, or it cannot be started.
pub fn subject(name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let found = STARTS.iter().find(|(known, _)| *known == name);
    let (_, start) = found.ok_or_else(|| format!("nothing is started that is called {name:?}"))?;
    Ok(Box::new(Installs { start: *start, last: start()? }))
}

/// Starts a telemetry, and ends the one before.
struct Installs {
    start: Start,
    last: Telemetry,
}

impl Subject for Installs {
    fn run(&mut self, times: u64) {
        for _ in 0..times {
            if let Ok(next) = (self.start)() {
                self.last = next;
            }
        }
    }

    fn verify(&self) -> Result<(), BoxError> {
        self.last.meter("bench").u64_counter("bench").build().add(1, &[]);
        let registry = self.last.bridge().map(Bridge::registry).ok_or("it has no bridge")?;
        let names = registry.gather();
        let is_there = names.iter().any(|family| family.name() == "bench_total");
        if is_there { Ok(()) } else { Err("it measures nothing".into()) }
    }
}
