//! The laws, held against an instrumentation that obeys them and against many that do not.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Poll, Waker, ready},
    thread,
};

use kymo::{
    MetricKind, MetricSpec, Telemetry, key,
    opentelemetry::{
        KeyValue,
        metrics::{Histogram, UpDownCounter},
    },
    testing::{
        TestTelemetry,
        laws::{self, Subject},
    },
};

use super::message;

const DURATION: MetricSpec = MetricSpec::new(
    "job.duration",
    MetricKind::Histogram { buckets: &[1.0] },
    "s",
    "Time a job took.",
)
.with_attributes(&[key::ERROR_TYPE, key::HTTP_ROUTE.key]);

const ACTIVE: MetricSpec =
    MetricSpec::new("job.active", MetricKind::UpDownCounter, "{job}", "Jobs under way.")
        .with_attributes(&[key::HTTP_ROUTE.key]);

/// The faults of an instrumentation.
mod fault {
    pub(super) const NONE: u8 = 0;
    pub(super) const SUCCESS_IS_AN_ERROR: u8 = 1;
    pub(super) const COUNTS_TWICE: u8 = 2;
    pub(super) const FAILURE_IS_A_SUCCESS: u8 = 3;
    pub(super) const ERROR_IS_A_MESSAGE: u8 = 4;
    pub(super) const FORGETS_THE_DROPPED: u8 = 5;
    pub(super) const DROPPED_IS_A_FAILURE: u8 = 6;
    pub(super) const LEAKS_WHAT_IS_DROPPED: u8 = 7;
    pub(super) const COMES_DOWN_ELSEWHERE: u8 = 8;
    pub(super) const LABELS_WHAT_CLIENTS_SAY: u8 = 9;
    pub(super) const FORGETS_SOME_CLIENTS: u8 = 10;
    pub(super) const ADDS_AN_ATTRIBUTE: u8 = 11;
    pub(super) const ADDS_A_METRIC: u8 = 12;
    pub(super) const RECORDS_ANOTHER_KIND: u8 = 13;
    pub(super) const RECORDS_ANOTHER_UNIT: u8 = 14;
    pub(super) const CHANGES_A_RESULT: u8 = 15;
    pub(super) const DECLARES_TOO_LITTLE: u8 = 16;
    pub(super) const DECLARES_BADLY: u8 = 17;
    pub(super) const LABELS_IDS: u8 = 18;
    pub(super) const COUNTS_NOTHING: u8 = 19;
    pub(super) const FORGETS_WHAT_IS_ACTIVE: u8 = 20;
    pub(super) const CALLS_A_PANIC_CANCELLED: u8 = 21;
    pub(super) const ASKS_THE_THREAD: u8 = 22;
    pub(super) const FORGETS_THE_LAST_OF_IT: u8 = 23;
    pub(super) const IS_NEVER_ACTIVE: u8 = 24;
    pub(super) const IS_ACTIVE_TWICE: u8 = 25;
    pub(super) const ERROR_HAS_AN_ID: u8 = 26;
    pub(super) const FORGETS_SOME_FAILURES: u8 = 27;
    pub(super) const LEAVES_ITS_TRACE: u8 = 28;
}

/// Runs jobs, and measures them with the fault `F`.
struct Jobs<const F: u8>(Option<Instruments>);

struct Instruments {
    telemetry: Telemetry,
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
    seen: AtomicU32,
}

/// A job under way.
struct Job<'a, const F: u8> {
    instruments: &'a Instruments,
    input: &'a str,
    error: Option<&'static str>,
    ended: bool,
}

/// A job and the measured code of it.
struct Run<'a, const F: u8> {
    work: Option<BoxedWork<'a>>,
    job: Option<Job<'a, F>>,
}

type BoxedWork<'a> = Pin<Box<dyn Future<Output = Result<usize, &'static str>> + Send + 'a>>;

async fn work(input: &str) -> Result<usize, &'static str> {
    let _trap = (input == "trapped").then(|| laws::Trap);
    match input {
        "slow" | "trapped" => std::future::pending().await,
        "torn" => panic!("the job is torn"),
        bad if bad.starts_with("bad") => Err("no_such_job"),
        _ => Ok(input.len()),
    }
}

