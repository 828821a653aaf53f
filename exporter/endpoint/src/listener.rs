//! Where an endpoint listens, and what it does there.

#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::{
    io,
    net::{self, IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    sync::Arc,
};

use tokio::net::TcpListener;

#[cfg(unix)]
use crate::{activation, unix_socket};
use crate::{
    address::Address,
    listen_error::{ListenError, Objection},
    place::Place,
    scraper::Scraper,
    socket::Socket,
    targets::TargetFile,
    traces::Traces,
};

/// Where an endpoint listens by itself, for [`Endpoint::serve_on`](crate::Endpoint::serve_on).
///
/// ```
/// use kymo_endpoint::Listener;
///
/// // Of many processes on a host, each takes a port and tells Prometheus which.
/// let listener = Listener::ports("localhost", 9464..=9479)
///     .targets_in("/run/prometheus/targets")
///     .target_label("job", "bookshop");
/// ```
#[derive(Debug)]
#[must_use = "give it to `serve_on`"]
pub struct Listener {
    wanted: Wanted,
    targets: Option<PathBuf>,
    labels: Vec<(String, String)>,
}

#[derive(Debug)]
enum Wanted {
    Addresses(Vec<SocketAddr>),
    Ports {
        host: String,
        ports: RangeInclusive<u16>,
    },
    Socket(Socket),
    #[cfg(unix)]
    Unix(PathBuf),
    #[cfg(unix)]
    Systemd(String),
}

/// A socket that is bound, and what shows that it is.
pub(crate) struct Bound {
    pub(crate) socket: Socket,
    pub(crate) place: Place,
    pub(crate) traces: Traces,
}

impl Listener {
    /// On the first port of `ports` that is free on `host`, such as `localhost`.
    ///
    /// The port that was taken is in the metric `kymo.endpoint.listeners`, in
    /// [`Server::place`](crate::Server::place), and in a file if there is a [folder](Self::targets_in) for
    /// it. Of several addresses of the host, the first that this machine has is the one.
    pub fn ports(host: impl Into<String>, ports: RangeInclusive<u16>) -> Self {
        Self::new(Wanted::Ports { host: host.into(), ports })
    }

    /// On a unix socket at `path`, whose file goes at the end.
    ///
    /// Whoever may write to that file may scrape, which is up to the folder and the umask: no other rule
    /// is needed. To rules of [networks](crate::Access::allowed_networks) a client comes from `127.0.0.1`.
    /// A file on which nobody listens any more is replaced.
    #[cfg(unix)]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self::new(Wanted::Unix(path.into()))
    }

    /// On the socket that systemd opened for this process with `FileDescriptorName=` as `name`, or the only
    /// one of whoever gives them no names.
    ///
    /// The first call in a process takes all such sockets, and removes the variables that announce them, so
    /// that no child takes them for its own: call it at start-up. A program that takes sockets by itself
    /// hands over that of the metrics, by [`Listener::tcp`] or [`Listener::unix_listener`].
    #[cfg(unix)]
    pub fn systemd(name: impl Into<String>) -> Self {
        Self::new(Wanted::Systemd(name.into()))
    }

    /// On a socket of the program's own.
    pub fn tcp(listener: net::TcpListener) -> Self {
        Self::new(Wanted::Socket(Socket::Tcp(listener)))
    }

    /// On a socket of the program's own, whose file it keeps.
    #[cfg(unix)]
    pub fn unix_listener(listener: UnixListener) -> Self {
        Self::new(Wanted::Socket(Socket::Unix(listener)))
    }

    /// Writes a file into `folder` that names the address, for `file_sd_configs` of a Prometheus or an agent
    /// on this machine, until the listener ends.
    ///
    /// The file is named for the address, such as `kymo-127.0.0.1_9464.json`: what a process leaves that
    /// ended without a stop is replaced by the next one that takes its port. With TLS, the target has the
    /// label `__scheme__`.
    pub fn targets_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.targets = Some(folder.into());
        self
    }

    /// Gives the target in the file a label, such as `job`.
    pub fn target_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.push((name.into(), value.into()));
        self
    }

    /// On the first of these that can be bound.
    pub(crate) fn addresses(addresses: Vec<SocketAddr>) -> Self {
        Self::new(Wanted::Addresses(addresses))
    }

    fn new(wanted: Wanted) -> Self {
        Self { wanted, targets: None, labels: Vec::new() }
    }

    /// Binds it for `scraper`. What others reach is bound only if it `is_meant_for_others`.
    pub(crate) async fn bind(
        self,
        scraper: Arc<Scraper>,
        is_meant_for_others: bool,
        has_tls: bool,
    ) -> Result<Bound, ListenError> {
        let Self { wanted, targets, mut labels } = self;
        let address = wanted.shown();
        let error = |source| ListenError { address: address.clone(), source };
        let places = wanted.places().await.map_err(error)?;
        if !is_meant_for_others && !places.iter().all(Place::is_near) {
            return Err(error(Objection::Unguarded.into()));
        }
        let mut files: Vec<Box<dyn Send>> = Vec::new();
        let socket = match wanted {
            Wanted::Addresses(addresses) => first(&addresses).await.map_err(error)?,
            Wanted::Ports { ports, .. } => first_free(&places, ports).await.map_err(error)?,
            Wanted::Socket(socket) => socket,
            #[cfg(unix)]
            Wanted::Unix(path) => {
                let (socket, bound) = unix_socket::bind(&path).await.map_err(error)?;
                files.push(Box::new(bound));
                socket
            }
            #[cfg(unix)]
            Wanted::Systemd(name) => {
                let taken = activation::take(&name).map_err(error)?;
                taken.ok_or_else(|| error(Objection::NotActivated.into()))?
            }
        };
        let place = socket.place().map_err(error)?;
        if !is_meant_for_others && !place.is_near() {
            return Err(error(Objection::Unguarded.into()));
        }
        if has_tls {
            labels.push(("__scheme__".to_owned(), "https".to_owned()));
        }
        let target = targets.map(|folder| match place {
            Place::Unix(_) => Err(Objection::NoTarget),
            Place::Tcp(address) => TargetFile::write(&folder, address, &labels)
                .map_err(|source| Objection::Targets { folder, source }),
        });
        if let Some(target) = target {
            files.push(Box::new(target.map_err(|objection| error(objection.into()))?));
        }
        let traces = Traces::new(scraper, place.clone(), files);
        Ok(Bound { socket, place, traces })
    }
}

