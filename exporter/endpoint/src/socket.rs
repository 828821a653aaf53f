//! The sockets of listeners.

#[cfg(unix)]
use std::os::{fd::OwnedFd, unix::net as unix};
use std::{
    future::poll_fn,
    io,
    net::{self, IpAddr},
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll},
};

use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

#[cfg(unix)]
use crate::listen_error::Objection;
use crate::place::Place;

/// A socket that is bound, in no runtime yet.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(net::TcpListener),
    #[cfg(unix)]
    Unix(unix::UnixListener),
}

/// Sockets whose connections are accepted, in a runtime.
#[derive(Debug)]
pub(crate) struct Accepting {
    sockets: Vec<Entered>,
    /// Whose turn it is.
    turn: AtomicUsize,
}

#[derive(Debug)]
enum Entered {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// A connection, and where the client is.
pub(crate) enum Accepted {
    Tcp(TcpStream, IpAddr),
    #[cfg(unix)]
    Unix(UnixStream, IpAddr),
}

impl Socket {
    /// Of whichever kind this descriptor is.
    #[cfg(unix)]
    pub(crate) fn new(socket: OwnedFd) -> io::Result<Self> {
        let socket = net::TcpListener::from(socket);
        let socket = if socket.local_addr().is_ok() {
            Self::Tcp(socket)
        } else {
            Self::Unix(OwnedFd::from(socket).into())
        };
        socket.check()?;
        Ok(socket)
    }

    /// Whether it is one that takes connections: others have no end of them that fail.
    pub(crate) fn check(&self) -> io::Result<()> {
        #[cfg(unix)]
        {
            use rustix::net::{SocketType, sockopt};
            let (kind, is_listening) = match self {
                Self::Tcp(it) => (sockopt::socket_type(it), is_listening(it)),
                Self::Unix(it) => (sockopt::socket_type(it), is_listening(it)),
            };
            if kind.ok() != Some(SocketType::STREAM) || !is_listening || self.place().is_err() {
                return Err(Objection::Deaf.into());
            }
        }
        Ok(())
    }

    /// Where it is.
    pub(crate) fn place(&self) -> io::Result<Place> {
        Ok(match self {
            Self::Tcp(listener) => Place::tcp(listener.local_addr()?),
            #[cfg(unix)]
            Self::Unix(listener) => {
                let address = listener.local_addr()?;
                Place::Unix(address.as_pathname().map(Into::into).unwrap_or_default())
            }
        })
    }

    fn enter(self) -> io::Result<Entered> {
        Ok(match self {
            Self::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                Entered::Tcp(TcpListener::from_std(listener)?)
            }
            #[cfg(unix)]
            Self::Unix(listener) => {
                listener.set_nonblocking(true)?;
                Entered::Unix(UnixListener::from_std(listener)?)
            }
        })
    }
}

#[cfg(unix)]
fn is_listening(socket: &impl std::os::fd::AsFd) -> bool {
    // Apple declares the option, and never answers.
    #[cfg(target_vendor = "apple")]
    let found = socket.as_fd().try_clone_to_owned().map(|_| true);
    #[cfg(not(target_vendor = "apple"))]
    let found = rustix::net::sockopt::socket_acceptconn(socket);
    found.unwrap_or(false)
}

impl Accepting {
    /// These sockets, in the runtime that this is called in.
    pub(crate) fn enter(sockets: Vec<Socket>) -> io::Result<Self> {
        let sockets = sockets.into_iter().map(Socket::enter).collect::<io::Result<_>>()?;
        Ok(Self { sockets, turn: AtomicUsize::new(0) })
    }

    /// The next connection, to each of the sockets in turn.
    pub(crate) async fn accept(&self) -> io::Result<Accepted> {
        poll_fn(|cx| {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            let first = turn % self.sockets.len().max(1);
            let (before, after) = self.sockets.split_at(first);
            let mut accepted = after.iter().chain(before).map(|socket| socket.poll_accept(cx));
            accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
        })
        .await
    }
}

impl Entered {
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Accepted>> {
        match self {
            Self::Tcp(listener) => listener.poll_accept(cx).map_ok(|(stream, address)| {
                hold_little(&stream);
                Accepted::Tcp(stream, address.ip())
            }),
            #[cfg(unix)]
            Self::Unix(listener) => {
                listener.poll_accept(cx).map_ok(|(stream, _)| Accepted::Unix(stream, HERE))
            }
        }
    }
}

/// Has the system hold little for a client beyond what is on its way: so a client on a slow link is seen to
/// read on from one moment to the next.
#[cfg(any(target_os = "android", target_os = "linux"))]
fn hold_little(stream: &TcpStream) {
    // Without it, the client is seen less often.
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT);
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn hold_little(_: &TcpStream) {}

/// Bytes that are held to be sent.
#[cfg(any(target_os = "android", target_os = "linux"))]
const UNSENT: u32 = 64 * 1024;

/// From where clients of a unix socket come: they are on this machine.
#[cfg(unix)]
const HERE: IpAddr = IpAddr::V4(net::Ipv4Addr::LOCALHOST);
