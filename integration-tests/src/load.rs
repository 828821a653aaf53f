//! A load whose size is known exactly.

use std::collections::BTreeMap;

use http::Method;
use tokio::task::JoinSet;

use crate::client::{Answer, Client};

/// Requests sent and answered, by method, route template (empty for none) and status.
pub type Tally = BTreeMap<(String, String, u16), u64>;

/// Sends `rounds` rounds of requests from each of `workers` tasks, and counts every one.
///
/// A round is the life of a book (made, read, changed, listed, removed), with a request that is
/// refused, one that fails, one that matches no route, and a chunked body. No worker waits for
/// another, and all share one pool of connections.
///
/// # Panics
///
/// When a request is not answered, or not with the status it should have.
pub async fn run(client: &Client, workers: usize, rounds: usize) -> Tally {
    let mut tasks = JoinSet::new();
    for _ in 0..workers {
        tasks.spawn(work(client.clone(), rounds));
    }
    let mut total = Tally::new();
    while let Some(part) = tasks.join_next().await {
        for (key, count) in part.expect("a worker ends well") {
            *total.entry(key).or_default() += count;
        }
    }
    total
}

/// All requests of a tally.
pub fn total(tally: &Tally) -> u64 {
    tally.values().sum()
}

async fn work(client: Client, rounds: usize) -> Tally {
    let mut worker = Worker { client, tally: Tally::new() };
    for _ in 0..rounds {
        worker.round().await;
    }
    worker.tally
}

struct Worker {
    client: Client,
    tally: Tally,
}

/// A route template and the status that a request to it should have.
type Expected = (&'static str, u16);

const BOOK: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

impl Worker {
    async fn round(&mut self) {
        let made = self.send(Method::POST, "/books", BOOK, ("/books", 201)).await;
        let own = made.header("location").to_owned();
        self.get(&own, ("/books/{id}", 200)).await;
        self.send(Method::PUT, &own, BOOK, ("/books/{id}", 200)).await;
        self.get("/books", ("/books", 200)).await;
        self.send(Method::DELETE, &own, "", ("/books/{id}", 204)).await;
        self.get(&own, ("/books/{id}", 404)).await;
        self.send(Method::POST, "/books", "{}", ("/books", 422)).await;
        self.get("/fail", ("/fail", 500)).await;
        self.get("/no/such/page", ("", 404)).await;
        self.get("/stream?chunks=3&ms=0", ("/stream", 200)).await;
    }

    async fn get(&mut self, path: &str, expected: Expected) {
        let answer = self.client.get(path).await;
        self.count(&Method::GET, path, &answer, expected);
    }

    async fn send(&mut self, method: Method, path: &str, json: &str, expected: Expected) -> Answer {
        let answer = self.client.send(method.clone(), path, json).await;
        self.count(&method, path, &answer, expected);
        answer
    }

    fn count(&mut self, method: &Method, path: &str, answer: &Answer, (route, status): Expected) {
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        let key = (method.to_string(), route.to_owned(), status);
        *self.tally.entry(key).or_default() += 1;
    }
}
