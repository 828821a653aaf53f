//! The shape that views give to metrics, as a Prometheus server sees it.

mod attributes;
mod callbacks;
mod common;
mod cost;
mod http;
mod late;
mod lengths;
mod limits;
mod metrics;
mod misuse;
mod model;
mod page;
mod select;
