//! The server layer, driven as a tower service and over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]
#![allow(clippy::float_cmp, reason = "counts and bytes are whole numbers")]

mod server_meters;

mod bill;
mod bodies;
mod cardinality;
mod gate;
mod grpc;
mod handlers;
mod nested;
mod outcomes;
mod readiness;
mod routes;
mod settings;
mod sockets;
mod streams;
mod transparency;
