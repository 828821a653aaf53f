//! A bookshop over HTTP: axum, sqlx on SQLite, a cache, and all of it measured.
//!
//! `cargo run -p bookshop`, then `curl http://127.0.0.1:8080/books` and `…/metrics`, and `…/live` in a browser.

mod args;
mod authors;
mod bestsellers;
mod books;
mod cache;
#[cfg(test)]
mod contract;
mod customers;
mod events;
mod failures;
mod ledger;
mod objectives;
mod orders;
mod problem;
mod readiness;
mod receipt;
mod request;
mod reviews;
mod routes;
mod server;
mod shelves;
mod shutdown;
mod slow;
mod store;
mod stream;

use std::{
    error::Error,
    fmt,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use kymo::{
    Telemetry,
    process::{BuildInfo, Handle},
    prometheus::Access,
    sqlx_events::{EventSettings, System},
};
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::LevelFilter, prelude::*, registry::LookupSpan};

use crate::{
    args::Args, cache::BookCache, reviews::Reviews, server::Server, shutdown::Shutdown,
    store::Store,
};

/// How long the last measurements may take to leave.
const FLUSH: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let telemetry = objectives::promise(Telemetry::for_service("bookshop").prometheus().process());
    if args.kymo_rules {
        print!("{}", telemetry.build()?.rules());
        return Ok(());
    }
    let shutdown = Shutdown::on_signals()?;
    let telemetry = match args.web_config {
        Some(file) => telemetry.access(Access::new().web_config(file)),
        None => telemetry,
    };
    // The layer for the events of sqlx is the telemetry's: what is wrong in the settings is logged before.
    let settings = tracing_subscriber::registry().with(warnings());
    let telemetry = tracing::subscriber::with_default(settings, || telemetry.install())?;
    let events = telemetry.sqlx_events_with(&EventSettings::new().system(System::Sqlite));
    tracing_subscriber::registry().with(warnings()).with(events).init();
    telemetry.tokio_runtime("main", &Handle::current());
    telemetry.build_info(BuildInfo::new(env!("CARGO_PKG_VERSION")));
    let server = Server::bind(args.listen).await?;
    let store = Store::open(&telemetry, args.database_url).await?;

    let cache = BookCache::open(&telemetry, args.redis_url)?;
    let reviews = Reviews::open(&telemetry).await?;

    if let Some(address) = args.metrics {
        let metrics = telemetry.endpoint().serve(address).await?;
        announce("metrics on ", metrics.place());
    }
    announce("listening on http://", server.address());
    customers::send(args.customers, server.address(), &telemetry, &shutdown);
    let app = routes::router(&telemetry, &store, cache, reviews, args.shelves, shutdown.clone());
    server.run(app, shutdown).await?;

    store.close().await;
    // Nobody to take the last numbers is no failure of the shop.
    if let Err(error) = telemetry.shutdown(FLUSH).await {
        tracing::warn!("{error}");
    }
    Ok(())
}

/// To standard error: what cannot be told to a client, and what kymo finds wrong in its settings.
///
/// The filter is the log's own: one for the whole subscriber would keep the events of sqlx away.
fn warnings<S>() -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_subscriber::fmt::layer().with_writer(io::stderr).with_filter(LevelFilter::WARN)
}

/// A line of standard output, which scripts wait for.
fn announce(what: &str, address: impl fmt::Display) {
    let mut out = io::stdout().lock();
    // Nobody reading is no reason to stop serving.
    let _ = writeln!(out, "{what}{address}").and_then(|()| out.flush());
}

/// The error and its causes on one line; a cause that only repeats the line is left out.
fn report(error: &dyn Error) {
    let mut line = format!("bookshop: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_line = cause.to_string();
        if !line.ends_with(&cause_line) {
            line.push_str(": ");
            line.push_str(&cause_line);
        }
        source = cause.source();
    }
    eprintln!("{line}");
}
