//! The live page, in a real browser.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]

mod crowd;
mod looks;
mod numbers;
mod outage;

use integration_tests::{Browser, Screen, Tab};
use kymo::{Telemetry, TelemetryBuilder};

/// How the page says that it is.
const STATE: &str = "document.getElementById('status')?.dataset.state ?? ''";

/// The rows of each table, each with the text below each head.
const TABLES: &str = "(() => {
    const all = {};
    for (const card of document.querySelectorAll('section.card')) {
        const heads = [...card.querySelectorAll('.scroll thead th')].map((it) => it.textContent);
        const rows = [...card.querySelectorAll('.scroll tbody tr')];
        all[card.id] = rows.map((row) => Object.fromEntries(
            [...row.children].map((cell, place) => [heads[place], cell.textContent])));
    }
    return all;
})()";

fn shop() -> TelemetryBuilder {
    let variables: [(&str, &str); 0] = [];
    Telemetry::for_service("shop").prometheus().environment(variables)
}

/// The page at `url`, once it shows something.
async fn open(browser: &Browser, url: &str, screen: Screen) -> Tab {
    let tab = browser.open(url, screen).await;
    tab.until(STATE, |state| state == "live").await;
    tab
}
