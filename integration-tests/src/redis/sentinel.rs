//! Redis servers that are watched.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::Redis;
use crate::{
    process::Signal,
    server::{Program, Server, Started, program, scratch, setpriv},
};

/// A master and its replica, and a sentinel that makes the one of the other when it dies.
///
/// They are gone when this is dropped, as a [`Redis`] is.
#[derive(Debug)]
pub struct RedisSentinel {
    pub(super) servers: [Redis; 2],
    pub(super) sentinel: Server,
}

const SOON: Duration = Duration::from_secs(30);

impl RedisSentinel {
    /// By which name clients ask the sentinel for the master.
    pub const NAME: &'static str = "books";

    /// Starts all three, and waits until the sentinel knows both others.
    ///
    /// # Panics
    ///
    /// When Redis is not installed, or one of them not there within 30 seconds.
    pub fn start() -> Self {
        let master = Redis::start();
        let of = format!("127.0.0.1 {}", master.address().port());
        let replica = Redis::start_with(&[("replicaof", &of)]);
        until(|| field(&replica, "master_link_status") == "up");
        // It sees the replica in what the master tells first, and looks again only after 10 seconds.
        until(|| field(&master, "slave0").contains("state=online"));
        let sentinel = Server::start(sentinel(master.address()), scratch::folder());
        let watched = Self { servers: [master, replica], sentinel };
        until(|| watched.sentinel.log().contains("+slave "));
        watched
    }

    /// Where clients find the sentinel.
    pub fn url(&self) -> String {
        format!("redis://{}", self.sentinel.address())
    }

    /// The one that was the master at first.
    pub fn master(&mut self) -> &mut Redis {
        &mut self.servers[0]
    }

    /// The one that was the replica at first.
    pub fn replica(&mut self) -> &mut Redis {
        &mut self.servers[1]
    }

    /// Waits until the replica has become the master, and clients of the sentinel are sent there.
    ///
    /// # Panics
    ///
    /// When that is not so within 30 seconds.
    pub fn failed_over(&self) {
        until(|| self.sentinel.log().contains("+switch-master"));
        until(|| field(&self.servers[1], "role") == "master");
    }
}

/// Waits until so many milliseconds of silence before it takes the master for dead.
const DOWN_AFTER: u32 = 300;

fn sentinel(master: SocketAddr) -> Program {
    let command = move |folder: &Path, ports: &[SocketAddr]| {
        let [name, down] = [RedisSentinel::NAME, &DOWN_AFTER.to_string()];
        let text = format!(
            "port {}\nbind 127.0.0.1\ndir {}\n\
             sentinel monitor {name} {} {} 1\n\
             sentinel down-after-milliseconds {name} {down}\n\
             sentinel failover-timeout {name} 3000\n",
            ports[0].port(),
            folder.display(),
            master.ip(),
            master.port(),
        );
        let file = folder.join("sentinel.conf");
        // It keeps there what it learns.
        fs::write(&file, text).expect("a folder of our own");
        let mut command = setpriv();
        command.arg(program::path("redis-server")).arg(file).arg("--sentinel");
        command
    };
    let started = |line: &str| {
        if line.contains("Sentinel ID is") {
            Some(Started::Ready)
        } else {
            line.contains("Address already in use").then_some(Started::PortTaken)
        }
    };
    Program {
        name: "Sentinel",
        stop: Signal::Terminate,
        ports: 1,
        command: Box::new(command),
        started,
    }
}

fn field(server: &Redis, name: &str) -> String {
    server.info("replication").remove(name).unwrap_or_default()
}

pub(super) fn until(wanted: impl Fn() -> bool) {
    let start = Instant::now();
    while !wanted() {
        assert!(start.elapsed() < SOON, "still not so after {SOON:?}");
        thread::sleep(Duration::from_millis(20));
    }
}
