//! A method's body remembers its name, and never takes it for that of another provider.

use kymo_repository::Repository;

use crate::repository_meters::{DURATION, FOLDED, RepositoryMeters, counts};

struct Books {
    repository: Repository,
}

#[kymo_repository::repository("books", crate = kymo_repository)]
impl Books {
    fn count(&self) -> u64 {
        7
    }

    fn is_empty(&self) -> bool {
        false
    }
}

#[test]
fn each_provider_has_the_calls_of_its_own_repositories() {
    let (one, other) = (RepositoryMeters::new(), RepositoryMeters::new());
    // In the other one, names have other places.
    other.metrics.repository("shelves").observe_sync("is_empty", || Ok::<_, ()>(())).unwrap();
    let books =
        [&one, &other].map(|meters| Books { repository: meters.metrics.repository("books") });
    for _ in 0..3 {
        assert_eq!(books[0].count(), 7);
        assert_eq!(books[1].count(), 7);
        assert_eq!(books[1].count(), 7);
        assert!(!books[1].is_empty());
    }
    assert_eq!(one.operations(), counts(&[("books count", 3)]));
    let expected = [("books count", 6), ("books is_empty", 3), ("shelves is_empty", 1)];
    assert_eq!(other.operations(), counts(&expected));
}

#[test]
fn each_call_of_a_method_without_a_place_is_counted_as_folded() {
    let meters = RepositoryMeters::new();
    let books = meters.metrics.repository("books");
    for n in 0..500 {
        books.observe_sync(format!("m{n}").leak(), || Ok::<_, ()>(())).unwrap();
    }
    let folded = || meters.points().count(FOLDED, &[]);
    let before = folded();
    let books = Books { repository: books };
    for _ in 0..3 {
        books.count();
    }
    assert_eq!(folded(), before + 3);
    assert_eq!(meters.points().count(DURATION, &[("kymo.repository.method", "_OTHER")]), 100 + 3);
}
