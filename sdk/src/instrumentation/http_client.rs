//! HTTP clients: see [`Telemetry::http_client`].

pub use kymo_http_client::{
    BucketsError, ClientFuture, ClientLayer, ClientMetric, ClientRequest, KNOWN_METHODS,
    MeasuredClient, MeasuredClientBody, Outgoing, Target, UrlTemplate,
};

#[allow(unreachable_pub, unused_imports, reason = "the feature `reqwest` adds to it")]
pub use crate::beside::http_client::*;

use crate::Telemetry;

impl Telemetry {
    /// A tower layer that measures every request of a client exactly once: of hyper-util's, of a channel of
    /// tonic, of any service over `http` requests and responses.
    ///
    /// Put it inside of what retries and of what follows redirects, and each attempt counts. Give a request
    /// a [`UrlTemplate`] to tell its path from others: the path itself is never recorded.
    ///
    /// Every call returns a clone of one layer, so all of them share their series.
    ///
    /// ```
    /// use kymo::http_client::UrlTemplate;
    /// use tower::Layer;
    ///
    /// # let telemetry = kymo::Telemetry::for_service("bookshop").build()?;
    /// # let client = tower::service_fn(async |_: axum::http::Request<String>| {
    /// #     Ok::<_, std::io::Error>(axum::http::Response::new(String::new()))
    /// # });
    /// // `client` may be `hyper_util::client::legacy::Client`.
    /// let client = telemetry.http_client().layer(client);
    ///
    /// let request = axum::http::Request::get("http://users.internal/users/7")
    ///     .extension(UrlTemplate::new("/users/{id}"))
    ///     .body(String::new())?;
    /// # drop(tower::ServiceExt::oneshot(client, request));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn http_client(&self) -> ClientLayer {
        self.kept.of(|| self.of_client(ClientLayer::new(self.meters())))
    }

    /// As [`Telemetry::http_client`], with series of its own under the scope attribute `kymo.client`: for
    /// webhooks, say, whose hosts then take no places of others.
    ///
    /// The name is said before the layer is made, because it tells the scope of its instruments: a method
    /// of the layer would come too late.
    pub fn http_client_named(&self, name: &str) -> ClientLayer {
        self.of_client(ClientLayer::named(self.meters(), name))
    }

    /// `layer`, told the known methods if the environment lists them.
    fn of_client(&self, layer: ClientLayer) -> ClientLayer {
        self.environment.known_methods().into_iter().fold(layer, ClientLayer::known_methods)
    }
}
