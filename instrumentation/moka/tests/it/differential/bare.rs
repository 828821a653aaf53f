//! moka's own caches.

use super::Hasher;

type Blocking = moka::sync::Cache<u8, u16, Hasher>;
type Asynchronous = moka::future::Cache<u8, u16, Hasher>;

#[path = "asynchronous_act.rs"]
pub(crate) mod asynchronous_act;
#[path = "blocking_act.rs"]
pub(crate) mod blocking_act;
