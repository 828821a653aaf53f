//! `/slow?ms=N`: an answer that takes its time.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::sleep;

use crate::{problem::Problem, request::Query};

/// The longest wait, in milliseconds.
const LONGEST: u64 = 600_000;

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Wait {
    ms: u64,
}

impl Default for Wait {
    fn default() -> Self {
        Self { ms: 1_000 }
    }
}

pub(crate) async fn slow(Query(wait): Query<Wait>) -> Result<String, Problem> {
    if wait.ms > LONGEST {
        return Err(Problem::unprocessable(format!("ms is at most {LONGEST}")));
    }
    sleep(Duration::from_millis(wait.ms)).await;
    Ok(format!("slept {} ms\n", wait.ms))
}
