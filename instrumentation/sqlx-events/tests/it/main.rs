//! Everything that the layer promises, by events as sqlx writes them and by sqlx itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod bills;
mod callbacks;
mod claims;
mod common;
mod places;
mod reception;
mod sqlite;
mod statements;
mod waits;
