//! Pushes OpenTelemetry metrics over OTLP or to the console, from a thread of its own.
//!
//! [`Push`] is the handle, and its [`PushReader`] goes into a meter provider. Everything about the
//! other side is a [`Destination`], and everything about time a [`Schedule`]. Nothing is read from
//! the environment.
//!
//! ```
//! use std::time::Duration;
//!
//! use kymo_push::{Destination, Push, Schedule};
//! use opentelemetry::metrics::MeterProvider;
//! use opentelemetry_sdk::metrics::SdkMeterProvider;
//!
//! // There is no receiver: the push finds out later, and the measuring code never does.
//! let destination = Destination::default().endpoint("http://127.0.0.1:1/v1/metrics");
//! let push = Push::otlp(&destination, Schedule::new().interval(Duration::from_secs(15)))?;
//! let provider = SdkMeterProvider::builder().with_reader(push.reader()).build();
//! push.measure(&provider);
//!
//! provider.meter("shop").u64_counter("sales").build().add(1, &[]);
//! assert!(push.stop(Duration::from_millis(100)).is_err());
//! # Ok::<_, kymo_push::Error>(())
//! ```
//!
//! # Behaviour
//!
//! - One export at a time: an interval that passes during an export is skipped. Several who wait for
//!   a [`Push::flush`] share one export.
//! - An export that failed is tried again if OTLP says its failure may pass, after a while that
//!   doubles each time, or after the while the receiver asked for; within the time-outs, and never
//!   past the next interval. If the receiver asks for longer, the intervals until then are skipped.
//! - Nothing is kept of an export that failed. Cumulative values are complete again with the next
//!   one; [delta](TemporalityPreference::Delta) values are lost, and counted.
//! - Four log events, and no more: when exports begin to fail, with the cause and what to do, when
//!   they succeed again, with how many failed, when the receiver begins to warn about what it
//!   takes, and when a metric has more series than it has room for, once for each. What others write
//!   is cut, and can forge no line.
//! - The answer of a receiver is limited in bytes, its headers and interim answers included; a receiver
//!   that sends more is hung up on. No time-out depends on the thread that receives it.
//! - A panic in a callback of an observable instrument ends neither the thread nor the program. The
//!   SDK collects nothing for this reader after that, which the log event says.

mod allowance;
mod answer;
mod client;
mod clock;
mod component;
mod compress;
mod console;
mod cycle;
mod destination;
mod endpoint;
mod error;
mod escort;
mod exemplars;
mod export;
mod exporting;
mod failure;
#[cfg(feature = "grpc")]
mod grpc;
#[cfg(not(feature = "grpc"))]
mod grpc {
    use crate::{Destination, Error, Push, Schedule};

    /// Refuses to start, because OTLP/gRPC was left out at compile time.
    pub(crate) fn start(_: &Destination, _: Schedule) -> Result<Push, Error> {
        Err(Error::WithoutGrpc)
    }
}
#[cfg(feature = "grpc")]
mod head;
mod health;
#[cfg(feature = "grpc")]
mod heard;
mod http;
pub mod key;
mod mailbox;
mod message;
pub mod metrics;
mod observer;
mod overflow;
mod points;
mod protocol;
mod push;
mod reader;
mod retry;
mod schedule;
mod session;
mod shown;
mod source;
mod thread;
mod tls;
mod wire;
mod worker;

pub use destination::Destination;
pub use error::{Error, FlushError};
pub use protocol::{Compression, Protocol, TemporalityPreference};
pub use push::Push;
pub use reader::PushReader;
pub use schedule::Schedule;
