//! OpenTelemetry metrics for Rust services, scraped by Prometheus and pushed over OTLP.
//!
//! Call [`Telemetry::for_service`] once at start-up, and take measured things from what
//! [`install`](TelemetryBuilder::install) returns:
//!
//! ```no_run
//! use axum::{Router, routing::get};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let telemetry = kymo::Telemetry::for_service("bookshop").prometheus().install()?;
//!
//!     let app = Router::new()
//!         .route("/books/{id}", get(async || "Dune"))
//!         .layer(telemetry.http())
//!         .route_service("/metrics", telemetry.endpoint());
//!
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! The handle is the order: nothing can be measured before it exists. Every metric it emits is in
//! [`declared_metrics`], and in `METRICS.md` of the repository.
//!
//! # Features
//!
//! | feature | what it adds | on by default |
//! | --- | --- | --- |
//! | `http` | `Telemetry::http`, `Telemetry::http_handler`, `TelemetryBuilder::also_named`, module `http`; with `prometheus` also `TelemetryBuilder::objective`, `Telemetry::rules` | yes |
//! | `http-client` | `Telemetry::http_client`, module `http_client` | no |
//! | `reqwest` | `Telemetry::reqwest`, module `http_client::reqwest`; and `http-client` | no |
//! | `prometheus` | `TelemetryBuilder::prometheus`, `Telemetry::endpoint`, `Telemetry::serve`, module `prometheus` | yes |
//! | `access` | TLS, certificates, passwords and tokens for scrapes, and the web-config file: all of `prometheus::Access` but networks; and `prometheus` | no |
//! | `zstd` | scrapes compressed by zstd, beside gzip; and `prometheus` | no |
//! | `live` | `Telemetry::live`: a page that shows the program as it runs, module `live`; and `prometheus` | no |
//! | `otlp` | `TelemetryBuilder::otlp`, `TelemetryBuilder::console`, module `otlp` | no |
//! | `otlp-grpc` | OTLP over gRPC: the protocol `grpc` | no |
//! | `config-file` | `TelemetryBuilder::config_file`, and `OTEL_CONFIG_FILE`: declarative configuration | no |
//! | `signal` | `shutdown_signal`: Ctrl-C and SIGTERM, with tokio | no |
//! | `process` | `TelemetryBuilder::process`, `Telemetry::tokio_runtime`, `Telemetry::build_info`, module `process` | no |
//! | `pool` | `Telemetry::pool`: the levels of any connection pool, module `pool` | no |
//! | `sqlx` | `Telemetry::sqlx`, `Telemetry::sqlx_with`, module `sqlx`; and `pool` | no |
//! | `sea-orm` | `Telemetry::sea_orm`, `Telemetry::sea_orm_with`, module `sea_orm`; and `sqlx` | no |
//! | `sqlx-events` | `Telemetry::sqlx_events`, `Telemetry::sqlx_events_with`, module `sqlx_events` | no |
//! | `cache` | `Telemetry::cache`, module `cache` | no |
//! | `moka` | caches of moka: `cache::Cache::moka`, module `cache::moka` | no |
//! | `redis` | `Telemetry::redis`, `Telemetry::redis_with`, `Telemetry::redis_handle`, module `redis` | no |
//! | `redis-cluster` | clusters of Redis whose redirects are counted: `redis::Redis::cluster` | no |
//! | `repository` | `Telemetry::repository`, `Telemetry::repository_of`, the attribute `repository`, module `repository` | no |
//! | `work` | `Telemetry::unit_of_work`: the bill of jobs and consumers, module `work` | no |
//! | `migrations` | `Telemetry::migrations`, module `migrations`; and `sqlx` | no |
//! | `metrics` | `Telemetry::metrics_recorder`: what `counter!(..)` of the facade `metrics` records, module `metrics_recorder` | no |
//! | `resource` | `TelemetryBuilder::detect_host` and the like: what the program runs on | no |
//! | `testing` | module `testing`: telemetry for a test of its own, assertions, a lint, the laws | no |
//! | `full` | all of the above but `testing` | no |
//! | `upstream` | `prometheus::opentelemetry_prometheus`, whose names `prometheus::Bridge::upstream` takes | no |
//!
//! A feature adds names and never changes what existing names do. The compiler tells those who call a
//! method whose feature is off which feature it needs.
//!
//! # Environment
//!
//! The settings of the program are stronger than the variables of OpenTelemetry, and these are stronger
//! than the defaults, except that `OTEL_SERVICE_NAME` replaces the name given to
//! [`Telemetry::for_service`]. Exporters that `OTEL_METRICS_EXPORTER` lists are added to those of the
//! program. `docs/configuration.md` of the repository lists every variable and every method of the
//! builder, and [`Telemetry::describe`] shows what is in force and who said so.
//!
//! A value that cannot be understood is reported once through the `tracing` crate and ignored, as
//! the OpenTelemetry specification asks; [`Telemetry::describe`] lists it. One that is not Unicode
//! counts as unset. Set a subscriber of `tracing` before [`install`](TelemetryBuilder::install): without
//! one, these reports go to standard error.

