//! A real Prometheus server.

use std::{collections::BTreeMap, fs, path::Path, process::Command, time::Duration};

use serde::Deserialize;
use tempfile::TempDir;

use crate::{client::Client, patience::eventually, process::Process};

const READY: Duration = Duration::from_secs(20);

/// The first scrape comes only some five seconds after the start, whatever the interval.
const UP: Duration = Duration::from_secs(20);

/// A server that scrapes its targets every second.
#[derive(Debug)]
pub struct Prometheus {
    client: Client,
    _process: Process,
    _folder: TempDir,
}

/// One element of the answer to a query.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The labels that the expression leaves.
    pub labels: BTreeMap<String, String>,
    /// The number.
    pub value: f64,
}

impl Prometheus {
    /// Starts one on a free port for a target such as `127.0.0.1:8080`, and waits until it has
    /// scraped it.
    ///
    /// # Panics
    ///
    /// Without an installed `prometheus`, or when it is not ready or the target not up in time.
    pub async fn scraping(target: &str) -> Self {
        Self::scraping_all(&[target]).await
    }

    /// The same for several targets.
    ///
    /// # Panics
    ///
    /// As [`Prometheus::scraping`], of any target.
    pub async fn scraping_all(targets: &[&str]) -> Self {
        Self::scraping_with(targets, "").await
    }

    /// The same for several targets, with more about the job in its configuration, such as
    /// `scheme: https`.
    ///
    /// # Panics
    ///
    /// As [`Prometheus::scraping`], of any target.
    pub async fn scraping_with(targets: &[&str], more: &str) -> Self {
        let quoted: Vec<_> = targets.iter().map(|target| format!("'{target}'")).collect();
        let found = format!("static_configs: [{{targets: [{}]}}]", quoted.join(", "));
        let this = Self::start(&found, more);
        for target in targets {
            this.wait_until_up(target).await;
        }
        this
    }

    /// Starts one that scrapes the targets of the files in `folder`, with more about the job in its
    /// configuration. It waits for none of them.
    ///
    /// # Panics
    ///
    /// Without an installed `prometheus`, or when it is not ready in time.
    pub fn finding_in(folder: &Path, more: &str) -> Self {
        let files = folder.join("*.json");
        Self::start(&format!("file_sd_configs: [{{files: ['{}']}}]", files.display()), more)
    }

    fn start(found: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("prometheus.yml");
        fs::write(&file, configuration(found, more)).expect("a writable folder");
        let process = Process::start(
            Command::new("prometheus")
                .arg(format!("--config.file={}", file.display()))
                .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
                .arg("--web.listen-address=127.0.0.1:0"),
        );
        let address = process.wait_for_line(READY, listening);
        process.wait_for_line(READY, |line| line.contains("Server is ready").then_some(()));
        let client = Client::new(format!("http://{address}"));
        Self { client, _process: process, _folder: folder }
    }

    /// Evaluates a `PromQL` expression at this moment.
    ///
    /// # Panics
    ///
    /// When the server refuses it, or it gives no vector.
    pub async fn query(&self, expression: &str) -> Vec<Sampled> {
        query(&self.client, expression).await
    }

    /// The only value that an expression gives; `None` when it gives none.
    ///
    /// # Panics
    ///
    /// When it gives more than one.
    pub async fn value(&self, expression: &str) -> Option<f64> {
        let result = self.query(expression).await;
        assert!(result.len() < 2, "{expression} gives more than one value: {result:#?}");
        result.first().map(|sampled| sampled.value)
    }

    /// The server's own report about its targets: health and the last error.
    pub async fn target(&self) -> String {
        self.client.get("/api/v1/targets").await.text().to_owned()
    }

    async fn wait_until_up(&self, target: &str) {
        let up = format!("up{{instance=\"{target}\"}}");
        let look = async || (self.value(&up).await, self.target().await);
        eventually(UP, look, |(up, _)| *up == Some(1.0)).await;
    }
}

/// Evaluates a `PromQL` expression at this moment on the server of a client.
pub(crate) async fn query(client: &Client, expression: &str) -> Vec<Sampled> {
    let answer = client.post("/api/v1/query", FORM, &form("query", expression)).await;
    assert_eq!(answer.status, 200, "{expression}: {}", answer.text());
    let reply: Reply = serde_json::from_slice(&answer.body)
        .unwrap_or_else(|error| panic!("{expression}: {error} in {}", answer.text()));
    reply.data.result.into_iter().map(Sampled::from).collect()
}

/// A form with one field, as the query APIs take it.
pub(crate) fn form(key: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(key, value).finish()
}

/// The content type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

fn configuration(found: &str, more: &str) -> String {
    format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
         scrape_configs:\n\
         - job_name: test\n  {found}\n{more}"
    )
}

/// The server logs the port that it was given.
fn listening(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("msg=\"Listening on\"")?;
    let (_, address) = rest.split_once("address=")?;
    address.split_whitespace().next().map(str::to_owned)
}

#[derive(Deserialize)]
struct Reply {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Element>,
}

#[derive(Deserialize)]
struct Element {
    metric: BTreeMap<String, String>,
    /// Seconds since 1970, and the number as text.
    value: (f64, String),
}

impl From<Element> for Sampled {
    fn from(Element { metric, value: (_, number) }: Element) -> Self {
        // `NaN`, `+Inf` and `-Inf` are read as such.
        Self { labels: metric, value: number.parse().expect("a number") }
    }
}
