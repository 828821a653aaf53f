//! Measures the process itself and its tokio runtimes.
//!
//! ```
//! use kymo_process::{BuildInfo, ProcessMetrics, RuntimeMetrics};
//! use opentelemetry_sdk::metrics::SdkMeterProvider;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # let _entered = runtime.enter();
//! let meters = SdkMeterProvider::builder().build();
//!
//! ProcessMetrics::new().classic_names().register(&meters);
//! BuildInfo::new(env!("CARGO_PKG_VERSION")).register(&meters);
//! RuntimeMetrics::new(&meters).watch("main", &tokio::runtime::Handle::current());
//! # Ok::<_, std::io::Error>(())
//! ```
//!
//! Everything but one number is read when somebody collects, and at no other time: each source once for a
//! collection, however many metrics come from it. How late a runtime wakes its tasks cannot be read: one
//! thread wakes one task on each of them, nearly five times a second.
//!
//! # What comes from where
//!
//! | metric | source | where |
//! | --- | --- | --- |
//! | `process.cpu.time`, `process.context_switches`, `process.paging.faults` | `getrusage` | Unix |
//! | `process_max_fds`, `process_virtual_memory_max_bytes` | `getrlimit` | Linux, macOS |
//! | `process.memory.*`, `process.thread.count`, `process.uptime` | `/proc/self/stat` | Linux |
//! | `process.disk.io` | `/proc/self/io` | Linux |
//! | `process.unix.file_descriptor.count` | `/proc/self/fd` | Linux |
//!
//! Linux counts open files by itself since 6.2. Before that, they are listed: 10,000 take some 20
//! milliseconds, and the number is kept for a hundred times as long.
//!
//! A number that cannot be read is absent, never zero. Two metrics of the conventions are absent
//! everywhere, because the kernel does not know them:
//!
//! - `process.network.io`: `/proc/self/net/dev` counts the network namespace, not the process.
//! - `process.disk.operations`: `/proc/self/io` counts calls of `read` and `write`, on pipes and
//!   terminals too, whether or not a disk was asked.

mod bell;
mod build_info;
mod counters;
mod entity;
#[cfg(target_os = "linux")]
mod file_descriptors;
pub mod key;
mod levels;
mod limits;
pub mod metrics;
mod process;
mod reading;
mod registrar;
mod ringer;
mod runtime;
mod sampler;
mod start;
mod usage;
mod watch;

pub use build_info::BuildInfo;
pub use entity::entity;
pub use process::ProcessMetrics;
pub use runtime::RuntimeMetrics;
/// Names a runtime to [`RuntimeMetrics::watch`].
pub use tokio::runtime::Handle;
