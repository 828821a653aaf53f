//! The attributes that boards and rules group by, by the name that their constant has.

use kymo::key;

/// Why it failed.
pub const ERROR: &str = key::ERROR_TYPE.name;
/// The route.
pub const ROUTE: &str = key::HTTP_ROUTE.key.name;
/// The method of HTTP.
pub const METHOD: &str = key::HTTP_REQUEST_METHOD.name;
/// The status of HTTP.
pub const STATUS: &str = key::HTTP_RESPONSE_STATUS_CODE.name;
/// The method of gRPC.
pub const CALL: &str = key::RPC_METHOD.key.name;
/// The status of gRPC.
pub const CALL_STATUS: &str = key::RPC_RESPONSE_STATUS_CODE.name;
/// The kind of a stream.
pub const STREAM_KIND: &str = key::STREAM_KIND.name;
/// The part of the time of a request, or of a unit of work.
pub const PART: &str = key::PART.name;
/// The kind of an operation.
pub const OPERATION_KIND: &str = key::OPERATION_KIND.name;
/// The server of a request.
pub const SERVER: &str = key::SERVER_ADDRESS.name;
/// The database system.
pub const SYSTEM: &str = key::DB_SYSTEM_NAME.name;
/// The statement.
pub const SUMMARY: &str = key::DB_QUERY_SUMMARY.key.name;
/// The command.
pub const OPERATION: &str = key::DB_OPERATION_NAME.name;
/// The table.
pub const TABLE: &str = key::DB_COLLECTION_NAME.key.name;
/// The end of a transaction.
pub const OUTCOME: &str = key::DB_TRANSACTION_OUTCOME.name;
/// The pool.
pub const POOL: &str = key::DB_CONNECTION_POOL_NAME.key.name;
/// Idle or used.
pub const POOL_STATE: &str = key::DB_CONNECTION_STATE.name;
/// The cache.
pub const CACHE: &str = key::CACHE_NAME.key.name;
/// The answer of a cache.
pub const RESULT: &str = key::CACHE_RESULT.name;
/// The cause of an eviction.
pub const CAUSE: &str = key::CACHE_EVICTION_CAUSE.name;
/// The redirect of a cluster.
pub const REDIRECT: &str = key::REDIS_REDIRECT.name;
/// The repository.
pub const REPOSITORY: &str = key::REPOSITORY_NAME.key.name;
/// Its method.
pub const REPOSITORY_METHOD: &str = key::REPOSITORY_METHOD.key.name;
/// The entity.
pub const ENTITY: &str = key::ENTITY_NAME.key.name;
/// What became of it.
pub const ENTITY_OPERATION: &str = key::ENTITY_OPERATION.name;
/// The state of a migration.
pub const MIGRATION_STATE: &str = key::MIGRATION_STATE.name;
/// The version of a migration.
pub const MIGRATION_VERSION: &str = key::MIGRATION_VERSION.key.name;
/// Up or down.
pub const DIRECTION: &str = key::MIGRATION_DIRECTION.name;
/// The unit of work.
pub const UNIT: &str = key::UNIT_OF_WORK_NAME.key.name;
/// User or system.
pub const CPU_MODE: &str = key::CPU_MODE.name;
/// Read or write.
pub const DISK_DIRECTION: &str = key::DISK_IO_DIRECTION.name;
/// Of a context switch.
pub const SWITCH: &str = key::CONTEXT_SWITCH_TYPE.name;
/// Of a page fault.
pub const FAULT: &str = key::PAGING_FAULT_TYPE.name;
/// The runtime.
pub const RUNTIME: &str = key::RUNTIME_NAME.key.name;
/// The version that was built.
pub const BUILD: &str = key::BUILD_VERSION.name;
/// The part of the SDK.
pub const COMPONENT: &str = key::COMPONENT_NAME.name;
/// The format of a page.
pub const FORMAT: &str = key::SCRAPE_FORMAT.name;
/// The family.
pub const FAMILY: &str = key::SCRAPE_FAMILY.key.name;
/// The metric whose value was folded or cut.
pub const FOLDED_METRIC: &str = key::FOLDED_METRIC.name;
/// The attribute whose value was folded.
pub const FOLDED_ATTRIBUTE: &str = key::FOLDED_ATTRIBUTE.name;
/// The metric whose callback was missed.
pub const CALLBACK: &str = key::CALLBACK_METRIC.name;

/// Why the facade `metrics` lost an observation.
pub const FACADE_LOSS: &str = key::FACADE_LOSS_CAUSE.name;
/// Why a description there changed nothing.
pub const FACADE_DESCRIPTION: &str = key::FACADE_DESCRIPTION_CAUSE.name;

/// The job, as Prometheus has it of a scrape, and of a push from `service.name`.
pub const JOB: &str = "job";
/// The instance, as Prometheus has it.
pub const INSTANCE: &str = "instance";
