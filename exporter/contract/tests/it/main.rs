//! A service that keeps its contract, or breaks it, and queries that rely on it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

mod dashboards;
mod keeping;
mod queries;
mod rules;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use kymo_bridge::Translation;
use kymo_contract::{Contract, Lock, Translator};
use kymo_core::{MetricKind, MetricSpec, key};
use tempfile::TempDir;

pub(crate) const SOLD: MetricSpec =
    MetricSpec::new("books.sold", MetricKind::Counter, "{book}", "Books sold.")
        .with_attributes(&[key::ERROR_TYPE, key::URL_SCHEME]);

pub(crate) const LATENCY: MetricSpec = MetricSpec::new(
    "books.latency",
    MetricKind::Histogram { buckets: &[0.1, 2.5] },
    "s",
    "How long a sale takes.",
)
.with_attributes(&[key::HTTP_REQUEST_METHOD]);

pub(crate) const SHELVES: MetricSpec =
    MetricSpec::new("shelves", MetricKind::UpDownCounter, "{shelf}", "Shelves in use.");

/// A service with a contract in a folder of its own.
pub(crate) struct Kept {
    pub(crate) contract: Contract,
    pub(crate) folder: TempDir,
}

/// The contract of a service that emits `metrics`.
pub(crate) fn kept(metrics: &[MetricSpec]) -> Kept {
    kept_as(&Lock::of_declared(metrics))
}

/// The contract of a service that emits this.
pub(crate) fn kept_as(lock: &Lock) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kymo.lock");
    fs::write(&file, lock.to_string()).unwrap();
    Kept { contract: Contract::of(file), folder }
}

/// What a service emits by a strategy of names.
pub(crate) fn named_by(translation: Translation, metrics: &[MetricSpec]) -> Lock {
    let mut lock = Lock::new(&Translator::new(translation));
    for spec in metrics {
        lock.declare(spec);
    }
    lock
}

impl Kept {
    /// A file beside the contract.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        file
    }
}

/// The message with which `check` panics, without the folder of the test; empty if it does not.
pub(crate) fn objection(kept: &Kept, check: impl FnOnce(&Contract)) -> String {
    let checked = catch_unwind(AssertUnwindSafe(|| check(&kept.contract)));
    let message = checked.err().map(|payload| *payload.downcast::<String>().unwrap());
    let folder = format!("{}/", kept.folder.path().display());
    message.unwrap_or_default().replace(&folder, "")
}
