//! The processor that a request takes from a server over real sockets, with each layer.

mod load;
mod server;

use paths::BoxError;
use paths::http::{FLOOR, KYMO, Variant, Workload};

use crate::http::PEERS;
use crate::promise::Promise;
use crate::table;
use load::Load;
use server::Server;

/// The bare router comes twice: by how much it differs from itself is noise.
const BARE: Variant = paths::http::BARE;
const ROUNDS: usize = 61;
const REQUESTS_PER_ROUND: u64 = 1_000;

/// Prints the table; what it says depends on the machine, and so nothing is promised.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let variants: Vec<_> = variants().chain([BARE]).collect();
    let servers = variants.iter().map(|variant| Server::start(variant.name));
    let mut servers = servers.collect::<Result<Vec<_>, _>>()?;
    let loads = servers.iter().map(|server| Load::connect(server.address));
    let mut loads = loads.collect::<Result<Vec<_>, _>>()?;
    let mut rounds = Vec::new();
    // The first round warms up. The servers take turns, so that a slow spell falls on all of them.
    for round in 0..=ROUNDS {
        let turns = servers.iter_mut().zip(&mut loads);
        let micros = turns.map(|(server, load)| {
            let before = server.processor_time()?;
            load.send(REQUESTS_PER_ROUND)?;
            Ok((server.processor_time()? - before).as_secs_f64() * 1e6 / REQUESTS_PER_ROUND as f64)
        });
        let micros = micros.collect::<Result<Vec<f64>, BoxError>>()?;
        if round > 0 {
            rounds.push(micros);
        }
    }
    let row = |(index, variant): (usize, &Variant)| {
        let over = median(rounds.iter().map(|round| round[index] - round[0]));
        let itself = median(rounds.iter().map(|round| round[0]));
        vec![
            variant.title.to_owned(),
            variant.measures.to_owned(),
            format!("{:.2}", median(rounds.iter().map(|round| round[index]))),
            format!("{over:+.2}"),
            format!("{:+.1}", over / itself * 100.0),
        ]
    };
    table::print(
        "HTTP over sockets: the processor of the server, a request",
        2,
        &["layer", "measures", "µs", "over the bare router, µs", "%"],
        &variants.iter().enumerate().map(row).collect::<Vec<_>>(),
    );
    Ok(Vec::new())
}

/// Serves the router of the variant called `name` until nobody reads what this process prints.
pub fn serve(name: &str) -> Result<(), BoxError> {
    let variant = variants().find(|variant| variant.name == name);
    server::serve(&variant.ok_or_else(|| format!("there is no server {name:?}"))?)
}

fn variants() -> impl Iterator<Item = Variant> {
    [BARE].into_iter().chain(PEERS.into_iter().copied()).chain([FLOOR, KYMO])
}

/// The requests that are sent: of a route, without a body.
const WORKLOAD: Workload = Workload::Get;

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
