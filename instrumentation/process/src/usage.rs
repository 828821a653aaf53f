//! The resources that the process used, as the kernel accounts for them.

/// The resources that all threads of the process used since it started, those that have ended included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usage {
    /// Seconds in user mode.
    pub(crate) user: f64,
    /// Seconds in the kernel.
    pub(crate) system: f64,
    /// Pages that were in memory already, such as those of a shared library.
    pub(crate) minor_faults: u64,
    /// Pages that a disk was read for.
    pub(crate) major_faults: u64,
    /// Times that a thread waited, such as for a lock.
    pub(crate) voluntary_switches: u64,
    /// Times that the scheduler took the processor from a thread.
    pub(crate) involuntary_switches: u64,
}

impl Usage {
    /// Asks `getrusage`; absent where there is none.
    // `/proc/self/status` counts the context switches of its first thread only.
    #[cfg(unix)]
    pub(crate) fn take() -> Option<Self> {
        use nix::sys::resource::{UsageWho, getrusage};

        let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
        let count = |number: nix::libc::c_long| u64::try_from(number).unwrap_or(0);
        Some(Self {
            user: seconds(usage.user_time()),
            system: seconds(usage.system_time()),
            minor_faults: count(usage.minor_page_faults()),
            major_faults: count(usage.major_page_faults()),
            voluntary_switches: count(usage.voluntary_context_switches()),
            involuntary_switches: count(usage.involuntary_context_switches()),
        })
    }

    #[cfg(not(unix))]
    pub(crate) fn take() -> Option<Self> {
        None
    }
}

#[cfg(unix)]
fn seconds(time: nix::sys::time::TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6
}
