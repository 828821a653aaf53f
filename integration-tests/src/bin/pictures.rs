//! Takes pictures of the live page of a busy bookshop, and of a graph of the Prometheus that scrapes it, for the
//! documents: `scripts/pictures` runs it.
//!
//! ```text
//! cargo run -p integration-tests --bin pictures FOLDER SECONDS
//! ```

#![allow(clippy::expect_used, reason = "a picture that cannot be taken says why")]

use std::{env, f64::consts::TAU, fs, path::Path, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::Method;
use integration_tests::{Bookshop, Browser, Client, Prometheus, Screen, Tab};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().expect("a folder for the pictures");
    let seconds = arguments.next().and_then(|it| it.parse().ok()).expect("how long it is busy");
    let shop = Bookshop::start();
    let begun = Instant::now();
    let workers = (0..3).map(|worker| tokio::spawn(work(shop.client().clone(), worker, begun)));
    let workers: Vec<_> = workers.collect();
    let prometheus = Prometheus::scraping(shop.address()).await;
    let browser = Browser::start().await;
    let screen = Screen { width: 1440, height: 720, is_dark: false };
    let tab = browser.open(&format!("{}/live", shop.url()), screen).await;
    sleep(Duration::from_secs(seconds)).await;
    for (name, screen) in [
        ("live-light", screen),
        ("live-dark", screen.dark()),
        ("live-narrow", Screen { height: 1200, ..Screen::NARROW }),
    ] {
        tab.look_with(screen).await;
        sleep(Duration::from_secs(3)).await;
        take(&tab, &Path::new(&folder).join(format!("{name}.png"))).await;
    }
    assert_eq!(tab.errors(), Vec::<String>::new(), "the page has errors");
    let screen = Screen { width: 1200, height: 860, is_dark: false };
    let tab = browser.open(&format!("{}{GRAPH}", prometheus.url()), screen).await;
    sleep(Duration::from_secs(3)).await;
    take(&tab, &Path::new(&folder).join("prometheus.png")).await;
    workers.iter().for_each(JoinHandle::abort);
}

/// Requests per second of each route, on top of one another, of the last minutes.
const GRAPH: &str = "/classic/graph?g0.tab=0&g0.stacked=1&g0.range_input=4m&g0.step_input=2&g0.expr=\
    sum%20by%20(http_route)%20(rate(http_server_request_duration_seconds_count%5B15s%5D))";

async fn take(tab: &Tab, file: &Path) {
    let picture = BASE64_STANDARD.decode(tab.picture().await).expect("a picture");
    fs::write(file, &picture).expect("a writable folder");
    println!("{}: {} KB", file.display(), picture.len() / 1024);
}

/// What customers do: they come in waves, and some of what they ask for fails.
async fn work(client: Client, worker: u32, begun: Instant) {
    let json = |body: &str| body.to_owned();
    for book in 0..12 {
        let draft = json(&format!("{{\"title\":\"Book {book}\",\"author\":\"Author {worker}\"}}"));
        client.send(Method::POST, "/books", &draft).await;
    }
    // A number that looks like chance, and is the same in each run.
    let mut chance = worker + 1;
    loop {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (book, dice) = (1 + (chance >> 8) % 36, (chance >> 16) % 100);
        match dice {
            0..=59 => client.get(&format!("/books/{book}")).await,
            60..=71 => client.get("/books").await,
            72..=79 => client.get("/authors").await,
            80..=85 => {
                let order = json(&format!("{{\"book\":{book},\"copies\":1}}"));
                client.send(Method::POST, "/orders", &order).await
            }
            86..=90 => {
                let draft = json("{\"title\":\"Dune\",\"author\":\"Frank Herbert\"}");
                client.send(Method::PUT, &format!("/books/{book}"), &draft).await
            }
            91..=95 => client.get(&format!("/slow?ms={}", 20 + (chance >> 10) % 160)).await,
            96 => client.get("/fail").await,
            _ => client.get(&format!("/nowhere/{book}")).await,
        };
        let wave = (begun.elapsed().as_secs_f64() / 70.0 * TAU).sin();
        sleep(Duration::from_secs_f64(0.02 + 0.012 * wave)).await;
    }
}
