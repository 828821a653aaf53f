//! The paths whose cost is counted: each as a program takes it, without kymo, with it, and as an expert would
//! write it by hand.
//!
//! A [`Subject`] does one of them again and again. [`subject`] finds it by its name, and
//! [`callgrind::cost`] counts it in a process of its own. The benchmarks put peers beside them; the program
//! `gate` holds them to a baseline.

mod billed;
pub mod callgrind;
pub mod exposition;
pub mod http;
pub mod install;
pub mod observation;
pub mod redis;
pub mod repository;
pub mod scrape;
pub mod sqlx;
mod subject;

use billed::Billed;
pub use subject::{BoxError, Subject};

/// The subject called `name`, such as `http/get/kymo`, or `billed/redis/get/kymo`, which is the same within a request.
///
/// # Errors
///
/// When there is none of that name, or it cannot be set up.
pub fn subject(name: &str) -> Result<Box<dyn Subject>, BoxError> {
    if let Some(name) = name.strip_prefix("billed/") {
        return Ok(Box::new(Billed::new(subject(name)?)?));
    }
    match name.split('/').collect::<Vec<_>>()[..] {
        ["http", variant] => http::subject(http::Workload::Get.name(), variant),
        ["http", workload, variant] => http::subject(workload, variant),
        ["sqlx", database, workload, peer] => sqlx::subject(database, workload, peer),
        ["redis", workload, peer] => redis::subject(workload, peer),
        ["repository", method, peer] => repository::subject(method, peer),
        ["observation", kind, meter, filter] => observation::subject(kind, meter, filter),
        ["install", what] => install::subject(what),
        ["scrape", series, lines, peer] => scrape::subject(series, lines.parse()?, peer),
        _ => Err(format!("{name:?} is none of {FORMS}").into()),
    }
}

/// How the names of subjects are made.
pub const FORMS: &str = "http/VARIANT, http/WORKLOAD/VARIANT, sqlx/DATABASE/WORKLOAD/PEER, redis/WORKLOAD/PEER, \
                         repository/METHOD/PEER, observation/KIND/METER/FILTER, install/WHAT or scrape/SERIES/LINES/PEER";