mod builder;
mod error;
mod metrics;
#[cfg(all(feature = "http", feature = "prometheus"))]
mod objective;
#[cfg(not(all(feature = "http", feature = "prometheus")))]
mod objective {
    use opentelemetry_sdk::Resource;

    use crate::{
        InstallError,
        builder::basis::Step,
        configuration::Description,
        view::{ShapePlan, Shapes},
    };

    /// No objectives: nothing of this program serves HTTP, or nobody scrapes it.
    #[derive(Default)]
    pub(crate) struct Promised;

    impl Promised {
        #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with objectives")]
        pub(crate) fn shape(
            &self,
            _: &mut ShapePlan,
            _: &mut Description,
        ) -> Result<(), InstallError> {
            Ok(())
        }

        #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with objectives")]
        pub(crate) fn tell(self, _: &Shapes, _: &Resource) -> Result<Option<Step>, InstallError> {
            Ok(None)
        }
    }
}
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod view;

/// The work of a request that goes on elsewhere.
pub mod scope {
    pub use kymo_core::{Carried, carry};
}

/// The settings that are in force, and who decided each.
pub mod configuration {
    #[cfg(feature = "config-file")]
    pub(crate) mod config_file;
    mod description;
    pub(crate) mod environment;
    mod exporters;
    pub(crate) mod file;
    pub(crate) mod meters;
    mod setting;
    pub(crate) mod wildcard;

    pub use self::{
        description::{Description, EffectiveSetting},
        setting::Origin,
    };
    #[allow(unused_imports, reason = "used by the features")]
    pub(crate) use self::{
        exporters::Exporters,
        setting::{Setting, disabled, dropped_attributes, exemplar_filter},
    };
}

/// The attribute keys of all metrics that the enabled features can emit, each spelled once.
pub mod key {
    mod callback;

    #[cfg(feature = "cache")]
    pub use kymo_cache::key::*;
    pub use kymo_core::key::*;
    #[cfg(feature = "prometheus")]
    pub use kymo_endpoint::key::*;
    #[cfg(feature = "http")]
    pub use kymo_http::key::*;
    #[cfg(feature = "http-client")]
    pub use kymo_http_client::key::*;
    #[cfg(feature = "metrics")]
    pub use kymo_metrics::key::*;
    #[cfg(feature = "migrations")]
    pub use kymo_migrations::key::*;
    #[cfg(feature = "pool")]
    pub use kymo_pool::key::*;
    #[cfg(feature = "process")]
    pub use kymo_process::key::*;
    #[cfg(feature = "redis")]
    pub use kymo_redis::key::*;
    #[cfg(feature = "repository")]
    pub use kymo_repository::key::*;
    #[cfg(feature = "sqlx")]
    pub use kymo_sqlx::key::*;
    #[cfg(feature = "work")]
    pub use kymo_work::key::*;

    pub use self::callback::CALLBACK_METRIC;
}

/// The exporters, by which metrics leave the process.
mod exporters {
    pub(crate) mod exporter;
    #[cfg(feature = "live")]
    pub mod live;
    #[cfg(feature = "otlp")]
    pub mod otlp;
    pub(crate) mod plan;
    #[cfg(feature = "prometheus")]
    pub mod prometheus;
    pub(crate) mod reader;
}

/// The measured things that a telemetry hands out.
mod instrumentation {
    #[cfg(feature = "cache")]
    pub mod cache;
    #[cfg(all(feature = "repository", feature = "sqlx"))]
    pub(crate) mod error_types;
    #[cfg(feature = "http")]
    pub mod http;
    #[cfg(feature = "http-client")]
    pub mod http_client;
    pub(crate) mod kept;
    #[cfg(feature = "metrics")]
    pub mod metrics_recorder;
    #[cfg(feature = "migrations")]
    pub mod migrations;
    #[cfg(feature = "moka")]
    mod moka;
    #[cfg(feature = "pool")]
    pub mod pool;
    #[cfg(feature = "process")]
    pub mod process;
    #[cfg(feature = "http")]
    pub(crate) mod profile;
    #[cfg(feature = "redis")]
    pub mod redis;
    #[cfg(feature = "repository")]
    pub mod repository;
    #[cfg(feature = "reqwest")]
    mod reqwest;
    #[cfg(feature = "sea-orm")]
    pub mod sea_orm;
    #[cfg(feature = "sqlx")]
    pub mod sqlx;
    #[cfg(feature = "sqlx-events")]
    pub mod sqlx_events;
    #[cfg(feature = "work")]
    pub mod work;
}

