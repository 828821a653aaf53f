//! The recorder of all measured connections of one meter provider.

use kymo_core::{
    Bounded, Folds, OperationKind, Operations, Place, PlaceKey, Places, SeriesCache, SeriesHint,
    ValueBudget,
};
use opentelemetry::metrics::{BoundHistogram, Meter};

use crate::{
    command::Command,
    key,
    metrics::{self, Instruments},
    series::OperationKey,
    server::Server,
};

/// Series bound at most, beside a quarter more that are folded; below the SDK's own limit.
const SERIES: usize = 1000;
/// Failures that keep their command when the room for series is taken.
const FAILED_COMMANDS: usize = 250;

/// Records operations, each into the series of its attributes.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) instruments: Instruments,
    pub(crate) vocabulary: Vocabulary,
    operations: SeriesCache<OperationKey, BoundHistogram<f64>>,
    /// By the number of the command.
    hints: Box<[SeriesHint]>,
    entered: Operations,
}

/// The values of attributes that are not known at compile time.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) places: Places,
    pub(crate) statuses: ValueBudget,
}

impl Recorder {
    pub(crate) fn new(meter: &Meter) -> Self {
        let spec = &metrics::OPERATION_DURATION;
        let folded = [key::DB_RESPONSE_STATUS_CODE.key, key::DB_OPERATION_NAME];
        Self {
            instruments: Instruments::new(meter),
            vocabulary: Vocabulary {
                places: Places::new(meter, spec),
                statuses: key::DB_RESPONSE_STATUS_CODE.budget(meter, spec),
            },
            operations: SeriesCache::with_reserve(
                SERIES,
                FAILED_COMMANDS,
                Folds::new(meter, spec, &folded),
            ),
            hints: (0..Command::COUNT).map(|_| SeriesHint::new()).collect(),
            entered: Operations::new(meter, OperationKind::Redis),
        }
    }

    /// The key of a database, which is that of all others where there are too many.
    pub(crate) fn place(&self, namespace: &str, server: Option<&Server>) -> PlaceKey {
        self.vocabulary.places.bound(Place {
            system: "redis",
            namespace: Some(namespace),
            address: server.map(|server| server.address.as_str()),
            port: server.and_then(Server::unusual_port),
        })
    }

    /// `code` within the budget of status codes.
    pub(crate) fn status(&self, code: &str) -> Bounded {
        self.vocabulary.statuses.bound(code)
    }

    /// Records one finished operation.
    #[inline]
    pub(crate) fn record(&self, key: OperationKey, seconds: f64) {
        let duration = &self.instruments.duration;
        let bind = |key: OperationKey| duration.bind(&key.attributes(&self.vocabulary));
        let hint = &self.hints[key.name.command().unwrap_or(Command::OTHER).index()];
        self.operations.with_hint(hint, key, bind, |duration| duration.record(seconds));
        self.entered.enter();
    }
}
