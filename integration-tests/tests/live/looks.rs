use std::time::Duration;

use integration_tests::{Bookshop, Browser, Client, Screen, Tab};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::open;

/// Keeps a bookshop busy until it is aborted.
fn keep_busy(client: Client) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            for path in ["/books", "/books/1", "/fail", "/authors", "/nowhere"] {
                client.get(path).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
}

/// Of each chart: how many pixels are drawn at all, and how many nearly in a colour of one of its lines.
const INKED: &str = "[...document.querySelectorAll('figure')].map((figure) => {
    const canvas = figure.querySelector('canvas');
    const title = figure.querySelector('.title').textContent;
    // It is drawn once it knows how much room it has.
    if (!canvas) return [title, 0, 0];
    const inks = [...figure.querySelectorAll('.entry')].map((entry) => {
        const probe = document.createElement('i');
        probe.style.color = getComputedStyle(entry).getPropertyValue('--ink');
        entry.append(probe);
        const colour = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
        probe.remove();
        return colour;
    });
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    let inked = 0;
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 0) continue;
        drawn += 1;
        const near = (ink) => ink.every((part, of) => Math.abs(part - data[at + of]) < 40);
        if (data[at + 3] > 200 && inks.some(near)) inked += 1;
    }
    return [title, drawn, inked];
})";

async fn charts_draw(tab: &Tab, scheme: &str) {
    let drawn = |charts: &Value| {
        let charts = charts.as_array().unwrap();
        charts.len() >= 8
            && charts.iter().all(|it| it[1].as_u64() > Some(200) && it[2].as_u64() > Some(12))
    };
    let charts = tab.until(INKED, drawn).await;
    let titles: Vec<_> = charts.as_array().unwrap().iter().map(|it| it[0].to_string()).collect();
    assert!(titles.contains(&"\"Requests per second\"".to_owned()), "{scheme}: {titles:?}");
    let ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]";
    let ground = tab.evaluate(ground).await.as_u64().unwrap();
    assert_eq!(ground < 64, scheme == "dark", "{scheme}: {ground}");
}

async fn nothing_sticks_out(tab: &Tab) {
    let widths = "[document.documentElement.scrollWidth, window.innerWidth]";
    let widths = tab.evaluate(widths).await;
    assert!(widths[0].as_u64() <= widths[1].as_u64(), "{widths}");
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_draw_wide_and_narrow_in_light_and_dark() {
    let shop = Bookshop::start();
    let busy = keep_busy(shop.client().clone());
    let browser = Browser::start().await;
    let tab = open(&browser, &format!("{}/live", shop.url()), Screen::WIDE).await;
    charts_draw(&tab, "light").await;
    nothing_sticks_out(&tab).await;
    tab.look_with(Screen::WIDE.dark()).await;
    charts_draw(&tab, "dark").await;
    tab.look_with(Screen::NARROW.dark()).await;
    nothing_sticks_out(&tab).await;
    tab.look_with(Screen::NARROW).await;
    charts_draw(&tab, "light").await;
    nothing_sticks_out(&tab).await;
    busy.abort();
    assert_eq!(tab.errors(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_done_by_keyboard_and_has_a_name() {
    let shop = Bookshop::start();
    let busy = keep_busy(shop.client().clone());
    let browser = Browser::start().await;
    let tab = open(&browser, &format!("{}/live", shop.url()), Screen::WIDE).await;
    tab.until("document.querySelectorAll('#http tbody tr').length", |rows| rows.as_u64() > Some(2))
        .await;

    // From a chart, whose earlier numbers the arrows read, ...
    tab.evaluate("document.querySelector('#http .plot').focus()").await;
    let title = "document.querySelector('#http .title').textContent";
    tab.until("document.querySelector('#http canvas') !== null", |there| there == true).await;
    tab.press("ArrowLeft").await;
    tab.until(title, |title| title.as_str().is_some_and(|it| it.contains(':'))).await;
    // ... to the heads of the table, which sort it.
    let head = "document.activeElement.closest('th')?.textContent ?? ''";
    for _ in 0..12 {
        if tab.evaluate(head).await == "in all" {
            break;
        }
        tab.press("Tab").await;
    }
    assert_eq!(tab.evaluate(head).await, "in all");
    let sorted = "document.activeElement.closest('th').getAttribute('aria-sort')";
    for expected in ["descending", "ascending"] {
        tab.press("Enter").await;
        assert_eq!(tab.evaluate(sorted).await, expected);
        let counts = "[...document.querySelectorAll('#http tbody tr')]\
            .map((row) => Number(row.children[7].textContent.replaceAll(',', '')))";
        let counts = tab.evaluate(counts).await;
        let counts: Vec<_> = counts.as_array().unwrap().iter().map(Value::as_f64).collect();
        let is_sorted = |a: &Option<f64>, b: &Option<f64>| {
            if expected == "ascending" { a <= b } else { a >= b }
        };
        assert!(counts.is_sorted_by(is_sorted), "{expected}: {counts:?}");
    }
    busy.abort();

    // Whoever does not see the charts has a sentence for each, and its numbers.
    let names = "[...document.querySelectorAll('.plot, button, section, table, nav, svg')]\
        .filter((it) => it.checkVisibility()).map((it) => it.getAttribute('aria-label') ??\
        it.getAttribute('aria-labelledby') ?? it.getAttribute('aria-hidden') ?? it.textContent)";
    let names = tab.evaluate(names).await;
    assert!(names.as_array().unwrap().iter().all(|name| name != ""), "{names}");
    tab.evaluate("document.querySelector('#http summary').click()").await;
    let rows = "document.querySelectorAll('#http details tbody tr').length";
    tab.until(rows, |rows| rows.as_u64() > Some(1)).await;
    // What changes every two seconds is not read aloud.
    let live = "[...document.querySelectorAll('[aria-live], [role=status], [role=alert]')]\
        .map((it) => it.id)";
    assert_eq!(tab.evaluate(live).await, serde_json::json!(["status", "notice"]));
    assert_eq!(tab.errors(), Vec::<String>::new());
}
