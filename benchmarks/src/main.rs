//! Measures kymo beside its peers, in one run.
//!
//! `bench`, and `bench` with `http`, `sqlx`, `redis`, `cache`, `repository`, `facade`, `observation` or `scrape` behind it, print
//! tables and exit with 1 when a promise is broken.
//! `bench run SUBJECT TIMES` does one thing `TIMES` times and nothing else, for callgrind.

mod cache;
mod callgrind;
mod clock;
mod exposition;
mod facade;
mod http;
mod observation;
mod promise;
mod redis;
mod repository;
mod scrape;
mod sqlx;
mod subject;
mod table;

use std::env;
use std::process::ExitCode;

use promise::Promise;
use subject::BoxError;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        [] => tables(&[
            http::table,
            sqlx::table,
            redis::table,
            cache::table,
            repository::table,
            facade::table,
            observation::table,
            scrape::table,
        ]),
        ["http"] => tables(&[http::table]),
        ["sqlx"] => tables(&[sqlx::table]),
        ["redis"] => tables(&[redis::table]),
        ["cache"] => tables(&[cache::table]),
        ["repository"] => tables(&[repository::table]),
        ["facade"] => tables(&[facade::table]),
        ["observation"] => tables(&[observation::table]),
        ["scrape"] => tables(&[scrape::table]),
        ["run", subject, times] => run(subject, times).map(|()| true),
        _ => {
            let tables = "http | sqlx | redis | cache | repository | facade | observation | scrape";
            Err(format!("usage: bench [{tables} | run SUBJECT TIMES]").into())
        }
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

/// Prints the tables, then whether each promise is kept; false when one is not.
fn tables(tables: &[Table]) -> Result<bool, BoxError> {
    let mut promises = Vec::new();
    for table in tables {
        promises.extend(table()?);
    }
    println!("### Promises\n");
    for promise in &promises {
        println!("- {promise}");
    }
    Ok(promises.iter().all(Promise::is_kept))
}

/// Does one thing, and makes sure that it left its trace.
fn run(name: &str, times: &str) -> Result<(), BoxError> {
    let times = times.parse()?;
    let mut subject = match name.split('/').collect::<Vec<_>>()[..] {
        ["http", variant] => http::subject(variant)?,
        ["http-client", variant] => http::client::subject(variant)?,
        ["sqlx", database, workload, peer] => sqlx::subject(database, workload, peer)?,
        ["redis", workload, peer] => redis::subject(workload, peer)?,
        ["cache", workload, peer] => cache::subject(workload, peer)?,
        ["repository", method, peer] => repository::subject(method, peer)?,
        ["facade", workload, peer] => facade::subject(workload, peer)?,
        ["observation", kind, meter, filter] => observation::subject(kind, meter, filter)?,
        ["format", series, name] => scrape::formats::subject(series, name)?,
        ["scrape", series, lines, peer] => scrape::subject(series, lines.parse()?, peer)?,
        _ => {
            let forms = "http/VARIANT, http-client/VARIANT, sqlx/DATABASE/WORKLOAD/PEER, redis/WORKLOAD/PEER, \
                         cache/WORKLOAD/PEER, repository/METHOD/PEER, facade/WORKLOAD/PEER, observation/KIND/METER/FILTER, format/SERIES/NAME or scrape/SERIES/LINES/PEER";
            return Err(format!("{name:?} is not {forms}").into());
        }
    };
    subject.run(times);
    subject.verify()
}