/// The life of a telemetry, from `install()` to the end of the process.
mod lifecycle {
    pub(crate) mod ending;
    pub(crate) mod installed;
    mod job;
    pub(crate) mod lock_file;
    pub(crate) mod provider;
    #[cfg(any(feature = "otlp", feature = "prometheus", feature = "signal"))]
    pub(crate) mod runtime;
    #[cfg(not(any(feature = "otlp", feature = "prometheus", feature = "signal")))]
    pub(crate) mod runtime {
        /// No runtime: nothing of this program brings tokio here.
        pub(crate) struct Runtime;

        impl Runtime {
            pub(crate) fn current() -> Self {
                Self
            }

            #[expect(clippy::unused_self, reason = "as with tokio")]
            pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
                work()
            }
        }
    }
    #[cfg(feature = "signal")]
    pub(crate) mod signal;
}

/// The attributes of the service, and their detectors.
mod resource {
    mod attributes;
    #[cfg(feature = "resource")]
    mod detection;

    pub(crate) use self::attributes::of;
}

/// Items that one feature adds to the module of another.
mod beside {
    pub(crate) mod cache {
        #[cfg(feature = "moka")]
        pub use kymo_moka as moka;
    }

    pub(crate) mod http_client {
        #[cfg(feature = "reqwest")]
        pub use kymo_reqwest as reqwest;
    }

    pub(crate) mod prometheus {
        #[cfg(feature = "upstream")]
        pub use opentelemetry_prometheus;
    }

    /// `endpoint`, with the page beside it that the program has.
    #[cfg(feature = "live")]
    pub(crate) use crate::exporters::live::beside as endpoint;

    #[cfg(all(feature = "prometheus", not(feature = "live")))]
    pub(crate) fn endpoint(
        endpoint: kymo_endpoint::Endpoint,
        _: &crate::Telemetry,
    ) -> kymo_endpoint::Endpoint {
        endpoint
    }

    pub(crate) mod redis {
        #[cfg(feature = "redis-cluster")]
        pub use kymo_redis::ClusterNode;
    }

    pub(crate) mod sqlx {
        #[cfg(all(feature = "repository", feature = "sqlx"))]
        pub use crate::instrumentation::error_types::ERRORS;
    }
}

/// Methods of features that are off.
///
/// They cannot be called. The compiler tells those who try which feature brings them, instead of that there
/// is no such method.
mod lacking {
    #[cfg(not(feature = "cache"))]
    mod cache;
    #[cfg(not(feature = "config-file"))]
    mod config_file;
    #[cfg(not(feature = "http"))]
    mod http;
    #[cfg(not(feature = "http-client"))]
    mod http_client;
    #[cfg(not(feature = "live"))]
    mod live;
    #[cfg(not(feature = "metrics"))]
    mod metrics_recorder;
    #[cfg(not(feature = "migrations"))]
    mod migrations;
    #[cfg(not(all(feature = "http", feature = "prometheus")))]
    mod objective;
    #[cfg(not(feature = "otlp"))]
    mod otlp;
    #[cfg(not(feature = "pool"))]
    mod pool;
    #[cfg(not(feature = "process"))]
    mod process;
    #[cfg(not(feature = "prometheus"))]
    mod prometheus;
    #[cfg(not(feature = "redis"))]
    mod redis;
    #[cfg(not(feature = "repository"))]
    mod repository;
    #[cfg(not(feature = "reqwest"))]
    mod reqwest;
    #[cfg(not(feature = "resource"))]
    mod resource;
    #[cfg(not(feature = "sea-orm"))]
    mod sea_orm;
    #[cfg(not(feature = "sqlx"))]
    mod sqlx;
    #[cfg(not(feature = "sqlx-events"))]
    mod sqlx_events;
    #[cfg(not(feature = "work"))]
    mod work;
}

