//! `/stream?chunks=N&ms=M`: a body in chunks, without a length, one every M milliseconds.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::header::CONTENT_TYPE,
    response::IntoResponse,
};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::time::sleep;

use crate::{problem::Problem, request::Query};

/// The largest number of chunks, and the longest pause in milliseconds.
const MOST: u64 = 100_000;

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Pace {
    chunks: u64,
    ms: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { chunks: 10, ms: 100 }
    }
}

pub(crate) async fn stream(Query(pace): Query<Pace>) -> Result<impl IntoResponse, Problem> {
    if pace.chunks > MOST || pace.ms > MOST {
        return Err(Problem::unprocessable(format!("chunks and ms are at most {MOST}")));
    }
    let pause = Duration::from_millis(pace.ms);
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((headers, Body::from_stream(chunks(pace.chunks, pause))))
}

fn chunks(count: u64, pause: Duration) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::iter(1..=count).then(move |n| async move {
        sleep(pause).await;
        Ok(Bytes::from(format!("chunk {n}\n")))
    })
}
