use std::time::Instant;

use super::*;

/// The hash that libxcrypt makes of `secret`, at a cost at which one look takes long.
const SLOW: &str = "$2y$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u";

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_a_password_is_let_in() {
    let server = serve(Access::new().basic_auth("scraper", SECRET)).await;
    let url = format!("http://{}/metrics", server.local_addr().unwrap());
    let got = Curl::new(&url).get().await;
    assert_eq!(got.status, 401);
    assert!(got.head.contains("www-authenticate: basic realm=\"metrics\""), "{got:?}");
    let with = |user: &'static str| Curl::new(&url).args(["-u", user]).status();
    for _ in 0..3 {
        assert_eq!(with("scraper:secret").await, 200);
    }
    assert_eq!(with("scraper:wrong").await, 401);
    assert_eq!(with("scraper:wrong").await, 401, "it is remembered too");
    for other in ["stranger:secret", "scraper:", "Scraper:secret", ":secret"] {
        eventually("it is looked at", async || with(other).await != 429).await;
        assert_eq!(with(other).await, 401, "{other}");
    }
    assert_eq!(with("scraper:secret").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scraper_costs_one_look_in_its_life() {
    let server = serve(Access::new().basic_auth("scraper", SLOW)).await;
    let url = format!("http://{}/metrics", server.local_addr().unwrap());
    let scrape = async || {
        let start = Instant::now();
        assert_eq!(Curl::new(&url).args(["-u", "scraper:secret"]).status().await, 200);
        start.elapsed()
    };
    let first = scrape().await;
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(scrape().await);
    }
    let quickest = *others.iter().min().unwrap();
    assert!(quickest * 3 < first, "{first:?}, then {others:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_keeps_no_scraper_out() {
    let server = serve(Access::new().basic_auth("scraper", SECRET)).await;
    let url = format!("http://{}/metrics", server.local_addr().unwrap());
    let attack = {
        let url = url.clone();
        tokio::spawn(async move {
            let mut statuses = Vec::new();
            for n in 0..200 {
                let guess = format!("scraper:guess{n}");
                // Another address of this machine.
                let curl = Curl::new(&url).args(["--interface", "127.0.0.2", "-u", &guess]);
                statuses.push(curl.status().await);
            }
            statuses
        })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    for _ in 0..10 {
        assert_eq!(Curl::new(&url).args(["-u", "scraper:secret"]).status().await, 200);
    }
    let guessed = attack.await.unwrap();
    assert!(guessed.iter().all(|status| matches!(status, 401 | 429)), "{guessed:?}");
    let looked = guessed.iter().filter(|status| **status == 401).count();
    assert!(looked * 4 < guessed.len(), "{looked} of {} guesses were looked at", guessed.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_nobody_has_takes_as_long_as_a_wrong_password() {
    let server = serve(Access::new().basic_auth("scraper", SLOW)).await;
    let url = format!("http://{}/metrics", server.local_addr().unwrap());
    let mut quickest = Vec::new();
    for guess in ["scraper:wrong", "nobody:secret"] {
        let mut took = Vec::new();
        for n in 0..3 {
            let start = Instant::now();
            let guess = format!("{guess}{n}");
            assert_eq!(Curl::new(&url).args(["-u", &guess]).status().await, 401, "{guess}");
            took.push(start.elapsed());
            tokio::time::sleep(Duration::from_millis(1200)).await;
        }
        quickest.extend(took.into_iter().min());
    }
    let (known, unknown) = (quickest[0], quickest[1]);
    assert!(unknown * 3 > known && known * 3 > unknown, "{known:?} and {unknown:?}");
}
