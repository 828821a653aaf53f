//! Why somebody does not listen.

use std::{error::Error, fmt, io, path::PathBuf};

/// Why an address cannot be listened on.
#[derive(thiserror::Error)]
#[error("cannot listen for scrapes{}: {}", shown(.address), remedy(.source))]
#[non_exhaustive]
pub struct ListenError {
    /// The addresses that the given one means, such as `127.0.0.1:9464`, with commas between, or
    /// `unix:/run/bookshop.sock`; empty if nobody knows what it means.
    pub address: String,
    /// The error of the system.
    pub source: io::Error,
}

/// What is wrong where the system has no objection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Objection {
    /// Other machines reach an address, and no rule says who may scrape there.
    #[error("no rule says who may scrape")]
    Unguarded,
    #[error("there are no metrics to scrape")]
    NothingToScrape,
    /// systemd has opened no such socket.
    #[cfg(unix)]
    #[error("systemd opened no such socket for this process, or another listener has it")]
    NotActivated,
    /// Nobody can tell which sockets systemd has opened.
    #[cfg(unix)]
    #[error("LISTEN_PID or LISTEN_FDS is no such number")]
    Announced,
    /// A socket of somebody else is none that connections come to.
    #[cfg(unix)]
    #[error("it is no stream socket that listens")]
    Deaf,
    /// A path cannot be listened on.
    #[cfg(unix)]
    #[error("{0}")]
    UnixSocket(io::Error),
    #[error("it is no range of ports")]
    NoRange,
    #[error("`{0}` is no name of a label")]
    NoLabel(String),
    #[error("`{0}` is no host")]
    NoHost(String),
    /// A unix socket has no port that a file could name.
    #[error("Prometheus does not scrape unix sockets")]
    NoTarget,
    #[error("{}: {source}", folder.display())]
    Targets { folder: PathBuf, source: io::Error },
}

impl Objection {
    fn remedy(&self) -> &'static str {
        match self {
            Self::Unguarded => {
                "other machines reach this address: give the endpoint an `Access` with `web_config` \
                 (users, or certificates of clients that are verified), `basic_auth`, `bearer_token`, \
                 `bearer_token_file` or `allowed_networks`, or with `allow_insecure` for everybody; or \
                 listen on localhost"
            }
            Self::NothingToScrape => NOTHING,
            #[cfg(unix)]
            Self::NotActivated => {
                "give the socket unit `FileDescriptorName=` with this name and `Service=` with this \
                 service; a program that takes sockets of its own hands over that of the metrics"
            }
            #[cfg(unix)]
            Self::Announced => "start it as a service of systemd, or without these variables",
            #[cfg(unix)]
            Self::Deaf => {
                "call `listen` on it before, or give the socket unit `ListenStream=` and `Accept=no`"
            }
            #[cfg(unix)]
            Self::UnixSocket(error) => match error.kind() {
                _ if is_without_files(error) => TOO_MANY_FILES,
                io::ErrorKind::AddrInUse => {
                    "somebody listens there, or it is no socket; choose another path"
                }
                io::ErrorKind::TimedOut => {
                    "another program keeps its folder locked; choose another folder"
                }
                _ => {
                    "give a path of less than 100 bytes, in a folder that is there and that this \
                     program may write to"
                }
            },
            Self::NoRange => {
                "give a range from its first port to its last, such as 9464..=9479, or 0..=0 for any \
                 port"
            }
            Self::NoLabel(_) => {
                "Prometheus would not take the file of targets; a label has letters, digits and \
                 underscores, and begins with no digit"
            }
            Self::NoHost(_) => {
                "give the target a name or an address alone, such as bookshop.example"
            }
            Self::NoTarget => "listen on a port to have a file of targets, or write none",
            Self::Targets { .. } => {
                "the file of targets cannot be written; name a folder that this program may write to"
            }
        }
    }
}

impl From<Objection> for io::Error {
    fn from(objection: Objection) -> Self {
        let kind = match &objection {
            Objection::NothingToScrape => io::ErrorKind::NotFound,
            #[cfg(unix)]
            Objection::UnixSocket(error) => error.kind(),
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, objection)
    }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn shown(address: &str) -> String {
    if address.is_empty() { String::new() } else { format!(" on {address}") }
}

/// The numbers of Unix for a system, or a process, without a file descriptor left, for which the standard
/// library has no kind.
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

const TOO_MANY_FILES: &str = "too many files are open; raise the limit of open files";

fn is_without_files(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}

fn remedy(error: &io::Error) -> String {
    let objection = error.get_ref().and_then(<dyn Error + Send + Sync>::downcast_ref);
    let objection = objection.map(Objection::remedy);
    let remedy = objection.unwrap_or_else(|| match error.kind() {
        // What it cannot bind has other kinds: this is `EAGAIN` of the thread.
        io::ErrorKind::WouldBlock => "the system has no thread left; raise the limit of threads",
        io::ErrorKind::Unsupported => "call it inside a tokio runtime",
        _ if is_without_files(error) => TOO_MANY_FILES,
        io::ErrorKind::AddrInUse => {
            "the address is in use; is another exporter running? Choose another port"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have the address; use one of its own, such as localhost"
        }
        io::ErrorKind::PermissionDenied => "not permitted; choose a port above 1023",
        _ => "give a host and a port, such as localhost:9464",
    });
    format!("{remedy} ({error})")
}

const NOTHING: &str = "telemetry was installed without `.prometheus()`; call it before `.install()`, or \
                       set OTEL_METRICS_EXPORTER=prometheus";
