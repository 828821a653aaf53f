//! Calls of gRPC end with their status, wherever that is.

mod answers;
mod called;
mod echo;
mod endings;
mod laws;
mod leaving;
mod names;
mod refusals;
mod server;
mod tonic_calls;
mod unannounced;
mod web;
