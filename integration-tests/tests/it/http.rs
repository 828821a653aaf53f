//! The layer on real servers, in real stacks, with clients that do what they like.

mod cancellation;
mod clients;
mod layers;
mod memory;
mod servers;
mod storm;
