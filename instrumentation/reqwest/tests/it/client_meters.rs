//! Meters of clients of reqwest whose points can be read.

use kymo_http_client::ClientLayer;
use kymo_reqwest::ReqwestMiddleware;
use kymo_testing::{Point, TestMeters};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};

pub(crate) struct ClientMeters(TestMeters);

impl ClientMeters {
    pub(crate) fn new() -> Self {
        Self(TestMeters::new())
    }

    pub(crate) fn middleware(&self) -> ReqwestMiddleware {
        ReqwestMiddleware::new(ClientLayer::new(&*self.0))
    }

    /// A client that is measured, without redirects that are told of.
    pub(crate) fn client(&self) -> ClientWithMiddleware {
        ClientBuilder::new(reqwest::Client::new()).with(self.middleware()).build()
    }

    /// The series of finished requests.
    pub(crate) fn requests(&self) -> Vec<Point> {
        let snapshot = self.0.snapshot();
        snapshot
            .assert_declared(kymo_http_client::metrics::ALL.iter().chain(kymo_core::metrics::ALL));
        snapshot.points().of("http.client.request.duration")
    }

    /// The one observation of a finished request there must be, when nothing is active any more.
    pub(crate) fn the_request(&self) -> Point {
        let requests = self.requests();
        assert_eq!(requests.iter().map(|point| point.count).sum::<i64>(), 1, "{requests:#?}");
        assert_eq!(self.active(), 0, "{requests:#?}");
        requests.into_iter().find(|point| point.count == 1).unwrap()
    }

    /// `error.type` and the status of that one.
    pub(crate) fn the_end(&self) -> (Option<String>, Option<String>) {
        let request = self.the_request();
        let owned = |key| request.get(key).map(str::to_owned);
        (owned("error.type"), owned("http.response.status_code"))
    }

    /// The status, the method and the path's template or the port of each series, and its count.
    pub(crate) fn by(&self, key: &str) -> Vec<(String, String, String, i64)> {
        assert_eq!(self.active(), 0);
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let requests = self.requests();
        let of = |point: &Point| {
            let status = text(point.get("http.response.status_code"));
            let method = text(point.get("http.request.method"));
            (status, method, text(point.get(key)), point.count)
        };
        let mut counted: Vec<_> = requests.iter().map(of).collect();
        counted.sort();
        counted
    }

    /// How many requests are active.
    pub(crate) fn active(&self) -> i64 {
        let active = self.0.snapshot().points().of("http.client.active_requests");
        active.iter().map(|point| point.count).sum()
    }
}

/// What [`ClientMeters::the_end`] is of a request that ended so.
pub(crate) fn end(error: Option<&str>, status: Option<&str>) -> (Option<String>, Option<String>) {
    (error.map(str::to_owned), status.map(str::to_owned))
}
