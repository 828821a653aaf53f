//! A real time series database that takes OTLP.

use std::{collections::BTreeMap, fs, time::Duration};

use serde::Deserialize;
use tempfile::TempDir;

use crate::{
    client::Client,
    process::Process,
    prometheus::{self, Sampled},
    tool,
};

const READY: Duration = Duration::from_secs(30);

/// A VictoriaMetrics server of its own, with the names that Prometheus would use.
#[derive(Debug)]
pub struct VictoriaMetrics {
    client: Client,
    url: String,
    _process: Process,
    _folder: TempDir,
}

/// A series with everything that was ever stored of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Stored {
    /// The labels, the name as `__name__` among them.
    #[serde(rename = "metric")]
    pub labels: BTreeMap<String, String>,
    /// The numbers, oldest first.
    pub values: Vec<f64>,
    /// Milliseconds since 1970 of each.
    pub timestamps: Vec<i64>,
}

impl VictoriaMetrics {
    /// Starts one on a free port, and waits until it listens.
    ///
    /// # Panics
    ///
    /// When it is not installed, or not there within 30 seconds.
    pub fn start() -> Self {
        Self::start_with("scrape_configs: []\n")
    }

    /// Starts one that scrapes a target such as `127.0.0.1:8080` every second.
    ///
    /// # Panics
    ///
    /// As [`VictoriaMetrics::start`].
    pub fn scraping(target: &str) -> Self {
        Self::start_with(&format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs:\n\
             - job_name: test\n  static_configs: [{{targets: ['{target}']}}]\n"
        ))
    }

    fn start_with(scrapes: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("scrape.yml");
        fs::write(&file, scrapes).expect("a writable folder");
        let mut command = tool::command("victoria-metrics", "victoria-metrics");
        command
            .arg(format!("-storageDataPath={}", folder.path().join("data").display()))
            .args(["-httpListenAddr=127.0.0.1:0", "-retentionPeriod=1d"])
            .arg(format!("-promscrape.config={}", file.display()))
            // Points are found as soon as they are written.
            .args(["-search.latencyOffset=0s", "-search.disableCache"])
            .arg("-opentelemetry.usePrometheusNaming");
        let process = Process::start(&mut command);
        let url = process.wait_for_line(READY, |line| {
            let (_, url) = line.split_once("started server at ")?;
            Some(url.trim_end_matches('/').to_owned())
        });
        Self { client: Client::new(&url), url, _process: process, _folder: folder }
    }

    /// Where it takes http/protobuf; `/v1/metrics` is added to that.
    pub fn otlp(&self) -> String {
        format!("{}/opentelemetry", self.url)
    }

    /// Evaluates a `PromQL` expression at this moment.
    ///
    /// # Panics
    ///
    /// When the server refuses it, or it gives no vector.
    pub async fn query(&self, expression: &str) -> Vec<Sampled> {
        self.flush().await;
        prometheus::query(&self.client, expression).await
    }

    /// Everything that is stored of the series which a selector finds.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub async fn export(&self, selector: &str) -> Vec<Stored> {
        self.flush().await;
        let form = prometheus::form("match[]", selector);
        let answer = self.client.post("/api/v1/export", prometheus::FORM, &form).await;
        assert_eq!(answer.status, 200, "{selector}: {}", answer.text());
        let lines = answer.text().lines();
        let stored = lines.map(|line| serde_json::from_str(line).expect("a series as JSON"));
        stored.collect()
    }

    /// Makes searchable what has arrived.
    async fn flush(&self) {
        let answer = self.client.get("/internal/force_flush").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}
