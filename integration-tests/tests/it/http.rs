//! The layer on real servers, in real stacks, with clients that do what they like.

mod bills;
mod cancellation;
mod clients;
mod differential;
mod layers;
mod memory;
mod servers;
mod storm;