impl Wanted {
    /// As an error names it.
    fn shown(&self) -> String {
        match self {
            Self::Addresses(addresses) => {
                let addresses: Vec<_> = addresses.iter().map(SocketAddr::to_string).collect();
                addresses.join(", ")
            }
            Self::Ports { host, ports } => format!("{host}:{}-{}", ports.start(), ports.end()),
            Self::Socket(socket) => {
                socket.place().map_or_else(|_| String::new(), |it| it.to_string())
            }
            #[cfg(unix)]
            Self::Unix(path) => Place::Unix(path.clone()).to_string(),
            #[cfg(unix)]
            Self::Systemd(name) => format!("the socket `{name}` of systemd"),
        }
    }

    /// Where it may be, as far as that is known before it is bound; of ports, on the first.
    async fn places(&self) -> io::Result<Vec<Place>> {
        Ok(match self {
            Self::Addresses(addresses) => addresses.iter().copied().map(Place::Tcp).collect(),
            Self::Ports { host, ports } => {
                let host = host.trim_start_matches('[').trim_end_matches(']');
                let found = Address::from((host, *ports.start())).find().await?;
                found.into_iter().map(Place::Tcp).collect()
            }
            Self::Socket(socket) => vec![socket.place()?],
            #[cfg(unix)]
            Self::Unix(path) => vec![Place::Unix(path.clone())],
            #[cfg(unix)]
            Self::Systemd(_) => Vec::new(),
        })
    }
}

async fn first(addresses: &[SocketAddr]) -> io::Result<Socket> {
    Ok(Socket::Tcp(TcpListener::bind(addresses).await?.into_std()?))
}

/// The first free port on the first address that this machine has.
///
/// Not the first free one on any of them: two processes must not have one port, on an address each.
async fn first_free(places: &[Place], ports: RangeInclusive<u16>) -> io::Result<Socket> {
    let mut problem = io::Error::from(io::ErrorKind::InvalidInput);
    let ips = places.iter().map(|place| place.address().ip());
    for ip in ips {
        match free_on(ip, ports.clone()).await {
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => problem = error,
            bound => return bound,
        }
    }
    Err(problem)
}

async fn free_on(ip: IpAddr, ports: RangeInclusive<u16>) -> io::Result<Socket> {
    let mut problem = io::Error::from(io::ErrorKind::InvalidInput);
    for port in ports {
        match first(&[SocketAddr::new(ip, port)]).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => problem = error,
            bound => return bound,
        }
    }
    Err(problem)
}
