//! The answer to a call.

use bytes::Buf;
use http::{HeaderMap, StatusCode, header::CONTENT_ENCODING};
use http_body::Frame;
use kymo_core::Outcome;

use super::{Code, methods::Recognition, web_trailers::WebTrailers, wire::Wire};

/// The answer to a call, as far as it has passed.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    /// Whether gRPC answers, or something on the way to it.
    is_grpc: bool,
    /// Whether it began before there was a status: the service took the call.
    is_begun: bool,
    code: Option<Code>,
    /// Whether the status has passed behind all messages.
    is_last: bool,
    trailers: Trailers,
}

/// Where the status is that comes last.
#[derive(Debug)]
enum Trailers {
    OfHttp,
    OfWeb(WebTrailers),
    Unreadable,
}

impl Answer {
    /// The answer with this head; `None` for the success of anything but gRPC, which answers no call.
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let code = code(headers);
        let wire = Wire::of(headers);
        let is_grpc = wire.is_some() || code.is_some();
        if !is_grpc && status.is_success() {
            return None;
        }
        let trailers = match wire.and_then(WebTrailers::of) {
            None => Trailers::OfHttp,
            Some(_) if is_compressed(headers) => Trailers::Unreadable,
            Some(web) => Trailers::OfWeb(web),
        };
        let is_well = status.is_success() && code.is_none_or(|code| code == Code::OK);
        let is_begun = is_well && wire.is_some();
        Some(Self { status, is_grpc, is_begun, code, is_last: false, trailers })
    }

    /// A frame of its body passes.
    pub(super) fn read<D: Buf>(&mut self, frame: &Frame<D>) {
        if let Some(code) = frame.trailers_ref().and_then(code) {
            self.tell(code);
        } else if let (Some(data), Trailers::OfWeb(web)) = (frame.data_ref(), &mut self.trailers) {
            match web.read(data) {
                Ok(None) => {}
                Ok(Some(code)) => self.tell(code),
                Err(_) => self.trailers = Trailers::Unreadable,
            }
        }
    }

    /// The status that the client has of an exchange that ended in `outcome`.
    pub(super) fn code(&self, outcome: Outcome) -> Option<Code> {
        match (outcome, &self.trailers) {
            (Outcome::Success, Trailers::Unreadable) => self.code,
            (Outcome::Success, _) => self.code.or_else(|| Some(Code::of_http(self.status))),
            (Outcome::Cancelled, _) if self.is_last => self.code,
            _ => None,
        }
    }

    /// How it shows whether the server knows the method, if it ended with `code`.
    pub(super) fn recognition(&self, code: Option<Code>) -> Recognition {
        match code {
            _ if self.is_begun => Recognition::Recognised,
            Some(Code::UNIMPLEMENTED) => Recognition::Unknown,
            _ => Recognition::Unsure,
        }
    }

    /// Whether `code` is a failure of the exchange, too: what is not gRPC's is told by the status of HTTP.
    pub(super) fn fails(&self, code: Code) -> bool {
        self.is_grpc && code.is_error()
    }

    /// The status that comes last is the one that counts.
    fn tell(&mut self, code: Code) {
        self.code = Some(code);
        self.is_last = true;
    }
}

fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|status| Code::of_header(status.as_bytes()))
}

/// Whether a body with this head cannot be looked into.
fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity")
}