pub use builder::{TelemetryBuilder, injected::InjectedBuilder};
pub use error::{ConfigFileError, FlushError, InstallError};
#[cfg(feature = "live")]
pub use exporters::live;
#[cfg(feature = "otlp")]
pub use exporters::otlp;
#[cfg(feature = "prometheus")]
pub use exporters::prometheus;
#[cfg(feature = "cache")]
pub use instrumentation::cache;
#[cfg(feature = "http")]
pub use instrumentation::http;
#[cfg(feature = "http-client")]
pub use instrumentation::http_client;
#[cfg(feature = "metrics")]
pub use instrumentation::metrics_recorder;
#[cfg(feature = "migrations")]
pub use instrumentation::migrations;
#[cfg(feature = "pool")]
pub use instrumentation::pool;
#[cfg(feature = "process")]
pub use instrumentation::process;
#[cfg(feature = "http")]
pub use instrumentation::profile::Profile;
#[cfg(feature = "redis")]
pub use instrumentation::redis;
#[cfg(feature = "repository")]
pub use instrumentation::repository;
#[cfg(feature = "sea-orm")]
pub use instrumentation::sea_orm;
#[cfg(feature = "sqlx")]
pub use instrumentation::sqlx;
#[cfg(feature = "sqlx-events")]
pub use instrumentation::sqlx_events;
#[cfg(feature = "work")]
pub use instrumentation::work;
pub use kymo_core::{BucketsError, ExemplarFilter, MetricKind, MetricSpec, SCHEMA_URL};
#[cfg(feature = "repository")]
pub use kymo_repository::repository;
#[cfg(feature = "signal")]
pub use lifecycle::signal::shutdown_signal;
#[cfg(all(feature = "http", feature = "prometheus"))]
pub use objective::{Objective, ObjectiveError, Rules};
pub use opentelemetry;
pub use telemetry::Telemetry;
pub use view::{InstrumentKind, Selector, View, ViewError};

/// Every metric that the enabled features can emit.
///
/// They emit no other name, and no other attribute key than these declare.
pub fn declared_metrics() -> impl Iterator<Item = &'static MetricSpec> {
    declared_metrics_by_crate().flat_map(|(_, metrics)| metrics)
}

/// As [`declared_metrics`], with the name of the crate that emits them.
pub fn declared_metrics_by_crate() -> impl Iterator<Item = (&'static str, &'static [MetricSpec])> {
    let crates: &[(&'static str, &'static [MetricSpec])] = &[
        #[cfg(feature = "http")]
        ("kymo-http", kymo_http::metrics::ALL),
        #[cfg(feature = "http-client")]
        ("kymo-http-client", kymo_http_client::metrics::ALL),
        #[cfg(feature = "otlp")]
        ("kymo-push", kymo_push::metrics::ALL),
        #[cfg(feature = "prometheus")]
        ("kymo-bridge", kymo_bridge::metrics::ALL),
        #[cfg(feature = "prometheus")]
        ("kymo-endpoint", kymo_endpoint::metrics::ALL),
        #[cfg(feature = "process")]
        ("kymo-process", kymo_process::metrics::ALL),
        #[cfg(feature = "sqlx")]
        ("kymo-sqlx", kymo_sqlx::metrics::ALL),
        #[cfg(feature = "pool")]
        ("kymo-pool", kymo_pool::metrics::ALL),
        #[cfg(feature = "repository")]
        ("kymo-repository", kymo_repository::metrics::ALL),
        #[cfg(feature = "work")]
        ("kymo-work", kymo_work::metrics::ALL),
        #[cfg(feature = "migrations")]
        ("kymo-migrations", kymo_migrations::metrics::ALL),
        #[cfg(feature = "redis")]
        ("kymo-redis", kymo_redis::metrics::ALL),
        #[cfg(feature = "sqlx-events")]
        ("kymo-sqlx-events", kymo_sqlx_events::metrics::ALL),
        #[cfg(feature = "cache")]
        ("kymo-cache", kymo_cache::metrics::ALL),
        #[cfg(feature = "metrics")]
        ("kymo-metrics", kymo_metrics::metrics::ALL),
        ("kymo-core", kymo_core::metrics::ALL),
        ("kymo", metrics::ALL),
    ];
    crates.iter().copied()
}

/// The exporters that this program has, before anybody asks for them.
fn exporters() -> exporters::plan::Plans {
    let plans = exporters::plan::Plans::default();
    // What is pulled comes first: pushes shape the metrics only if nobody scrapes.
    #[cfg(feature = "prometheus")]
    let plans = plans.with(prometheus::PullPlan::default());
    #[cfg(feature = "otlp")]
    let plans = plans.with(otlp::PushPlan::default());
    plans
}

/// The names of the page of a telemetry, if it has one.
#[cfg(feature = "testing")]
fn names_of_page(telemetry: &Telemetry) -> Option<kymo_contract::Translator> {
    #[cfg(feature = "prometheus")]
    let translator = telemetry.bridge().and_then(|bridge| bridge.translator()).cloned();
    #[cfg(not(feature = "prometheus"))]
    let translator = {
        let _ = telemetry;
        None
    };
    translator
}

/// How this program understands a configuration file, if it can.
const CONFIG_FILE: Option<configuration::file::Understand> = {
    #[cfg(feature = "config-file")]
    let understand = Some(configuration::config_file::understand as _);
    #[cfg(not(feature = "config-file"))]
    let understand = None;
    understand
};

/// Whether this program pushes over gRPC.
#[allow(dead_code, reason = "used by the features")]
const HAS_GRPC: bool = cfg!(feature = "otlp-grpc");