impl<const F: u8> Jobs<F> {
    async fn run(&self, input: &str) -> Result<usize, &'static str> {
        let job = self.0.as_ref().map(|instruments| Job::<F>::start(instruments, input));
        let is_measured = job.is_some();
        match (Run { work: Some(Box::pin(work(input))), job }).await {
            Ok(0..) if F == fault::CHANGES_A_RESULT && is_measured => Ok(0),
            result => result,
        }
    }
}

impl<const F: u8> Run<'_, F> {
    fn inside<T>(&mut self, piece: impl FnOnce(&mut Self) -> T) -> T {
        if let Some(job) = &mut self.job
            && F != fault::CALLS_A_PANIC_CANCELLED
        {
            job.error = Some("panic");
        }
        let answer = piece(self);
        if let Some(job) = &mut self.job {
            job.error = Some("cancelled");
        }
        answer
    }
}

impl<const F: u8> Future for Run<'_, F> {
    type Output = Result<usize, &'static str>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.inside(|run| run.work.as_mut().unwrap().as_mut().poll(context));
        let result = ready!(polled);
        self.work = None;
        if let Some(mut job) = self.job.take() {
            (job.error, job.ended) = (result.err(), true);
        }
        Poll::Ready(result)
    }
}

impl<const F: u8> Drop for Run<'_, F> {
    fn drop(&mut self) {
        // What unwound stays what it is.
        let unwound = self.job.as_ref().is_some_and(|job| job.error == Some("panic"));
        if F != fault::FORGETS_THE_LAST_OF_IT && !unwound {
            self.inside(|run| run.work = None);
        }
    }
}

impl<'a, const F: u8> Job<'a, F> {
    fn start(instruments: &'a Instruments, input: &'a str) -> Self {
        match F {
            fault::FORGETS_WHAT_IS_ACTIVE => {}
            fault::IS_NEVER_ACTIVE => instruments.active.add(0, &[]),
            fault::IS_ACTIVE_TWICE => instruments.active.add(2, &[]),
            _ => instruments.active.add(1, &[]),
        }
        Self { instruments, input, error: Some("cancelled"), ended: false }
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let error = match (F, self.error) {
            (fault::SUCCESS_IS_AN_ERROR, None) => Some("none"),
            (fault::FAILURE_IS_A_SUCCESS, Some("no_such_job")) => None,
            (fault::ERROR_IS_A_MESSAGE, Some("no_such_job")) => Some("there is no such job"),
            (fault::DROPPED_IS_A_FAILURE, Some("cancelled")) => Some("no_such_job"),
            (fault::ASKS_THE_THREAD, Some("cancelled")) if thread::panicking() => Some("panic"),
            (_, error) => error,
        };
        let mut attributes: Vec<_> =
            error.map(|error| key::ERROR_TYPE.of(error)).into_iter().collect();
        match F {
            fault::ERROR_HAS_AN_ID if error == Some("no_such_job") => {
                let gone = self.input.replace(' ', "_");
                attributes = vec![key::ERROR_TYPE.of(format!("{gone}_is_gone"))];
            }
            fault::LABELS_WHAT_CLIENTS_SAY => {
                attributes.push(key::HTTP_ROUTE.of(self.input.to_owned()));
            }
            fault::LABELS_IDS => attributes.push(key::HTTP_ROUTE.of("/jobs/17")),
            fault::ADDS_AN_ATTRIBUTE => attributes.push(KeyValue::new("job.colour", "green")),
            _ => {}
        }
        attributes
    }
}

