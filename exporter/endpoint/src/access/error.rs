//! Why rules of access are none.

use std::{fmt, io, path::PathBuf};

/// Why the rules of an [`Access`](super::Access) cannot be followed.
///
/// No text of it holds a secret: a value that may be one is named by its place alone.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    #[non_exhaustive]
    Read {
        /// Which file.
        file: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file says what cannot be followed.
    #[error("{}:{line}: {}{remedy}", file.display(), shown(key))]
    #[non_exhaustive]
    Mistake {
        /// Which file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Such as `tls_server_config.cert_file`; empty if it is none of one key.
        key: String,
        /// Says the fault, and what to write instead.
        remedy: String,
    },
    /// A method of [`Access`](super::Access) got what cannot be followed.
    #[error("`{method}`: {remedy}")]
    #[non_exhaustive]
    Rule {
        /// Which method.
        method: &'static str,
        /// Says the fault, and what to write instead.
        remedy: String,
    },
    /// A method of [`Access`](super::Access), or a web-config file, asks for what was left out at compile time.
    #[error(
        "`{method}`: this program can tell clients apart by their network alone; build it with the feature \
         `access` of kymo-endpoint, which is `access` of kymo"
    )]
    #[non_exhaustive]
    Lacking {
        /// Which method.
        method: &'static str,
    },
    /// The system has no thread left to watch the files with, or to compare passwords on.
    #[error(
        "the system has no thread left for the rules of access; raise the limit of threads ({source})"
    )]
    #[non_exhaustive]
    Thread {
        /// The error of the system.
        source: io::Error,
    },
}

fn shown(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("`{key}`: ") }
}

/// The sentence: a `main` that returns this error prints it so.
impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
