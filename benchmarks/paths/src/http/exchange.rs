//! One request through a router, and its response to the end of the body.

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use http_body_util::BodyExt as _;
use tokio::runtime::{Builder, Runtime};
use tower::Service as _;

use super::{Measured, Record, Variant, Workload, workload::Requests};
use crate::exposition;
use crate::{BoxError, Subject};

/// A router in this process: no socket, no scheduler, no other thread.
pub(super) struct Exchange {
    variant: &'static str,
    workload: Workload,
    requests: Requests,
    runtime: Runtime,
    router: Router,
    record: Option<Record>,
    /// What others have recorded before into what this one does.
    recorded_before: f64,
    sent: u64,
    answered: u64,
}

impl Exchange {
    /// Builds the router inside the runtime, because some layers spawn a task.
    pub(super) fn new(variant: &Variant, workload: Workload) -> Result<Self, BoxError> {
        let runtime = Builder::new_current_thread().enable_time().build()?;
        let Measured { router, record } = {
            let _entered = runtime.enter();
            (variant.build)(workload)?
        };
        let recorded_before = record.as_ref().map_or(0.0, |record| record.counted(workload).0);
        Ok(Self {
            recorded_before,
            variant: variant.name,
            workload,
            requests: workload.requests(),
            runtime,
            // As a server does; or axum would put the layer round the handler at each request.
            router: router.with_state(()),
            record,
            sent: 0,
            answered: 0,
        })
    }
}

impl Record {
    /// How many requests of `workload` it has counted, and its page.
    fn counted(&self, workload: Workload) -> (f64, String) {
        let text = (self.expose)();
        (exposition::values(&text, self.count, workload.label()).sum(), text)
    }
}

impl Subject for Exchange {
    fn run(&mut self, times: u64) {
        let Self { runtime, router, workload, requests, sent, answered, .. } = self;
        runtime.block_on(async {
            for _ in 0..times {
                let (status, bytes) = exchange(router, requests.next()).await;
                *answered += u64::from(workload.is_answer(status, bytes));
                *sent += 1;
            }
        });
    }

    fn verify(&self) -> Result<(), BoxError> {
        let Self { variant, workload, sent, answered, .. } = self;
        if answered != sent {
            return Err(format!("{variant}: {answered} of {sent} responses were right").into());
        }
        let Some(record) = &self.record else {
            return Ok(());
        };
        let (recorded, text) = record.counted(*workload);
        let recorded = recorded - self.recorded_before;
        if recorded != *sent as f64 {
            return Err(format!("{variant}: {recorded} of {sent} requests in:\n{text}").into());
        }
        Ok(())
    }
}

/// The status and the length of the body.
async fn exchange(router: &mut Router, request: Request) -> (StatusCode, usize) {
    let Ok(response) = router.call(request).await;
    let status = response.status();
    let mut body = response.into_body();
    let mut bytes = 0;
    while let Some(Ok(frame)) = body.frame().await {
        bytes += frame.data_ref().map_or(0, Bytes::len);
    }
    (status, bytes)
}
