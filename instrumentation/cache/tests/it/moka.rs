//! Caches of moka.

mod allocation;
mod answers;
mod differential;
mod evictions;
mod loads;
mod size;
mod storms;
