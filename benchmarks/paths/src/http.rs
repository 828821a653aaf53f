//! One request through an axum router, with and without a layer.

mod by_hand;
mod exchange;
mod floor;
mod kymo;
mod workload;

use axum::Router;
use tower::layer::util::Identity;

use crate::{BoxError, Subject};
use exchange::Exchange;
pub use workload::Workload;

/// One row of a table: a layer, and how it is set up.
#[derive(Clone, Copy)]
pub struct Variant {
    /// As in `run http/WORKLOAD/NAME`.
    pub name: &'static str,
    /// Its name in the table.
    pub title: &'static str,
    /// The metrics that it records.
    pub measures: &'static str,
    /// Makes the router of a workload with the layer around it; called inside the runtime.
    pub build: fn(Workload) -> Result<Measured, BoxError>,
}

/// A router with its layer, and how to see what the layer recorded.
pub struct Measured {
    /// The router.
    pub router: Router,
    /// Absent where nothing is recorded.
    pub record: Option<Record>,
}

/// Where a layer's requests are counted.
pub struct Record {
    /// The page of the layer's metrics.
    pub expose: Box<dyn Fn() -> String>,
    /// The sample that counts requests.
    pub count: &'static str,
}

/// The sample that counts requests, by the semantic conventions.
pub const COUNT: &str = "http_server_request_duration_seconds_count";

/// A router without a layer.
pub const BARE: Variant = Variant {
    name: "bare",
    title: "no layer",
    measures: "",
    build: |workload| Ok(Measured { router: workload.router(), record: None }),
};

/// Any `Router::layer` boxes the service, so the cost of a layer starts at an empty one.
pub const NULL: Variant = Variant {
    name: "null",
    title: "empty layer",
    measures: "",
    build: |workload| {
        Ok(Measured { router: workload.router().layer(Identity::new()), record: None })
    },
};

pub use floor::{FLOOR, FLOOR_OF_TWO};
pub use kymo::{KYMO, KYMO_OF_TWO, KYMO_UNBILLED};

const VARIANTS: [Variant; 7] = [BARE, NULL, FLOOR, FLOOR_OF_TWO, KYMO, KYMO_OF_TWO, KYMO_UNBILLED];

/// The requests of `workload` through the layer of `variant`.
///
/// # Errors
///
/// When the layer cannot be made.
pub fn exchange(variant: &Variant, workload: Workload) -> Result<Box<dyn Subject>, BoxError> {
    Ok(Box::new(Exchange::new(variant, workload)?))
}

/// The subject called `http/WORKLOAD/NAME`.
///
/// # Errors
///
/// When there is no such workload or no such variant.
pub fn subject(workload: &str, name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let workload = Workload::from_name(workload)
        .ok_or_else(|| format!("there is no workload of HTTP {workload:?}"))?;
    let variant = VARIANTS.iter().find(|variant| variant.name == name);
    exchange(variant.ok_or_else(|| format!("there is no HTTP variant {name:?}"))?, workload)
}
