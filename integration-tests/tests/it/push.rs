//! What is pushed: to whom it comes, and what it costs where it does not come.

mod agreement;
mod deadlines;
mod delivery;
mod outage;
mod receivers;
