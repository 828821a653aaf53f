//! Why somebody does not listen.

use std::{error::Error, fmt, io, path::PathBuf};

/// Why an address cannot be listened on.
#[derive(thiserror::Error)]
#[error("cannot listen for scrapes{}: {}", shown(.address), remedy(.address, .source))]
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
    #[error("systemd opened no such socket for this process, or it was taken already")]
    NotActivated,
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
            Self::NoTarget => "listen on a port to have a file of targets, or write none",
            Self::Targets { .. } => {
                "the file of targets cannot be written; name a folder that this program may write to"
            }
        }
    }
}

impl From<Objection> for io::Error {
    fn from(objection: Objection) -> Self {
        let kind = match objection {
            Objection::NothingToScrape => io::ErrorKind::NotFound,
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

fn remedy(address: &str, error: &io::Error) -> String {
    let objection = error.get_ref().and_then(<dyn Error + Send + Sync>::downcast_ref);
    let objection = objection.map(Objection::remedy);
    let remedy = objection.unwrap_or_else(|| match error.kind() {
        // What it cannot bind has other kinds: this is `EAGAIN` of the thread.
        io::ErrorKind::WouldBlock => "the system has no thread left; raise the limit of threads",
        io::ErrorKind::Unsupported => "call it inside a tokio runtime",
        _ if matches!(error.raw_os_error(), Some(ENFILE | EMFILE)) => {
            "too many files are open; raise the limit of open files"
        }
        io::ErrorKind::AddrInUse if address.starts_with("unix:") => {
            "somebody listens there, or it is no socket; choose another path"
        }
        _ if address.starts_with("unix:") => {
            "give a path of less than 100 bytes, in a folder that is there and that this program may \
             write to"
        }
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
