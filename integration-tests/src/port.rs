//! Ports of loopback that belong to one test.

use std::{io, net::SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// Bound, so that nobody else gets it, but not listening: whoever connects is refused.
#[derive(Debug)]
pub(crate) struct Port {
    socket: TcpSocket,
    address: SocketAddr,
}

impl Port {
    /// Any free port.
    pub(crate) fn any() -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port of loopback")
    }

    /// This very port.
    ///
    /// # Errors
    ///
    /// While somebody listens there.
    pub(crate) fn at(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // Connections that the last owner closed linger for a minute.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens, within a runtime.
    pub(crate) fn listen(self) -> io::Result<TcpListener> {
        self.socket.listen(1024)
    }
}
