//! The repositories of a program, by name.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use kymo_core::{
    Bounded, Fold, Folds, Named, OTHER, OperationKind, Operations, SeriesCache, SeriesHint,
    ValueBudget,
};
use opentelemetry::metrics::{BoundHistogram, MeterProvider};

use crate::{
    described::Described,
    entity::{Entity, EntitySeries},
    key,
    known_method::Serial,
    metrics::{self, Instruments, SCOPE},
    repository::Repository,
    series::OperationKey,
};

/// Observes repositories through the meters of one provider.
///
/// Clones share their instruments.
#[derive(Debug, Clone)]
pub struct RepositoryMetrics(Arc<Shared>);

/// Shared by all repositories of one provider.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) serial: Serial,
    instruments: Instruments,
    operations: SeriesCache<OperationKey, BoundHistogram<f64>>,
    entered: Operations,
    vocabulary: Vocabulary,
    /// How many series were made before anything happened.
    expected: AtomicUsize,
    entities: Named<EntitySeries>,
}

/// The names that are kept apart.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) repositories: ValueBudget,
    pub(crate) methods: ValueBudget,
    pub(crate) errors: ValueBudget,
}

impl RepositoryMetrics {
    /// Instruments from `meters`, for any number of repositories.
    pub fn new(meters: &dyn MeterProvider) -> Self {
        let meter = SCOPE.meter(meters);
        let spec = &metrics::OPERATION_DURATION;
        let folds = Folds::new(&meter, spec, &[key::REPOSITORY_METHOD.key, key::ERROR_TYPE]);
        Self(Arc::new(Shared {
            serial: Serial::next(),
            instruments: Instruments::new(&meter),
            operations: SeriesCache::new(SERIES, folds),
            entered: Operations::new(&meter, OperationKind::Repository),
            vocabulary: Vocabulary {
                repositories: key::REPOSITORY_NAME.budget(&meter, spec),
                methods: key::REPOSITORY_METHOD.budget(&meter, spec),
                errors: ValueBudget::new(ERRORS, Fold::new(&meter, spec, key::ERROR_TYPE)),
            },
            expected: AtomicUsize::new(0),
            entities: Named::new(key::ENTITY_NAME.budget(&meter, &metrics::ENTITY_CHANGES)),
        }))
    }

    /// The repository called `name`, which is the same for everybody who asks for it.
    ///
    /// The first 64 names are kept apart. Later ones, and an empty one, are `_OTHER`, and counted in
    /// `kymo.cardinality.folded` once for each call of this.
    pub fn repository(&self, name: &str) -> Repository {
        Repository::new(Arc::clone(&self.0), self.0.vocabulary.repositories.bound_name(name))
    }

    /// The repository that `R` is, with each of its methods, and the errors that are expected of it,
    /// there from now on, at zero.
    pub fn described<R: Described + ?Sized>(&self) -> Repository {
        let repository = self.repository(R::NAME);
        repository.expect(R::METHODS, &[]);
        for (method, errors) in R::ERRORS {
            repository.expect(&[method], errors);
        }
        repository
    }
}

impl Shared {
    pub(crate) fn repository_name(&self, name: Bounded) -> Arc<str> {
        self.vocabulary.repositories.value(name)
    }

    pub(crate) fn method_name(&self, name: Bounded) -> Arc<str> {
        self.vocabulary.methods.value(name)
    }

    /// `name` as that of a method.
    pub(crate) fn method(&self, name: &'static str) -> Bounded {
        self.vocabulary.methods.bound_name(name)
    }

    /// `name` as that of an error.
    pub(crate) fn error(&self, name: &'static str) -> Bounded {
        if name == OTHER {
            return Bounded::OTHER;
        }
        self.vocabulary.errors.bound_name(name)
    }

    /// Has the series of `key` be there from now on, at zero; unless what did not happen yet had half
    /// of the room already.
    pub(crate) fn expect(&self, key: OperationKey) {
        if self.expected.load(Ordering::Relaxed) < SERIES / 2 {
            let bind = |key| {
                self.expected.fetch_add(1, Ordering::Relaxed);
                self.bind(key)
            };
            self.operations.with(key, bind, |_| {});
        }
    }

    #[inline]
    pub(crate) fn record(&self, key: OperationKey, hint: Option<&SeriesHint>, elapsed: Duration) {
        let seconds = elapsed.as_secs_f64();
        match hint {
            Some(hint) => self.operations.with_hint(
                hint,
                key,
                |key| self.bind(key),
                |series| series.record(seconds),
            ),
            None => self.record_by_name(key, seconds),
        }
        self.entered.enter();
    }

    #[inline(never)]
    fn record_by_name(&self, key: OperationKey, seconds: f64) {
        self.operations.with(key, |key| self.bind(key), |series| series.record(seconds));
    }

    fn bind(&self, key: OperationKey) -> BoundHistogram<f64> {
        self.instruments.duration.bind(&key.attributes(&self.vocabulary))
    }

    /// The entity called `name`, which is the same for everybody who asks for it.
    pub(crate) fn entity(&self, name: &str) -> Entity {
        Entity::new(
            self.entities.get(name, |name| EntitySeries::new(&self.instruments.changes, name)),
        )
    }
}

/// How many series `kymo.repository.operation.duration` may have before it folds.
const SERIES: usize = 1_000;

/// How many names of errors are kept apart, beside `cancelled`, `panic` and `_OTHER`.
const ERRORS: u16 = 32;
