//! Where somebody wants to listen.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs},
    thread,
};

use tokio::sync::oneshot;

/// Where to listen: an address, several, of which the first that can be bound counts, or the name of a host
/// with a port, such as `localhost:9464`.
#[derive(Debug, Clone)]
pub struct Address(Means);

#[derive(Debug, Clone)]
enum Means {
    Addresses(Vec<SocketAddr>),
    /// A host with its port in one text.
    Text(String),
    Host(String, u16),
}

impl Address {
    /// The addresses that it means.
    ///
    /// Names are looked up on a thread of its own: to wait for one of the program's may take as long as the
    /// program likes, and where the system has none left, tokio panics.
    pub(crate) async fn find(self) -> io::Result<Vec<SocketAddr>> {
        if let Means::Addresses(addresses) = self.0 {
            return Ok(addresses);
        }
        let (sender, found) = oneshot::channel();
        // Whoever asked may have left.
        let look_up = move || drop(sender.send(self.look_up()));
        thread::Builder::new().name("kymo-look-up".to_owned()).spawn(look_up)?;
        found.await.unwrap_or_else(|_| Err(io::Error::other("the look-up ended without a word")))
    }

    fn look_up(self) -> io::Result<Vec<SocketAddr>> {
        match self.0 {
            Means::Addresses(addresses) => Ok(addresses),
            Means::Text(text) => text.to_socket_addrs().map(Iterator::collect),
            Means::Host(host, port) => (host, port).to_socket_addrs().map(Iterator::collect),
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self(Means::Addresses(vec![address]))
    }
}

impl From<&[SocketAddr]> for Address {
    fn from(addresses: &[SocketAddr]) -> Self {
        addresses.to_vec().into()
    }
}

impl From<Vec<SocketAddr>> for Address {
    fn from(addresses: Vec<SocketAddr>) -> Self {
        Self(Means::Addresses(addresses))
    }
}

impl From<(IpAddr, u16)> for Address {
    fn from(address: (IpAddr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<(Ipv4Addr, u16)> for Address {
    fn from(address: (Ipv4Addr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<(Ipv6Addr, u16)> for Address {
    fn from(address: (Ipv6Addr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Address {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        text.parse().map_or_else(|_| Self(Means::Text(text)), SocketAddr::into)
    }
}

impl From<(&str, u16)> for Address {
    fn from((host, port): (&str, u16)) -> Self {
        (host.to_owned(), port).into()
    }
}

impl From<(String, u16)> for Address {
    fn from((host, port): (String, u16)) -> Self {
        match host.parse::<IpAddr>() {
            Ok(ip) => (ip, port).into(),
            Err(_) => Self(Means::Host(host, port)),
        }
    }
}
