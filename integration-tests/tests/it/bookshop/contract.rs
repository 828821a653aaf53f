//! Every route of the bookshop, as its clients see it.

use http::Method;
use http_body_util::BodyExt;
use integration_tests::{Answer, Bookshop};
use serde_json::json;

const DUNE: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

#[tokio::test]
async fn a_book_is_made_read_changed_listed_and_removed() {
    let shop = Bookshop::start();
    let client = shop.client();
    assert_eq!(client.get("/books").await.json(), json!([]));

    let made = client.send(Method::POST, "/books", DUNE).await;
    assert_eq!(made.status, 201);
    let book = made.json();
    assert_eq!(made.header("location"), format!("/books/{}", book["id"]));
    let dune = json!({"id": book["id"], "stock": 3, "title": "Dune", "author": "Frank Herbert"});
    assert_eq!(book, dune);

    let path = made.header("location");
    assert_eq!(client.get(path).await.json(), book);
    assert_eq!(client.get("/books").await.json(), json!([book]));

    let changed = r#"{"title":"Children of Dune","author":"Frank Herbert","id":0}"#;
    let changed = client.send(Method::PUT, path, changed).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["title"], "Children of Dune");
    assert_eq!(changed.json()["id"], book["id"]);
    assert_eq!(client.get(path).await.json(), changed.json());

    let removed = client.send(Method::DELETE, path, "").await;
    assert_eq!((removed.status.as_u16(), removed.text()), (204, ""));
    assert_eq!(client.get("/books").await.json(), json!([]));
}

