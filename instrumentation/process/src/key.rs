//! The attribute keys of this crate's metrics; those that begin with `kymo.` are in no convention.

use kymo_core::key::{AttributeKey, BudgetedKey};

/// The mode that a processor ran in.
pub const CPU_MODE: AttributeKey = AttributeKey::new("cpu.mode", "`user` or `system`.");

/// Which way bytes went between the process and a disk.
pub const DISK_IO_DIRECTION: AttributeKey =
    AttributeKey::new("disk.io.direction", "`read` or `write`.");

/// Whether the process gave the processor away.
pub const CONTEXT_SWITCH_TYPE: AttributeKey = AttributeKey::new(
    "process.context_switch.type",
    "`voluntary` when it waited, `involuntary` when the scheduler took the processor from it.",
);

/// Whether a page came from memory or from a disk.
pub const PAGING_FAULT_TYPE: AttributeKey = AttributeKey::new(
    "system.paging.fault.type",
    "`major` when a disk had to be read, else `minor`.",
);

/// The name the program gave to a tokio runtime.
pub const RUNTIME_NAME: BudgetedKey = BudgetedKey::new(
    "kymo.runtime.name",
    32,
    "The name the program gave to a runtime; runtimes of one name are summed.",
);

/// The version of the program, in its info metric.
pub const BUILD_VERSION: AttributeKey =
    AttributeKey::new("kymo.build.version", "The version that was built.");

/// The commit the program was built from.
pub const BUILD_REVISION: AttributeKey =
    AttributeKey::new("kymo.build.revision", "The commit it was built from; absent unless given.");

/// The branch the program was built from.
pub const BUILD_BRANCH: AttributeKey =
    AttributeKey::new("kymo.build.branch", "The branch it was built from; absent unless given.");

/// The compiler that built the program.
pub const BUILD_RUST_VERSION: AttributeKey = AttributeKey::new(
    "kymo.build.rust_version",
    "The compiler that built it; absent unless given.",
);
