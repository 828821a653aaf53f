//! Attribute keys, each spelled once: here those that several crates share, the others in the `key.rs`
//! of the crate that emits them.
//!
//! A quoted key of a metric's attribute anywhere else in the workspace is a bug.

use opentelemetry::{Key, KeyValue, Value, metrics::Meter};

use crate::{Fold, MetricSpec, ValueBudget};

/// An attribute key, its description, and the promise that bounds its values.
///
/// Two of one name are equal, whatever is said of them.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AttributeKey {
    /// The OpenTelemetry name, such as `http.route`.
    pub name: &'static str,
    /// One sentence for an operator: the meaning of the values, and when the attribute is absent.
    pub description: &'static str,
    /// The promise that keeps the number of values finite.
    pub values: Values,
}

/// Keeps the values of an attribute finite, in one of two ways.
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

    /// The same key, described as it is in one metric.
    pub const fn described(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// The same key where its values are learned at run time, as they are described there: `limit` of
    /// them beside `_OTHER`.
    pub const fn budgeted(self, limit: u16, description: &'static str) -> BudgetedKey {
        BudgetedKey::new(self.name, limit, description)
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
    reserve: u16,
}

impl BudgetedKey {
    /// A key that takes `limit` values, beside `_OTHER`.
    pub const fn new(name: &'static str, limit: u16, description: &'static str) -> Self {
        let key = AttributeKey { name, description, values: Values::Budget(limit) };
        Self { key, limit, reserve: 0 }
    }

    /// The same key, with `reserve` more values, beside those of the limit and `_OTHER`: see
    /// [`ValueBudget::with_reserve`].
    pub const fn with_reserve(self, reserve: u16) -> Self {
        let values = Values::Budget(self.limit.saturating_add(reserve));
        let key = AttributeKey { values, ..self.key };
        Self { key, reserve, ..self }
    }

    /// How many values it takes, beside its reserve and `_OTHER`.
    pub const fn limit(&self) -> u16 {
        self.limit
    }

    /// A new budget for its values in `metric`, whose folds are counted with an instrument of `meter`.
    pub fn budget(&self, meter: &Meter, metric: &MetricSpec) -> ValueBudget {
        ValueBudget::with_reserve(self.limit, self.reserve, self.fold(meter, metric))
    }

    /// The count of its folds in `metric`, for a budget of another size than its own.
    pub fn fold(&self, meter: &Meter, metric: &MetricSpec) -> Fold {
        Fold::new(meter, metric, self.key)
    }

    /// The attribute with this key and `value`.
    pub fn of(&self, value: impl Into<Value>) -> KeyValue {
        self.key.of(value)
    }
}

/// Why an operation failed; each metric describes it by the values that it can have there.
pub const ERROR_TYPE: AttributeKey =
    AttributeKey::new("error.type", "Why it failed, as a class and no message; absent on success.");

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

/// The status of a call over gRPC.
pub const RPC_RESPONSE_STATUS_CODE: AttributeKey = AttributeKey::new(
    "rpc.response.status_code",
    "The status of the call, such as `OK` or `UNAVAILABLE`; absent if it ended without one.",
);

/// The version of the protocol.
pub const NETWORK_PROTOCOL_VERSION: AttributeKey = AttributeKey::new(
    "network.protocol.version",
    "`0.9`, `1.0`, `1.1`, `2` or `3`; absent if unknown, `_OTHER` when series ran out.",
);

/// The scheme of the target.
pub const URL_SCHEME: AttributeKey = AttributeKey::new(
    "url.scheme",
    "`http`, `https`, or `_OTHER` for any other or when series ran out.",
);

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
/// A statement in short: `SELECT books`, or the name that the program gave it.
pub const DB_QUERY_SUMMARY: BudgetedKey = BudgetedKey::new(
    "db.query.summary",
    400,
    "What the statement does and to which tables, such as `SELECT books`; or the name it was given; \
     absent if unknown. 100 values are kept for statements that have only failed so far.",
)
.with_reserve(100);
/// The code of the error that the database answered with.
pub const DB_RESPONSE_STATUS_CODE: BudgetedKey = BudgetedKey::new(
    "db.response.status_code",
    100,
    "PostgreSQL: the SQLSTATE. MySQL and MariaDB: the error number. SQLite: the extended result \
     code. Redis: the prefix of the error, such as `WRONGTYPE`. Absent unless the database answered \
     with an error.",
);
/// The operation that the database was asked for.
pub const DB_OPERATION_NAME: AttributeKey = AttributeKey::new(
    "db.operation.name",
    "SQL: `INSERT`, `REPLACE`, `UPDATE`, `DELETE` or `MERGE`. Redis: the command, such as `GET` or \
     `CLIENT LIST`, after `PIPELINE` or `MULTI` for all of one such; `_OTHER` if it is not known.",
);

/// The part of the time of a request or of a unit of work.
pub const PART: AttributeKey = AttributeKey::new(
    "kymo.part",
    "`pool_wait`, `sql`, `redis`, `http_client`, `cache_load`, `handler`, `waiting` or `body`.",
);
/// The kind of operations that a request or a unit of work asks for.
pub const OPERATION_KIND: AttributeKey = AttributeKey::new(
    "kymo.operation.kind",
    "`sql`, `redis`, `http_client`, `cache` or `repository`.",
);

/// The name of an exporter or reader, such as `otlp_http_metric_exporter/0`.
pub const COMPONENT_NAME: AttributeKey = AttributeKey::new(
    "otel.component.name",
    "The part of the SDK: its type, a slash, and its number in the order of making.",
);
/// The kind of exporter or reader, such as `otlp_http_metric_exporter`.
pub const COMPONENT_TYPE: AttributeKey = AttributeKey::new(
    "otel.component.type",
    "`otlp_http_metric_exporter`, `otlp_grpc_metric_exporter`, `console_metric_exporter` or \
     `periodic_metric_reader`.",
);

/// The metric whose attribute was folded or cut.
pub const FOLDED_METRIC: AttributeKey =
    AttributeKey::new("kymo.cardinality.metric", "The metric, by its OpenTelemetry name.");
/// The attribute whose value was folded to `_OTHER`.
pub const FOLDED_ATTRIBUTE: AttributeKey =
    AttributeKey::new("kymo.cardinality.attribute", "The attribute that became `_OTHER`.");

/// The host that was configured.
pub const SERVER_ADDRESS: AttributeKey =
    AttributeKey::new("server.address", "The host that is spoken to, as it was configured.");
/// The port that was configured.
pub const SERVER_PORT: AttributeKey = AttributeKey::new(
    "server.port",
    "The port that is spoken to; of a database, absent if it is the usual one.",
);
