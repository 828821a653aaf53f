//! When the process started.

/// The start of the process in seconds since the Unix epoch, as the wall clock has it now.
#[cfg(target_os = "linux")]
pub(crate) fn since_epoch() -> Option<f64> {
    use std::time::SystemTime;

    use procfs::{FromRead, process::Stat};

    let stat = Stat::from_file("/proc/self/stat").ok()?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(now.as_secs_f64() - seconds_ago(stat.starttime)?)
}

/// Absent where nobody tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn since_epoch() -> Option<f64> {
    None
}

/// The seconds since the machine had run for so many ticks.
///
/// By the clock that ticks are counted with, not by `/proc/uptime`: containers may show one of
/// their own there, that began later.
#[cfg(target_os = "linux")]
pub(crate) fn seconds_ago(ticks: u64) -> Option<f64> {
    use nix::time::{ClockId, clock_gettime};

    let now = clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?;
    let now = now.tv_sec() as f64 + now.tv_nsec() as f64 * 1e-9;
    let ago = now - ticks as f64 / procfs::ticks_per_second() as f64;
    (ago >= 0.0).then_some(ago)
}
