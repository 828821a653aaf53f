//! The demo, as those who use and run it see it.

mod contract;
mod stopping;
mod usage;
