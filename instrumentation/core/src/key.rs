//! Attribute keys, each spelled once.
//!
//! A quoted key of a metric's attribute anywhere else in the workspace is a bug.

use opentelemetry::{Key, KeyValue, Value};

use crate::ValueBudget;

/// An attribute key, what it says, and the promise that bounds its values.
///
/// Two of one name are equal, whatever is said of them.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttributeKey {
    /// The OpenTelemetry name, such as `http.route`.
    pub name: &'static str,
    /// What it says, and when it is absent, in one sentence for an operator.
    pub description: &'static str,
    /// What keeps the number of values finite.
    pub values: Values,
}

/// What keeps the values of an attribute finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Values {
    /// A closed set known at compile time or start-up; anything else becomes `_OTHER`.
    Closed,
    /// The first values seen, up to this many; later ones become `_OTHER` and are counted in
    /// `kymo.cardinality.folded`.
    Budget(u16),
}

impl AttributeKey {
    /// A key whose values are a closed set; [`BudgetedKey`] is for all others.
    pub const fn new(name: &'static str, description: &'static str) -> Self {
        Self { name, description, values: Values::Closed }
    }

    /// The same key, with what it says in one metric.
    pub const fn described(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// The attribute with this key and `value`.
    pub fn of(&self, value: impl Into<Value>) -> KeyValue {
        KeyValue::new(Key::from_static_str(self.name), value)
    }
}

impl PartialEq for AttributeKey {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for AttributeKey {}

/// An attribute key whose values are learned at run time, up to a limit.
///
/// Only such a key has a limit, and whoever asks for one gets that of the constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetedKey {
    /// The key as a metric lists it.
    pub key: AttributeKey,
    limit: u16,
}

impl BudgetedKey {
    /// A key that takes `limit` values, beside `_OTHER`.
    pub const fn new(name: &'static str, limit: u16, description: &'static str) -> Self {
        let key = AttributeKey { name, description, values: Values::Budget(limit) };
        Self { key, limit }
    }

    /// How many values it takes, beside `_OTHER`.
    pub const fn limit(&self) -> u16 {
        self.limit
    }

    /// A new budget for its values.
    pub fn budget(&self) -> ValueBudget {
        ValueBudget::new(self.limit)
    }

