//! The page at `/` of a listener: what there is, for humans.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Response, header};
use http_body::Body;
use kymo_exposition::{Format, Refusal};

use crate::{
    body::ScrapeBody, contents::Contents, deadline::Deadline, dialect::Dialect, document::Document,
    encoding::Encoding, exchange::Exchange, filter::Filter, form::Form, html::Html, medium::Medium,
    parts::cut, round::Outcome, scraper::Scraper, table::Table, zstandard,
};

/// What is served, in which formats, how large each family is, what is missing and why, and what others have
/// to say.
///
/// It takes part in a collection as a scrape does, and is a form of the document that comes of it.
pub(crate) async fn page(
    scraper: &Arc<Scraper>,
    deadline: Deadline,
    method: &Method,
) -> Response<ScrapeBody> {
    let exchange = Exchange::begin(&scraper.observer, Medium::Html);
    // Dropped last: nobody else may want the document.
    let _look = Look(scraper);
    let wanted = (Dialect::PLAIN, Encoding::Identity);
    let outcome = match scraper.ask(deadline, wanted, &Filter::All, None) {
        Ok(ticket) => ticket.await,
        Err(outcome) => outcome,
    };
    let (document, exchange) = match outcome {
        Outcome::Document(document) => {
            let page = document.find(Dialect::PLAIN).and_then(|page| document.page(page));
            document.show(|| write(scraper, page.map(|page| &page.contents).ok_or("")));
            (document, Some(exchange))
        }
        outcome => {
            exchange.fail(&outcome);
            let sentence = outcome.sentence();
            (scraper.apology.get(|| write(scraper, Err(sentence))), None)
        }
    };
    let time = deadline.answer.saturating_duration_since(Instant::now());
    let body = ScrapeBody::document(document, Form::Overview, Arc::clone(scraper), time);
    let length = HeaderValue::from(body.size_hint().lower());
    // Who wants the head alone puts the document down at once.
    let is_head = method == Method::HEAD;
    let body = if is_head { ScrapeBody::empty() } else { body };
    let send =
        |exchange: Exchange| if is_head { exchange } else { exchange.send(Encoding::Identity) };
    let mut response = Response::new(match exchange.map(send) {
        Some(exchange) => body.measured(exchange),
        None => body,
    });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length);
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

/// The page, of these contents or of why there are none, in parts.
fn write(scraper: &Scraper, contents: Result<&Contents, &str>) -> Vec<Bytes> {
    let mut page = Html::new("Metrics");
    page.link("/metrics", "for Prometheus, and for OpenTelemetry collectors");
    if let Some(path) = scraper.beside.path() {
        page.link(path, "the same for people, as it happens");
    }
    page.paragraph(&formats(scraper));
    let listening = scraper.listeners.shown();
    if !listening.is_empty() {
        page.paragraph(&format!("Listeners: {}.", listening.join(", ")));
    }
    match contents {
        Ok(contents) => {
            page.table(&families(contents));
            page.table(&left_out(contents));
            page.table(&folded(contents));
        }
        Err(sentence) => page.paragraph(sentence),
    }
    scraper.tables.get().iter().for_each(|table| page.table(table));
    cut(page.finish().as_bytes()).collect()
}

/// What those see who look while nothing can be collected: they share it, for as long as it is read and a few
/// seconds at most.
#[derive(Debug, Default)]
pub(crate) struct Apology(Mutex<Weak<Document>>);

impl Apology {
    fn get(&self, overview: impl FnOnce() -> Vec<Bytes>) -> Arc<Document> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = shared.upgrade().filter(|document| !document.is_older(STALE)) {
            return document;
        }
        let document = Arc::new(Document::of(Vec::new()));
        document.show(overview);
        *shared = Arc::downgrade(&document);
        document
    }
}

/// A listener drops who reads for half a minute: so there are seven of them at most.
const STALE: Duration = Duration::from_secs(5);

fn formats(scraper: &Scraper) -> String {
    let offer = scraper.offer();
    let formats: Vec<_> = offer.formats().map(Format::name).collect();
    let (formats, fallback) = (formats.join(", "), offer.fallback);
    let encodings = match (scraper.level() > 0, zstandard::IS_SPOKEN) {
        (true, true) => "as it is, or by gzip or zstd",
        (true, false) => "as it is, or by gzip",
        (false, _) => "as it is",
    };
    format!(
        "Formats: {formats}; {fallback} for those who ask for none of them; {encodings}. \
         /metrics?name[]=a&name[]=b has the families a and b alone."
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
    let report = &contents.report;
    let first = |is_unsupported: bool| match &report.first_refused {
        Some((family, why)) if is_unsupported == (*why == Refusal::Unsupported) => {
            format!("; the first is of {family}: {why}")
        }
        _ => String::new(),
    };
    for (series, why, first) in [
        (report.dropped, "labels, values or the family are malformed", first(false)),
        (report.unsupported, "text 0.0.4 has no way to write them", first(true)),
        (contents.left_out, "the page is as long as it may be", String::new()),
    ] {
        if series > 0 {
            table.push([series.to_string(), format!("{why}{first}")]);
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
