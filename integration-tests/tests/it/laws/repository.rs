//! The laws, for repositories: one with the attribute, and one that is observed by hand.

use std::future::pending;

use kymo::{
    MetricSpec, Telemetry,
    repository::{Entity, ErrorTypes, Repository},
    testing::{
        OperationKind, TestTelemetry,
        laws::{self, Subject},
    },
};

use super::give_up::give_up;

fn declared() -> Vec<MetricSpec> {
    let ours = |metric: &&MetricSpec| {
        let of = ["kymo.repository.", "kymo.cardinality.", "kymo.http.server.request.outside"];
        of.iter().any(|of| metric.name.starts_with(of))
    };
    kymo::declared_metrics().filter(ours).copied().collect()
}

#[derive(Debug)]
struct NoBook;

const UNKNOWN: u32 = u32::MAX;
const TORN: u32 = u32::MAX - 1;
const TRAPPED: u32 = u32::MAX - 2;

/// A title for most numbers; some are never found out.
async fn title(book: u32) -> Result<String, NoBook> {
    match book {
        0 => Err(NoBook),
        UNKNOWN => pending().await,
        TORN => panic!("the book is torn"),
        TRAPPED => {
            let _trap = laws::Trap;
            pending().await
        }
        _ => Ok(format!("title {book}")),
    }
}

const ERRORS: ErrorTypes<NoBook> = ErrorTypes::new(|_| "no_book");

enum Books {
    Bare,
    Observed(Observed),
}

struct Observed {
    repository: Repository,
    book: Entity,
}

#[kymo::repository("books", errors = ERRORS)]
impl Observed {
    async fn title(&self, book: u32) -> Result<String, NoBook> {
        let title = title(book).await?;
        self.book.updated(1);
        Ok(title)
    }
}

impl Books {
    async fn title(&self, book: u32) -> Result<String, NoBook> {
        match self {
            Self::Bare => title(book).await,
            Self::Observed(books) => books.title(book).await,
        }
    }
}

impl Subject for Books {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "kymo.repository.operation.duration";
    const IN_FLIGHT: &'static [&'static str] = &[];
    const SERIES: usize = 2;
    const KIND: Option<OperationKind> = Some(OperationKind::Repository);

    fn declared() -> Vec<MetricSpec> {
        declared()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        let Some(telemetry) = telemetry else { return Self::Bare };
        let repository = telemetry.repository_of::<Observed>();
        Self::Observed(Observed { book: repository.entity("book"), repository })
    }

    async fn succeed(&self) {
        self.title(1).await.unwrap();
    }

    async fn fail(&self) {
        self.title(0).await.unwrap_err();
    }

    async fn cancel(&self) {
        give_up(self.title(UNKNOWN)).await;
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.title(UNKNOWN)).await;
    }

    async fn panic(&self) {
        laws::unwind(self.title(TORN)).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.title(TRAPPED)).await;
    }

    async fn client(&self, n: u32) {
        self.title(n + 1).await.unwrap();
    }

    async fn transcript(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for book in [1, 0, 2] {
            seen.push(format!("{:?}", self.title(book).await));
        }
        seen
    }
}

/// Observed where it is called, under names that may be anybody's.
struct ByHand(Option<Telemetry>);

impl ByHand {
    async fn title(
        &self,
        repository: &str,
        method: &'static str,
        book: u32,
    ) -> Result<String, NoBook> {
        match &self.0 {
            None => title(book).await,
            Some(telemetry) => telemetry.repository(repository).observe(method, title(book)).await,
        }
    }
}

impl Subject for ByHand {
    type Telemetry = TestTelemetry;
    const OPERATIONS: &'static str = "kymo.repository.operation.duration";
    const IN_FLIGHT: &'static [&'static str] = &[];
    /// A thousand, a quarter of it for what is folded, and one for each repository.
    const SERIES: usize = 1_315;
    const KIND: Option<OperationKind> = Some(OperationKind::Repository);

    fn declared() -> Vec<MetricSpec> {
        declared()
    }

    fn new(telemetry: Option<&TestTelemetry>) -> Self {
        Self(telemetry.map(|telemetry| (**telemetry).clone()))
    }

    async fn succeed(&self) {
        self.title("books", "title", 1).await.unwrap();
    }

    async fn fail(&self) {
        self.title("books", "title", 0).await.unwrap_err();
    }

    async fn cancel(&self) {
        give_up(self.title("books", "title", UNKNOWN)).await;
    }

    async fn cancel_by_panic(&self) {
        laws::drop_while_unwinding(self.title("books", "title", UNKNOWN)).await;
    }

    async fn panic(&self) {
        laws::unwind(self.title("books", "title", TORN)).await;
    }

    async fn panic_in_drop(&self) {
        laws::unwind_in_drop(self.title("books", "title", TRAPPED)).await;
    }

    async fn client(&self, n: u32) {
        let method = format!("method_{n}").leak();
        self.title(&format!("client {n}"), method, n + 1).await.unwrap();
    }

    async fn transcript(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for book in [1, 0, 2] {
            seen.push(format!("{:?}", self.title("books", "title", book).await));
        }
        seen
    }
}

#[tokio::test]
async fn a_repository_with_the_attribute_obeys_the_laws() {
    laws::hold::<Books>().await;
}

#[tokio::test]
async fn a_repository_that_is_observed_by_hand_obeys_the_laws() {
    laws::hold::<ByHand>().await;
}
