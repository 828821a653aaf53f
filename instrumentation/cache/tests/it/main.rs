//! Everything that a logical cache promises, by hand and on moka.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::duplicate_mod, reason = "the same code is compiled for moka and for us")]

mod entries;
mod handle;
mod meters;
#[cfg(feature = "moka")]
mod moka;
