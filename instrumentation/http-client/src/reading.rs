//! How a layer reads requests and errors.

use std::{any::Any, error::Error, fmt};

use kymo_core::standard;

/// Shows an error of one type as a standard error; `None` for one of another type.
type Reader = for<'e> fn(&'e dyn Any) -> Option<&'e (dyn Error + 'static)>;

/// How a layer reads requests and errors.
#[derive(Clone, Default)]
pub(crate) struct Reading {
    readers: Vec<Reader>,
    /// The server of requests that name none.
    pub(crate) server: Option<(String, Option<u16>)>,
}

impl Reading {
    /// Reads errors of the type `E` too.
    pub(crate) fn read<E: Error + 'static>(&mut self) {
        self.readers.push(|error| error.downcast_ref::<E>().map(|error| error as _));
    }

    /// `error` as a standard error, if it is of a type that clients of this field have, or that the
    /// program named.
    pub(crate) fn error<'e>(&self, error: &'e dyn Any) -> Option<&'e (dyn Error + 'static)> {
        if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            return Some(error);
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return Some(error);
        }
        standard(error).or_else(|| self.readers.iter().find_map(|read| read(error)))
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("server", &self.server).finish_non_exhaustive()
    }
}
