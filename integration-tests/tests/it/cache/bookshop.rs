//! The cache in front of the bookshop's `/books/{id}`, in process and in Redis.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use http::Method;
use integration_tests::{Bookshop, Redis, Scrape, eventually};

const DUNE: &str = r#"{"title":"Dune","author":"Frank Herbert"}"#;

/// Longer than it takes the shop to give Redis up, and shorter than anybody waits for a page.
const SOON: Duration = Duration::from_secs(5);

const COMMANDS: &str = "db_client_operation_duration_seconds_count";
const OF_REDIS: (&str, &str) = ("db_system_name", "redis");

fn in_redis(redis: &Redis) -> Bookshop {
    Bookshop::start_with(&["--redis-url", &redis.url()])
}

/// One book, which is asked for as often.
async fn sell(shop: &Bookshop, times: usize) {
    assert_eq!(shop.client().send(Method::POST, "/books", DUNE).await.status, 201);
    for _ in 0..times {
        assert_eq!(read(shop, 1).await, 200);
    }
}

/// The status of the answer, which is not long in coming.
async fn read(shop: &Bookshop, id: u32) -> u16 {
    let asked = Instant::now();
    let status = shop.client().get(&format!("/books/{id}")).await.status;
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    status.as_u16()
}

/// The requests of the cache `books`: hits, misses, errors.
fn requests(scrape: &Scrape) -> [u64; 3] {
    ["hit", "miss", "error"].map(|result| {
        let labels = [("kymo_cache_name", "books"), ("kymo_cache_result", result)];
        whole(scrape.value("kymo_cache_requests_total", &labels))
    })
}

fn of_books(scrape: &Scrape, metric: &str) -> u64 {
    whole(scrape.value(metric, &[("kymo_cache_name", "books")]))
}

/// A count of a test is far below 2^53.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
fn whole(count: f64) -> u64 {
    count as u64
}

/// How often the shop sent each command, by its own metrics.
fn sent(scrape: &Scrape) -> BTreeMap<String, u64> {
    let samples = scrape.samples(COMMANDS, &[OF_REDIS]);
    let command = |name: Option<&str>| name.unwrap_or_default().to_lowercase();
    samples.map(|one| (command(one.label("db_operation_name")), whole(one.value))).collect()
}

