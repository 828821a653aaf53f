//! Meters that belong to one test.

use std::{ops::Deref, time::Duration};

use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::{Snapshot, SnapshotReader, TestBed};

/// A meter provider of OpenTelemetry's SDK that belongs to one test, and is read with
/// [`TestMeters::snapshot`]: for an instrumentation that takes a provider.
///
/// It derefs to the provider. Clones are the same.
///
/// ```
/// let meters = kymo_testing::TestMeters::new();
/// meters.meter("bookshop").u64_counter("books.sold").build().add(2, &[]);
/// meters.snapshot().counter("books.sold").assert(2);
/// ```
#[derive(Debug, Clone)]
pub struct TestMeters {
    provider: SdkMeterProvider,
    reader: SnapshotReader,
}

impl TestMeters {
    /// Meters without views, limits and exporters but those of the SDK.
    pub fn new() -> Self {
        let reader = SnapshotReader::new();
        let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
        Self { provider, reader }
    }

    /// A meter of the scope `name`.
    pub fn meter(&self, name: &'static str) -> Meter {
        self.provider.meter(name)
    }

    /// Everything that was recorded until now.
    #[track_caller]
    pub fn snapshot(&self) -> Snapshot {
        self.reader.snapshot()
    }

    /// As [`SnapshotReader::eventually`].
    ///
    /// # Panics
    ///
    /// When it is not as `wanted` within `limit`; the message shows the last snapshot.
    pub async fn eventually(
        &self,
        limit: Duration,
        wanted: impl Fn(&Snapshot) -> bool,
    ) -> Snapshot {
        self.reader.eventually(limit, wanted).await
    }
}

impl Default for TestMeters {
    fn default() -> Self {
        Self::new()
    }
}

impl TestBed for TestMeters {
    fn fresh() -> Self {
        Self::new()
    }

    fn snapshot(&self) -> Snapshot {
        self.reader.snapshot()
    }
}

impl Deref for TestMeters {
    type Target = SdkMeterProvider;

    fn deref(&self) -> &SdkMeterProvider {
        &self.provider
    }
}
