//! Prometheus answers the questions of `docs/why-is-it-slow.md`, and names the route that each is about.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use integration_tests::{Bookshop, Prometheus, Redis, Sampled, eventually};

use crate::documents::questions;

/// Routes that are as they should be.
const SHELVES: usize = 100;

/// Who asks for one thing at a time.
const CROWD: usize = 8;

/// Each shelf, and then each route that is slow on purpose: the one apart from the other, as a thread that is blocked
/// makes others wait.
async fn round(shop: &Bookshop) {
    let get = async |path: &str| assert_eq!(shop.client().get(path).await.status, 200, "{path}");
    for shelf in 1..=SHELVES {
        get(&format!("/shelves/{shelf}")).await;
    }
    for path in ["/books", "/bestsellers", "/receipt", "/reviews"] {
        get(path).await;
    }
    join_all((0..CROWD).map(|_| get("/ledger"))).await;
}

/// The values of this label in an answer, with those of another one if there is one.
fn named(answer: &[Sampled], labels: &[&str]) -> BTreeSet<String> {
    let value =
        |sampled: &Sampled, label: &&str| sampled.labels.get(*label).cloned().unwrap_or_default();
    let of = |sampled| labels.iter().map(|label| value(sampled, label)).collect::<Vec<_>>();
    answer.iter().map(|sampled| of(sampled).join(" ")).collect()
}

/// The only question that has all of this in it.
fn with<'q>(questions: &'q [String], parts: &[&str]) -> &'q str {
    let has = |question: &&String| parts.iter().all(|part| question.contains(part));
    let found: Vec<_> = questions.iter().filter(has).collect();
    assert_eq!(found.len(), 1, "{parts:?}: {found:#?}");
    found[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_that_is_slow_on_purpose_is_named_and_no_other() {
    let redis = Redis::start();
    let shelves = SHELVES.to_string();
    let shop = Bookshop::start_with(&["--redis-url", &redis.url(), "--shelves", &shelves]);
    // The series are there before the first scrape, so that what comes after it is a rate.
    round(&shop).await;
    let prometheus = Prometheus::scraping(shop.address()).await;
    let questions = questions::of("why-is-it-slow.md");
    let (route, part) = ("http_route", "kymo_part");

    let largest = with(&questions, &["topk by (http_route)", "> 0.04"]);
    let pool = with(&questions, &["pool_wait", "> 0.5"]);
    let client = with(&questions, &["http_client", "> 0.5"]);
    let repeated = with(&questions, &["repeated_queries"]);
    let blocking = with(&questions, &["blocking", "> 0.5"]);
    let expected: [(&str, &[&str], &[&str]); 5] = [
        (pool, &[route], &["/ledger"]),
        (client, &[route], &["/reviews"]),
        (repeated, &[route, "db_query_summary"], &["/bestsellers SELECT books"]),
        (blocking, &[route], &["/receipt"]),
        (
            largest,
            &[route, part],
            &["/ledger pool_wait", "/receipt handler", "/reviews http_client"],
        ),
    ];
    for (question, labels, expected) in expected {
        let expected: BTreeSet<_> = expected.iter().map(|&it| it.to_owned()).collect();
        let look = async || {
            round(&shop).await;
            (question, named(&prometheus.query(question).await, labels))
        };
        eventually(questions::SCRAPED, look, |(_, found)| *found == expected).await;
    }

    let asked = with(&questions, &["operations_sum"]);
    let kinds: [(&str, &str, f64); 4] = [
        ("/bestsellers", "sql", 12.0),
        ("/ledger", "sql", 1.0),
        ("/reviews", "http_client", 1.0),
        ("/books", "sql", 1.0),
    ];
    let look = async || {
        round(&shop).await;
        prometheus.query(asked).await
    };
    // A scrape may come between what a request records of its bill and of its duration.
    let are_right = |answer: &Vec<Sampled>| {
        kinds.iter().all(|(of_route, kind, expected)| {
            let is_it = |sampled: &&Sampled| {
                sampled.labels[route] == *of_route && sampled.labels["kymo_operation_kind"] == *kind
            };
            let value = answer.iter().find(is_it).map(|sampled| sampled.value);
            value.is_some_and(|it| (it - expected).abs() < 0.01)
        })
    };
    eventually(questions::SCRAPED, look, are_right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_walk_has_an_answer() {
    // Its customers ask from outside of any request.
    let shop = Bookshop::start_with(&["--customers", "1"]);
    let round = async || {
        for path in ["/books", "/bestsellers", "/receipt", "/reviews"] {
            shop.client().get(path).await;
        }
        join_all((0..CROWD).map(|_| shop.client().get("/ledger"))).await;
    };
    // The series are there before the first scrape, so that what comes after it is a rate.
    round().await;
    let prometheus = Prometheus::scraping(shop.address()).await;
    let questions = questions::of("why-is-it-slow.md");
    assert!(questions.len() >= 12, "{questions:#?}");
    questions::find(&prometheus, &questions, round).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_told_where_the_time_of_a_request_went() {
    let shop = Bookshop::start();
    let told = async |path| shop.client().get_with(path, "x-timing", "yes").await;
    let answer = told("/bestsellers").await;
    let timing = answer.header("server-timing");
    assert!(timing.contains("sql;dur=") && timing.contains("desc=\"12\""), "{timing}");
    let names = |timing: &str| {
        let parts = timing.split(", ").map(|part| part.split(';').next().unwrap().to_owned());
        parts.collect::<Vec<_>>()
    };
    let document = std::fs::read_to_string("../docs/why-is-it-slow.md").unwrap();
    let shown = document.lines().find_map(|line| line.strip_prefix("server-timing: ")).unwrap();
    assert_eq!(names(timing), names(shown));

    let waits = Duration::from_millis(100).as_secs_f64() * 1e3;
    let answer = told("/reviews").await;
    let timing = answer.header("server-timing");
    let part = timing.split(", ").find_map(|part| part.strip_prefix("http_client;dur="));
    let took = part.and_then(|part| part.split(';').next()?.parse::<f64>().ok());
    assert!(took.is_some_and(|took| took >= waits - 1.0), "{timing}");
    // Nobody else is.
    assert_eq!(shop.client().get("/bestsellers").await.header("server-timing"), "");
}