#[tokio::test]
async fn what_is_slow_on_purpose_has_an_answer_and_so_has_each_shelf() {
    let shop = Bookshop::start_with(&["--shelves", "2"]);
    let client = shop.client();
    let dune = client.send(Method::POST, "/books", DUNE).await.json();
    assert_eq!(client.get("/shelves/1").await.json(), json!([dune, [dune]]));
    assert_eq!(client.get("/shelves/2").await.json(), json!([null, []]));
    refused(&client.get("/shelves/3").await, 404, "/shelves/3");

    let order = client.send(Method::POST, "/orders", r#"{"book":1,"copies":2}"#).await;
    assert_eq!(order.status, 201);
    assert_eq!(client.get("/ledger").await.json(), json!({"orders": 1, "copies": 2}));
    let bestsellers = client.get("/bestsellers").await.json();
    let authors = bestsellers.as_array().unwrap().iter().filter(|book| !book["author"].is_null());
    let authors: Vec<_> = authors.cloned().collect();
    assert_eq!(authors, [json!({"title": "Dune", "author": "Frank Herbert"})]);
    assert_eq!(client.get("/receipt").await.text(), "printed\n");
    assert_eq!(client.get("/reviews").await.text(), "a fine book\n");
}

#[tokio::test]
async fn what_is_not_there_is_404_with_a_message() {
    let shop = Bookshop::start();
    let client = shop.client();
    refused(&client.get("/books/1").await, 404, "no book 1");
    refused(&client.send(Method::PUT, "/books/1", DUNE).await, 404, "no book 1");
    refused(&client.send(Method::DELETE, "/books/1", "").await, 404, "no book 1");
    refused(&client.get("/books/first").await, 404, "first");
    refused(&client.get("/shelves").await, 404, "/shelves");
    refused(&client.send(Method::PATCH, "/books", "").await, 405, "PATCH");
}

#[tokio::test]
async fn what_is_no_book_is_422_with_a_message() {
    let shop = Bookshop::start();
    let client = shop.client();
    let long = json!({"title": "x".repeat(501), "author": "y"}).to_string();
    let longest = json!({"title": "ü".repeat(500), "author": "y"}).to_string();
    let faults = [
        ("", "EOF"),
        ("{\"title\":", "EOF"),
        ("[]", "title"),
        ("{}", "title"),
        (r#"{"title":"Dune"}"#, "author"),
        (r#"{"title":1,"author":"x"}"#, "title"),
        (r#"{"title":null,"author":"x"}"#, "title"),
        (r#"{"title":"Dune","author":" "}"#, "author is empty"),
        (r#"{"title":"","author":"x"}"#, "title is empty"),
        (long.as_str(), "longer than 500"),
    ];
    for (json, word) in faults {
        refused(&client.send(Method::POST, "/books", json).await, 422, word);
    }
    let made = client.send(Method::POST, "/books", &longest).await;
    assert_eq!(made.status, 201);
    let path = made.header("location");
    refused(&client.send(Method::PUT, path, "{}").await, 422, "title");
    assert_eq!(client.get(path).await.json(), made.json(), "a refused change changes nothing");

    let form = client.post("/books", "application/x-www-form-urlencoded", "title=Dune").await;
    refused(&form, 415, "application/json");
}

#[tokio::test]
async fn a_slow_answer_takes_its_time() {
    let shop = Bookshop::start();
    let client = shop.client();
    let start = std::time::Instant::now();
    assert_eq!(client.get("/slow?ms=300").await.text(), "slept 300 ms\n");
    assert!(start.elapsed().as_millis() >= 300);
    refused(&client.get("/slow?ms=soon").await, 422, "ms");
    refused(&client.get("/slow?ms=-1").await, 422, "ms");
    refused(&client.get("/slow?ms=99999999").await, 422, "at most");
}

#[tokio::test]
async fn a_stream_comes_in_chunks() {
    let shop = Bookshop::start();
    let client = shop.client();
    let answer = client.get("/stream?chunks=3&ms=1").await;
    assert_eq!(answer.text(), "chunk 1\nchunk 2\nchunk 3\n");
    assert_eq!(answer.header("transfer-encoding"), "chunked");
    assert_eq!(answer.header("content-length"), "");
    assert_eq!(client.get("/stream?chunks=0").await.text(), "");
    refused(&client.get("/stream?chunks=many").await, 422, "chunks");
}

#[tokio::test]
async fn events_come_until_the_client_has_enough() {
    let shop = Bookshop::start();
    let mut events = shop.client().open(Method::GET, "/events").await.unwrap();
    assert_eq!(events.status(), 200);
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let mut seen = String::new();
    while !seen.contains("data: 2\n\n") {
        let frame = events.frame().await.expect("endless").unwrap();
        seen.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
    assert_eq!(seen, "event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n");
}

#[tokio::test]
async fn a_failure_is_500_with_a_message() {
    let shop = Bookshop::start();
    refused(&shop.client().get("/fail").await, 500, "always fails");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_its_own_connection_and_nothing_else() {
    let shop = Bookshop::start();
    let client = shop.client().clone();
    let other = tokio::spawn({
        let client = client.clone();
        async move { client.get("/slow?ms=500").await }
    });
    for _ in 0..3 {
        let panicked = client.try_send(Method::GET, "/panic").await;
        assert!(panicked.is_err(), "{panicked:?}");
    }
    assert_eq!(other.await.unwrap().status, 200);
    assert_eq!(client.get("/books").await.status, 200);
}

#[tokio::test]
async fn a_named_database_keeps_its_books() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("books.db").display());
    let arguments = ["--database-url", url.as_str()];
    for expected in [1, 2] {
        let shop = Bookshop::start_with(&arguments);
        shop.client().send(Method::POST, "/books", DUNE).await;
        let books = shop.client().get("/books").await.json();
        assert_eq!(books.as_array().unwrap().len(), expected);
        assert!(shop.files().is_empty(), "a temporary folder nobody needs");
        let stopped = shop.stop(integration_tests::Signal::Terminate);
        assert!(stopped.status.success(), "{}", stopped.log);
    }
}

#[tokio::test]
async fn a_database_in_memory_is_one_for_all_connections() {
    let shop = Bookshop::start_with(&["--database-url", "sqlite::memory:"]);
    let tally = integration_tests::load::run(shop.client(), 8, 10).await;
    assert_eq!(integration_tests::load::total(&tally), 800);
}

#[track_caller]
fn refused(answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    let json = answer.json();
    let message = json["message"].as_str().expect("a message");
    assert!(message.contains(word), "{message}");
}
