//! The laws, for repositories: one with the attribute, and one that is observed by hand.

use std::future::pending;

use kymo::{
    MetricSpec, Telemetry,
    repository::{Entity, ErrorTypes, Repository},
    testing::laws::{self, Subject},
};

use crate::give_up::give_up;

fn declared() -> Vec<MetricSpec> {
    let ours = |metric: &&MetricSpec| {
        ["kymo.repository.", "kymo.cardinality."].iter().any(|of| metric.name.starts_with(of))
    };
    kymo::declared_metrics().filter(ours).copied().collect()
}

#[derive(Debug)]
struct NoBook;

/// A title for any number but 0; the last number is never found out.
async fn title(book: u32) -> Result<String, NoBook> {
    match book {
        0 => Err(NoBook),
        u32::MAX => pending().await,
        _ => Ok(format!("title {book}")),
    }
}

const ERRORS: ErrorTypes<NoBook> = ErrorTypes::new(&["no_book"], |_| "no_book");

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
    const OPERATIONS: &'static str = "kymo.repository.operation.duration";
    const IN_FLIGHT: &'static [&'static str] = &[];
    const SERIES: usize = 2;

    fn declared() -> Vec<MetricSpec> {
        declared()
    }

    fn new(telemetry: Option<&Telemetry>) -> Self {
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
        give_up(self.title(u32::MAX)).await;
    }

    async fn stranger(&self, n: u32) {
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
    const OPERATIONS: &'static str = "kymo.repository.operation.duration";
    const IN_FLIGHT: &'static [&'static str] = &[];
    /// A thousand, a quarter of it for what is folded, and one for each repository.
    const SERIES: usize = 1_315;

    fn declared() -> Vec<MetricSpec> {
        declared()
    }

    fn new(telemetry: Option<&Telemetry>) -> Self {
        Self(telemetry.cloned())
    }

    async fn succeed(&self) {
        self.title("books", "title", 1).await.unwrap();
    }

    async fn fail(&self) {
        self.title("books", "title", 0).await.unwrap_err();
    }

    async fn cancel(&self) {
        give_up(self.title("books", "title", u32::MAX)).await;
    }

    async fn stranger(&self, n: u32) {
        let method = format!("method_{n}").leak();
        self.title(&format!("stranger {n}"), method, n + 1).await.unwrap();
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
