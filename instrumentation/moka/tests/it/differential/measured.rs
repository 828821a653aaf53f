//! Caches that are measured.

use super::Hasher;

type Blocking = kymo_moka::sync::MeasuredCache<u8, u16, Hasher>;
type Asynchronous = kymo_moka::future::MeasuredCache<u8, u16, Hasher>;

#[path = "asynchronous_act.rs"]
pub(crate) mod asynchronous_act;
#[path = "blocking_act.rs"]
pub(crate) mod blocking_act;
