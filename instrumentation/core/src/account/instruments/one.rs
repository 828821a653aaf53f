//! The series of one owner's bills.

use std::{sync::OnceLock, time::Duration};

use opentelemetry::{
    KeyValue,
    metrics::{BoundCounter, BoundHistogram, Counter, Histogram},
};

use super::{BillInstruments, BillSettings};
use crate::{
    account::{Bill, OperationKind, Part, bill::QuickBill},
    key,
};

/// The series of one owner, each of which is bound when it is first recorded.
#[derive(Debug)]
pub(super) struct OneSeries {
    owner: Option<KeyValue>,
    time: Option<Counter<f64>>,
    operations: Option<Histogram<u64>>,
    parts: [Slot<BoundCounter<f64>>; Part::ALL.len()],
    kinds: [Slot<BoundHistogram<u64>>; OperationKind::ALL.len()],
    longest_poll: Option<BoundHistogram<f64>>,
    blocking: Option<BoundCounter<u64>>,
}

/// One series, unless it is not wanted.
type Slot<S> = Option<OnceLock<S>>;

impl OneSeries {
    pub(super) fn new(
        instruments: &BillInstruments,
        settings: &BillSettings,
        owner: Option<KeyValue>,
    ) -> Self {
        let attributes = Vec::from_iter(owner.clone());
        let has_time = |part| instruments.time.is_some() && !settings.without_parts.contains(&part);
        let has_kind = |kind| instruments.operations.is_some() && settings.kinds.contains(&kind);
        let blocking = instruments.blocking.as_ref().map(|it| it.bind(&attributes));
        // It is there at zero, so that the first one is a rate.
        if let Some(blocking) = &blocking {
            blocking.add(0);
        }
        Self {
            time: instruments.time.clone(),
            operations: instruments.operations.clone(),
            parts: Part::ALL.map(|part| has_time(part).then(OnceLock::new)),
            kinds: OperationKind::ALL.map(|kind| has_kind(kind).then(OnceLock::new)),
            longest_poll: instruments.longest_poll.as_ref().map(|it| it.bind(&attributes)),
            blocking,
            owner,
        }
    }

    /// Records a bill without operations.
    #[inline]
    pub(super) fn record_quick(&self, bill: &QuickBill) {
        self.record_part(Part::Handler, bill.handler);
        self.record_part(Part::Waiting, bill.waiting);
        self.record_part(Part::Body, bill.body);
        self.record_polls(bill.longest_poll, bill.blocked);
    }

    pub(super) fn record(&self, bill: &Bill) {
        for (part, nanoseconds) in Part::ALL.into_iter().zip(bill.parts) {
            self.record_part(part, nanoseconds);
        }
        self.record_operations(bill);
        self.record_polls(bill.longest_poll, bill.blocked);
    }

    #[inline]
    fn record_part(&self, part: Part, nanoseconds: u64) {
        if nanoseconds > 0
            && let Some(series) = &self.parts[part as usize]
        {
            #[expect(clippy::cast_precision_loss, reason = "of a hundred days it loses none")]
            let seconds = nanoseconds as f64 / 1e9;
            match series.get() {
                Some(bound) => bound.add(seconds),
                None => self.bind_part(part, series, seconds),
            }
        }
    }

    #[inline]
    fn record_polls(&self, longest_poll: u64, blocked: u32) {
        if let Some(histogram) = &self.longest_poll {
            histogram.record(Duration::from_nanos(longest_poll).as_secs_f64());
        }
        if blocked > 0
            && let Some(blocking) = &self.blocking
        {
            blocking.add(blocked.into());
        }
    }

    fn record_operations(&self, bill: &Bill) {
        let Some(operations) = &self.operations else { return };
        for ((series, count), kind) in
            self.kinds.iter().zip(bill.operations).zip(OperationKind::ALL)
        {
            if count > 0
                && let Some(series) = series
            {
                let bind =
                    || operations.bind(&self.attributes(key::OPERATION_KIND.of(kind.name())));
                series.get_or_init(bind).record(count.into());
            }
        }
    }

    #[cold]
    fn bind_part(&self, part: Part, series: &OnceLock<BoundCounter<f64>>, seconds: f64) {
        if let Some(time) = &self.time {
            let bind = || time.bind(&self.attributes(key::PART.of(part.name())));
            series.get_or_init(bind).add(seconds);
        }
    }

    /// Those of its owner, and `more`, in order.
    fn attributes(&self, more: KeyValue) -> Vec<KeyValue> {
        let mut attributes: Vec<_> = self.owner.iter().cloned().chain([more]).collect();
        attributes.sort_by(|one, other| one.key.cmp(&other.key));
        attributes
    }
}
