//! One command of Redis, on a connection that is measured or is not.

mod commands;
mod floor;
mod null;
mod workload;

use ::redis::aio::ConnectionLike;
use kymo::Telemetry;
use kymo::redis::RedisSettings;
use tokio::runtime::{Builder, Runtime};

use crate::{BoxError, Subject};
use commands::{Commands, Recorder};
use floor::Floor;
use null::Null;
pub use workload::{Request, Workload};

/// The subject called `redis/WORKLOAD/PEER`, on a connection that has every answer ready.
///
/// # Errors
///
/// When there is no such workload or no such peer.
pub fn subject(workload: &str, peer: &str) -> Result<Box<dyn Subject>, BoxError> {
    let workload = Workload::from_name(workload).ok_or("there is no such workload of Redis")?;
    let runtime = Builder::new_current_thread().build()?;
    commands(runtime, Null::new(workload), workload, peer)
}

/// The commands of `workload` on `connection`, measured as `peer` does it.
///
/// # Errors
///
/// When there is no such peer.
pub fn commands<C: ConnectionLike + 'static>(
    runtime: Runtime,
    connection: C,
    workload: Workload,
    peer: &str,
) -> Result<Box<dyn Subject>, BoxError> {
    Ok(match peer {
        "bare" => Box::new(Commands::new(runtime, connection, workload, Recorder::Nobody)),
        "floor" => {
            let recorder = Recorder::Floor(Box::new(Floor::new()?));
            Box::new(Commands::new(runtime, connection, workload, recorder))
        }
        "kymo" => {
            let telemetry = Telemetry::for_service("bench").prometheus().build()?;
            let settings = workload.prefixes().fold(RedisSettings::new(), |settings, prefix| {
                let name = prefix.trim_end_matches(':').to_owned();
                settings.cache_for_prefix(prefix, name)
            });
            let connection = telemetry.redis_with(connection, &settings);
            let recorder = Recorder::Kymo(Box::new(telemetry));
            Box::new(Commands::new(runtime, connection, workload, recorder))
        }
        _ => return Err(format!("nobody called {peer:?} measures Redis").into()),
    })
}
