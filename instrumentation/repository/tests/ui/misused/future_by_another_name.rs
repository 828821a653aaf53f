//! A warning, which is denied here.

#![deny(deprecated)]

use std::{future::Future, pin::Pin};

struct Books {
    repository: kymo_repository::Repository,
}

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    fn count(&self) -> Later<'_, u64> {
        Box::pin(async { 7 })
    }
}

fn main() {}
