//! One request of each thread, into the series of one route or of two.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, Uri};
use http_body_util::BodyExt as _;
use paths::BoxError;
use paths::exposition;
use paths::http::{FLOOR, KYMO, Measured, NULL, Record, Variant, Workload};
use tokio::runtime::Builder;
use tower::Service as _;

use super::{TRAFFIC, median, team};
use crate::table;

const ROUNDS: usize = 61;
const REQUESTS_PER_ROUND: u64 = 500;

/// Prints the table.
pub fn table() -> Result<(), BoxError> {
    let mut rows = Vec::new();
    let variants = [&NULL, &FLOOR, &KYMO];
    let routers = variants.map(router).into_iter().collect::<Result<Vec<_>, _>>()?;
    for (title, routes) in TRAFFIC {
        // The layers take turns, so that a slow spell of the machine falls on all of them.
        let mut rounds = vec![Vec::new(); variants.len()];
        for _ in 0..ROUNDS {
            for (rounds, router) in rounds.iter_mut().zip(&routers) {
                let router = &router.router;
                let requests = |route| requests(router.clone(), route);
                rounds.push(team::nanos(routes, REQUESTS_PER_ROUND, requests)?);
            }
        }
        let over = |index: usize| {
            let pairs = rounds[index].iter().zip(&rounds[0]);
            median(pairs.map(|(layer, empty)| layer - empty).collect())
        };
        rows.push(vec![
            title.to_owned(),
            format!("{:.0}", median(rounds[0].clone())),
            format!("{:.0}", over(1)),
            format!("{:.0}", over(2)),
            format!("{:.2}", over(2) / over(1)),
        ]);
    }
    routers.iter().filter_map(|measured| measured.record.as_ref()).try_for_each(verify)?;
    table::print(
        "Cores: one request of each thread, of its processor, over an empty layer",
        1,
        &["traffic", "the empty layer, ns", "floor, ns", "kymo, ns", "times the floor"],
        &rows,
    );
    Ok(())
}

/// An error when a request was not recorded: each round has five threads.
fn verify(record: &Record) -> Result<(), BoxError> {
    let recorded: f64 = exposition::values(&(record.expose)(), record.count, "").sum();
    let sent = (REQUESTS_PER_ROUND * ROUNDS as u64 * 5) as f64;
    if recorded == sent { Ok(()) } else { Err(format!("{recorded} of {sent} requests").into()) }
}

fn router(variant: &Variant) -> Result<Measured, BoxError> {
    let mut measured = (variant.build)(Workload::Routes)?;
    measured.router = measured.router.with_state(());
    Ok(measured)
}

/// What sends the requests of a round to this route.
fn requests(mut router: Router, route: usize) -> Result<impl FnOnce(), BoxError> {
    let uri = format!("/shelf-{route}/42").parse::<Uri>()?;
    let runtime = Builder::new_current_thread().build()?;
    Ok(move || {
        runtime.block_on(async {
            for _ in 0..REQUESTS_PER_ROUND {
                let mut request = Request::new(Body::empty());
                *request.uri_mut() = uri.clone();
                request.extensions_mut().insert(StatusCode::OK);
                let Ok(response) = router.call(request).await;
                let mut body = response.into_body();
                while body.frame().await.is_some() {}
            }
        });
    })
}
