//! The hits and misses that replies tell are those that servers count themselves.
//!
//! A server counts the changes it made since it last saved (`rdb_changes_since_last_save`), and the
//! keys it looked up to read them (`keyspace_hits`, `keyspace_misses`).

use integration_tests::Redis;
use kymo::{
    redis::MeasuredConnection,
    testing::{Number, TestTelemetry},
};
use proptest::{collection::vec, prelude::*, sample::select};
use redis::{Cmd, Pipeline, aio::MultiplexedConnection};
use tokio::runtime::Runtime;

/// Hits, misses and writes.
type Counts = [u64; 3];

/// A server, and what it and the metrics count.
struct Ledger {
    server: Redis,
    telemetry: TestTelemetry,
    runtime: Runtime,
    bare: MultiplexedConnection,
    measured: MeasuredConnection<MultiplexedConnection>,
}

impl Ledger {
    fn of(server: Redis) -> Self {
        let runtime = Runtime::new().unwrap();
        let client = redis::Client::open(server.url()).unwrap();
        let bare = runtime.block_on(client.get_multiplexed_async_connection()).unwrap();
        let telemetry = TestTelemetry::new();
        let measured = telemetry.redis(bare.clone());
        Self { server, telemetry, runtime, bare, measured }
    }

    fn counted_by_server(&self) -> Counts {
        let mut connection = self.bare.clone();
        let cmd = redis::cmd("INFO");
        let info = self.runtime.block_on(cmd.query_async::<String>(&mut connection)).unwrap();
        ["keyspace_hits", "keyspace_misses", "rdb_changes_since_last_save"].map(|field| {
            let line = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
            line.unwrap().parse().unwrap()
        })
    }

    fn counted_by_metrics(&self) -> Counts {
        let snapshot = self.telemetry.snapshot();
        let requests = |result: &'static str| {
            snapshot.counter("kymo.cache.requests").with("kymo.cache.result", result).value()
        };
        let writes = snapshot.counter("kymo.cache.writes").value();
        [requests("hit"), requests("miss"), writes].map(|number| match number {
            Number::Integer(number) => u64::try_from(number).unwrap(),
            Number::Float(_) => panic!("{number} is no count"),
        })
    }

    /// Counts `work` twice: by the server, and by the metrics.
    fn during(&self, work: impl Future<Output = ()>) -> (Counts, Counts) {
        let before = (self.counted_by_server(), self.counted_by_metrics());
        self.runtime.block_on(work);
        let after = (self.counted_by_server(), self.counted_by_metrics());
        let since =
            |after: Counts, before: Counts| std::array::from_fn(|of| after[of] - before[of]);
        (since(after.0, before.0), since(after.1, before.1))
    }
}

/// Commands on strings and hashes, in which letters stand for what is drawn: a string's Key, a Hash,
/// a Field or a Value.
const COMMANDS: &str = "
    GET K, GETEX K, GETDEL K, MGET K K K, EXISTS K, EXISTS K K K, TOUCH K K,
    SET K V, SET K V EX 1000, SET K V NX, SET K V XX, SET K V GET, SET K V XX GET, SET K V NX GET,
    SET K V GET KEEPTTL, SETEX K 1000 V, PSETEX K 1000000 V, SETNX K V, GETSET K V, APPEND K V,
    SETRANGE K 2 V, INCR K, DECRBY K V, INCRBYFLOAT K V, MSET K V K V, MSETNX K V K V,
    DEL K, DEL K H K, UNLINK H K, COPY K K, COPY K K REPLACE,
    HSET H F V, HSET H F V F V, HMSET H F V F V, HSETNX H F V, HDEL H F, HDEL H F F,
    HINCRBY H F V, HINCRBYFLOAT H F V, HGET H F, HMGET H F F, HGETALL H, HEXISTS H F,
    SET K, GET H, MGET K H, STRLEN K, TTL K, NOPE K
";

/// Commands that Redis 8 has beside them. No time to live: it counts that as one more change.
const COMMANDS_OF_8: &str = "
    HGETEX H FIELDS 1 F, HGETEX H FIELDS 2 F F, HGETDEL H FIELDS 1 F, HGETDEL H FIELDS 2 F F,
    HSETEX H FIELDS 1 F V, HSETEX H FNX FIELDS 2 F V F V, HSETEX H FXX FIELDS 1 F V
";

/// Those whose keys the server counts as we do their entries: each is one, and is only read.
const READS: &[&str] = &["GET", "GETEX", "GETDEL", "MGET", "EXISTS", "TOUCH", "HGETALL"];

fn command(more: &'static str) -> impl Strategy<Value = Vec<String>> {
    let templates =
        COMMANDS.split(',').chain(more.split(',').filter(|template| !template.is_empty()));
    let templates: Vec<_> = templates.collect();
    (select(templates), vec(0..4_usize, 8)).prop_map(|(template, draws)| {
        let words = template.split_whitespace().zip(draws).map(|(word, draw)| match word {
            "K" => ["a", "b", "c", "d"][draw],
            "H" => ["h", "i", "j", "h"][draw],
            "F" => ["f", "g", "k", "f"][draw],
            "V" => ["", "1", "2.5", "x"][draw],
            word => word,
        });
        words.map(str::to_owned).collect()
    })
}

/// One after the other is told of as the server does, and so are all of them in a pipeline.
fn agree(server: Redis, more: &'static str) {
    let ledger = Ledger::of(server);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) };
    proptest!(config, |(commands in vec(command(more), 1..40), is_atomic in any::<bool>())| {
        ledger.server.cli(&["FLUSHALL"]);
        let mut pipeline = Pipeline::new();
        for words in &commands {
            let mut cmd = Cmd::new();
            cmd.arg(words);
            let (server, metrics) = ledger.during(async {
                // A command that the server refuses is counted by neither.
                drop(cmd.exec_async(&mut ledger.measured.clone()).await);
            });
            prop_assert_eq!(server[2], metrics[2], "writes of {:?}", words);
            let is_of_strings = !words.iter().any(|word| word == "h" || word == "i" || word == "j");
            let name = words[0].as_str();
            if READS.contains(&name) && (is_of_strings || name == "HGETALL") {
                prop_assert_eq!(server, metrics, "{:?}", words);
            }
            pipeline.add_command(cmd);
        }
        ledger.server.cli(&["FLUSHALL"]);
        if is_atomic {
            pipeline.atomic();
        }
        let (server, metrics) = ledger.during(async {
            drop(pipeline.exec_async(&mut ledger.measured.clone()).await);
        });
        prop_assert_eq!(server[2], metrics[2], "writes of the pipeline");
    });
}

#[test]
fn replies_of_redis_tell_what_redis_counts() {
    agree(Redis::start(), "");
}

#[test]
fn replies_of_redis_8_tell_what_it_counts() {
    agree(Redis::eight(), COMMANDS_OF_8);
}

#[test]
fn replies_of_valkey_tell_what_valkey_counts() {
    agree(Redis::valkey(), "");
}
