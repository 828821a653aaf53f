//! One call of gRPC.

use std::time::Duration;

use bytes::Buf;
use http::{HeaderMap, Method, StatusCode};
use http_body::Frame;
use kymo_core::Outcome;

use super::{
    Calls, Code,
    answer::Answer,
    deadline::Deadline,
    methods::{Asked, Recognition},
    wire::Wire,
};
use crate::{RequestHead, failure, instruments::Instruments, series::CallKey};

/// One call of gRPC, which is also an exchange of HTTP: what is known of it so far.
#[derive(Debug)]
pub(crate) struct Call {
    /// `None` if the metric of calls is switched off.
    asked: Option<Asked>,
    deadline: Option<Deadline>,
    answer: Option<Answer>,
}

impl Call {
    /// The call that a request with this head is, if it is one.
    pub(crate) fn of(head: &RequestHead<'_>, instruments: &Instruments) -> Option<Box<Self>> {
        if *head.method != Method::POST {
            return None;
        }
        Wire::of(head.headers)?;
        let asked = instruments.calls().map(|calls| calls.methods.asked(head));
        Some(Box::new(Self { asked, deadline: Deadline::of(head.headers), answer: None }))
    }

    /// The head of the response is there; whether the exchange is a call after all.
    pub(crate) fn answer(&mut self, status: StatusCode, headers: &HeaderMap) -> bool {
        self.answer = Answer::of(status, headers);
        self.answer.is_some()
    }

    /// A frame of the response's body passes.
    pub(crate) fn read<D: Buf>(&mut self, frame: &Frame<D>) {
        if let Some(answer) = &mut self.answer {
            answer.read(frame);
        }
    }

    /// Records the call, whose exchange took so long and ended in `outcome` for HTTP; how it ended if its
    /// status is looked at as well.
    pub(crate) fn record(
        &self,
        calls: Option<&Calls>,
        elapsed: Duration,
        outcome: Outcome,
    ) -> Outcome {
        let code = self.answer.as_ref().and_then(|answer| answer.code(outcome));
        let is_late = code.is_none() && outcome == Outcome::Cancelled && self.is_late(elapsed);
        let ended = if is_late { failure::of_call(Code::DEADLINE_EXCEEDED) } else { outcome };
        if let (Some(calls), Some(asked)) = (calls, &self.asked) {
            let recognition = match &self.answer {
                Some(answer) => answer.recognition(code),
                None => Recognition::Unsure,
            };
            let method = calls.methods.answered(asked, recognition);
            let outcome = if code.is_some() { Outcome::Success } else { ended };
            calls.record(CallKey { method, code, outcome }, elapsed);
        }
        match (code, &self.answer) {
            (Some(code), Some(answer)) if outcome == Outcome::Success && answer.fails(code) => {
                failure::of_call(code)
            }
            _ => ended,
        }
    }

    /// Whether a call that was given up now had no time left.
    fn is_late(&self, elapsed: Duration) -> bool {
        self.deadline.is_some_and(|deadline| deadline.is_over(elapsed))
    }
}
