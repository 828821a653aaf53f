//! The sockets of listeners.

#[cfg(unix)]
use std::os::unix::net as unix;
use std::{
    io,
    net::{self, IpAddr},
};

use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

use crate::place::Place;

/// A socket that is bound, in no runtime yet.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(net::TcpListener),
    #[cfg(unix)]
    Unix(unix::UnixListener),
}

/// A socket whose connections are accepted, in a runtime.
#[derive(Debug)]
pub(crate) enum Accepting {
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
    /// Where it is.
    pub(crate) fn place(&self) -> io::Result<Place> {
        Ok(match self {
            Self::Tcp(listener) => Place::Tcp(listener.local_addr()?),
            #[cfg(unix)]
            Self::Unix(listener) => {
                let address = listener.local_addr()?;
                Place::Unix(address.as_pathname().map(Into::into).unwrap_or_default())
            }
        })
    }

    /// The same, in the runtime that this is called in.
    pub(crate) fn enter(self) -> io::Result<Accepting> {
        Ok(match self {
            Self::Tcp(listener) => {
                listener.set_nonblocking(true)?;
                Accepting::Tcp(TcpListener::from_std(listener)?)
            }
            #[cfg(unix)]
            Self::Unix(listener) => {
                listener.set_nonblocking(true)?;
                Accepting::Unix(UnixListener::from_std(listener)?)
            }
        })
    }
}

impl Accepting {
    /// The next connection.
    pub(crate) async fn accept(&self) -> io::Result<Accepted> {
        Ok(match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                hold_little(&stream);
                Accepted::Tcp(stream, address.ip())
            }
            #[cfg(unix)]
            Self::Unix(listener) => Accepted::Unix(listener.accept().await?.0, HERE),
        })
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
