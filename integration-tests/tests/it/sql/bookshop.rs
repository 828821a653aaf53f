//! The bookshop's metrics page shows its database.

use std::time::Duration;

use http::Method;
use integration_tests::{Bookshop, Scrape, eventually};

const DUNE: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

/// Two books, three orders of which one is refused for want of copies and one for want of a book,
/// and some reading.
async fn traffic(shop: &Bookshop) {
    let status =
        async |method, path, json| shop.client().send(method, path, json).await.status.as_u16();
    assert_eq!(status(Method::POST, "/books", DUNE).await, 201);
    assert_eq!(status(Method::POST, "/books", DUNE).await, 201);
    assert_eq!(status(Method::POST, "/orders", r#"{"book":1,"copies":2}"#).await, 201);
    assert_eq!(status(Method::POST, "/orders", r#"{"book":1,"copies":2}"#).await, 409);
    assert_eq!(status(Method::POST, "/orders", r#"{"book":99,"copies":1}"#).await, 404);
    assert_eq!(status(Method::GET, "/books", "").await, 200);
    assert_eq!(status(Method::GET, "/books/1", "").await, 200);
    assert_eq!(status(Method::GET, "/books/2", "").await, 200);
    assert_eq!(status(Method::DELETE, "/books/2", "").await, 204);
}

async fn scrape(shop: &Bookshop) -> Scrape {
    Scrape::parse(shop.client().get("/metrics").await.text()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_is_counted_under_its_summary() {
    let shop = Bookshop::start();
    traffic(&shop).await;
    let scrape = scrape(&shop).await;

    let count = "db_client_operation_duration_seconds_count";
    let counted: Vec<_> = scrape
        .samples(count, &[("otel_scope_name", "kymo-sqlx")])
        .map(|sample| {
            let label = |key| sample.label(key).unwrap_or("").to_owned();
            (label("db_query_summary"), label("error_type"), sample.value)
        })
        .collect();
    let expected = [
        ("BEGIN", "", 3.0),
        ("COMMIT", "", 1.0),
        ("DELETE books", "", 1.0),
        ("INSERT books", "", 2.0),
        ("INSERT orders", "", 2.0),
        ("INSERT orders", "foreign_key_violation", 1.0),
        ("ROLLBACK", "", 1.0),
        ("SELECT books", "", 3.0),
        ("UPDATE books", "", 2.0),
    ];
    let mut counted = counted;
    counted.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
    let seen: Vec<_> = counted.iter().map(|(s, e, n)| (s.as_str(), e.as_str(), *n)).collect();
    assert_eq!(seen, expected);

    let failed = [("error_type", "foreign_key_violation"), ("db_response_status_code", "787")];
    assert_eq!(scrape.value(count, &failed).to_string(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_of_a_bare_connection_is_shown_with_what_went_round_the_pool() {
    let shop = Bookshop::start();
    traffic(&shop).await;
    let none = scrape(&shop).await;
    let unmeasured = "kymo_db_unmeasured_operations_total";
    assert_eq!(none.sum(unmeasured, &[]).to_string(), "0", "nothing has gone round it");
    assert_eq!(none.sum("kymo_db_connection_direct_uses_total", &[]).to_string(), "0");

    for _ in 0..3 {
        let authors = shop.client().get("/authors").await;
        assert_eq!(authors.text(), r#"[{"author":"Frank Herbert","books":1}]"#);
    }
    let scrape = scrape(&shop).await;
    let statement = [("db_query_summary", "count_by_author")];
    assert_eq!(scrape.value(unmeasured, &statement).to_string(), "3");
    assert_eq!(scrape.sum(unmeasured, &[]).to_string(), "3");
    assert_eq!(scrape.sum("kymo_db_connection_direct_uses_total", &[]).to_string(), "3");
    for name in
        ["db_client_operation_duration_seconds_count", "db_client_response_returned_rows_sum"]
    {
        let events = [statement[0], ("otel_scope_name", "kymo-sqlx-events")];
        assert_eq!(scrape.sum(name, &events).to_string(), "3", "{name}");
        assert_eq!(scrape.sum(name, &statement).to_string(), "3", "{name}: by the event alone");
    }
    // What the measured pool ran was not counted again.
    let inserts = [("db_query_summary", "INSERT books")];
    let inserts = scrape.sum("db_client_operation_duration_seconds_count", &inserts);
    assert_eq!(inserts.to_string(), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_count_once_they_are_committed_and_never_after_a_rollback() {
    let shop = Bookshop::start();
    traffic(&shop).await;
    let scrape = scrape(&shop).await;

    let changed = |operation, table| {
        let labels = [("db_operation_name", operation), ("db_collection_name", table)];
        scrape.sum("kymo_db_rows_changed_total", &labels).to_string()
    };
    assert_eq!(changed("INSERT", "books"), "2");
    assert_eq!(changed("INSERT", "orders"), "1", "two were refused");
    assert_eq!(changed("UPDATE", "books"), "1");
    assert_eq!(changed("DELETE", "books"), "1");

    let ended = |outcome| {
        let labels = [("kymo_db_transaction_outcome", outcome)];
        scrape.sum("kymo_db_transaction_duration_seconds_count", &labels).to_string()
    };
    assert_eq!([ended("commit"), ended("rollback"), ended("dropped")], ["1", "1", "1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_is_at_rest_after_traffic() {
    let shop = Bookshop::start();
    traffic(&shop).await;
    let pool = [("db_client_connection_pool_name", "books.db")];
    let used = [pool[0], ("db_client_connection_state", "used")];
    // sqlx tests a connection before it is idle again.
    let at_rest = |scrape: &Scrape| scrape.value("db_client_connection_count", &used) < 0.5;
    let scrape = eventually(Duration::from_secs(5), async || scrape(&shop).await, at_rest).await;

    let value = |name: &str| scrape.value(name, &pool).to_string();
    let state = |state| {
        let labels = [pool[0], ("db_client_connection_state", state)];
        scrape.value("db_client_connection_count", &labels)
    };
    assert_eq!(state("used").to_string(), "0");
    assert!((1.0..=4.0).contains(&state("idle")), "{}", state("idle"));
    assert_eq!(value("db_client_connection_max"), "4");
    assert_eq!(value("db_client_connection_idle_min"), "0");
    assert_eq!(value("db_client_connection_pending_requests"), "0");
    assert_eq!(value("db_client_connection_timeouts_total"), "0");
    let taken = value("db_client_connection_wait_time_seconds_count");
    assert_eq!(value("db_client_connection_use_time_seconds_count"), taken);
}