impl<const F: u8> Drop for Job<'_, F> {
    fn drop(&mut self) {
        let Instruments { telemetry, duration, active, seen } = self.instruments;
        match F {
            fault::FORGETS_WHAT_IS_ACTIVE | fault::IS_NEVER_ACTIVE => {}
            fault::IS_ACTIVE_TWICE => active.add(-2, &[]),
            fault::LEAKS_WHAT_IS_DROPPED if !self.ended => {}
            fault::COMES_DOWN_ELSEWHERE => active.add(-1, &[key::HTTP_ROUTE.of("/jobs")]),
            _ => active.add(-1, &[]),
        }
        let times = match F {
            fault::COUNTS_NOTHING => 0,
            fault::COUNTS_TWICE => 2,
            fault::FORGETS_THE_DROPPED if !self.ended => 0,
            fault::FORGETS_SOME_FAILURES if self.input == "bad 7" => 0,
            fault::FORGETS_SOME_CLIENTS
                if self.input.starts_with("job ") && seen.fetch_add(1, Ordering::Relaxed) > 10 =>
            {
                0
            }
            _ => 1,
        };
        let attributes = self.attributes();
        if F == fault::LEAVES_ITS_TRACE {
            let record = || duration.record(0.5, &attributes);
            return thread::scope(|scope| drop(scope.spawn(record)));
        }
        (0..times).for_each(|_| duration.record(0.5, &attributes));
        if F == fault::ADDS_A_METRIC {
            telemetry.meter("jobs").u64_counter("job.surprises").build().add(1, &[]);
        }
    }
}

impl<const F: u8> Subject for Jobs<F> {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = DURATION.name;
    const IN_FLIGHT: &'static [&'static str] = &[ACTIVE.name];
    const SERIES: usize = 4;
    const CLIENTS: u32 = 100;

    fn declared() -> Vec<MetricSpec> {
        match F {
            fault::DECLARES_TOO_LITTLE => vec![DURATION],
            fault::DECLARES_BADLY => {
                let mut active = ACTIVE;
                active.description = "";
                vec![DURATION, active]
            }
            _ => vec![DURATION, ACTIVE],
        }
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        Self(telemetry.map(|telemetry| {
            let meter = telemetry.meter("jobs");
            let mut other = DURATION;
            if F == fault::RECORDS_ANOTHER_UNIT {
                other.unit = "min";
            }
            if F == fault::RECORDS_ANOTHER_KIND {
                let gauge = meter.f64_gauge(ACTIVE.name).with_unit(ACTIVE.unit).build();
                gauge.record(0.0, &[]);
            }
            Instruments {
                telemetry: (**telemetry).clone(),
                duration: other.histogram(&meter),
                active: ACTIVE.up_down_counter(&meter),
                seen: AtomicU32::new(0),
            }
        }))
    }

    async fn succeed(&self) {
        self.run("good").await.unwrap();
    }

    async fn fail(&self) {
        self.run("bad").await.unwrap_err();
    }

    async fn fail_as(&self, n: u32) {
        self.run(&format!("bad {n}")).await.unwrap_err();
    }

    async fn stay(&self) {
        self.run("slow").await.unwrap();
    }

    async fn cancel(&self) {
        let mut slow = pin!(self.run("slow"));
        assert!(slow.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.run("slow")).await;
    }

    async fn panic(&self) {
        laws::unwind(self.run("torn")).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.run("trapped")).await;
    }

    async fn client(&self, n: u32) {
        self.run(&format!("job {n}")).await.unwrap();
    }

    async fn transcript(&self) -> Vec<String> {
        vec![format!("{:?} {:?}", self.run("good").await, self.run("bad").await)]
    }
}

