//! The attribute keys of this crate's metrics.

use kymo_core::key::{AttributeKey, BudgetedKey};
pub use kymo_core::key::{ERROR_TYPE, SERVER_ADDRESS, SERVER_PORT};

/// The format that a scraper is answered in.
pub const SCRAPE_FORMAT: AttributeKey = AttributeKey::new(
    "kymo.scrape.format",
    "The exposition format: `text/0.0.4`, `text/1.0.0`, `openmetrics/0.0.1`, `openmetrics/1.0.0`, \
     `openmetrics/2.0.0` or `protobuf`; or `html`, of the page for humans at `/`.",
);

/// How a response is encoded.
pub const SCRAPE_ENCODING: AttributeKey =
    AttributeKey::new("kymo.scrape.encoding", "`identity`, `gzip` or `zstd`.");

/// A family of the page.
pub const SCRAPE_FAMILY: BudgetedKey = BudgetedKey::new(
    "kymo.scrape.family",
    100,
    "The family, as its source names it; `_OTHER` for all but the largest of them together.",
);