    /// The attribute with this key and `value`.
    pub fn of(&self, value: impl Into<Value>) -> KeyValue {
        self.key.of(value)
    }
}

/// Why an operation failed.
pub const ERROR_TYPE: AttributeKey = AttributeKey::new(
    "error.type",
    "Why it failed; absent on success. HTTP: the status of a 5xx, `timeout`, `cancelled`, `panic`, \
     `body_error` or `_OTHER`. SQL: a constraint such as `unique_violation`, `deadlock`, \
     `lock_timeout`, a class of SQLSTATE, `pool_timed_out`, `io`, `cancelled` and the like. \
     Redis: the prefix of the server's error, `timeout`, `connection_lost`, `connection_refused`, \
     `io`, `cancelled` and the like. The load of a cache: `cancelled`, `panic` or `_OTHER`. \
     Push: the status, `timeout`, `connection`, `rejected`, `too_large`, `cancelled`, `output`, \
     `panic`, `collection` or `_OTHER`.",
);

/// The request method.
pub const HTTP_REQUEST_METHOD: AttributeKey = AttributeKey::new(
    "http.request.method",
    "The method, or `_OTHER` for one that is not known or when series ran out.",
);
/// The status code that was sent.
pub const HTTP_RESPONSE_STATUS_CODE: AttributeKey = AttributeKey::new(
    "http.response.status_code",
    "The status that was sent, three digits; absent if none was, `_OTHER` when series ran out.",
);
/// The route template that matched.
pub const HTTP_ROUTE: BudgetedKey = BudgetedKey::new(
    "http.route",
    300,
    "The route template, such as `/books/{id}`; absent if none matched, never the path.",
);
/// The version of the protocol.
pub const NETWORK_PROTOCOL_VERSION: AttributeKey = AttributeKey::new(
    "network.protocol.version",
    "`0.9`, `1.0`, `1.1`, `2` or `3`; absent if unknown, `_OTHER` when series ran out.",
);
/// The scheme the client used.
pub const URL_SCHEME: AttributeKey = AttributeKey::new(
    "url.scheme",
    "`http`, `https`, or `_OTHER` for any other or when series ran out.",
);

/// What a response turned into that outlives a request.
pub const STREAM_KIND: AttributeKey =
    AttributeKey::new("kymo.http.stream.kind", "`sse`, `websocket`, `upgrade` or `body`.");

/// The database product.
pub const DB_SYSTEM_NAME: AttributeKey = AttributeKey::new(
    "db.system.name",
    "`postgresql`, `mysql`, `mariadb`, `sqlite`, `other_sql` or `redis`.",
);
/// The database that connections are opened with.
pub const DB_NAMESPACE: BudgetedKey = BudgetedKey::new(
    "db.namespace",
    64,
    "The database that a pool's options named when it was measured, of SQLite the file's name, \
     of Redis its number; absent if unknown.",
);
/// What a statement does, and to what.
pub const DB_QUERY_SUMMARY: BudgetedKey = BudgetedKey::new(
    "db.query.summary",
    400,
    "What the statement does and to which tables, such as `SELECT books`; or the name it was given; absent if unknown.",
);
/// The code of the error that the database answered with.
pub const DB_RESPONSE_STATUS_CODE: BudgetedKey = BudgetedKey::new(
    "db.response.status_code",
    100,
    "PostgreSQL: the SQLSTATE. MySQL and MariaDB: the error number. SQLite: the extended result \
     code. Redis: the prefix of the error, such as `WRONGTYPE`. Absent unless the database answered \
     with an error.",
);
/// The table whose rows were changed.
pub const DB_COLLECTION_NAME: BudgetedKey =
    BudgetedKey::new("db.collection.name", 200, "The table, as the statement names it.");
/// What was done.
pub const DB_OPERATION_NAME: AttributeKey = AttributeKey::new(
    "db.operation.name",
    "SQL: `INSERT`, `REPLACE`, `UPDATE`, `DELETE` or `MERGE`. Redis: the command, such as `GET` or \
     `CLIENT LIST`, after `PIPELINE` or `MULTI` for all of one such; `_OTHER` if it is not known.",
);
/// How a transaction ended.
pub const DB_TRANSACTION_OUTCOME: AttributeKey = AttributeKey::new(
    "kymo.db.transaction.outcome",
    "`commit`; `rollback`, also when the server answered a commit with it; `dropped` \
     before either was answered; or `error` when the commit or the rollback failed.",
);
/// The pool.
pub const DB_CONNECTION_POOL_NAME: BudgetedKey = BudgetedKey::new(
    "db.client.connection.pool.name",
    64,
    "The name the program gave to the pool, or `address:port/database`.",
);
/// Whether somebody has the connection.
pub const DB_CONNECTION_STATE: AttributeKey =
    AttributeKey::new("db.client.connection.state", "`idle` or `used`.");

/// The logical cache.
pub const CACHE_NAME: BudgetedKey = BudgetedKey::new(
    "kymo.cache.name",
    64,
    "The name the program gave to a cache; caches of one name are summed.",
);
/// What a cache answered.
pub const CACHE_RESULT: AttributeKey = AttributeKey::new(
    "kymo.cache.result",
    "`hit` if it had the entry, `miss` if it had not, `error` if it did not answer.",
);
/// Why a cache let an entry go.
pub const CACHE_EVICTION_CAUSE: AttributeKey = AttributeKey::new(
    "kymo.cache.eviction.cause",
    "`expired` when its time was over, `size` when there was no room.",
);

/// How a node of a cluster sent a command elsewhere.
pub const REDIS_REDIRECT: AttributeKey = AttributeKey::new(
    "kymo.redis.redirect",
    "`moved` if the slot has another owner, `ask` if it is on its way to one.",
);

/// The repository.
pub const REPOSITORY_NAME: BudgetedKey =
    BudgetedKey::new("kymo.repository.name", 64, "The name the program gave to a repository.");
/// What was asked of a repository.
pub const REPOSITORY_METHOD: BudgetedKey = BudgetedKey::new(
    "kymo.repository.method",
    400,
    "The method, as the program is written; all repositories share the budget.",
);
/// What a repository keeps.
pub const ENTITY_NAME: BudgetedKey = BudgetedKey::new(
    "kymo.entity.name",
    128,
    "The name the program gave to what a repository keeps.",
);
/// What became of what a repository keeps.
pub const ENTITY_OPERATION: AttributeKey =
    AttributeKey::new("kymo.entity.operation", "`insert`, `update` or `delete`.");

/// Where a migration stands.
pub const MIGRATION_STATE: AttributeKey = AttributeKey::new(
    "kymo.migration.state",
    "`applied`; `pending` if the program has it and the database has not; `failed` if it was left \
     half done; `mismatch` if it was edited after it was applied; `unknown` if the database has it \
     and the program has not.",
);
/// Which migration.
pub const MIGRATION_VERSION: BudgetedKey = BudgetedKey::new(
    "kymo.migration.version",
    200,
    "The number that the migration's file begins with.",
);
/// Which way a migration went.
pub const MIGRATION_DIRECTION: AttributeKey = AttributeKey::new(
    "kymo.migration.direction",
    "`up`, `down`, or `skip` if it was marked as applied without being run.",
);

/// What a processor did.
pub const CPU_MODE: AttributeKey = AttributeKey::new("cpu.mode", "`user` or `system`.");
/// Which way bytes went between the process and a disk.
pub const DISK_IO_DIRECTION: AttributeKey =
    AttributeKey::new("disk.io.direction", "`read` or `write`.");
/// Whether the process gave the processor away.
pub const CONTEXT_SWITCH_TYPE: AttributeKey = AttributeKey::new(
    "process.context_switch.type",
    "`voluntary` when it waited, `involuntary` when the scheduler took the processor from it.",
);
/// Whether a page came from memory or from a disk.
pub const PAGING_FAULT_TYPE: AttributeKey = AttributeKey::new(
    "system.paging.fault.type",
    "`major` when a disk had to be read, else `minor`.",
);
/// The name the program gave to a tokio runtime.
pub const RUNTIME_NAME: BudgetedKey = BudgetedKey::new(
    "kymo.runtime.name",
    32,
    "The name the program gave to a runtime; runtimes of one name are summed.",
);

/// The version of the program, in its info metric.
pub const BUILD_VERSION: AttributeKey =
    AttributeKey::new("kymo.build.version", "The version that was built.");
/// The commit the program was built from.
pub const BUILD_REVISION: AttributeKey =
    AttributeKey::new("kymo.build.revision", "The commit it was built from; absent unless given.");
/// The branch the program was built from.
pub const BUILD_BRANCH: AttributeKey =
    AttributeKey::new("kymo.build.branch", "The branch it was built from; absent unless given.");
/// The compiler that built the program.
pub const BUILD_RUST_VERSION: AttributeKey = AttributeKey::new(
    "kymo.build.rust_version",
    "The compiler that built it; absent unless given.",
);

/// The name of a layer whose series stand apart; an attribute of the instrumentation scope.
pub const LAYER: AttributeKey =
    AttributeKey::new("kymo.layer", "The name the program gave to a layer.");

/// The metric whose attribute was folded or cut.
pub const FOLDED_METRIC: AttributeKey =
    AttributeKey::new("kymo.cardinality.metric", "The metric, by its OpenTelemetry name.");
/// The attribute whose value was folded to `_OTHER`.
pub const FOLDED_ATTRIBUTE: AttributeKey =
    AttributeKey::new("kymo.cardinality.attribute", "The attribute that became `_OTHER`.");

/// Which part of the SDK.
pub const COMPONENT_NAME: AttributeKey = AttributeKey::new(
    "otel.component.name",
    "The part of the SDK: its type, a slash, and its number in the order of making.",
);
/// What kind of part of the SDK.
pub const COMPONENT_TYPE: AttributeKey = AttributeKey::new(
    "otel.component.type",
    "`otlp_http_metric_exporter`, `otlp_grpc_metric_exporter`, `console_metric_exporter` or \
     `periodic_metric_reader`.",
);
/// How a call over gRPC ended.
pub const RPC_RESPONSE_STATUS_CODE: AttributeKey = AttributeKey::new(
    "rpc.response.status_code",
    "The status of the last call over gRPC, such as `OK` or `UNAVAILABLE`; absent if none came.",
);
/// The host that was configured.
pub const SERVER_ADDRESS: AttributeKey =
    AttributeKey::new("server.address", "The host that is spoken to, as it was configured.");
/// The port that was configured.
pub const SERVER_PORT: AttributeKey = AttributeKey::new(
    "server.port",
    "The port that is spoken to; of a database, absent if it is the usual one.",
);
