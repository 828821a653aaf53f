//! A bare connection and a measured one tell the same faults.

mod memory;
mod outages;
mod refusals;
