//! The laws that every instrumentation obeys, for ours and for yours.
//!
//! An instrumentation becomes a [`Subject`] in a few lines, and [`hold`] drives it through every way
//! an operation can end:
//!
//! 1. a success is one observation, without `error.type`;
//! 2. a failure is one observation, with an `error.type` that is a class and not a message: it has
//!    no blank in it, and different failures share a few;
//! 3. an operation that is dropped midway is one observation, with `error.type="cancelled"`;
//! 4. an operation is in flight while it is under way, and after any of these nothing is any more;
//! 5. only declared metrics and attributes appear, and any input whatever makes a bounded number of
//!    series while each is counted;
//! 6. whoever uses the measured thing sees what it would see without;
//! 7. an operation is one observation with `error.type="panic"` when its own code unwound, be it
//!    while that was dropped, and one that was dropped because something else unwinds is
//!    `cancelled`;
//! 8. an operation in a sampled trace leads to it by one exemplar, which is in the bucket of its one
//!    observation, and has its value; a telemetry that keeps no exemplars [says so](Subject::IS_TRACED);
//! 9. an operation of a [kind](Subject::KIND) that requests ask for is entered once into the account that the
//!    thread is lent when it ends, and counted as outside where it is lent none.
//!
//! ```
//! # use std::future::Future;
//! use kymo_core::{Attempt, KnownValues, MetricKind, MetricSpec, Outcome, Record, key};
//! use kymo_testing::{TestMeters, laws::{self, Subject}};
//! use opentelemetry::metrics::Counter;
//!
//! const SENT: MetricSpec = MetricSpec::new(
//!     "mail.sent",
//!     MetricKind::Counter,
//!     "{mail}",
//!     "Mails that were sent, or were not.",
//! )
//! .with_attributes(&[key::ERROR_TYPE]);
//!
//! const FAILURES: KnownValues = KnownValues::of(&["no_address"]);
//!
//! /// Counts a mail, if there is a counter.
//! struct Mail<'a>(Option<&'a Counter<u64>>);
//!
//! impl Record for Mail<'_> {
//!     fn record(&mut self, _elapsed: std::time::Duration, outcome: Outcome) {
//!         let error = outcome.error_type(&FAILURES).map(str::to_owned);
//!         let error = error.map(|error| key::ERROR_TYPE.of(error));
//!         self.0.map(|sent| sent.add(1, error.as_slice()));
//!     }
//! }
//!
//! /// Sends mails, and measures them if it was given meters.
//! struct Mailer(Option<Counter<u64>>);
//!
//! impl Mailer {
//!     async fn send(&self, to: &str) -> Result<(), &'static str> {
//!         let mut attempt = Attempt::new(Mail(self.0.as_ref()));
//!         let sent = attempt.watch(deliver(to)).await;
//!         attempt.finish(match sent {
//!             Ok(()) => Outcome::Success,
//!             Err(error) => Outcome::Failed(FAILURES.bound(error)),
//!         });
//!         sent
//!     }
//! }
//!
//! async fn deliver(to: &str) -> Result<(), &'static str> {
//!     # if to == "panic" { panic!("as asked") }
//!     # let _trap = (to == "trap").then(|| laws::Trap);
//!     # if to == "slow" || to == "trap" { std::future::pending::<()>().await }
//!     if to.contains('@') { Ok(()) } else { Err("no_address") }
//! }
//!
//! impl Subject for Mailer {
//!     type Telemetry = TestMeters;
//!     const OPERATIONS: &'static str = SENT.name;
//!     const IN_FLIGHT: &'static [&'static str] = &[];
//!     const SERIES: usize = 4;
//!     // These meters keep no exemplars, which `kymo::testing::TestTelemetry` does.
//!     const IS_TRACED: bool = false;
//!     # const CLIENTS: u32 = 1000;
//!
//!     fn declared() -> Vec<MetricSpec> {
//!         vec![SENT]
//!     }
//!
//!     fn new(meters: Option<&TestMeters>) -> Self {
//!         Self(meters.map(|meters| SENT.counter(&meters.meter("mailer"))))
//!     }
//!
//!     async fn succeed(&self) {
//!         self.send("a@example.org").await.unwrap();
//!     }
//!
//!     async fn fail(&self) {
//!         self.send("nobody").await.unwrap_err();
//!     }
//!
//!     async fn fail_as(&self, n: u32) {
//!         self.send(&format!("nobody{n}")).await.unwrap_err();
//!     }
//!
//!     async fn cancel(&self) {
//!         // Polled once, and dropped.
//!         let mut slow = std::pin::pin!(self.send("slow"));
//!         std::future::poll_fn(|context| {
//!             std::task::Poll::Ready(drop(slow.as_mut().poll(context)))
//!         }).await;
//!     }
//!
//!     async fn cancel_by_panic(&self) {
//!         laws::drop_while_unwinding(self.send("slow")).await;
//!     }
//!
//!     async fn panic(&self) {
//!         laws::unwind(self.send("panic")).await;
//!     }
//!
//!     async fn panic_in_drop(&self) {
//!         laws::unwind_in_drop(self.send("trap")).await;
//!     }
//!
//!     async fn client(&self, n: u32) {
//!         self.send(&format!("{n}@example.org")).await.unwrap();
//!     }
//!
//!     async fn transcript(&self) -> Vec<String> {
//!         vec![format!("{:?}", self.send("a@b").await), format!("{:?}", self.send("a").await)]
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! laws::hold::<Mailer>().await;
//! # }
//! ```

mod entered;
mod law;
mod subject;
mod traced;
mod unwinding;

pub use self::{
    law::hold,
    subject::Subject,
    traced::Traced,
    unwinding::{Trap, drop_while_unwinding, unwind, unwind_in_drop},
};
