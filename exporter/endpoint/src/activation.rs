//! The sockets that systemd opened for this process.

use std::{
    env, io,
    os::fd::{AsFd, IntoRawFd, OwnedFd},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::io::{FdFlags, fcntl_setfd};

use crate::{listen_error::Objection, socket::Socket};

/// A socket that systemd opened for this process (`sd_listen_fds(3)`), until the process ends.
struct Activated {
    /// `FileDescriptorName=`; nothing where somebody other than systemd gives none.
    name: Option<String>,
    socket: OwnedFd,
    is_lent: AtomicBool,
}

/// That a listener has a socket of systemd; when this is dropped, another may have it.
#[derive(Debug)]
pub(crate) struct Loan(&'static AtomicBool);

impl Drop for Loan {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// The sockets of that name that systemd opened and that no listener has, or the only one if none has a name.
///
/// # Errors
///
/// There is none, or none of them takes connections.
pub(crate) fn borrow(name: &str) -> io::Result<Vec<(Socket, Loan)>> {
    static ACTIVATED: OnceLock<Option<Vec<Activated>>> = OnceLock::new();
    let activated = ACTIVATED.get_or_init(announced).as_deref().ok_or(Objection::Announced)?;
    let names: Vec<_> = activated.iter().map(|it| it.name.as_deref()).collect();
    let mut problem = Objection::NotActivated.into();
    let mut borrowed = Vec::new();
    for Activated { socket, is_lent, .. } in
        named(&names, name).into_iter().filter_map(|index| activated.get(index))
    {
        if is_lent.swap(true, Ordering::Acquire) {
            continue;
        }
        let loan = Loan(is_lent);
        // It may be there beside one that is good: a unit gives all its sockets one name.
        match socket.try_clone().and_then(Socket::new) {
            Ok(socket) => borrowed.push((socket, loan)),
            Err(error) => problem = error,
        }
    }
    if borrowed.is_empty() { Err(problem) } else { Ok(borrowed) }
}

/// The sockets that the variables announce, which no child of this process gets; nothing if the variables are
/// malformed.
///
/// The variables stay: others may read them at any time, and are for the process of `LISTEN_PID` alone.
fn announced() -> Option<Vec<Activated>> {
    // A process has far fewer descriptors.
    let count = env::var("LISTEN_FDS").ok().and_then(|count| count.parse::<u32>().ok());
    if count.is_some_and(|count| count > 1 << 16) {
        return None;
    }
    let announced = sd_listen_fds::get().ok()?;
    let sockets = announced.into_iter().map(|(name, socket)| (name, socket.into_std()));
    let activated = sockets.filter_map(|(name, socket)| {
        if fcntl_setfd(socket.as_fd(), FdFlags::CLOEXEC).is_err() {
            // It is not open: it is nobody's, and least of all to be closed.
            let _ = socket.into_raw_fd();
            return None;
        }
        Some(Activated { name, socket, is_lent: AtomicBool::new(false) })
    });
    Some(activated.collect())
}

/// Which of the sockets with these names has this one.
fn named(names: &[Option<&str>], name: &str) -> Vec<usize> {
    if names == [None] {
        return vec![0];
    }
    (0..names.len()).filter(|index| names[*index] == Some(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_found_by_its_name_or_is_the_only_one() {
        let names = ["web", "metrics", "metrics"].map(Some);
        assert_eq!(named(&names, "web"), [0]);
        assert_eq!(named(&names, "metrics"), [1, 2]);
        assert!(named(&names, "other").is_empty());
        assert_eq!(named(&["a", "", "metrics"].map(Some), "metrics"), [2], "as they are numbered");
        assert_eq!(named(&[None], "metrics"), [0]);
        assert!(named(&[None, None], "metrics").is_empty(), "nobody knows which");
        assert!(named(&[], "metrics").is_empty());
        assert!(named(&names[..1], "metrics").is_empty(), "it is for something else");
    }
}
