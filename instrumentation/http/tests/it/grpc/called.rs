//! The calls that were recorded.

use std::time::{Duration, Instant};

use crate::server_meters::{Point, ServerMeters};

pub(crate) const CALLS: &str = "rpc.server.call.duration";

/// A busy machine may take its time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was recorded of calls: method, status and error of each series, and how many.
pub(crate) type Called<'a> = (&'a str, Option<&'a str>, Option<&'a str>, i64);

pub(crate) fn called(points: &[Point]) -> Vec<Called<'_>> {
    let mut called: Vec<_> = points
        .iter()
        .map(|point| {
            assert_eq!(point.get("rpc.system.name"), Some("grpc"));
            let method = point.get("rpc.method").unwrap();
            (method, point.get("rpc.response.status_code"), point.get("error.type"), point.count)
        })
        .collect();
    called.sort_unstable();
    called
}

/// The series of calls, once so many were recorded and nothing is under way any more.
pub(crate) async fn settled(meters: &ServerMeters, calls: i64) -> Vec<Point> {
    let patience = Instant::now() + PATIENCE;
    loop {
        let points = meters.of(CALLS);
        let counted: i64 = points.iter().map(|point| point.count).sum();
        assert!(counted <= calls, "{counted} calls instead of {calls}: {points:#?}");
        if counted == calls && meters.active() == 0 {
            return points;
        }
        assert!(Instant::now() < patience, "{counted} calls instead of {calls}: {points:#?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The one call there was: its method, its status and its error; and the error of its request.
pub(crate) async fn the_call(
    meters: &ServerMeters,
) -> (String, Option<String>, Option<String>, Option<String>) {
    let points = settled(meters, 1).await;
    let text = |key| points[0].get(key).map(str::to_owned);
    let of_request = meters.the_request().get("error.type").map(str::to_owned);
    let method = text("rpc.method").unwrap();
    (method, text("rpc.response.status_code"), text("error.type"), of_request)
}

/// As [`the_call`], to compare with.
pub(crate) fn call(
    method: &str,
    status: Option<&str>,
    error: Option<&str>,
    of_request: Option<&str>,
) -> (String, Option<String>, Option<String>, Option<String>) {
    let text = |text: Option<&str>| text.map(str::to_owned);
    (method.to_owned(), text(status), text(error), text(of_request))
}
