//! The page at `/` of a listener: what there is, for humans.

use std::sync::Arc;

use http::{HeaderValue, Response, header};
use kymo_exposition::text::CONTENT_TYPE;

use crate::{
    body::ScrapeBody, contents::Contents, deadline::Deadline, encoding::Encoding, filter::Filter,
    html::Html, round::Outcome, scraper::Scraper, table::Table,
};

/// What is served, in which formats, how large each family is, what is missing and why, and what others have
/// to say.
///
/// It takes part in a collection as a scrape does.
pub(crate) async fn page(scraper: &Arc<Scraper>, deadline: Deadline) -> Response<ScrapeBody> {
    // Dropped last: nobody else may want the document.
    let _look = Look(scraper);
    let outcome = match scraper.ask(deadline, Encoding::Identity, &Filter::All) {
        Ok(ticket) => ticket.await,
        Err(outcome) => outcome,
    };
    let mut page = Html::new("Metrics");
    page.link("/metrics", "for Prometheus, and for OpenTelemetry collectors");
    page.paragraph(&formats(scraper.level() > 0));
    let listening = scraper.listeners.shown();
    if !listening.is_empty() {
        page.paragraph(&format!("Listeners: {}.", listening.join(", ")));
    }
    match &outcome {
        Outcome::Document(document) => {
            page.table(&families(&document.contents));
            page.table(&left_out(&document.contents));
            page.table(&folded(&document.contents));
        }
        _ => page.paragraph(outcome.sentence()),
    }
    scraper.tables.get().iter().for_each(|table| page.table(table));
    let mut response = Response::new(ScrapeBody::text(page.finish()));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn formats(is_compressed: bool) -> String {
    let encodings = if is_compressed { "as it is, or by gzip or zstd" } else { "as it is" };
    format!(
        "Format: {CONTENT_TYPE}, {encodings}. /metrics?name[]=a&name[]=b has the families a and b alone."
    )
}

/// The families with series, the largest first.
fn families(contents: &Contents) -> Table {
    let series: u64 = contents.families.iter().map(|family| family.series).sum();
    let count = contents.families.len();
    let title = format!("Families: {count}, with {series} series");
    let mut table = Table::new(title, ["family", "kind", "series", "bytes"]);
    let mut families: Vec<_> = contents.families.iter().collect();
    families.sort_by(|a, b| b.series.cmp(&a.series).then_with(|| a.name.cmp(&b.name)));
    let (shown, others) = families.split_at(SHOWN.min(count));
    for family in shown {
        let kind = format!("{:?}", family.kind).to_lowercase();
        let (series, bytes) = (family.series.to_string(), family.bytes.len().to_string());
        table.push([family.name.clone(), kind, series, bytes]);
    }
    if !others.is_empty() {
        let series: u64 = others.iter().map(|family| family.series).sum();
        let bytes: usize = others.iter().map(|family| family.bytes.len()).sum();
        let name = format!("{} others", others.len());
        table.push([name, String::new(), series.to_string(), bytes.to_string()]);
    }
    table
}

/// The series that are not on the page.
fn left_out(contents: &Contents) -> Table {
    let mut table = Table::new("Series that are not on the page", ["series", "why"]);
    for (series, why) in [
        (contents.report.dropped, "labels, values or the family are malformed"),
        (contents.report.unsupported, "the format has no native histograms"),
        (contents.left_out, "the page is as long as it may be"),
    ] {
        if series > 0 {
            table.push([series.to_string(), why.to_owned()]);
        }
    }
    table
}

/// What was measured and is not what it could be.
fn folded(contents: &Contents) -> Table {
    let title = "Measurements that were folded, cut or missed";
    let mut table = Table::new(title, ["counter", "of", "measurements"]);
    for note in &contents.notes {
        table.push([note.family.clone(), note.labels.clone(), note.count.to_string()]);
    }
    table
}

/// Somebody looks at the contents of a document, until this is dropped.
struct Look<'a>(&'a Arc<Scraper>);

impl Drop for Look<'_> {
    fn drop(&mut self) {
        self.0.put_down();
    }
}

/// Families that are shown at most.
const SHOWN: usize = 200;
