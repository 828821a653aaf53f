//! Meters of clients whose points can be read.

use kymo_http_client::ClientLayer;
pub(crate) use kymo_testing::Point;
use kymo_testing::{Snapshot, TestMeters};

pub(crate) struct ClientMeters(TestMeters);

impl ClientMeters {
    pub(crate) fn new() -> Self {
        Self(TestMeters::new())
    }

    pub(crate) fn layer(&self) -> ClientLayer {
        ClientLayer::new(&*self.0)
    }

    pub(crate) fn named(&self, name: &str) -> ClientLayer {
        ClientLayer::named(&*self.0, name)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let snapshot = self.0.snapshot();
        snapshot
            .assert_declared(kymo_http_client::metrics::ALL.iter().chain(kymo_core::metrics::ALL));
        snapshot
    }

    /// The series of finished requests.
    pub(crate) fn requests(&self) -> Vec<Point> {
        self.snapshot().points().of("http.client.request.duration")
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

    /// How many requests are active.
    pub(crate) fn active(&self) -> i64 {
        let active = self.snapshot().points().of("http.client.active_requests");
        active.iter().map(|point| point.count).sum()
    }
}

/// What [`ClientMeters::the_end`] is of a request that ended so.
pub(crate) fn end(error: Option<&str>, status: Option<&str>) -> (Option<String>, Option<String>) {
    (error.map(str::to_owned), status.map(str::to_owned))
}
