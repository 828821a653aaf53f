//! Code that runs in a trace.

use std::{
    future::{Future, poll_fn},
    pin::pin,
};

use kymo_core::{Serving, Trace};
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};

/// A sampled trace that a test runs code in: by OpenTelemetry's current context, or as a request that
/// belongs to it.
#[derive(Debug, Clone)]
pub struct Traced {
    trace: Option<Trace>,
    /// Of a tracer, if there is one.
    context: Option<Context>,
}

impl Traced {
    /// The trace `number`, in a span of a tracer. Its span has the same number.
    pub fn new(number: u64) -> Self {
        let number = number.max(1);
        let (trace_id, span_id) = (TraceId::from(u128::from(number)), SpanId::from(number));
        let state = TraceState::NONE;
        let span = SpanContext::new(trace_id, span_id, TraceFlags::SAMPLED, true, state);
        let context = Some(Context::new().with_remote_span_context(span));
        Self { context, ..Self::sent(number) }
    }

    /// The trace `number`, as a client sent it to a program without a tracer.
    pub fn sent(number: u64) -> Self {
        let number = number.max(1);
        let trace = Trace::new(u128::from(number).to_be_bytes(), number.to_be_bytes());
        Self { trace, context: None }
    }

    /// The numbers of the trace and of its span, as an exemplar has them.
    pub fn trace(&self) -> Option<Trace> {
        self.trace
    }

    /// Runs `code` in the trace.
    pub fn run<T>(&self, code: impl FnOnce() -> T) -> T {
        if let Some(context) = &self.context {
            let _attached = context.clone().attach();
            code()
        } else {
            let _serving = Serving::enter(self.trace);
            code()
        }
    }

    /// Runs each poll of `future` in the trace, but not its drop.
    pub async fn around<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| self.run(|| future.as_mut().poll(context))).await
    }
}
