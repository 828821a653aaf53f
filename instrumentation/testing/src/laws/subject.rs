//! The subject of the laws: one instrumentation.

use std::future::{Future, ready};

use kymo_core::{MetricSpec, OperationKind};

use crate::TestBed;

/// An instrumentation, and one operation of the thing it measures.
pub trait Subject: Sized + Send + Sync {
    /// Measures it: [`TestMeters`](crate::TestMeters), or the telemetry of an SDK.
    type Telemetry: TestBed;

    /// The metric that counts operations, by its OpenTelemetry name: a histogram, or a counter.
    const OPERATIONS: &'static str;
    /// The up-down counters of what is in flight, by their OpenTelemetry names; each
    /// operation is counted in one of them at least. Empty if there are none.
    const IN_FLIGHT: &'static [&'static str];
    /// How many series of [`Self::OPERATIONS`] any input whatever may make.
    const SERIES: usize;
    /// Whether law 8 is asked: its telemetry keeps exemplars. One that keeps none, as
    /// [`TestMeters`](crate::TestMeters) does, is to say so here, for the law would hold whatever it did.
    const IS_TRACED: bool = true;
    /// The kind of such operations in the accounts of requests, which law 9 asks; absent if they are no part of a
    /// request.
    const KIND: Option<OperationKind> = None;
    /// How many clients law 5 has, each with an input of its own. Less than this is for a thing that is
    /// slow.
    const CLIENTS: u32 = 100_000;

    /// Every metric that may appear.
    fn declared() -> Vec<MetricSpec>;

    /// The thing, measured by `telemetry`, or bare.
    fn new(telemetry: Option<&Self::Telemetry>) -> Self;

    /// One operation that succeeds.
    fn succeed(&self) -> impl Future<Output = ()> + Send;
    /// One operation that fails.
    fn fail(&self) -> impl Future<Output = ()> + Send;
    /// One operation that fails by an error that is unlike that of any other `n`, as by an identity
    /// in its message.
    ///
    /// By default it is no operation, and law 2 sees one failure alone.
    fn fail_as(&self, n: u32) -> impl Future<Output = ()> + Send {
        let _ = n;
        ready(())
    }
    /// One operation that is counted in [`Self::IN_FLIGHT`] once it was polled, and goes on until it
    /// is dropped.
    ///
    /// By default it is over at once, and law 4 sees nothing while it is under way.
    fn stay(&self) -> impl Future<Output = ()> + Send {
        ready(())
    }
    /// One operation that is dropped while it is under way.
    fn cancel(&self) -> impl Future<Output = ()> + Send;
    /// One operation that is dropped while it is under way, because something else unwinds;
    /// [`drop_while_unwinding`](super::drop_while_unwinding) does that to a future.
    fn cancel_by_panic(&self) -> impl Future<Output = ()> + Send;
    /// One operation whose own code unwinds while it runs; [`unwind`](super::unwind) runs such a
    /// future.
    fn panic(&self) -> impl Future<Output = ()> + Send;
    /// One operation whose own code unwinds while it is dropped under way;
    /// [`unwind_in_drop`](super::unwind_in_drop) drops such a future, and a
    /// [`Trap`](super::Trap) in it unwinds when it is dropped.
    fn panic_in_drop(&self) -> impl Future<Output = ()> + Send;
    /// One operation for the client `n`, on an input that is unlike that of any other.
    fn client(&self, n: u32) -> impl Future<Output = ()> + Send;
    /// Everything a caller can see of a success and of a failure.
    fn transcript(&self) -> impl Future<Output = Vec<String>> + Send;
}
