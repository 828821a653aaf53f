//! Connections, made when they are needed.
//!
//! One client for both protocols, over the cryptography of our choice: what would be a transport of
//! its own in `tonic` is a service of `hyper-util` here.

use std::{
    error::Error as StdError,
    sync::{Mutex, PoisonError},
};

use http_body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Hyper, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::{Destination, Error, endpoint::Endpoint, tls};

type Connector = HttpsConnector<HttpConnector>;

/// Connections to one destination, made when they are needed, by the runtime that needs them.
pub(crate) struct Client<B> {
    connector: Connector,
    http2: bool,
    current: Mutex<Hyper<Connector, B>>,
}

impl<B> Client<B>
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    /// A client that speaks nothing but HTTP/2, or nothing but HTTP/1.1.
    pub(crate) fn new(
        destination: &Destination,
        endpoint: &Endpoint,
        http2: bool,
    ) -> Result<Self, Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let tls = tls::config(destination, endpoint.encrypted)?;
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let connector = if http2 {
            builder.enable_http2().wrap_connector(tcp)
        } else {
            builder.enable_http1().wrap_connector(tcp)
        };
        let current = Mutex::new(connect(&connector, http2));
        Ok(Self { connector, http2, current })
    }

    /// The connections there are.
    pub(crate) fn current(&self) -> Hyper<Connector, B> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Leaves the connections there are: nothing was heard on one, and HTTP/2 would use it again.
    pub(crate) fn renew(&self) {
        let fresh = connect(&self.connector, self.http2);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }
}

fn connect<B>(connector: &Connector, http2: bool) -> Hyper<Connector, B>
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    Hyper::builder(TokioExecutor::new()).http2_only(http2).build(connector.clone())
}

/// An error with all of its causes, outermost first.
pub(crate) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let further = error.to_string();
        if !text.ends_with(&further) {
            text = format!("{text}: {further}");
        }
        cause = error.source();
    }
    text
}
