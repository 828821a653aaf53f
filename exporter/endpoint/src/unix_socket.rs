//! Unix sockets that have a file.

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
};

use tokio::net::{UnixListener, UnixStream};

use crate::socket::Socket;

/// The file of a unix socket, which goes when this is dropped, unless another has its name by then.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

/// Listens on a unix socket at `path`, in place of one on which nobody listens any more.
pub(crate) async fn bind(path: &Path) -> io::Result<(Socket, SocketFile)> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_abandoned(path).await => {
            fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    let identity = identity(path).ok_or(io::ErrorKind::NotFound)?;
    Ok((Socket::Unix(listener.into_std()?), SocketFile { path: path.to_owned(), identity }))
}

/// Whether a process left the socket behind that ended without a stop.
async fn is_abandoned(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    is_socket
        && UnixStream::connect(path)
            .await
            .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path) == Some(self.identity) {
            // Whoever removed it before was faster.
            let _ = fs::remove_file(&self.path);
        }
    }
}
