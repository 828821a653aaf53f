//! Everything that a measured connection of sea-orm promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bare;
mod bills;
mod book;
mod bookshop;
mod direct_uses;
mod pools;
mod statements;
mod streams;
mod transactions;
mod transparency;
