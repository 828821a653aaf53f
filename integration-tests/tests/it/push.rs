//! Pushes: to whom they come, and what they cost where they do not.

mod agreement;
mod deadlines;
mod delivery;
mod outage;
mod readers;
mod receivers;