fn hold<const F: u8>() {
    let mut laws = pin!(laws::hold::<Jobs<F>>());
    // Nothing in these jobs waits for anybody.
    assert!(laws.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

#[track_caller]
fn breaks<const F: u8>(law: &str) {
    let message = message(hold::<F>);
    assert!(message.contains(law), "{message}");
}

#[test]
fn an_instrumentation_without_a_fault_obeys() {
    hold::<{ fault::NONE }>();
}

#[test]
fn law_1_wants_exactly_one_success() {
    breaks::<{ fault::SUCCESS_IS_AN_ERROR }>(
        "law 1: a success has no error.type, but this has {\"none\"}",
    );
    breaks::<{ fault::COUNTS_TWICE }>(
        "law 1: a success is exactly one observation of `job.duration`",
    );
    breaks::<{ fault::COUNTS_NOTHING }>(
        "law 1: a success is exactly one observation of `job.duration`",
    );
}

#[test]
fn law_2_wants_a_class_of_error() {
    breaks::<{ fault::FAILURE_IS_A_SUCCESS }>("law 2: a failure has an error.type");
    breaks::<{ fault::ERROR_IS_A_MESSAGE }>(
        "law 2: an error.type is a class, such as `timeout`, and not a message: \
         Some(\"there is no such job\")",
    );
    breaks::<{ fault::ERROR_HAS_AN_ID }>(
        "law 2: an error.type is a class: 150 different failures have 150 of them",
    );
    breaks::<{ fault::FORGETS_SOME_FAILURES }>(
        "law 2: each failure is one observation, but of 150 there are 149",
    );
}

#[test]
fn law_3_wants_what_was_dropped_to_say_so() {
    breaks::<{ fault::FORGETS_THE_DROPPED }>(
        "law 3: an operation that was dropped is exactly one observation of `job.duration`",
    );
    breaks::<{ fault::DROPPED_IS_A_FAILURE }>(
        "law 3: an operation that was dropped has the error.type `cancelled`",
    );
}

#[test]
fn law_4_wants_every_gauge_down_again() {
    breaks::<{ fault::LEAKS_WHAT_IS_DROPPED }>(
        "law 4: nothing is in flight any more, but `job.active` reads {} 1",
    );
    breaks::<{ fault::COMES_DOWN_ELSEWHERE }>(
        "law 4: nothing is in flight any more, but `job.active` reads {http.route=\"/jobs\"} -1",
    );
    breaks::<{ fault::FORGETS_WHAT_IS_ACTIVE }>(
        "law 4: nothing was ever in flight: nothing was recorded of `job.active`",
    );
    breaks::<{ fault::IS_NEVER_ACTIVE }>(
        "law 4: one operation is under way, but `job.active` reads 0",
    );
    breaks::<{ fault::IS_ACTIVE_TWICE }>(
        "law 4: one operation is under way, but `job.active` reads 2",
    );
}

#[test]
fn law_5_wants_a_bounded_number_of_series_and_every_client_counted() {
    breaks::<{ fault::LABELS_WHAT_CLIENTS_SAY }>(
        "law 5: clients made 100 series of `job.duration`, more than 4",
    );
    breaks::<{ fault::FORGETS_SOME_CLIENTS }>("law 5: each is counted, whatever it is called");
    breaks::<{ fault::LABELS_IDS }>(
        "law 5: `job.duration`: `http.route` is a path with an id in it, \"/jobs/17\"",
    );
}

#[test]
fn law_5_wants_nothing_that_is_not_declared() {
    breaks::<{ fault::ADDS_AN_ATTRIBUTE }>(
        "law 5: `job.duration` has the undeclared attribute `job.colour`",
    );
    breaks::<{ fault::ADDS_A_METRIC }>("law 5: the metric `job.surprises` is not declared");
    breaks::<{ fault::RECORDS_ANOTHER_UNIT }>(
        "law 5: `job.duration` is a histogram in `min`, and is declared as a histogram in `s`",
    );
    breaks::<{ fault::RECORDS_ANOTHER_KIND }>(
        "law 5: `job.active` is a gauge in `{job}`, and is declared as an up-down counter in `{job}`",
    );
    breaks::<{ fault::DECLARES_TOO_LITTLE }>(
        "law 5: `job.active` is not among the declared metrics",
    );
    breaks::<{ fault::DECLARES_BADLY }>(
        "law 5: the declaration is to be mended: `job.active`: it has no description",
    );
}

#[test]
fn law_6_wants_the_caller_to_notice_nothing() {
    breaks::<{ fault::CHANGES_A_RESULT }>(
        "law 6: whoever uses it sees the same, measured (left) and bare",
    );
}

#[test]
fn law_7_wants_a_panic_where_the_operation_unwound_and_nowhere_else() {
    breaks::<{ fault::CALLS_A_PANIC_CANCELLED }>(
        "law 7: an operation whose own code unwound has the error.type `panic`",
    );
    breaks::<{ fault::FORGETS_THE_LAST_OF_IT }>(
        "law 7: an operation whose own code unwound while it was dropped has the error.type `panic`",
    );
    breaks::<{ fault::ASKS_THE_THREAD }>(
        "law 7: an operation that was dropped because something else unwound has the error.type \
         `cancelled`",
    );
}

#[test]
fn law_8_wants_one_exemplar_that_leads_to_the_trace() {
    breaks::<{ fault::LEAVES_ITS_TRACE }>(
        "law 8: an operation in a trace has one exemplar of `job.duration`",
    );
}
