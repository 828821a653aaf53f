//! The laws, for units of work.

use std::future::pending;

use kymo::{
    MetricSpec, Telemetry,
    testing::{
        TestTelemetry,
        laws::{self, Subject},
    },
};

use super::give_up::give_up;

#[derive(Debug)]
struct NoBook;

const UNKNOWN: u32 = u32::MAX;
const TORN: u32 = u32::MAX - 1;
const TRAPPED: u32 = u32::MAX - 2;

/// Indexes most books; some are never found out.
async fn index(book: u32) -> Result<String, NoBook> {
    match book {
        0 => Err(NoBook),
        UNKNOWN => pending().await,
        TORN => panic!("the book is torn"),
        TRAPPED => {
            let _trap = laws::Trap;
            pending().await
        }
        _ => Ok(format!("book {book}")),
    }
}

/// Books that are indexed one by one.
struct Index(Option<Telemetry>);

impl Index {
    async fn index(&self, unit: &str, book: u32) -> Result<String, NoBook> {
        match &self.0 {
            None => index(book).await,
            Some(telemetry) => telemetry.unit_of_work(unit).run_result(index(book)).await,
        }
    }
}

impl Subject for Index {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "kymo.unit_of_work.duration";
    const IN_FLIGHT: &'static [&'static str] = &[];
    /// Five hundred, a quarter of it for what is folded, and what each unit can end as without a name for it.
    const SERIES: usize = 950;

    fn declared() -> Vec<MetricSpec> {
        let ours = |metric: &&MetricSpec| {
            ["kymo.unit_of_work.", "kymo.cardinality."].iter().any(|of| metric.name.starts_with(of))
        };
        kymo::declared_metrics().filter(ours).copied().collect()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        Self(telemetry.map(|telemetry| (**telemetry).clone()))
    }

    async fn succeed(&self) {
        self.index("reindex", 1).await.unwrap();
    }

    async fn fail(&self) {
        self.index("reindex", 0).await.unwrap_err();
    }

    async fn cancel(&self) {
        give_up(self.index("reindex", UNKNOWN)).await;
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.index("reindex", UNKNOWN)).await;
    }

    async fn panic(&self) {
        laws::unwind(self.index("reindex", TORN)).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.index("reindex", TRAPPED)).await;
    }

    async fn client(&self, n: u32) {
        self.index(&format!("client {n}"), n + 1).await.unwrap();
    }

    async fn transcript(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for book in [1, 0, 2] {
            seen.push(format!("{:?}", self.index("reindex", book).await));
        }
        seen
    }
}

#[tokio::test]
async fn units_of_work_obey_the_laws() {
    laws::hold::<Index>().await;
}
