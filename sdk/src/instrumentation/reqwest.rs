//! Clients of reqwest: see [`Telemetry::reqwest`].

use kymo_reqwest::ReqwestMiddleware;

use crate::Telemetry;

impl Telemetry {
    /// A middleware that measures every request of a client of reqwest exactly once, by
    /// [`Telemetry::http_client`].
    ///
    /// A layer that was told more is one by [`ReqwestMiddleware::new`].
    ///
    /// ```
    /// use kymo::http_client::reqwest::reqwest_middleware::ClientBuilder;
    ///
    /// # let telemetry = kymo::Telemetry::for_service("bookshop").build()?;
    /// # let client = kymo::http_client::reqwest::reqwest_middleware::reqwest::Client::new();
    /// // `client` is `reqwest::Client::new()`.
    /// let client = ClientBuilder::new(client).with(telemetry.reqwest()).build();
    /// # let _ = client;
    /// # Ok::<_, kymo::InstallError>(())
    /// ```
    pub fn reqwest(&self) -> ReqwestMiddleware {
        ReqwestMiddleware::new(self.http_client())
    }
}
