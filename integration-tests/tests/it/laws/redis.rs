//! The laws, for connections to Redis.

use std::{
    future::pending,
    sync::{Arc, OnceLock},
    task::Poll,
};

use integration_tests::Redis;
use kymo::{
    MetricSpec,
    redis::MeasuredConnection,
    testing::{
        OperationKind, TestTelemetry,
        laws::{self, Subject},
    },
};
use redis::{
    Arg, Cmd, Pipeline, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig},
};

/// A connection to a real server, opened when it is first asked.
struct Connection {
    kind: Kind,
    /// The last of them stops it.
    _server: Arc<Redis>,
}

enum Kind {
    Bare(Unwinding),
    Measured(MeasuredConnection<Unwinding>),
}

/// A connection that unwinds when it is asked for it.
#[derive(Clone)]
struct Unwinding(ConnectionManager);

const TORN: &str = "TORN";
const TRAPPED: &str = "TRAPPED";

impl ConnectionLike for Unwinding {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        let first = cmd.args_iter().next();
        let is = |word: &str| matches!(first, Some(Arg::Simple(known)) if known == word.as_bytes());
        if is(TORN) {
            return Box::pin(async { panic!("the connection is torn") });
        }
        if is(TRAPPED) {
            return Box::pin(async {
                let _trap = laws::Trap;
                pending().await
            });
        }
        self.0.req_packed_command(cmd)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}

impl Connection {
    async fn ask(&self, cmd: &Cmd) -> RedisResult<Value> {
        match &self.kind {
            Kind::Bare(connection) => cmd.query_async(&mut connection.clone()).await,
            Kind::Measured(connection) => cmd.query_async(&mut connection.clone()).await,
        }
    }
}

fn command(words: &[&str]) -> Cmd {
    let mut cmd = Cmd::new();
    cmd.arg(words);
    cmd
}

impl Subject for Connection {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "db.client.operation.duration";
    const IN_FLIGHT: &'static [&'static str] = &[];
    const SERIES: usize = 1;
    const KIND: Option<OperationKind> = Some(OperationKind::Redis);
    /// Each takes a round trip to the server.
    const CLIENTS: u32 = 20_000;

    fn declared() -> Vec<MetricSpec> {
        let ours = |metric: &&MetricSpec| {
            let of = [
                "db.client.operation.",
                "kymo.cache.",
                "kymo.cardinality.",
                "kymo.http.server.request.outside",
            ];
            of.iter().any(|of| metric.name.starts_with(of))
        };
        kymo::declared_metrics().filter(ours).copied().collect()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        static SERVER: OnceLock<Arc<Redis>> = OnceLock::new();
        let server = Arc::clone(SERVER.get_or_init(|| Arc::new(Redis::start())));
        let client = redis::Client::open(server.url()).unwrap();
        let config = ConnectionManagerConfig::new();
        let connection =
            Unwinding(ConnectionManager::new_lazy_with_config(client, config).unwrap());
        let kind = match telemetry {
            Some(telemetry) => Kind::Measured(telemetry.redis(connection)),
            None => Kind::Bare(connection),
        };
        Self { kind, _server: server }
    }

    async fn succeed(&self) {
        self.ask(&command(&["GET", "nothing"])).await.unwrap();
    }

    async fn fail(&self) {
        self.ask(&command(&["GET"])).await.unwrap_err();
    }

    async fn cancel(&self) {
        // Blocks for a moment; polled once, and dropped.
        let cmd = command(&["BLPOP", "nothing", "0.01"]);
        let mut slow = std::pin::pin!(self.ask(&cmd));
        std::future::poll_fn(|context| {
            assert!(slow.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.ask(&command(&["BLPOP", "nothing", "0.01"]))).await;
    }

    async fn panic(&self) {
        laws::unwind(self.ask(&command(&[TORN]))).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.ask(&command(&[TRAPPED]))).await;
    }

    async fn client(&self, n: u32) {
        let _ = self.ask(&command(&[&format!("CLIENT{n}"), &format!("secret {n}")])).await;
    }

    async fn transcript(&self) -> Vec<String> {
        let programs: [&[&str]; 7] = [
            &["SET", "book", "Dune"],
            &["GET", "book"],
            &["LPUSH", "book", "no list"],
            &["HGETALL", "nothing"],
            &["NOPE"],
            &[],
            &["DEL", "book"],
        ];
        let mut seen = Vec::new();
        for words in programs {
            seen.push(format!("{:?}", self.ask(&command(words)).await));
        }
        seen
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_measured_connection_obeys_the_laws() {
    laws::hold::<Connection>().await;
}
