//! Redis on real servers: what every service does, and what goes wrong.

mod act;
mod clusters;
mod commandstats;
mod connections;
mod expected;
mod faults;
mod ledger;
mod metrics_read;
mod names;
mod redirects;
mod scene;
mod sentinels;
mod service;
mod transcript;
mod transparency;

use redis::{Cmd, RedisResult, Value, aio::ConnectionLike};

/// Asks the server one command.
async fn ask(connection: &mut impl ConnectionLike, words: &[&str]) -> RedisResult<Value> {
    command(words).query_async(connection).await
}

/// A command, of its name and its arguments.
fn command(words: &[impl AsRef<[u8]>]) -> Cmd {
    let mut command = Cmd::new();
    for word in words {
        command.arg(word.as_ref());
    }
    command
}
