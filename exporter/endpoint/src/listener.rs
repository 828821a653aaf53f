//! Where an endpoint listens, and what it does there.

#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::{
    io,
    net::{self, SocketAddr},
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
    range,
    scraper::Scraper,
    socket::Socket,
    targets::Targets,
    traces::{Belonging, Traces},
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
    targets: Targets,
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

/// Sockets that are bound, and what shows that they are.
pub(crate) struct Bound {
    pub(crate) sockets: Vec<Socket>,
    /// The first of its places.
    pub(crate) place: Place,
    pub(crate) places: Vec<Place>,
    pub(crate) traces: Traces,
}

impl Listener {
    /// On the first port of `ports` that is free on `host`, such as `localhost`.
    ///
    /// The port that was taken is in the metric `kymo.endpoint.listeners`, in
    /// [`Server::place`](crate::Server::place), and in a file if there is a [folder](Self::targets_in) for
    /// it. Of several addresses of the host, the first that this machine has is the one. A port that this
    /// process may not have is as good as taken. Port 0, any that is free, is no part of a range, but
    /// `0..=0` is.
    pub fn ports(host: impl Into<String>, ports: RangeInclusive<u16>) -> Self {
        Self::new(Wanted::Ports { host: host.into(), ports })
    }

    /// On a unix socket at `path`, whose file goes at the end.
    ///
    /// Whoever may write to that file may scrape, which is up to the folder and the umask: no other rule
    /// is needed. To rules of [networks](crate::Access::allowed_networks) a client comes from `127.0.0.1`.
    /// A file on which nobody listens any more is replaced, and of several processes that start at once one
    /// has the path.
    #[cfg(unix)]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self::new(Wanted::Unix(path.into()))
    }

    /// On the sockets that systemd opened for this process with `FileDescriptorName=` as `name`, or the only
    /// one of whoever gives them no names.
    ///
    /// They are all of a name: a unit may have a `ListenStream=` for each address. Where no other machine
    /// reaches one, none needs a rule. They stay open until the process ends, as systemd keeps them open too:
    /// whoever connects after a stop waits for the next listener.
    ///
    /// The first call in a process looks at all sockets that systemd opened, and keeps each from the children
    /// of the process: call it before there are any. It changes no variable, and takes no socket from a
    /// program that has its own by other means. If these take the variables away, as `sd_listen_fds(3)` may,
    /// hand over the socket of the metrics, by [`Listener::tcp`] or [`Listener::unix_listener`].
    #[cfg(unix)]
    pub fn systemd(name: impl Into<String>) -> Self {
        Self::new(Wanted::Systemd(name.into()))
    }

    /// On a socket of the program's own, which listens already.
    ///
    /// It becomes non-blocking, and with it whatever shares it: a copy from `try_clone`, and the socket of
    /// the process that it came from.
    pub fn tcp(listener: net::TcpListener) -> Self {
        Self::new(Wanted::Socket(Socket::Tcp(listener)))
    }

    /// On a socket of the program's own, as [`Listener::tcp`]; the program keeps its file.
    #[cfg(unix)]
    pub fn unix_listener(listener: UnixListener) -> Self {
        Self::new(Wanted::Socket(Socket::Unix(listener)))
    }

    /// Writes a file into `folder` that names the address, for `file_sd_configs` of a Prometheus or an agent,
    /// until the listener ends.
    ///
    /// The file is named for the address, such as `kymo-127.0.0.1_9464.json`: what a process leaves that
    /// ended without a stop is replaced by the next one that takes its port. Everybody may read it who may
    /// enter the folder, which is made if need be, as the umask allows.
    ///
    /// An address that means all of the machine, such as `0.0.0.0`, is `127.0.0.1` in the file: where the
    /// certificate has another name, or the rules let in other networks alone, say a
    /// [host](Self::target_host). With TLS, the target has the label `__scheme__`; a web-config file that
    /// asks for TLS only later needs a restart for that.
    pub fn targets_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.targets.folder = Some(folder.into());
        self
    }

    /// Names the target in the file by `host`, such as `bookshop.example`, and by the port that was taken.
    pub fn target_host(mut self, host: impl Into<String>) -> Self {
        self.targets.host = Some(host.into());
        self
    }

    /// Gives the target in the file a label, such as `job`, in place of any of that name.
    ///
    /// A name has letters, digits and underscores, and begins with no digit: older versions of Prometheus
    /// would take no file with another. A `__scheme__` that is said here stays, with TLS too.
    pub fn target_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.targets.label(name.into(), value.into());
        self
    }

    /// On the first of these that can be bound.
    pub(crate) fn addresses(addresses: Vec<SocketAddr>) -> Self {
        Self::new(Wanted::Addresses(addresses))
    }

    fn new(wanted: Wanted) -> Self {
        Self { wanted, targets: Targets::default() }
    }

    /// Binds it for `scraper`. What others reach is bound only if it `is_meant_for_others`.
    pub(crate) async fn bind(
        self,
        scraper: Arc<Scraper>,
        is_meant_for_others: bool,
        has_tls: bool,
    ) -> Result<Bound, ListenError> {
        let Self { wanted, targets } = self;
        let address = wanted.shown();
        let error = |source| ListenError { address: address.clone(), source };
        let objection = |objection: Objection| error(objection.into());
        let check = |places: &[Place]| {
            if !is_meant_for_others && !places.iter().all(Place::is_near) {
                return Err(Objection::Unguarded);
            }
            targets.check_places(places)
        };
        targets.check().map_err(objection)?;
        let wished = wanted.places().await.map_err(error)?;
        check(&wished).map_err(objection)?;
        let (sockets, mut belongings) = wanted.open(&wished).await.map_err(error)?;
        let places: io::Result<Vec<_>> = sockets.iter().map(Socket::place).collect();
        let places = places.map_err(error)?;
        check(&places).map_err(objection)?;
        for place in &places {
            let file = targets.write(place, has_tls).map_err(objection)?;
            belongings.extend(file.map(|file| Box::new(file) as Belonging));
        }
        let traces = Traces::new(scraper, places.clone(), belongings);
        let place = places.first().cloned().ok_or_else(|| error(io::ErrorKind::NotFound.into()))?;
        Ok(Bound { sockets, place, places, traces })
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
            Self::Addresses(addresses) => addresses.iter().copied().map(Place::tcp).collect(),
            Self::Ports { host, ports } => {
                range::check(ports)?;
                let host = host.trim_start_matches('[').trim_end_matches(']');
                let found = Address::from((host, *ports.start())).find().await?;
                found.into_iter().map(Place::tcp).collect()
            }
            Self::Socket(socket) => {
                socket.check()?;
                vec![socket.place()?]
            }
            #[cfg(unix)]
            Self::Unix(path) => vec![Place::Unix(path.clone())],
            #[cfg(unix)]
            Self::Systemd(_) => Vec::new(),
        })
    }

    /// Its sockets, at these places, and what goes with them at the end.
    async fn open(self, places: &[Place]) -> io::Result<(Vec<Socket>, Vec<Belonging>)> {
        let socket = match self {
            Self::Addresses(addresses) => bind(&addresses).await?,
            Self::Ports { ports, .. } => {
                let addresses: Vec<_> = places.iter().filter_map(Place::address).collect();
                range::first_free(&addresses, &ports, async |address| bind(&[address]).await)
                    .await?
            }
            Self::Socket(socket) => socket,
            #[cfg(unix)]
            Self::Unix(path) => {
                let bound = unix_socket::bind(&path).await.map_err(Objection::UnixSocket)?;
                return Ok((vec![bound.0], vec![Box::new(bound.1)]));
            }
            #[cfg(unix)]
            Self::Systemd(name) => {
                let borrowed = activation::borrow(&name)?.into_iter();
                return Ok(borrowed
                    .map(|(socket, loan)| (socket, Box::new(loan) as Belonging))
                    .unzip());
            }
        };
        Ok((vec![socket], Vec::new()))
    }
}

async fn bind(addresses: &[SocketAddr]) -> io::Result<Socket> {
    Ok(Socket::Tcp(TcpListener::bind(addresses).await?.into_std()?))
}
