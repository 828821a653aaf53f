//! However many names there are, series are few.

use kymo_repository::Repository;

use crate::repository_meters::{DURATION, FOLDED, RepositoryMeters};

fn leaked(number: usize) -> &'static str {
    format!("name_{number}").leak()
}

fn call(repository: &Repository, method: &'static str, error: Option<&'static str>) {
    repository.observe_sync_with(method, || (), |()| error);
}

fn folded(meters: &RepositoryMeters, metric: &str, attribute: &str) -> u64 {
    let folded = meters.by(FOLDED, &["kymo.cardinality.metric", "kymo.cardinality.attribute"]);
    folded.get(&format!("{metric} {attribute}")).copied().unwrap_or(0)
}

#[test]
fn names_beyond_their_budgets_are_other_and_counted() {
    let meters = RepositoryMeters::new();
    for number in 0..66 {
        call(&meters.metrics.repository(leaked(number)), "find", None);
    }
    let operations = meters.operations();
    assert_eq!(operations["_OTHER find"], 2);
    assert_eq!(operations.len(), 65);
    assert_eq!(folded(&meters, DURATION, "kymo.repository.name"), 2);

    let (meters, books) = RepositoryMeters::books();
    (0..402).for_each(|number| call(&books, leaked(number), None));
    assert_eq!(meters.operations()["books _OTHER"], 2);
    assert_eq!(folded(&meters, DURATION, "kymo.repository.method"), 2);

    let (meters, books) = RepositoryMeters::books();
    (0..34).for_each(|number| call(&books, "find", Some(leaked(number))));
    call(&books, "find", Some("_OTHER"));
    assert_eq!(meters.operations()["books find _OTHER"], 3);
    assert_eq!(folded(&meters, DURATION, "error.type"), 2);

    let (meters, books) = RepositoryMeters::books();
    (0..130).for_each(|number| books.entity(leaked(number)).inserted(1));
    assert_eq!(meters.changes()["_OTHER insert"], 2);
    assert_eq!(meters.changes().len(), 129 * 3);
    assert_eq!(folded(&meters, "kymo.repository.entity.changes", "kymo.entity.name"), 2);
}

#[test]
fn an_empty_name_is_other() {
    let meters = RepositoryMeters::new();
    call(&meters.metrics.repository(""), "", Some(""));
    meters.metrics.repository("books").entity("").inserted(1);
    assert_eq!(meters.operations()["_OTHER _OTHER _OTHER"], 1);
    assert_eq!(meters.changes()["_OTHER insert"], 1);
}

#[test]
fn what_is_expected_leaves_room_for_what_happens() {
    let meters = RepositoryMeters::new();
    let methods: Vec<_> = (0..100).map(leaked).collect();
    let errors: Vec<_> = (200..230).map(leaked).collect();
    for number in 0..20 {
        meters.metrics.repository(leaked(number)).expect(&methods, &errors);
    }
    assert_eq!(meters.operations().len(), 500);
    let books = meters.metrics.repository("books");
    call(&books, "find", None);
    call(&books, "find", Some(errors[0]));
    let operations = meters.operations();
    assert_eq!(operations["books find"], 1);
    assert_eq!(operations[&format!("books find {}", errors[0])], 1);
}

#[test]
fn what_is_expected_again_takes_no_room() {
    let (meters, books) = RepositoryMeters::books();
    (0..1_000).for_each(|_| books.expect(&["find"], &["gone"]));
    books.expect(&["insert"], &[]);
    assert_eq!(
        meters.operations().into_keys().collect::<Vec<_>>(),
        ["books find", "books find gone", "books insert"]
    );
}

#[test]
fn all_names_together_stay_below_the_limit_and_nothing_is_lost() {
    let meters = RepositoryMeters::new();
    let mut calls = 0;
    for repository in 0..70 {
        let repository = meters.metrics.repository(leaked(repository));
        for method in 0..40 {
            for error in [None, Some("gone"), Some(leaked(300 + method))] {
                call(&repository, leaked(method), error);
                calls += 1;
            }
        }
    }
    let operations = meters.operations();
    assert_eq!(operations.values().sum::<u64>(), calls);
    assert!(operations.len() <= 1_500, "{}", operations.len());
}
