//! Telemetry that belongs to one test.

use std::{ops::Deref, time::Duration};

use kymo_core::Exemplar;
use kymo_testing::{Snapshot, SnapshotReader, TestBed};

use crate::{Telemetry, TelemetryBuilder};

/// Telemetry that belongs to one test: global to nothing, deaf to the environment, and read with
/// [`TestTelemetry::snapshot`].
///
/// It is a [`Telemetry`] in every other respect, and derefs to it: hand `&telemetry`, or a clone of
/// `*telemetry`, to the code under test. Clones are the same telemetry.
#[derive(Debug, Clone)]
pub struct TestTelemetry {
    telemetry: Telemetry,
    reader: SnapshotReader,
}

impl TestTelemetry {
    /// The telemetry of a service called `test`, without any exporter.
    #[track_caller]
    pub fn new() -> Self {
        Self::of(Telemetry::for_service("test"))
    }

    /// The telemetry that `builder` describes, whatever the variables of the process say: only
    /// those count that were given with [`TelemetryBuilder::environment`].
    ///
    /// ```
    /// use kymo::{Telemetry, testing::TestTelemetry};
    ///
    /// let variables = [("OTEL_SERVICE_NAME", "bookshop-staging")];
    /// let builder = Telemetry::for_service("bookshop").environment(variables);
    /// let snapshot = TestTelemetry::of(builder).snapshot();
    /// assert_eq!(snapshot.resource.get("service.name").unwrap().as_str(), "bookshop-staging");
    /// ```
    ///
    /// # Panics
    ///
    /// When it cannot be built, with what the [`InstallError`](crate::InstallError) says. A meter provider
    /// of the program's own is given a [`SnapshotReader`] instead.
    #[track_caller]
    pub fn of(builder: TelemetryBuilder) -> Self {
        let (mut builder, reader) = (builder, SnapshotReader::new());
        builder.basis.environment.get_or_insert_default();
        builder.basis.keeps_exemplars = true;
        match builder.reader(reader.clone()).build() {
            Ok(telemetry) => Self { telemetry, reader },
            Err(error) => panic!("this telemetry cannot be built: {error}"),
        }
    }

    /// Everything that was recorded until now.
    ///
    /// A service that shuts down its own telemetry can be read after that, too.
    #[track_caller]
    pub fn snapshot(&self) -> Snapshot {
        self.reader.snapshot()
    }

    /// The exemplars of the metrics called `name`, in no order; none where they are switched off.
    ///
    /// ```
    /// use kymo::testing::{TestTelemetry, laws::Traced};
    ///
    /// let telemetry = TestTelemetry::new();
    /// let sold = telemetry.meter("bookshop").u64_counter("books.sold").build();
    /// let traced = Traced::new(1);
    /// traced.run(|| sold.add(2, &[]));
    /// let exemplars = telemetry.exemplars("books.sold");
    /// assert_eq!((exemplars[0].value, exemplars[0].trace), (2.0, traced.trace()));
    /// ```
    pub fn exemplars(&self, name: &str) -> Vec<Exemplar> {
        self.telemetry.provider.exemplars().map_or_else(Vec::new, |all| all.named(name))
    }

    /// The first snapshot that is as `wanted`, looking again and again for at most `limit`: for
    /// what a server records in a task of its own, a moment after its client has the answer.
    ///
    /// # Panics
    ///
    /// When it is not so within `limit`; the message shows the last snapshot.
    pub async fn eventually(
        &self,
        limit: Duration,
        wanted: impl Fn(&Snapshot) -> bool,
    ) -> Snapshot {
        self.reader.eventually(limit, wanted).await
    }
}

impl TestBed for TestTelemetry {
    fn fresh() -> Self {
        Self::new()
    }

    fn snapshot(&self) -> Snapshot {
        self.reader.snapshot()
    }

    fn exemplars(&self, name: &str) -> Option<Vec<(f64, Exemplar)>> {
        Some(self.telemetry.provider.exemplars()?.placed(name))
    }
}

impl Default for TestTelemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for TestTelemetry {
    type Target = Telemetry;

    fn deref(&self) -> &Telemetry {
        &self.telemetry
    }
}
