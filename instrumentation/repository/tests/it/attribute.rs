//! What the attribute makes of methods of every kind.

mod futures;
mod generic;
mod inherent;
mod traits;
