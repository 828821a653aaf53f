//! The redirects that a client follows by itself.

use std::{borrow::Cow, cell::RefCell, mem, time::Instant};

use http::{Method, StatusCode};

use crate::Target;

thread_local! {
    /// The redirects of the request whose future this thread runs; `None` if it runs none.
    static FOLLOWED: RefCell<Option<Vec<Redirect>>> = const { RefCell::new(None) };
}

/// Tells the request whose future this thread runs that it was answered with `status`, and that its client
/// asks the server of `target` next.
///
/// For a client that follows redirects by itself and lets a program look on, as reqwest does: each hop is
/// then a request, with a status of its own, and the version of the protocol is that of the last. Where no
/// measured request runs, it does nothing.
pub fn redirected(status: StatusCode, target: &Target<'_>) {
    let owned = |part: &Option<Cow<'_, str>>| part.as_deref().map(str::to_owned);
    FOLLOWED.with_borrow_mut(|followed| {
        if let Some(followed) = followed {
            followed.push(Redirect {
                at: Instant::now(),
                status,
                scheme: owned(&target.scheme),
                address: owned(&target.address),
                port: target.port,
            });
        }
    });
}

/// One redirect that was followed.
#[derive(Debug)]
pub(crate) struct Redirect {
    pub(crate) at: Instant,
    pub(crate) status: StatusCode,
    scheme: Option<String>,
    address: Option<String>,
    port: Option<u16>,
}

impl Redirect {
    /// The server that is asked next.
    pub(crate) fn target(&self) -> Target<'_> {
        Target::new(self.scheme.as_deref(), self.address.as_deref(), self.port)
    }

    /// The method of the next request, where `method` was that of the one before (RFC 9110, section
    /// 15.4).
    pub(crate) fn method_after(&self, method: &Method) -> Method {
        let becomes_get = match self.status {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => *method == Method::POST,
            StatusCode::SEE_OTHER => *method != Method::HEAD,
            _ => false,
        };
        if becomes_get { Method::GET } else { method.clone() }
    }
}

/// A thread runs the future of a request, until this is dropped, be it by unwinding.
pub(crate) struct Following {
    /// The redirects of the request whose future runs this one.
    outer: Option<Vec<Redirect>>,
}

impl Following {
    /// This thread is about to run the future of a request.
    pub(crate) fn begin() -> Self {
        Self { outer: FOLLOWED.replace(Some(Vec::new())) }
    }

    /// The redirects of that request since.
    pub(crate) fn end(mut self) -> Vec<Redirect> {
        let followed = FOLLOWED.replace(self.outer.take());
        mem::forget(self);
        followed.unwrap_or_default()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        FOLLOWED.set(self.outer.take());
    }
}
