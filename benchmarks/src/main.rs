//! Measures kymo beside its peers, in one run.
//!
//! `bench`, and `bench` with the name of a table behind it, such as `http`, print tables and exit with 1 when a promise
//! is broken.
//! `bench run SUBJECT TIMES` does one thing `TIMES` times and nothing else, for callgrind, and `bench peak LINES` prints
//! the bytes of a page of so many lines, and those by which the process grew to make it.

mod cache;
mod clock;
mod cores;
mod facade;
mod http;
mod observation;
mod promise;
mod redis;
mod repository;
mod scrape;
mod sockets;
mod sqlx;
mod table;

use std::env;
use std::process::ExitCode;

use paths::BoxError;
use promise::Promise;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [] => tables(&TABLES.map(|(_, table)| table)),
        ["peak", lines] => scrape::curve::print_peak(lines).map(|()| true),
        ["serve", variant] => sockets::serve(variant).map(|()| true),
        ["run", subject, times] => run(subject, times).map(|()| true),
        [name] => match TABLES.iter().find(|(known, _)| *known == name) {
            Some((_, table)) => tables(&[*table]),
            None => Err(usage()),
        },
        _ => Err(usage()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(2)
        }
    }
}

type Table = fn() -> Result<Vec<Promise>, BoxError>;

const TABLES: [(&str, Table); 10] = [
    ("http", http::table),
    ("sqlx", sqlx::table),
    ("redis", redis::table),
    ("cache", cache::table),
    ("repository", repository::table),
    ("facade", facade::table),
    ("observation", observation::table),
    ("scrape", scrape::table),
    ("cores", cores::table),
    ("sockets", sockets::table),
];

fn usage() -> BoxError {
    let tables = TABLES.map(|(name, _)| name).join(" | ");
    format!("usage: bench [{tables} | run SUBJECT TIMES | peak LINES | serve LAYER]").into()
}

/// Prints the tables, then whether each promise is kept; false when one is not.
fn tables(tables: &[Table]) -> Result<bool, BoxError> {
    let mut promises = Vec::new();
    for table in tables {
        promises.extend(table()?);
    }
    if !promises.is_empty() {
        println!("### Promises\n");
    }
    for promise in &promises {
        println!("- {promise}");
    }
    Ok(promises.iter().all(Promise::is_kept))
}

/// Does one thing, and makes sure that it left its trace.
fn run(name: &str, times: &str) -> Result<(), BoxError> {
    let times = times.parse()?;
    let mut subject = match name.split('/').collect::<Vec<_>>()[..] {
        ["http", variant] => http::subject(paths::http::Workload::Get.name(), variant)?,
        ["http", workload, variant] => http::subject(workload, variant)?,
        ["http-client", variant] => http::client::subject(variant)?,
        ["sqlx", database, workload, peer] => sqlx::subject(database, workload, peer)?,
        ["cache", workload, peer] => cache::subject(workload, peer)?,
        ["facade", workload, peer] => facade::subject(workload, peer)?,
        ["format", series, name] => scrape::formats::subject(series, name)?,
        ["scrape", series, lines, peer] => scrape::subject(series, lines.parse()?, peer)?,
        _ => paths::subject(name).map_err(|error| {
            let forms = "http-client/VARIANT, cache/WORKLOAD/PEER, facade/WORKLOAD/PEER, format/SERIES/NAME";
            format!("{error}, nor of {forms}")
        })?,
    };
    subject.run(times);
    subject.verify()
}
