//! The metrics that boards and rules speak of, by the name that their constant has.

/// Requests to the service.
pub const HTTP: &str = "http.server.request.duration";
/// Requests under way.
pub const HTTP_ACTIVE: &str = "http.server.active_requests";
/// Bodies of requests.
pub const HTTP_REQUEST_BODY: &str = "http.server.request.body.size";
/// Bodies of responses.
pub const HTTP_RESPONSE_BODY: &str = "http.server.response.body.size";
/// Time until the head of a response.
pub const HTTP_FIRST_BYTE: &str = "kymo.http.server.first_byte.duration";
/// Time in handlers.
pub const HTTP_HANDLER: &str = "kymo.http.server.handler.duration";
/// Where the time of requests went.
pub const HTTP_TIME: &str = "kymo.http.server.request.time";
/// What requests asked for.
pub const HTTP_OPERATIONS: &str = "kymo.http.server.request.operations";
/// Requests that repeated a query.
pub const HTTP_REPEATED: &str = "kymo.http.server.request.repeated_queries";
/// Polls that blocked a thread.
pub const HTTP_BLOCKING: &str = "kymo.http.server.request.blocking";
/// The longest poll of a request.
pub const HTTP_LONGEST_POLL: &str = "kymo.http.server.request.longest_poll";
/// What was asked for outside of any request.
pub const OUTSIDE: &str = "kymo.http.server.request.outside";
/// Open streams.
pub const STREAMS: &str = "kymo.http.server.active_streams";
/// Streams that have ended.
pub const STREAM: &str = "kymo.http.server.stream.duration";
/// Calls of gRPC.
pub const GRPC: &str = "rpc.server.call.duration";
/// Requests of the service to others.
pub const CLIENT: &str = "http.client.request.duration";
/// Such requests under way.
pub const CLIENT_ACTIVE: &str = "http.client.active_requests";
/// Statements and commands.
pub const DB: &str = "db.client.operation.duration";
/// Rows that came back.
pub const DB_ROWS: &str = "db.client.response.returned_rows";
/// Rows that were changed.
pub const DB_CHANGED: &str = "kymo.db.rows.changed";
/// Transactions.
pub const TRANSACTION: &str = "kymo.db.transaction.duration";
/// Connections of a pool.
pub const POOL: &str = "db.client.connection.count";
/// The most connections of a pool.
pub const POOL_MAX: &str = "db.client.connection.max";
/// The most idle ones.
pub const POOL_IDLE_MAX: &str = "db.client.connection.idle.max";
/// The least idle ones.
pub const POOL_IDLE_MIN: &str = "db.client.connection.idle.min";
/// Who waits for a connection.
pub const POOL_PENDING: &str = "db.client.connection.pending_requests";
/// Who waited for too long.
pub const POOL_TIMEOUTS: &str = "db.client.connection.timeouts";
/// The wait for a connection.
pub const POOL_WAIT: &str = "db.client.connection.wait_time";
/// The use of a connection.
pub const POOL_USE: &str = "db.client.connection.use_time";
/// The making of a connection.
pub const POOL_CREATE: &str = "db.client.connection.create_time";
/// Connections whose making was not seen.
pub const POOL_UNTIMED: &str = "kymo.db.connection.untimed";
/// Connections that could not be made.
pub const POOL_ERRORS: &str = "kymo.db.connection.errors";
/// Bare pools and connections that were taken out.
pub const DIRECT_USES: &str = "kymo.db.connection.direct_uses";
/// Statements that went round the measured pool.
pub const UNMEASURED: &str = "kymo.db.unmeasured.operations";
/// Events that could not be read.
pub const EVENTS_UNREAD: &str = "kymo.db.events.unread";
/// Redirects of a cluster.
pub const REDIRECTS: &str = "kymo.redis.redirects";
/// Entries asked of a cache.
pub const CACHE: &str = "kymo.cache.requests";
/// Loads of a cache.
pub const CACHE_LOAD: &str = "kymo.cache.load.duration";
/// Writes to a cache.
pub const CACHE_WRITES: &str = "kymo.cache.writes";
/// Entries that a cache let go.
pub const CACHE_EVICTIONS: &str = "kymo.cache.evictions";
/// Entries in a cache.
pub const CACHE_ENTRIES: &str = "kymo.cache.entries";
/// Calls of repositories.
pub const REPOSITORY: &str = "kymo.repository.operation.duration";
/// What became of entities.
pub const CHANGES: &str = "kymo.repository.entity.changes";
/// Migrations that were run.
pub const MIGRATION: &str = "kymo.migration.duration";
/// The last attempt at each.
pub const MIGRATION_LAST: &str = "kymo.migration.last_duration";
/// Runs of a migrator.
pub const MIGRATION_RUN: &str = "kymo.migration.run.duration";
/// Migrations under way.
pub const MIGRATION_RUNNING: &str = "kymo.migration.running";
/// The wait for other migrators.
pub const MIGRATION_LOCK: &str = "kymo.migration.lock.wait_time";
/// Migrations by state.
pub const MIGRATIONS: &str = "kymo.migrations";
/// Where the schema stands.
pub const MIGRATION_VERSION: &str = "kymo.migration.latest_version";
/// States that could not be read.
pub const MIGRATION_READ_ERRORS: &str = "kymo.migration.read.errors";
/// Units of work.
pub const UNIT: &str = "kymo.unit_of_work.duration";
/// Where their time went.
pub const UNIT_TIME: &str = "kymo.unit_of_work.time";
/// What each asked for.
pub const UNIT_OPERATIONS: &str = "kymo.unit_of_work.operations";
/// Those that repeated a query.
pub const UNIT_REPEATED: &str = "kymo.unit_of_work.repeated_queries";
/// Their longest polls.
pub const UNIT_LONGEST_POLL: &str = "kymo.unit_of_work.longest_poll";
/// Their polls that blocked a worker.
pub const UNIT_BLOCKING: &str = "kymo.unit_of_work.blocking";
/// Processor time.
pub const CPU: &str = "process.cpu.time";
/// Memory in use.
pub const MEMORY: &str = "process.memory.usage";
/// Address space.
pub const MEMORY_VIRTUAL: &str = "process.memory.virtual";
/// Disks.
pub const DISK: &str = "process.disk.io";
/// Threads.
pub const THREADS: &str = "process.thread.count";
/// File descriptors.
pub const DESCRIPTORS: &str = "process.unix.file_descriptor.count";
/// Context switches.
pub const SWITCHES: &str = "process.context_switches";
/// Page faults.
pub const FAULTS: &str = "process.paging.faults";
/// Uptime.
pub const UPTIME: &str = "process.uptime";
/// What was built.
pub const BUILD: &str = "kymo.build.info";
/// Worker threads of tokio.
pub const WORKERS: &str = "kymo.tokio.workers";
/// Their tasks.
pub const TASKS: &str = "kymo.tokio.alive_tasks";
/// Tasks that wait.
pub const QUEUE: &str = "kymo.tokio.global_queue.depth";
/// Busy workers.
pub const BUSY: &str = "kymo.tokio.worker.busy_time";
/// Workers that went to sleep.
pub const PARKS: &str = "kymo.tokio.worker.parks";
/// How late their tasks are woken.
pub const DELAY: &str = "kymo.tokio.delay";
/// Pushes.
pub const PUSH: &str = "otel.sdk.exporter.operation.duration";
/// Points that are being pushed.
pub const PUSH_INFLIGHT: &str = "otel.sdk.exporter.metric_data_point.inflight";
/// Points that were pushed.
pub const PUSHED: &str = "otel.sdk.exporter.metric_data_point.exported";
/// Collections.
pub const COLLECTION: &str = "otel.sdk.metric_reader.collection.duration";
/// What was lost on the way to a page.
pub const LOSSES: &str = "kymo.scrape.losses";
/// Scrapes.
pub const SCRAPES: &str = "kymo.scrape.requests";
/// Their time.
pub const SCRAPE: &str = "kymo.scrape.duration";
/// Their size.
pub const SCRAPE_SIZE: &str = "kymo.scrape.response.size";
/// Series of a page.
pub const SCRAPE_SERIES: &str = "kymo.scrape.series";
/// Series that a page lacks.
pub const LEFT_OUT: &str = "kymo.scrape.series.left_out";
/// Listeners of their own.
pub const LISTENERS: &str = "kymo.endpoint.listeners";
/// The end of a certificate.
pub const CERTIFICATE: &str = "kymo.endpoint.tls.certificate.expiry";
/// Scrapers that were refused.
pub const REFUSALS: &str = "kymo.endpoint.refusals";
/// Changes of who may scrape.
pub const RELOADS: &str = "kymo.endpoint.access.reloads";
/// Values that exceeded a budget.
pub const FOLDED: &str = "kymo.cardinality.folded";
/// Values that were too long.
pub const CUT: &str = "kymo.cardinality.cut";
/// Callbacks that did not return.
pub const MISSED: &str = "kymo.callback.missed";

/// Observations through the facade `metrics` that are in no metric.
pub const FACADE_LOST: &str = "kymo.facade.lost";
/// Descriptions there that changed nothing.
pub const FACADE_UNUSED: &str = "kymo.facade.descriptions.unused";

/// The metrics that no board shows, and why.
pub const UNSHOWN: &[(&str, &str)] = &[
    (
        "process_",
        "the classic names are for boards that exist already; ours have the conventions' names",
    ),
    ("kymo.tokio.worker.polls", UNSTABLE),
    ("kymo.tokio.worker.steals", UNSTABLE),
    ("kymo.tokio.worker.overflows", UNSTABLE),
    ("kymo.tokio.local_queue.depth", UNSTABLE),
    ("kymo.tokio.task.", UNSTABLE),
    ("kymo.tokio.blocking.", UNSTABLE),
];

const UNSTABLE: &str = "tokio tells it only in a program that is built with `--cfg tokio_unstable`";
