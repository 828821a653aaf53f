//! The floor: the same metrics by hand.

use std::sync::Arc;

use axum::Router;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tower::layer::layer_fn;

use super::by_hand::{ByHand, Series};
use super::{COUNT, Measured, Record, Variant, Workload};
use crate::{BoxError, exposition};

/// The four metrics of the conventions on bound instruments of OpenTelemetry, to the end of the body, for one
/// route or for each of them.
pub const FLOOR: Variant = Variant {
    name: "floor",
    title: "floor: by hand on bound instruments",
    measures: "duration, active, request and response size, to the end of the body",
    build: |workload| build(workload, true),
};

/// The same without the sizes.
pub const FLOOR_OF_TWO: Variant = Variant {
    name: "floor-of-two",
    title: "floor: by hand on bound instruments",
    measures: "duration, active, to the end of the body",
    build: |workload| build(workload, false),
};

fn build(workload: Workload, with_sizes: bool) -> Result<Measured, BoxError> {
    let bridge = ::kymo::prometheus::Bridge::builder().build()?;
    let provider = SdkMeterProvider::builder().with_reader(bridge.reader()).build();
    let meter = provider.meter("bench");
    let layer = |route: &str| {
        let series = Arc::new(Series::new(&meter, route, with_sizes));
        layer_fn(move |inner| ByHand { inner, series: Arc::clone(&series) })
    };
    let router = match workload {
        Workload::Routes => {
            let routes = workload.routes().into_iter();
            routes.fold(Router::new(), |router, (route, methods)| {
                let layer = layer(&route);
                router.route(&route, methods.layer(layer))
            })
        }
        Workload::Get | Workload::Post | Workload::Missing => {
            workload.router().layer(layer(workload.label()))
        }
    };
    let expose = move || {
        let _provider = &provider; // its last clone shuts the reader down
        exposition::text(&bridge)
    };
    Ok(Measured { router, record: Some(Record { expose: Box::new(expose), count: COUNT }) })
}
