//! Everything about the process at one moment.

use crate::{limits::Limits, usage::Usage};

/// Everything about the process at one moment; a number that this machine does not tell is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Reading {
    pub(crate) usage: Option<Usage>,
    pub(crate) limits: Limits,
    /// In bytes.
    pub(crate) resident_memory: Option<u64>,
    /// In bytes.
    pub(crate) virtual_memory: Option<u64>,
    pub(crate) threads: Option<u64>,
    /// Of storage, not of the page cache.
    pub(crate) disk: Option<Disk>,
    pub(crate) file_descriptors: Option<u64>,
    /// In seconds.
    pub(crate) uptime: Option<f64>,
}

/// Bytes that went between the process and storage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Disk {
    pub(crate) read: u64,
    pub(crate) written: u64,
}

impl Reading {
    pub(crate) fn take() -> Self {
        let reading = Self { usage: Usage::take(), limits: Limits::take(), ..Self::default() };
        #[cfg(target_os = "linux")]
        let reading = linux::complete(reading, std::path::Path::new("/proc/self"));
        reading
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;

    use procfs::{
        FromRead,
        process::{Io, Stat},
    };

    use super::{Disk, Reading};
    use crate::{file_descriptors, start};

    /// Adds the numbers of the `/proc` directory of a process; each of its files is read once.
    pub(super) fn complete(reading: Reading, process: &Path) -> Reading {
        let stat = Stat::from_file(process.join("stat")).ok();
        let stat = stat.as_ref();
        Reading {
            resident_memory: stat.map(|stat| stat.rss.saturating_mul(procfs::page_size())),
            virtual_memory: stat.map(|stat| stat.vsize),
            threads: stat.and_then(|stat| u64::try_from(stat.num_threads).ok()),
            uptime: stat.and_then(|stat| start::seconds_ago(stat.starttime)),
            // Unreadable in a process that may not be traced.
            disk: Io::from_file(process.join("io"))
                .map(|io| Disk { read: io.read_bytes, written: io.write_bytes })
                .ok(),
            file_descriptors: file_descriptors::count(&process.join("fd")),
            ..reading
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_cannot_be_read_is_absent() {
            let nothing = complete(Reading::default(), Path::new("/proc/self/nothing"));
            assert_eq!(nothing, Reading::default());
            let own = complete(Reading::default(), Path::new("/proc/self"));
            assert!(own.resident_memory > Some(0) && own.virtual_memory > own.resident_memory);
            assert!(own.threads > Some(0) && own.file_descriptors > Some(0));
            assert!(own.uptime.is_some() && own.disk.is_some());
        }
    }
}
