//! Makes what people look at, and what wakes them, out of the metric constants.
//!
//! `cargo run -p dashboards` writes the [dashboards](Board) of Grafana, the [rules](mod@rules) of Prometheus
//! with their tests, and the runbook of the alerts into the repository. A test fails when they are not what it
//! writes. It makes them for each spelling of names, and for classic and native histograms, too.
//!
//! No name of Prometheus is typed here: [`Names`] asks the exporter what it makes of each metric and attribute.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a generator that cannot go on says why and fails"
)]

mod alert;
mod alerts;
mod board;
mod boards;
mod case;
mod context;
mod figure;
mod files;
mod grafana;
pub mod label;
pub mod metric;
mod names;
mod pace;
mod panel;
mod query;
mod recording;
pub mod rules;
mod runbook;
mod selector;
mod series;

pub use crate::{
    alert::{Alert, Severity},
    alerts::alerts,
    board::Board,
    boards::boards,
    case::Case,
    context::Context,
    figure::Figure,
    files::{Edition, committed, files},
    names::{Histograms, Names},
    pace::Pace,
    panel::{Panel, Target, Unit},
    query::Query,
    recording::{Recording, recordings},
    series::Series,
};
