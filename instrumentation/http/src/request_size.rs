//! The size of a request's body, as far as it can be known.

use std::{
    any::Any,
    mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use http_body::Body;

use crate::request_body::{MeasuredEmptyBody, MeasuredRequestBody};

/// The size of a request's body.
#[derive(Debug)]
pub(crate) enum RequestSize {
    /// It has no length, and a type that nobody can look into.
    Unknown,
    /// Its length was declared.
    Declared(u64),
    /// Its bytes are counted here as they pass.
    Counted(Arc<AtomicU64>),
}

impl RequestSize {
    /// Has axum's body, which can be taken apart and put together again, mark its request, and count
    /// its bytes if `counts`; of any other, takes the declared length.
    #[inline]
    pub(crate) fn of<B: Body + 'static>(body: &mut B, counts: bool) -> Self {
        let is_empty = body.is_end_stream();
        let Some(body) = (body as &mut dyn Any).downcast_mut::<axum::body::Body>() else {
            return match body.size_hint().exact() {
                _ if is_empty => Self::Declared(0),
                Some(length) => Self::Declared(length),
                None => Self::Unknown,
            };
        };
        if is_empty {
            // It has no size, so boxing it allocates nothing.
            *body = axum::body::Body::new(MeasuredEmptyBody);
            return Self::Declared(0);
        }
        let bytes = counts.then(Arc::default);
        let measured = MeasuredRequestBody::measured(mem::take(body), bytes.clone());
        *body = axum::body::Body::new(measured);
        bytes.map_or(Self::Unknown, Self::Counted)
    }

    /// Counts the bytes of a body that will be wrapped to that end.
    pub(crate) fn counted<B: Body>(body: &B) -> Self {
        if body.is_end_stream() { Self::Declared(0) } else { Self::Counted(Arc::default()) }
    }

    /// Where to count the bytes, if they are to be counted.
    pub(crate) fn counter(&self) -> Option<Arc<AtomicU64>> {
        match self {
            Self::Unknown | Self::Declared(_) => None,
            Self::Counted(bytes) => Some(Arc::clone(bytes)),
        }
    }

    /// The bytes so far.
    pub(crate) fn bytes(&self) -> Option<u64> {
        match self {
            Self::Unknown => None,
            Self::Declared(bytes) => Some(*bytes),
            Self::Counted(bytes) => Some(bytes.load(Ordering::Relaxed)),
        }
    }
}
