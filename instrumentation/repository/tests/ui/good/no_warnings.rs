//! Ordinary code stays as free of warnings as it was.

#![deny(warnings, missing_docs, unreachable_pub, unused, rust_2018_idioms, unsafe_op_in_unsafe_fn)]

use std::{future::Future, pin::Pin};

use kymo_repository::Repository;

/// Documented.
#[derive(Debug)]
struct Books {
    repository: Repository,
}

/// The attribute keeps what is said of the block, too.
#[allow(dead_code)]
#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    #[inline]
    #[must_use]
    fn count(&self) -> u64 {
        7
    }

    async fn find(&self, id: u64) -> Result<u64, std::io::Error> {
        if id == 0 {
            return Ok(0);
        }
        let id = u64::try_from(usize::try_from(id).map_err(std::io::Error::other)?);
        id.map_err(std::io::Error::other)
    }

    async fn ends(&self) {
        let _unused = self.count();
    }

    fn opaque(&self) -> impl Future<Output = ()> {
        async {}
    }

    fn boxed(&self) -> Pin<Box<dyn Future<Output = u8> + '_>> {
        Box::pin(async { 7 })
    }

    fn never(&self) -> ! {
        panic!("never")
    }

    async fn never_async(&self) -> ! {
        panic!("never")
    }

    unsafe fn dangerous(&self) -> u8 {
        7
    }

    #[deprecated]
    fn old(&self) {}
}

fn main() {}
