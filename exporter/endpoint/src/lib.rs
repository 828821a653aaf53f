//! Answers Prometheus scrapes.
//!
//! [`Endpoint`] is a tower service, so it mounts in any router (axum: `route_service`), and it can
//! listen by itself with [`Endpoint::serve`], or where a [`Listener`] says. What it serves comes from a
//! [`Source`](kymo_exposition::Source) of families, of which it knows nothing else. [`Access`] says who may
//! scrape: TLS, passwords, tokens and networks, the same in a router and on the listener.
//!
//! Each client gets the best format that it reads: text, OpenMetrics or protobuf, as its `Accept` says. Those who ask
//! at the same time share one collection.
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `access` | passwords, tokens, TLS with HTTP/2 and certificates of clients, and the web-config file: without it [`Access`] has networks alone, and an error for the rest |
//! | `zstd` | documents by zstd, beside gzip |
//!
//! ```
//! use std::convert::Infallible;
//!
//! use http::Request;
//! use kymo_endpoint::Endpoint;
//! use kymo_exposition::{Family, Kind, Label, Number, Series, Sink, Source, Value};
//! use tower::ServiceExt;
//!
//! struct Build;
//!
//! impl Source for Build {
//!     fn collect(&self, sink: &mut dyn Sink) {
//!         let help = "What is running.";
//!         sink.family(&Family { name: "build_info", help, unit: "", kind: Kind::Gauge });
//!         let labels = &[Label::new("version", "1.2.3")];
//!         let value = Value::Number(Number::U64(1), None);
//!         sink.series(&Series { labels, start_time: None, timestamp: None, value });
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let response = Endpoint::new(Build).oneshot(Request::new(())).await?;
//! assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
//! # Ok::<_, Infallible>(())
//! # }).unwrap();
//! ```

mod access;
#[cfg(unix)]
mod activation;
mod activity;
mod address;
mod body;
mod cache;
mod compress;
mod connections;
mod contents;
mod conversation;
mod deadline;
mod desk;
mod dialect;
mod document;
mod encoding;
mod end;
mod endpoint;
mod excerpt;
mod exchange;
mod filter;
mod form;
mod future;
mod html;
#[cfg(feature = "access")]
mod identity;
#[cfg(not(feature = "access"))]
#[expect(clippy::unused_self, clippy::unused_async, reason = "as with the feature `access`")]
mod identity {
    use std::sync::Arc;

    use http::{HeaderMap, HeaderName, HeaderValue};
    use hyper_util::server::graceful::Watcher;

    use crate::{
        access::{Access, AccessError, Client, Guard, Verdict},
        conversation::Conversation,
    };

    /// Looks at nobody: what can was left out at compile time.
    #[derive(Debug)]
    pub(crate) struct Identity;

    impl Identity {
        #[expect(clippy::unnecessary_wraps, reason = "as with the feature `access`")]
        pub(crate) fn new() -> Result<Self, AccessError> {
            Ok(Self)
        }

        pub(crate) fn judge(&self, _: &Demands, _: &Client, _: &HeaderMap) -> Verdict {
            Verdict::Admitted
        }

        pub(crate) fn admit(&self, _: &Demands) -> Verdict {
            Verdict::Admitted
        }
    }

    /// Nothing is demanded.
    #[derive(Debug)]
    pub(crate) struct Demands;

    impl Demands {
        /// Refuses to start where `access` demands anything: nobody would look at it.
        pub(crate) fn load(
            access: &Access,
            _: &Identity,
            _: &mut Files,
        ) -> Result<Self, AccessError> {
            let demands = [
                ("web_config", access.web_config.is_some()),
                ("basic_auth", !access.users.is_empty()),
                ("bearer_token", !access.tokens.is_empty()),
                ("bearer_token_file", !access.token_files.is_empty()),
            ];
            match demands.into_iter().find(|(_, is_made)| *is_made) {
                Some((method, _)) => Err(AccessError::Lacking { method }),
                None => Ok(Self),
            }
        }

        pub(crate) fn guard(&self) -> bool {
            false
        }

        pub(crate) fn tls(&self) -> Option<&Arc<Tls>> {
            None
        }

        pub(crate) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
            &[]
        }

        pub(crate) fn challenges(&self) -> impl Iterator<Item = HeaderValue> {
            std::iter::empty()
        }
    }

    /// Those whom TLS would let in; there are none.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) enum Clients {}

    /// What there is none of.
    pub(crate) struct Tls {
        pub(crate) clients: Clients,
        pub(crate) not_after: i64,
    }

    impl Tls {
        pub(crate) async fn converse<S>(&self, _: Conversation, _: S, _: Watcher) {
            match self.clients {}
        }
    }

    /// No file.
    #[derive(Default)]
    pub(crate) struct Files(());

    impl Files {
        #[expect(clippy::unnecessary_wraps, reason = "as with the feature `access`")]
        pub(crate) fn watch(self, _: &Arc<Guard>) -> Result<(), AccessError> {
            Ok(())
        }
    }
}
pub mod key;
mod last_scrape;
mod list;
mod listen_error;
mod listener;
mod listeners;
mod media_range;
mod medium;
pub mod metrics;
mod negotiation;
mod note;
mod observer;
mod offer;
mod overview;
mod own_file;
mod page;
mod pages;
mod parts;
mod place;
mod range;
mod round;
mod scraper;
mod server;
mod share;
mod site;
mod socket;
mod table;
mod tally;
mod targets;
mod thread;
mod timed_stream;
mod traces;
#[cfg(unix)]
mod unix_socket;
mod wanted;
mod warnings;
#[cfg(feature = "zstd")]
mod zstandard;
#[cfg(not(feature = "zstd"))]
mod zstandard {
    use std::io;

    use bytes::Bytes;

    use crate::parts::Parts;

    /// Nobody gets it: it was left out at compile time.
    pub(crate) const IS_SPOKEN: bool = false;

    pub(crate) fn compress(_: &[Bytes], _: Parts, _: u8) -> io::Result<Parts> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

pub use access::{Access, AccessError, Gate};
pub use address::Address;
pub use body::{ScrapeBody, Withdrawn};
pub use endpoint::Endpoint;
pub use future::ScrapeFuture;
pub use listen_error::ListenError;
pub use listener::Listener;
pub use place::Place;
pub use server::{DEFAULT_ADDRESS, Server};
pub use site::Site;
pub use table::Table;
