//! Files that a listener has while it is open.

#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::{
    fs::{self, File, Metadata, OpenOptions},
    hash::{BuildHasher, RandomState},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A file of a listener, which goes when this is dropped, unless another has its name by then.
#[derive(Debug)]
pub(crate) struct OwnFile {
    path: PathBuf,
    identity: Identity,
    /// While it is open, no other file can have its identity.
    _kept: Option<File>,
}

impl OwnFile {
    /// Writes `text` into a new file that everybody may read, and gives it the name `path`, in place of any
    /// other.
    ///
    /// It is whole before it has its name, and what has that name is neither opened nor followed.
    pub(crate) fn write(path: &Path, text: &str) -> io::Result<Self> {
        // Nobody else who writes to the folder can know it.
        let draft = path.with_extension(format!("{:016x}.new", RandomState::new().hash_one(path)));
        let mut file = OpenOptions::new().write(true).create_new(true).open(&draft)?;
        let identity = fill(&mut file, text).and_then(|identity| {
            fs::rename(&draft, path)?;
            Ok(identity)
        });
        match identity {
            Ok(identity) => Ok(Self { path: path.to_owned(), identity, _kept: Some(file) }),
            Err(error) => {
                let _ = fs::remove_file(&draft);
                Err(error)
            }
        }
    }

    /// The file at `path`, which has just been made; it is to stay in use as long as this is there.
    #[cfg(unix)]
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let identity = identity(&fs::symlink_metadata(path)?);
        Ok(Self { path: path.to_owned(), identity, _kept: None })
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|file| identity(&file) == self.identity) {
            // Whoever removed it before was faster.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Writes `text` into a file for everybody.
fn fill(file: &mut File, text: &str) -> io::Result<Identity> {
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    file.set_permissions(fs::Permissions::from_mode(0o644))?;
    Ok(identity(&file.metadata()?))
}

/// What tells a file from another one of its name.
#[cfg(unix)]
pub(crate) type Identity = (u64, u64);
#[cfg(not(unix))]
pub(crate) type Identity = Option<std::time::SystemTime>;

#[cfg(unix)]
pub(crate) fn identity(file: &Metadata) -> Identity {
    (file.dev(), file.ino())
}

/// When it was written.
#[cfg(not(unix))]
pub(crate) fn identity(file: &Metadata) -> Identity {
    file.modified().ok()
}

#[cfg(test)]
#[path = "own_file/tests.rs"]
mod tests;
