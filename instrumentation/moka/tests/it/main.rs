//! Everything that a measured cache of moka promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::duplicate_mod, reason = "the same code is compiled for moka and for us")]

mod allocation;
mod answers;
mod differential;
mod evictions;
mod loads;
mod meters;
mod size;
mod storms;
