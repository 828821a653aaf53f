//! Methods of features that are off.
//!
//! They cannot be called: who does is told by the compiler which feature brings them, instead of that
//! there is no such method.

#[cfg(not(feature = "cache"))]
mod cache;
#[cfg(not(feature = "config-file"))]
mod config_file;
#[cfg(not(feature = "http"))]
mod http;
#[cfg(not(feature = "migrations"))]
mod migrations;
#[cfg(not(feature = "otlp"))]
mod otlp;
#[cfg(not(feature = "process"))]
mod process;
#[cfg(not(feature = "prometheus"))]
mod prometheus;
#[cfg(not(feature = "redis"))]
mod redis;
#[cfg(not(feature = "repository"))]
mod repository;
#[cfg(not(feature = "resource"))]
mod resource;
#[cfg(not(feature = "sqlx"))]
mod sqlx;
