//! Methods of a type's own.

use std::{collections::BTreeSet, num::ParseIntError, sync::Arc};

use kymo_repository::{Described, ErrorTypes, Repository};

use crate::repository_meters::{RepositoryMeters, counts};

#[derive(Debug, PartialEq)]
enum Refusal {
    SoldOut,
    Number(ParseIntError),
}

const REFUSALS: ErrorTypes<Refusal> = ErrorTypes::new(|refusal| match refusal {
    Refusal::SoldOut => "sold_out",
    Refusal::Number(_) => "number",
});

impl From<ParseIntError> for Refusal {
    fn from(error: ParseIntError) -> Self {
        Self::Number(error)
    }
}

/// A result by another name.
type Answer<T> = Result<T, Refusal>;

#[derive(Clone)]
struct Books {
    repository: Repository,
    titles: Vec<String>,
}

#[kymo_repository::repository("books", errors = REFUSALS, crate = kymo_repository)]
impl Books {
    const MOST: usize = 3;

    fn new(repository: Repository) -> Self {
        Self { repository, titles: vec!["Dune".to_owned()] }
    }

    #[kymo(errors("sold_out", "number"))]
    async fn find(&self, place: &str) -> Answer<Option<&str>> {
        let place: usize = place.parse()?;
        if place >= Self::MOST {
            return Err(Refusal::SoldOut);
        }
        Ok(self.titles.get(place).map(String::as_str))
    }

    /// An argument may have the name of anything that the attribute makes.
    async fn insert(
        &mut self,
        method: impl Into<String>,
        mut answer: usize,
    ) -> Result<usize, Refusal> {
        answer += 1;
        self.titles.push(method.into());
        Ok(answer + self.titles.len())
    }

    fn first(&mut self) -> Option<&mut String> {
        self.titles.first_mut()
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.titles.iter()
    }

    fn after(
        &self,
        (place, _): (usize, u8),
    ) -> Result<impl Iterator<Item = &String>, &'static str> {
        if place > self.titles.len() {
            return Err("too far");
        }
        Ok(self.titles.iter().skip(place))
    }

    async fn numbers(&self, most: &str) -> Answer<impl Iterator<Item = u32> + use<>> {
        let most: u32 = most.parse()?;
        Ok(0..most)
    }

    async fn clear(&mut self) {
        self.titles.clear();
    }

    fn shared(self: Arc<Self>) -> usize {
        Arc::strong_count(&self)
    }

    async fn into_titles(self) -> Vec<String> {
        self.titles
    }

    #[kymo(skip)]
    fn len(&self) -> usize {
        self.titles.len()
    }

    #[kymo(name = "is_there", errors("none"))]
    fn contains(&self, title: &str) -> bool {
        self.titles.iter().any(|known| known == title)
    }

    #[cfg(any())]
    #[kymo(errors("none"))]
    fn never(&self) {}

    fn r#match(&self) {}
}

fn books() -> (RepositoryMeters, Books) {
    let meters = RepositoryMeters::new();
    let books = Books::new(meters.metrics.described::<Books>());
    (meters, books)
}

#[test]
fn every_method_with_self_is_expected_and_no_other() {
    let expected = [
        "find",
        "insert",
        "first",
        "all",
        "after",
        "numbers",
        "clear",
        "shared",
        "into_titles",
        "is_there",
        "match",
    ];
    assert_eq!(Books::METHODS, expected);
    assert_eq!(Books::NAME, "books");
    let errors: &[(_, &[_])] = &[("find", &["sold_out", "number"]), ("is_there", &["none"])];
    assert_eq!(Books::ERRORS, errors);
    let (meters, _books) = books();
    let operations = meters.operations();
    assert!(operations.values().all(|count| *count == 0), "{operations:?}");
    let errors = ["books find number", "books find sold_out", "books is_there none"];
    let methods = expected.map(|method| format!("books {method}"));
    let all = methods.into_iter().chain(errors.map(str::to_owned));
    assert_eq!(operations.into_keys().collect::<BTreeSet<_>>(), all.collect(), "and no other");
}

#[tokio::test]
async fn each_call_is_counted_once_under_what_became_of_it() {
    let (meters, mut books) = books();
    assert_eq!(books.find("0").await, Ok(Some("Dune")));
    assert_eq!(books.find("1").await, Ok(None));
    assert_eq!(books.find("7").await, Err(Refusal::SoldOut));
    assert!(matches!(books.find("x").await, Err(Refusal::Number(_))));
    assert_eq!(books.insert("Emma", 5).await, Ok(8));
    books.first().unwrap().push('!');
    assert_eq!(books.all().collect::<Vec<_>>(), ["Dune!", "Emma"]);
    assert_eq!(books.after((1, 0)).unwrap().collect::<Vec<_>>(), ["Emma"]);
    assert_eq!(books.after((9, 0)).err(), Some("too far"));
    assert_eq!(books.numbers("3").await.unwrap().count(), 3);
    assert!(books.numbers("").await.is_err());
    assert!(books.contains("Emma"));
    assert_eq!(Arc::new(books.clone()).shared(), 1);
    assert_eq!(books.clone().into_titles().await.len(), 2);
    books.clear().await;
    books.r#match();
    assert_eq!(books.len(), 0);

    let mut operations = meters.operations();
    operations.retain(|_, count| *count > 0);
    let all = [
        ("books after", 1),
        // The names are those of another type of errors.
        ("books after _OTHER", 1),
        ("books all", 1),
        ("books clear", 1),
        ("books find", 2),
        ("books find number", 1),
        ("books find sold_out", 1),
        ("books first", 1),
        ("books insert", 1),
        ("books into_titles", 1),
        ("books is_there", 1),
        ("books match", 1),
        ("books numbers", 1),
        ("books numbers number", 1),
        ("books shared", 1),
    ];
    assert_eq!(operations, counts(&all));
}
