//! The bridge between a real provider, a real registry and the documents that come out.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod allocation;
mod attributes;
mod builder;
mod collisions;
mod deviations;
mod differential;
mod exemplars;
mod exponential;
mod foreign;
mod instrument;
mod late;
mod legality;
mod measured;
mod metadata_and_points;
mod scrape;
mod sides;
mod sums;
mod translation;
mod upstream;

/// The strict reader that OpenMetrics itself is tested with.
#[path = "../../../exposition/tests/it/openmetrics/parser.rs"]
mod openmetrics_parser;
/// The strict reader that the text format itself is tested with.
#[path = "../../../exposition/tests/it/parser.rs"]
mod parser;
/// The messages that protobuf itself is tested with.
#[path = "../../../exposition/tests/it/protobuf/message.rs"]
mod protobuf_message;
