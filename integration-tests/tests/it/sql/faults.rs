//! A bare pool and a measured one tell the same faults.

mod conflicts;
mod outages;
mod refusals;
mod transactions;
