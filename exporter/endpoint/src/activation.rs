//! The sockets that systemd opened for this process.

use std::{
    env, io,
    sync::{Mutex, OnceLock, PoisonError},
};

use listenfd::ListenFd;

use crate::socket::Socket;

/// The sockets that systemd opened for this process (`sd_listen_fds(3)`).
struct Activated {
    sockets: ListenFd,
    /// `FileDescriptorName=` of each, in their order; none where systemd is something else.
    names: Vec<String>,
}

/// Takes the socket of that name out of those that systemd opened, or the only one if none has a name;
/// nothing if there is none, or it was taken already.
///
/// The variables that announce the sockets are read, and removed, the first time.
pub(crate) fn take(name: &str) -> io::Result<Option<Socket>> {
    static ACTIVATED: OnceLock<Mutex<Activated>> = OnceLock::new();
    let activated = ACTIVATED.get_or_init(|| {
        let names = env::var("LISTEN_FDNAMES").unwrap_or_default();
        let names = names.split(':').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Mutex::new(Activated { sockets: ListenFd::from_env(), names })
    });
    let mut activated = activated.lock().unwrap_or_else(PoisonError::into_inner);
    for index in named(&activated.names, activated.sockets.len(), name) {
        if let Some(socket) = take_at(&mut activated.sockets, index)? {
            return Ok(Some(socket));
        }
    }
    Ok(None)
}

/// Which of `count` sockets have this name.
fn named(names: &[String], count: usize, name: &str) -> Vec<usize> {
    if names.is_empty() && count == 1 {
        return vec![0];
    }
    (0..count).filter(|index| names.get(*index).is_some_and(|its| its == name)).collect()
}

/// The socket at `index`, of either kind, unless it was taken.
fn take_at(sockets: &mut ListenFd, index: usize) -> io::Result<Option<Socket>> {
    match sockets.take_tcp_listener(index) {
        Ok(listener) => Ok(listener.map(Socket::Tcp)),
        Err(_) => Ok(sockets.take_unix_listener(index)?.map(Socket::Unix)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_found_by_its_name_or_is_the_only_one() {
        let names = ["web", "metrics", "metrics"].map(str::to_owned);
        assert_eq!(named(&names, 3, "web"), [0]);
        assert_eq!(named(&names, 3, "metrics"), [1, 2]);
        assert_eq!(named(&names, 2, "metrics"), [1], "of those that there are");
        assert!(named(&names, 3, "other").is_empty());
        assert_eq!(named(&[], 1, "metrics"), [0]);
        assert!(named(&[], 2, "metrics").is_empty(), "nobody knows which");
        assert!(named(&[], 0, "metrics").is_empty());
        assert!(named(&names[..1], 1, "metrics").is_empty(), "it is for something else");
    }
}
