//! A cluster of Redis servers.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::Redis;

/// Three masters, among which all keys are divided.
///
/// It is gone when it is dropped, as a [`Redis`] is.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Redis>,
}

const MASTERS: usize = 3;
const SLOTS: usize = 16384;

/// Nodes that were just started wait for two seconds.
const AGREED: Duration = Duration::from_secs(30);

/// How long a node that does not answer counts as alive, in milliseconds.
const NODE_TIMEOUT: &str = "5000";

impl RedisCluster {
    /// Starts one, and waits until all its nodes take commands.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 30 seconds.
    pub fn start() -> Self {
        let options = [
            ("cluster-enabled", "yes"),
            ("cluster-node-timeout", NODE_TIMEOUT),
            // The others still serve their part when one is dead.
            ("cluster-require-full-coverage", "no"),
        ];
        let nodes = (0..MASTERS).map(|_| Redis::start_with(&options)).collect::<Vec<_>>();
        for (n, node) in nodes.iter().enumerate() {
            let [first, last] = [n * SLOTS / MASTERS, (n + 1) * SLOTS / MASTERS - 1];
            node.cli(&["cluster", "addslotsrange", &first.to_string(), &last.to_string()]);
            // They never argue about who is right.
            node.cli(&["cluster", "set-config-epoch", &(n + 1).to_string()]);
        }
        let cluster = Self { nodes };
        for node in &cluster.nodes[1..] {
            let [port, bus] = [node.address().port().to_string(), node.bus()];
            cluster.nodes[0].cli(&["cluster", "meet", "127.0.0.1", &port, &bus]);
        }
        cluster.settle();
        cluster
    }

    /// Waits until every node knows who has every slot.
    ///
    /// # Panics
    ///
    /// When that is not so within 30 seconds.
    pub fn settle(&self) {
        let start = Instant::now();
        let agreed = || {
            self.nodes.iter().all(|node| {
                let info = node.cli(&["cluster", "info"]);
                let nodes = node.cli(&["cluster", "nodes"]);
                info.contains("cluster_state:ok")
                    && info.contains(&format!("cluster_slots_ok:{SLOTS}"))
                    && nodes.lines().filter(|line| line.contains(" connected ")).count() == MASTERS
                    && !nodes.contains("handshake")
            })
        };
        while !agreed() {
            assert!(start.elapsed() < AGREED, "{}", self.nodes[0].cli(&["cluster", "nodes"]));
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where clients find its nodes.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Redis::url).collect()
    }

    /// Its nodes.
    pub fn nodes(&self) -> &[Redis] {
        &self.nodes
    }

    /// One of them, to be killed or frozen.
    pub fn node(&mut self, n: usize) -> &mut Redis {
        &mut self.nodes[n]
    }

    /// Which node has a key, as long as no slot was moved.
    ///
    /// # Panics
    ///
    /// When the first node does not answer.
    pub fn owner(&self, key: &str) -> usize {
        let slot = self.slot(key).parse::<usize>().expect("a number");
        (0..MASTERS).find(|n| slot < (n + 1) * SLOTS / MASTERS).expect("a slot of somebody")
    }

    fn slot(&self, key: &str) -> String {
        self.nodes[0].cli(&["cluster", "keyslot", key])
    }

    /// Begins to move the slot of a key, where nothing is stored, from its owner to another node:
    /// clients that ask the owner are sent there, once (`ASK`).
    ///
    /// # Panics
    ///
    /// When one of the two does not answer.
    pub fn begin_move(&self, key: &str, to: usize) {
        let from = self.owner(key);
        let slot = self.slot(key);
        let [source, target] = [from, to].map(|n| self.nodes[n].cli(&["cluster", "myid"]));
        self.nodes[to].cli(&["cluster", "setslot", &slot, "importing", &source]);
        self.nodes[from].cli(&["cluster", "setslot", &slot, "migrating", &target]);
    }

    /// Ends what [`RedisCluster::begin_move`] has begun: clients that ask the owner are sent to the
    /// new one, for good (`MOVED`).
    ///
    /// # Panics
    ///
    /// When one of the nodes does not answer.
    pub fn end_move(&self, key: &str, to: usize) {
        let slot = self.slot(key);
        let target = self.nodes[to].cli(&["cluster", "myid"]);
        let others = self.nodes.iter().enumerate().filter(|(n, _)| *n != to);
        for node in [&self.nodes[to]].into_iter().chain(others.map(|(_, node)| node)) {
            node.cli(&["cluster", "setslot", &slot, "node", &target]);
        }
    }
}
