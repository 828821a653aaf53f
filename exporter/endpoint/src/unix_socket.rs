//! Unix sockets that have a file.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileTypeExt,
    path::Path,
    time::{Duration, Instant},
};

use rustix::fs::{FlockOperation, flock};
use tokio::{
    net::{UnixListener, UnixStream},
    time,
};

use crate::{
    own_file::{Identity, OwnFile, identity},
    socket::Socket,
};

/// How long to wait for others who listen in the same folder; they take a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// Listens on a unix socket at `path`, in place of one on which nobody listens any more.
///
/// Of several processes that do so at once, one listens. Only where the folder cannot be locked, as one that
/// this process may not read, two of them might take each other's for one that was left.
pub(crate) async fn bind(path: &Path) -> io::Result<(Socket, OwnFile)> {
    let _lock = lock_folder(path).await?;
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let left = abandoned(path).await.ok_or(error)?;
            if found(path) == Some(left) {
                fs::remove_file(path)?;
            }
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    Ok((Socket::Unix(listener.into_std()?), OwnFile::at(path)?))
}

/// Keeps others from binding in the folder of `path` as long as what it returns is open.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if somebody else keeps it for too long.
async fn lock_folder(path: &Path) -> io::Result<Option<File>> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) else { return Ok(None) };
    let begun = Instant::now();
    loop {
        match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Some(folder)),
            Err(rustix::io::Errno::WOULDBLOCK) if begun.elapsed() < PATIENCE => {
                time::sleep(Duration::from_millis(5)).await;
            }
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(io::ErrorKind::TimedOut.into()),
            Err(_) => return Ok(None),
        }
    }
}

/// The socket at `path`, if a process left it behind that ended without a stop.
async fn abandoned(path: &Path) -> Option<Identity> {
    let left = found(path)?;
    let refused = UnixStream::connect(path).await.err()?;
    (refused.kind() == io::ErrorKind::ConnectionRefused).then_some(left)
}

/// The socket at `path`, and no other file.
fn found(path: &Path) -> Option<Identity> {
    let file = fs::symlink_metadata(path).ok()?;
    file.file_type().is_socket().then(|| identity(&file))
}
