//! What goes wrong, told by a bare connection and by a measured one.

mod memory;
mod outages;
mod refusals;
