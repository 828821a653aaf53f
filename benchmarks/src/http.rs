//! The cost that a layer adds to one request through an axum router.

mod axum_otel_metrics;
mod axum_prometheus;
pub mod client;
mod exchange;
mod hand_written;
mod kymo;
mod otel_tower;
mod provider;
mod tower_otel;

use axum::Router;
use axum::routing::get;
use tower::layer::util::Identity;

use crate::callgrind;
use crate::clock;
use crate::promise::Promise;
use crate::subject::{BoxError, Subject};
use crate::table;
use exchange::Exchange;

/// One row of the table.
struct Variant {
    /// As in `bench run http/NAME`.
    name: &'static str,
    title: &'static str,
    measures: &'static str,
    /// Puts the layer round the router; called inside the runtime.
    build: fn(Router) -> Result<Measured, BoxError>,
}

/// A router with its layer, and how to see what the layer recorded.
struct Measured {
    router: Router,
    record: Option<Record>,
}

/// Where a layer's requests are counted.
struct Record {
    expose: Box<dyn Fn() -> String>,
    /// The sample that counts requests.
    count: &'static str,
}

/// Any `Router::layer` boxes the service, so the cost of a layer starts at an empty one.
const NULL: usize = 1;
/// The last one.
const KYMO: usize = VARIANTS.len() - 1;
const VARIANTS: [Variant; 8] = [
    Variant {
        name: "bare",
        title: "no layer",
        measures: "",
        build: |router| Ok(Measured { router, record: None }),
    },
    Variant {
        name: "null",
        title: "empty layer",
        measures: "",
        build: |router| Ok(Measured { router: router.layer(Identity::new()), record: None }),
    },
    otel_tower::VARIANT,
    tower_otel::VARIANT,
    axum_otel_metrics::VARIANT,
    axum_prometheus::VARIANT,
    hand_written::VARIANT,
    kymo::VARIANT,
];

const ROUNDS: usize = 61;
const REQUESTS_PER_ROUND: u64 = 2_000;
const REQUESTS_UNDER_CALLGRIND: u64 = 2_000;

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let costs = VARIANTS
        .iter()
        .map(|variant| callgrind::cost(&format!("http/{}", variant.name), REQUESTS_UNDER_CALLGRIND))
        .collect::<Result<Vec<_>, _>>()?;
    let mut subjects = VARIANTS.iter().map(exchange).collect::<Result<Vec<_>, _>>()?;
    let rounds = clock::interleaved(&mut subjects, ROUNDS, REQUESTS_PER_ROUND);
    subjects.iter().try_for_each(|subject| subject.verify())?;

    let null = costs[NULL];
    let row = |(index, variant): (usize, &Variant)| {
        let cost = costs[index].over(null);
        vec![
            variant.title.to_owned(),
            variant.measures.to_owned(),
            format!("{:.0}", cost.instructions),
            format!("{:.1}", cost.allocations),
            format!("{:.0}", rounds.median_over(NULL, index)),
        ]
    };
    table::print(
        "HTTP: one request, over an empty layer",
        2,
        &["layer", "measures", "instructions", "allocations", "ns"],
        &VARIANTS.iter().enumerate().skip(NULL).map(row).collect::<Vec<_>>(),
    );
    println!(
        "The empty layer itself: {:.0} instructions, {:.0} allocations, {:.0} ns a request.\n",
        null.instructions,
        null.allocations,
        rounds.median(NULL)
    );
    let kymo = costs[KYMO].over(null);
    let mut promises = vec![
        Promise::at_most(
            2_500.0,
            "HTTP: instructions per request over an empty layer",
            kymo.instructions,
        ),
        Promise::at_most(
            3.0,
            "HTTP: allocations per request over an empty layer",
            kymo.allocations,
        ),
    ];
    promises.extend(client::table()?);
    Ok(promises)
}

/// The subject called `http/NAME`.
pub fn subject(name: &str) -> Result<Box<dyn Subject>, BoxError> {
    let variant = VARIANTS.iter().find(|variant| variant.name == name);
    exchange(variant.ok_or_else(|| format!("there is no HTTP variant {name:?}"))?)
}

fn exchange(variant: &Variant) -> Result<Box<dyn Subject>, BoxError> {
    let router = Router::new().route(exchange::ROUTE, get(async || "Dune"));
    Ok(Box::new(Exchange::new(variant.name, || (variant.build)(router))?))
}
