//! What goes wrong, told by a bare pool and by a measured one.

mod conflicts;
mod outages;
mod refusals;
mod transactions;
