//! Who is let in, over real sockets and with a real client.

pub(crate) mod authority;
pub(crate) mod curl;
mod network;
mod passwords;
mod reload;
mod router;
mod tls;
mod tokens;

use std::{fs, path::Path, time::Duration};

use kymo_endpoint::{Access, Endpoint, Server};

use self::{authority::Authority, curl::Curl};
use crate::Up;

/// The hash that libxcrypt makes of `secret`, at bcrypt's least cost.
const SECRET: &str = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

/// Listens on a free port of this machine.
async fn serve(access: Access) -> Server {
    Endpoint::new(Up).access(access).unwrap().serve("127.0.0.1:0").await.unwrap()
}

/// Replaces a file, as operators should: at once.
fn replace(path: &Path, content: &str) {
    let new = path.with_extension("new");
    fs::write(&new, content).unwrap();
    fs::rename(new, path).unwrap();
}

/// Looks until it is so, for ten seconds at most.
async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..100 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never came that {what}");
}