/// How often Redis was sent each command that has to do with books.
fn received(redis: &Redis) -> BTreeMap<String, u64> {
    let stats = redis.info("commandstats");
    let stats = stats.iter().filter_map(|(field, stats)| {
        let command = field.strip_prefix("cmdstat_")?;
        let calls = stats.strip_prefix("calls=")?.split(',').next()?.parse().ok()?;
        // `redis-cli` asks these, and connections begin with them.
        let is_ours =
            !["info", "client", "hello", "command", "ping"].contains(&command.split('|').next()?);
        is_ours.then(|| (command.to_owned(), calls))
    });
    stats.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_miss_and_nine_hits_are_exactly_that_and_redis_agrees() {
    let redis = Redis::start();
    let shop = in_redis(&redis);
    sell(&shop, 10).await;

    let scrape = shop.scrape().await;
    assert_eq!(requests(&scrape), [9, 1, 0]);
    assert_eq!(of_books(&scrape, "kymo_cache_load_duration_seconds_count"), 1);
    assert_eq!(of_books(&scrape, "kymo_cache_writes_total"), 1);

    let expected = [("del", 1), ("get", 10), ("setex", 1)];
    let expected: BTreeMap<_, _> = expected.map(|(name, n)| (name.to_owned(), n)).into();
    assert_eq!(sent(&scrape), expected);
    assert_eq!(received(&redis), expected);
    let get = [OF_REDIS, ("db_operation_name", "GET"), ("le", "10")];
    let bucket = scrape.value("db_client_operation_duration_seconds_bucket", &get);
    assert_eq!(whole(bucket), 10, "none took longer");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_miss_and_nine_hits_are_exactly_that_in_process() {
    let shop = Bookshop::start();
    sell(&shop, 10).await;

    let scrape = shop.scrape().await;
    assert_eq!(requests(&scrape), [9, 1, 0]);
    assert_eq!(of_books(&scrape, "kymo_cache_load_duration_seconds_count"), 1);
    assert_eq!(of_books(&scrape, "kymo_cache_writes_total"), 1);
    let size = [("kymo_cache_name", "books"), ("kymo_cache_eviction_cause", "size")];
    assert_eq!(whole(scrape.value("kymo_cache_evictions_total", &size)), 0);
    assert_eq!(sent(&scrape), BTreeMap::new(), "there is no Redis");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_after_a_change_sees_it() {
    let redis = Redis::start();
    for shop in [Bookshop::start(), in_redis(&redis)] {
        let book = async || shop.client().get("/books/1").await;
        assert_eq!(book().await.status, 404);
        sell(&shop, 1).await;
        assert_eq!(book().await.json()["stock"], 3);
        let order = r#"{"book":1,"copies":2}"#;
        assert_eq!(shop.client().send(Method::POST, "/orders", order).await.status, 201);
        assert_eq!(book().await.json()["stock"], 1);
        let other = r#"{"title":"Emma","author":"Jane Austen"}"#;
        assert_eq!(shop.client().send(Method::PUT, "/books/1", other).await.status, 200);
        assert_eq!(book().await.json()["title"], "Emma");
        assert_eq!(shop.client().send(Method::DELETE, "/books/1", "").await.status, 204);
        assert_eq!(book().await.status, 404);
        let [hits, misses, errors] = requests(&shop.scrape().await);
        assert_eq!((hits, misses, errors), (1, 5, 0), "that there is no book is kept, too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_ask_at_once_wait_for_one_query() {
    let shop = Bookshop::start();
    sell(&shop, 0).await;
    let answers = join_all((0..100).map(|_| read(&shop, 1))).await;
    assert_eq!(answers, [200; 100]);

    let scrape = shop.scrape().await;
    let [hits, misses, errors] = requests(&scrape);
    assert_eq!((hits + misses, errors), (100, 0));
    assert!(misses >= 1);
    assert_eq!(of_books(&scrape, "kymo_cache_load_duration_seconds_count"), 1);
    assert_eq!(whole(scrape.sum(COMMANDS, &[("db_query_summary", "SELECT books")])), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_the_books_come_from_the_database_and_the_metrics_say_so() {
    let mut redis = Redis::start();
    redis.kill();
    let shop = in_redis(&redis);
    sell(&shop, 5).await;

    let scrape = shop.scrape().await;
    assert_eq!(requests(&scrape), [0, 0, 5]);
    assert_eq!(of_books(&scrape, "kymo_cache_load_duration_seconds_count"), 5);
    let refused = [OF_REDIS, ("error_type", "connection_refused")];
    let by_command = |name| [refused[0], refused[1], ("db_operation_name", name)];
    assert_eq!(whole(scrape.value(COMMANDS, &by_command("GET"))), 5);
    assert_eq!(whole(scrape.value(COMMANDS, &by_command("DEL"))), 1);
    assert_eq!(whole(scrape.sum(COMMANDS, &[OF_REDIS])), 6, "and nothing else was sent");

    redis.restart();
    let hits = async || {
        read(&shop, 1).await;
        requests(&shop.scrape().await)[0]
    };
    eventually(SOON, hits, |hits| *hits > 0).await;
    assert!(shop.log().contains("Redis is away"), "{}", shop.log());
    assert!(shop.log().contains("Redis is back"), "{}", shop.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_hangs_costs_a_request_a_moment_and_no_more() {
    let mut redis = Redis::start();
    let shop = in_redis(&redis);
    sell(&shop, 2).await;
    redis.freeze();
    for _ in 0..3 {
        assert_eq!(read(&shop, 1).await, 200);
    }
    let scrape = shop.scrape().await;
    assert_eq!(requests(&scrape), [1, 1, 3]);
    let slow = [OF_REDIS, ("db_operation_name", "GET"), ("error_type", "timeout")];
    assert_eq!(whole(scrape.value(COMMANDS, &slow)), 3);

    redis.thaw();
    let answered = async || {
        read(&shop, 1).await;
        requests(&shop.scrape().await)[0]
    };
    eventually(SOON, answered, |hits| *hits > 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_such_book_is_replaced_and_redis_is_not_away() {
    let redis = Redis::start();
    let shop = in_redis(&redis);
    sell(&shop, 1).await;
    let other = r#"{"id":2,"stock":3,"title":"Emma","author":"Jane Austen"}"#;
    let [garbage, other] = ["garbage", other].map(|text| ["set", "book:1", text]);
    for put in [["lpush", "book:1", "x"], garbage, other] {
        redis.cli(&["del", "book:1"]);
        redis.cli(&put);
        for _ in 0..2 {
            assert_eq!(shop.client().get("/books/1").await.json()["title"], "Dune", "{put:?}");
        }
        assert_eq!(redis.cli(&["type", "book:1"]).trim(), "string", "{put:?}");
    }
    assert_eq!(of_books(&shop.scrape().await, "kymo_cache_load_duration_seconds_count"), 4);
    assert!(!shop.log().contains("Redis is away"), "{}", shop.log());
}
