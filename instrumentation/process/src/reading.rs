//! Everything about the process at one moment.

use crate::{limits::Limits, usage::Usage};

/// Everything about the process at one moment; absent is what this machine does not tell.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    pub(crate) usage: Option<Usage>,
    pub(crate) limits: Limits,
    /// In bytes.
    pub(crate) resident_memory: Option<u64>,
    /// In bytes.
    pub(crate) virtual_memory: Option<u64>,
    pub(crate) threads: Option<u64>,
    pub(crate) disk: Option<Disk>,
    pub(crate) file_descriptors: Option<u64>,
    /// In seconds.
    pub(crate) uptime: Option<f64>,
}

/// Bytes that went between the process and storage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk {
    pub(crate) read: u64,
    pub(crate) written: u64,
}

impl Reading {
    pub(crate) fn take() -> Self {
        let reading = Self { usage: Usage::take(), limits: Limits::take(), ..Self::default() };
        #[cfg(target_os = "linux")]
        let reading = linux::complete(reading);
        reading
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;

    use procfs::{
        FromRead,
        process::{Io, Stat},
    };

    use super::{Disk, Reading};
    use crate::start;

    const FILE_DESCRIPTORS: &str = "/proc/self/fd";

    /// What `/proc` has to add; each of its files is read once.
    pub(super) fn complete(reading: Reading) -> Reading {
        let stat = Stat::from_file("/proc/self/stat").ok();
        let stat = stat.as_ref();
        Reading {
            resident_memory: stat.map(|stat| stat.rss.saturating_mul(procfs::page_size())),
            virtual_memory: stat.map(|stat| stat.vsize),
            threads: stat.and_then(|stat| u64::try_from(stat.num_threads).ok()),
            uptime: stat.and_then(|stat| start::seconds_ago(stat.starttime)),
            // Unreadable in a process that may not be traced.
            disk: Io::from_file("/proc/self/io")
                .map(|io| Disk { read: io.read_bytes, written: io.write_bytes })
                .ok(),
            file_descriptors: counted_by_kernel().or_else(listed),
            ..reading
        }
    }

    /// The size of the directory, which is the number of its entries since Linux 6.2, and 0 before.
    fn counted_by_kernel() -> Option<u64> {
        fs::metadata(FILE_DESCRIPTORS).ok().map(|directory| directory.len()).filter(|n| *n > 0)
    }

    /// The number of entries, without the one that listing them takes.
    fn listed() -> Option<u64> {
        let entries = fs::read_dir(FILE_DESCRIPTORS).ok()?.count();
        u64::try_from(entries).ok()?.checked_sub(1)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_list_counts_what_the_kernel_counts() {
            // Other tests of this process open files too.
            let same = |()| {
                let before = listed();
                let counted = counted_by_kernel();
                counted.is_none() || (before == counted && counted == listed())
            };
            assert!([(); 100].into_iter().any(same));
        }
    }
}
