//! One call of gRPC.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use kymo_core::{Bounded, Outcome};

use super::{
    Calls, Code,
    answer::Answer,
    deadline::Deadline,
    methods::{Asked, Recognition},
    shown::Shown,
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
    /// Whether the request said that it is a call.
    is_announced: bool,
}

impl Call {
    /// The call that a request with this head is, if it is one.
    pub(crate) fn of(head: &RequestHead<'_>, instruments: &Instruments) -> Option<Box<Self>> {
        if *head.method != Method::POST {
            return None;
        }
        Wire::of(head.headers)?;
        let asked = instruments.calls().map(|calls| calls.methods.asked(head));
        let deadline = Deadline::of(head.headers);
        Some(Box::new(Self { asked, deadline, answer: None, is_announced: true }))
    }

    /// The call that an answer with this head shows, although its request did not say that it is one.
    ///
    /// Nothing was kept of such a request, so its method has no name.
    #[inline]
    pub(crate) fn shown(
        status: StatusCode,
        headers: &HeaderMap,
        instruments: &Instruments,
    ) -> Option<Box<Self>> {
        // Which is all that most answers take.
        Wire::of(headers)?;
        Self::unannounced(status, headers, instruments)
    }

    #[cold]
    fn unannounced(
        status: StatusCode,
        headers: &HeaderMap,
        instruments: &Instruments,
    ) -> Option<Box<Self>> {
        let answer = Some(Answer::of(status, headers)?);
        let asked = instruments.calls().map(|_| Asked::Settled(Bounded::OTHER));
        Some(Box::new(Self { asked, deadline: None, answer, is_announced: false }))
    }

    /// The head of the response is there; whether the exchange is a call after all.
    ///
    /// The success of anything but gRPC answers no call, unless the server has the method.
    pub(crate) fn answer(&mut self, status: StatusCode, headers: &HeaderMap) -> bool {
        self.answer = Answer::of(status, headers)
            .filter(|answer| !answer.is_foreign() || self.asks_for_known());
        self.answer.is_some()
    }

    /// Bytes of the response's body pass; whether they have to be [read](Self::read).
    pub(crate) fn pass(&mut self, bytes: usize) -> bool {
        self.answer.as_mut().is_some_and(|answer| answer.pass(bytes))
    }

    /// Bytes of the response's body pass that show so much of themselves.
    pub(crate) fn read(&mut self, shown: &Shown<'_>) {
        if let Some(answer) = &mut self.answer {
            answer.read(shown);
        }
    }

    /// The trailers of the response pass.
    pub(crate) fn read_trailers(&mut self, trailers: &HeaderMap) {
        if let Some(answer) = &mut self.answer {
            answer.read_trailers(trailers);
        }
    }

    /// Whether gRPC answers it and its status is to come, however many bytes were promised.
    pub(crate) fn awaits_status(&self) -> bool {
        let awaits = |answer: &Answer| answer.is_of_grpc() && !answer.is_told();
        self.is_announced && self.answer.as_ref().is_some_and(awaits)
    }

    /// Records the call, whose exchange took so long and ended in `outcome` for HTTP; how it ended if its
    /// status is looked at as well.
    pub(crate) fn record(
        &mut self,
        calls: Option<&Calls>,
        elapsed: Duration,
        outcome: Outcome,
    ) -> Outcome {
        let outcome = self.ended(outcome);
        if !self.is_call(outcome) {
            return outcome;
        }
        let answer = self.answer.as_ref();
        let code = answer.and_then(|answer| answer.code(outcome));
        let is_late = code.is_none() && outcome == Outcome::Cancelled && self.is_late(elapsed);
        let late = failure::of_call(Code::DEADLINE_EXCEEDED);
        let recognition = answer.map_or(Recognition::Unsure, |answer| answer.recognition(outcome));
        if let (Some(calls), Some(asked)) = (calls, &self.asked) {
            let method = calls.methods.answered(asked, recognition);
            let outcome = match answer.and_then(Answer::refusal) {
                _ if code.is_some() => Outcome::Success,
                // As for HTTP, it says more than what happened to its body.
                Some(status) if status.is_server_error() => failure::of_refusal(status),
                _ if is_late => late,
                _ => outcome,
            };
            calls.record(CallKey { method, code, outcome }, elapsed);
        }
        let has_method = match &self.asked {
            Some(asked) => asked.is_known_by(recognition),
            None => recognition == Recognition::Recognised,
        };
        match (code, answer) {
            (Some(code), Some(answer))
                if outcome == Outcome::Success && answer.fails(code, has_method) =>
            {
                failure::of_call(code)
            }
            _ if is_late && has_method => late,
            _ => outcome,
        }
    }

    /// The `outcome` of the exchange, which nobody leaves any more once its status has passed.
    fn ended(&mut self, outcome: Outcome) -> Outcome {
        let Some(answer) = &mut self.answer else { return outcome };
        if outcome == Outcome::Success {
            answer.end();
        }
        match outcome {
            Outcome::Cancelled if answer.is_whole() => Outcome::Success,
            outcome => outcome,
        }
    }

    /// Whether it is a call beyond doubt: a store can give back any content type that it was sent.
    fn is_call(&self, outcome: Outcome) -> bool {
        let is_shown = |answer: &Answer| {
            answer.is_told() || outcome != Outcome::Success && answer.is_of_grpc()
        };
        self.is_announced || self.answer.as_ref().is_some_and(is_shown)
    }

    /// Whether the server is known to have the method that it asks for.
    fn asks_for_known(&self) -> bool {
        self.asked.as_ref().is_some_and(Asked::is_known)
    }

    /// Whether a call that was given up now had no time left.
    ///
    /// Any request can say how long it may take: it counts where gRPC has the method, or has begun to
    /// answer.
    fn is_late(&self, elapsed: Duration) -> bool {
        self.deadline.is_some_and(|deadline| deadline.is_over(elapsed))
            && (self.asks_for_known() || self.answer.as_ref().is_some_and(Answer::is_of_grpc))
    }
}
