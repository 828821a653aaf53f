//! The laws that every instrumentation obeys, for ours and for yours.
//!
//! An instrumentation becomes a [`Subject`] in a few lines, and [`hold`] drives it through every way
//! an operation can end:
//!
//! 1. a success is one observation, without `error.type`;
//! 2. a failure is one observation, with an `error.type` that is a class and not a message;
//! 3. an operation that is dropped midway is one observation, with `error.type="cancelled"`;
//! 4. each of these was in flight, and after it nothing is any more;
//! 5. only declared metrics and attributes appear, and any input whatever makes a bounded number of
//!    series while each is counted;
//! 6. whoever uses the measured thing sees what it would see without.
//!
//! ```
//! # use std::future::Future;
//! use kymo::{MetricKind, MetricSpec, Telemetry, key, testing::laws::{self, Subject}};
//! use kymo::opentelemetry::{KeyValue, metrics::Counter};
//!
//! const SENT: MetricSpec = MetricSpec {
//!     name: "mail.sent",
//!     kind: MetricKind::Counter,
//!     unit: "{mail}",
//!     description: "Mails that were sent, or were not.",
//!     attributes: &[key::ERROR_TYPE],
//! };
//!
//! /// Counts a mail when it is dropped, as cancelled unless something else became known.
//! struct Mail<'a>(Option<&'a Counter<u64>>, Option<&'static str>);
//!
//! impl Drop for Mail<'_> {
//!     fn drop(&mut self) {
//!         let error = self.1.map(|error| key::ERROR_TYPE.of(error));
//!         self.0.map(|sent| sent.add(1, error.as_slice()));
//!     }
//! }
//!
//! /// Sends mails, and measures them if it was given telemetry.
//! struct Mailer(Option<Counter<u64>>);
//!
//! impl Mailer {
//!     async fn send(&self, to: &str) -> Result<(), &'static str> {
//!         let mut mail = Mail(self.0.as_ref(), Some("cancelled"));
//!         # if to == "slow" { std::future::pending::<()>().await }
//!         let sent = if to.contains('@') { Ok(()) } else { Err("no_address") };
//!         mail.1 = sent.err();
//!         sent
//!     }
//! }
//!
//! impl Subject for Mailer {
//!     const OPERATIONS: &'static str = SENT.name;
//!     const IN_FLIGHT: &'static [&'static str] = &[];
//!     const SERIES: usize = 3;
//!     # const STRANGERS: u32 = 1000;
//!
//!     fn declared() -> Vec<MetricSpec> {
//!         vec![SENT]
//!     }
//!
//!     fn new(telemetry: Option<&Telemetry>) -> Self {
//!         Self(telemetry.map(|telemetry| SENT.counter(&telemetry.meter("mailer"))))
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
//!     async fn cancel(&self) {
//!         // Polled once, and dropped.
//!         let mut slow = std::pin::pin!(self.send("slow"));
//!         std::future::poll_fn(|context| {
//!             std::task::Poll::Ready(drop(slow.as_mut().poll(context)))
//!         }).await;
//!     }
//!
//!     async fn stranger(&self, n: u32) {
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

mod law;
mod subject;

pub use self::{law::hold, subject::Subject};
