//! The answer to a call.

use http::{HeaderMap, StatusCode, header::CONTENT_ENCODING};
use kymo_core::Outcome;

use super::{
    Code, frames::Frames, methods::Recognition, shown::Shown, web_trailers::WebTrailers, wire::Wire,
};

/// The answer to a call, as far as it has passed.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    /// `None` if something on the way to gRPC answers.
    wire: Option<Wire>,
    code: Option<Code>,
    /// Whether a whole message has passed.
    has_message: bool,
    /// Whether the status has passed behind all messages.
    is_last: bool,
    trailers: Trailers,
}

/// Where the status is that comes last.
#[derive(Debug)]
enum Trailers {
    OfHttp(Frames),
    OfWeb(WebTrailers),
    Unreadable,
}

impl Answer {
    /// The answer with this head; `None` if the connection goes on as another protocol, which answers no
    /// call.
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        if status == StatusCode::SWITCHING_PROTOCOLS {
            return None;
        }
        let wire = Wire::of(headers);
        let trailers = match wire.and_then(WebTrailers::of) {
            None => Trailers::OfHttp(Frames::default()),
            Some(_) if is_compressed(headers) => Trailers::Unreadable,
            Some(web) => Trailers::OfWeb(web),
        };
        let code = code(headers);
        Some(Self { status, wire, code, has_message: false, is_last: false, trailers })
    }

    /// Whether it is the success of anything but gRPC.
    pub(super) fn is_foreign(&self) -> bool {
        self.wire.is_none() && self.code.is_none() && self.status.is_success()
    }

    /// Whether gRPC gives it, and not what stands before it.
    pub(super) fn is_of_grpc(&self) -> bool {
        self.wire.is_some() && self.status.is_success()
    }

    /// Whether it has told a status of gRPC.
    pub(super) fn is_told(&self) -> bool {
        self.code.is_some()
    }

    /// Whether it has told the status that comes last, so that the client has all of it.
    pub(super) fn is_whole(&self) -> bool {
        self.is_last
    }

    /// Bytes of its body pass; whether they have to be [read](Self::read).
    pub(super) fn pass(&mut self, bytes: usize) -> bool {
        if bytes > 0 && !self.is_last {
            // A status in the head is that of an answer without messages.
            self.code = None;
        }
        match &mut self.trailers {
            // The first message is all there is to look for.
            Trailers::OfHttp(frames) => !self.has_message && !frames.skip(bytes),
            Trailers::OfWeb(web) => !web.skip(bytes),
            Trailers::Unreadable => false,
        }
    }

    /// Bytes of its body pass that show so much of themselves.
    pub(super) fn read(&mut self, shown: &Shown<'_>) {
        match &mut self.trailers {
            Trailers::OfHttp(frames) => {
                frames.read_all(shown);
                self.has_message = frames.has_message();
            }
            Trailers::OfWeb(web) => {
                let read = web.read(shown);
                self.has_message |= web.has_message();
                match read {
                    Ok(None) => {}
                    Ok(Some(code)) => self.tell(code),
                    Err(_) => self.trailers = Trailers::Unreadable,
                }
            }
            Trailers::Unreadable => {}
        }
    }

    /// Its trailers pass.
    pub(super) fn read_trailers(&mut self, trailers: &HeaderMap) {
        if let Some(code) = code(trailers) {
            self.tell(code);
        }
    }

    /// Its body has no more.
    pub(super) fn end(&mut self) {
        if let Trailers::OfWeb(web) = &mut self.trailers
            && let Some(code) = web.end()
        {
            self.tell(code);
        }
    }

    /// The status that the client has of an exchange that ended in `outcome`; `None` if it has none, or
    /// nobody can read it.
    pub(super) fn code(&self, outcome: Outcome) -> Option<Code> {
        match (self.code, &self.trailers) {
            // What happens behind it changes nothing.
            (Some(code), _) if self.is_last || outcome == Outcome::Success => Some(code),
            (Some(_), _) | (None, Trailers::Unreadable) => None,
            (None, _) => {
                (outcome == Outcome::Success && self.status.is_success()).then_some(Code::UNKNOWN)
            }
        }
    }

    /// The status of HTTP by which something on the way to gRPC refused the call.
    pub(super) fn refusal(&self) -> Option<StatusCode> {
        (self.code.is_none() && !self.status.is_success()).then_some(self.status)
    }

    /// How it shows whether the server has the method, if its exchange ended in `outcome`.
    ///
    /// A body that anybody gave and something on its way called gRPC's shows nothing: it takes a whole
    /// message, and a status unless the answer was given up before.
    pub(super) fn recognition(&self, outcome: Outcome) -> Recognition {
        let is_whole = self.is_told() || outcome != Outcome::Success;
        match self.code {
            _ if !self.is_of_grpc() => Recognition::Unsure,
            Some(Code::OK) if outcome == Outcome::Success || self.is_last => {
                Recognition::Recognised
            }
            _ if is_whole && self.has_message => Recognition::Recognised,
            _ if self.is_told() => Recognition::Answered,
            _ => Recognition::Unsure,
        }
    }

    /// Whether `code` is a failure of the exchange, too, of a method that the server has or not: what is
    /// not gRPC's is told by the status of HTTP.
    ///
    /// Anybody can ask for a method that there is not, as for a path that leads nowhere, and for a page
    /// that something on its way calls gRPC's.
    pub(super) fn fails(&self, code: Code, has_method: bool) -> bool {
        let is_of_anything = !self.is_told() || code == Code::UNIMPLEMENTED;
        code.is_error()
            && self.status.is_success()
            && (self.wire.is_some() || self.is_told())
            && (has_method || !is_of_anything)
    }

    /// The status that comes last is the one that counts.
    fn tell(&mut self, code: Code) {
        self.code = Some(code);
        self.is_last = true;
    }
}

/// The status among headers or trailers: the last one, as in the body of gRPC-web.
fn code(headers: &HeaderMap) -> Option<Code> {
    let status = headers.get_all("grpc-status").iter().next_back()?;
    Some(Code::of_header(status.as_bytes()))
}

/// Whether a body with this head cannot be looked into.
fn is_compressed(headers: &HeaderMap) -> bool {
    let is_none = |coding: &[u8]| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let mut codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    codings.any(|coding| !is_none(coding.trim_ascii()))
}
