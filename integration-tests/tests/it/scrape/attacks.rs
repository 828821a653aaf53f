//! Clients that mean a listener ill keep nobody out.

use std::time::{Duration, Instant};

use integration_tests::{Bookshop, Prometheus, attack, receiver::Authority};
use tokio::time::sleep;

use super::access;

/// How long each attack goes on.
const LONG: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_scrapes_on_and_the_application_answers_whatever_others_do() {
    let authority = Authority::new();
    let open = Bookshop::start_with(&["--metrics", "127.0.0.1:0"]);
    let guarded = access::guarded_bookshop(&authority);
    let target = open.metrics_address();
    let observer = Prometheus::scraping(&target).await;
    let known = Prometheus::scraping_with(&[&guarded.target], &guarded.job).await;
    let begun = Instant::now();
    let on_open = attack::OPEN.iter().map(|attack| (attack, &target));
    let on_guarded = attack::GUARDED.iter().map(|attack| (attack, &guarded.target));
    for (attack, target) in on_open.chain(on_guarded) {
        let attacking = attack.begin(target.parse().unwrap());
        let until = Instant::now() + LONG;
        while Instant::now() < until {
            for shop in [&open, &guarded.shop] {
                let answer = shop.client().get("/books").await;
                assert_eq!(answer.status, 200, "{}: {}", attack.name, answer.text());
            }
            sleep(Duration::from_millis(100)).await;
        }
        assert!(attacking.end() > 0, "{}", attack.name);
    }
    let seconds = begun.elapsed().as_secs();
    for prometheus in [observer, known] {
        let value = async |query: &str| prometheus.value(query).await.unwrap();
        let report = prometheus.target().await;
        let up = value(&format!("min_over_time(up[{seconds}s])")).await;
        assert!(up > 0.5, "a scrape took longer than a second, or failed: {report}");
        let scrapes = value(&format!("count_over_time(up[{seconds}s])")).await;
        assert!(scrapes > 0.9 * f64::from(u32::try_from(seconds).unwrap()), "{scrapes}");
    }
    assert!(open.log().lines().all(|line| !line.contains("panicked")), "{}", open.log());
}
