//! The files that rules are read from, and whether they changed.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::access::AccessError;

/// Reads files, and remembers how each looked before it was read.
#[derive(Debug, Default)]
pub(crate) struct Files(Vec<(PathBuf, Option<Stamp>)>);

/// How a file looked: another one that has its name, or another content of it, looks different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    identity: [i64; 3],
}

impl Files {
    /// Reads the file at `path`, which may have a megabyte.
    pub(super) fn read(&mut self, path: &Path) -> Result<Vec<u8>, AccessError> {
        self.0.push((path.to_owned(), Stamp::of(path)));
        let read = || {
            let mut content = Vec::new();
            File::open(path)?.take(LONGEST + 1).read_to_end(&mut content)?;
            let is_whole = content.len() as u64 <= LONGEST;
            is_whole.then_some(content).ok_or(io::ErrorKind::FileTooLarge.into())
        };
        read().map_err(|source| AccessError::Read { file: path.to_owned(), source })
    }

    /// Whether any of the files is another one now, came or went.
    pub(super) fn have_changed(&self) -> bool {
        self.0.iter().any(|(path, stamp)| Stamp::of(path) != *stamp)
    }

    /// Whether no file was read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            identity: identity(&metadata),
        })
    }
}

/// The inode, and when it last changed in any way: a file that is replaced may have the time and the
/// length of the old one.
#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> [i64; 3] {
    use std::os::unix::fs::MetadataExt;

    [metadata.ino().cast_signed(), metadata.ctime(), metadata.ctime_nsec()]
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> [i64; 3] {
    [0; 3]
}

/// Bytes of a file at most.
const LONGEST: u64 = 1 << 20;
