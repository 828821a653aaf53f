//! The series of bills.

mod one;
mod repeated;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use one::OneSeries;
use opentelemetry::metrics::{Counter, Histogram, Meter};
use repeated::Repeated;

use super::{Account, Bill, OperationKind, Part};
use crate::{Bounded, Fold, MetricSpec, key::BudgetedKey};

/// The instruments of bills; one that is switched off is absent.
#[derive(Debug, Clone)]
pub struct BillInstruments {
    /// Seconds by part.
    pub time: Option<Counter<f64>>,
    /// Operations of each, by kind.
    pub operations: Option<Histogram<u64>>,
    /// Those that repeated a query, by its summary.
    pub repeated_queries: Option<Counter<u64>>,
    /// Seconds of the longest poll of each.
    pub longest_poll: Option<Histogram<f64>>,
    /// Polls that took longer than they may.
    pub blocking: Option<Counter<u64>>,
}

/// How bills are made out.
#[derive(Debug, Clone)]
pub struct BillSettings {
    /// Parts whose time is not recorded.
    pub without_parts: Vec<Part>,
    /// Kinds whose operations are recorded.
    pub kinds: Vec<OperationKind>,
    /// A query that comes so often is repeated.
    pub repeated_after: u16,
    /// A poll that takes longer blocks its thread.
    pub blocking_after: Duration,
}

impl Default for BillSettings {
    /// Without [`OperationKind::Cache`] and [`OperationKind::Repository`], 10 times, and 10 ms.
    fn default() -> Self {
        Self {
            without_parts: Vec::new(),
            kinds: vec![OperationKind::Sql, OperationKind::Redis, OperationKind::HttpClient],
            repeated_after: 10,
            blocking_after: Duration::from_millis(10),
        }
    }
}

/// Records bills, each into the series of its owner, such as the route of a request.
///
/// An owner has at most 15 series, and 12 with the default settings, beside one for each query that it
/// repeats. The first 220 owners have series of their own, and later ones share those of `_OTHER`, which is
/// counted: so no instrument exceeds the SDK's limit.
#[derive(Debug)]
pub struct Bills {
    is_wanted: bool,
    instruments: BillInstruments,
    settings: BillSettings,
    owner: BudgetedKey,
    /// By the index of their owner; the last one has none.
    series: Box<[OnceLock<Box<OneSeries>>]>,
    /// The owners that have series of their own, or are about to.
    own: Mutex<BTreeSet<Bounded>>,
    repeated: Repeated,
    fold: Fold,
}

/// Owners with series of their own: by eight parts, they are below the SDK's limit of 2,000 for an instrument, and
/// kymo's of 1,791.
const OWNERS: usize = 220;

impl Bills {
    /// Those of owners that `owner` tells apart, of whom there are at most `owners`; `spec` is the metric of
    /// their time.
    pub fn new(
        meter: &Meter,
        instruments: BillInstruments,
        settings: BillSettings,
        (owner, owners): (BudgetedKey, u16),
        (time_spec, repeated_spec): (&MetricSpec, &MetricSpec),
    ) -> Self {
        let BillInstruments { time, operations, repeated_queries, longest_poll, blocking } =
            &instruments;
        let is_wanted = time.is_some()
            || operations.is_some()
            || repeated_queries.is_some()
            || longest_poll.is_some()
            || blocking.is_some();
        Self {
            is_wanted,
            repeated: Repeated::new(
                meter,
                instruments.repeated_queries.clone(),
                owner,
                repeated_spec,
            ),
            fold: owner.fold(meter, time_spec),
            series: (0..usize::from(owners) + 2).map(|_| OnceLock::new()).collect(),
            own: Mutex::default(),
            instruments,
            settings,
            owner,
        }
    }

    /// An account for work that began at `start`; `None` if nothing of its bill is wanted.
    #[inline]
    pub fn account(&self, start: Instant) -> Option<Account> {
        let BillSettings { repeated_after, blocking_after, .. } = self.settings;
        self.is_wanted.then(|| Account::new(start, repeated_after, blocking_after))
    }

    /// Closes the account of an owner, whose work took `elapsed`, and records its bill; `text` is the owner's
    /// text, if it has series of its own.
    ///
    /// Less than ten microseconds of waiting, and of a body, count with the handler's time, if that is as long: most
    /// requests are not waited for, and have their body at once.
    #[inline]
    pub fn record(
        &self,
        owner: Option<Bounded>,
        text: impl Fn(Bounded) -> Arc<str>,
        account: &mut Account,
        elapsed: Duration,
    ) {
        let index = owner.map_or(self.series.len() - 1, |owner| owner.index().into());
        let series = match self.series.get(index).and_then(OnceLock::get) {
            Some(series) => series,
            None => self.bind(owner, index, &text),
        };
        match account.close_without_operations(elapsed) {
            Some(bill) => series.record_quick(&bill),
            None => self.record_all(owner, text, series, account.close(elapsed)),
        }
    }

    #[inline(never)]
    fn record_all(
        &self,
        owner: Option<Bounded>,
        text: impl Fn(Bounded) -> Arc<str>,
        series: &OneSeries,
        mut bill: Bill,
    ) {
        bill.without_crumbs();
        series.record(&bill);
        for summary in &bill.repeated {
            self.repeated.count(owner, &text, summary);
        }
    }

    /// Whether there is a place for an owner, which it has from then on.
    fn has_place(&self, owner: Bounded) -> bool {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.contains(&owner) || (own.len() < OWNERS && own.insert(owner))
    }

    #[cold]
    fn bind(
        &self,
        owner: Option<Bounded>,
        index: usize,
        text: impl Fn(Bounded) -> Arc<str>,
    ) -> &OneSeries {
        let is_own = owner.is_none_or(|owner| owner == Bounded::OTHER || self.has_place(owner));
        let bound = |owner: Option<Bounded>| {
            let owner = owner.map(|owner| self.owner.of(text(owner)));
            Box::new(OneSeries::new(&self.instruments, &self.settings, owner))
        };
        match self.series.get(index) {
            Some(place) if is_own => place.get_or_init(|| bound(owner)),
            _ => {
                self.fold.count();
                self.series[0].get_or_init(|| bound(Some(Bounded::OTHER)))
            }
        }
    }
}
