//! Meters of servers whose points can be read.

use kymo_http::ServerLayer;
pub(crate) use kymo_testing::Point;
use kymo_testing::{Points, Snapshot, TestMeters};
use opentelemetry_sdk::metrics::SdkMeterProvider;

pub(crate) struct ServerMeters {
    pub(crate) provider: SdkMeterProvider,
    meters: TestMeters,
}

impl ServerMeters {
    pub(crate) fn new() -> Self {
        let meters = TestMeters::new();
        Self { provider: (*meters).clone(), meters }
    }

    pub(crate) fn layer(&self) -> ServerLayer {
        ServerLayer::new(&self.provider)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let snapshot = self.meters.snapshot();
        snapshot.assert_declared(kymo_http::metrics::ALL.iter().chain(kymo_core::metrics::ALL));
        snapshot
    }

    /// Every point that was recorded at least once.
    pub(crate) fn points(&self) -> Points {
        let is_histogram = |name: &str| name.ends_with("duration") || name.ends_with("size");
        let recorded = |point: &Point| point.count != 0 || !is_histogram(&point.name);
        self.snapshot().points().into_iter().filter(recorded).collect()
    }

    /// The points of the metric `name`.
    pub(crate) fn of(&self, name: &str) -> Vec<Point> {
        self.points().of(name)
    }

    /// The only point of the metric `name`.
    pub(crate) fn only(&self, name: &str) -> Point {
        self.points().only(name)
    }

    /// The one observation of `http.server.request.duration` there must be.
    pub(crate) fn the_request(&self) -> Point {
        let point = self.only("http.server.request.duration");
        assert_eq!(point.count, 1, "{point:#?}");
        point
    }

    /// How many requests are active.
    pub(crate) fn active(&self) -> i64 {
        self.of("http.server.active_requests").iter().map(|point| point.count).sum()
    }

    /// How many streams are open.
    pub(crate) fn streams(&self) -> i64 {
        self.of("kymo.http.server.active_streams").iter().map(|point| point.count).sum()
    }
}
