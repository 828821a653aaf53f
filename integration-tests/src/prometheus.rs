//! A real Prometheus server.

use std::{collections::BTreeMap, fs, path::Path, process::Command, time::Duration};

use serde::Deserialize;
use tempfile::TempDir;

use crate::{client::Client, patience::eventually, process::Process, tool};

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

/// Which of the servers that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Debian's own, 2.42 or newer.
    Installed,
    /// 2.53, which can be told what to ask for.
    Two,
    /// 3.5 or newer.
    Three,
}

/// One element of the answer to a query.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// The labels that the expression leaves.
    pub labels: BTreeMap<String, String>,
    /// The number.
    pub value: f64,
}

/// An exemplar, as the server has stored it.
#[derive(Clone, Debug)]
pub struct StoredExemplar {
    /// The labels of its series.
    pub series: BTreeMap<String, String>,
    /// Its own labels.
    pub labels: BTreeMap<String, String>,
    /// The value that was observed.
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
        let this = Self::start(Release::Installed, &job("test", &found, more), &[]);
        for target in targets {
            this.wait_until_up(target).await;
        }
        this
    }

    /// Where it answers, such as `http://127.0.0.1:9090`.
    pub fn url(&self) -> &str {
        self.client.base()
    }

    /// Starts one that scrapes the targets of the files in `folder`, with more about the job in its
    /// configuration. It waits for none of them.
    ///
    /// # Panics
    ///
    /// Without an installed `prometheus`, or when it is not ready in time.
    pub fn finding_in(folder: &Path, more: &str) -> Self {
        let files = folder.join("*.json");
        let found = format!("file_sd_configs: [{{files: ['{}']}}]", files.display());
        Self::start(Release::Installed, &job("test", &found, more), &[])
    }

    /// Starts one of a release that scrapes one target by several jobs, each with more in its configuration, and
    /// waits until all of them have scraped it. It has these features.
    ///
    /// # Panics
    ///
    /// As [`Prometheus::scraping`], of any job.
    pub async fn scraping_by(
        release: Release,
        target: &str,
        jobs: &[(&str, &str)],
        features: &[&str],
    ) -> Self {
        let found = format!("static_configs: [{{targets: ['{target}']}}]");
        let jobs: Vec<_> =
            jobs.iter().map(|(name, more)| (*name, job(name, &found, more))).collect();
        let all: String = jobs.iter().map(|(_, job)| job.as_str()).collect();
        let this = Self::start(release, &all, features);
        for (name, _) in jobs {
            let up = format!("up{{job=\"{name}\"}}");
            let look = async || (this.value(&up).await, this.target().await);
            eventually(UP, look, |(up, _)| *up == Some(1.0)).await;
        }
        this
    }

    /// Starts one of a release that scrapes these jobs, as they are in its configuration, and evaluates these
    /// files of rules every second. It waits for no target.
    ///
    /// # Panics
    ///
    /// When it is not ready in time, as where it does not take a file.
    pub fn ruled_by(release: Release, jobs: &str, rules: &[&str], features: &[&str]) -> Self {
        Self::start_with(release, jobs, rules, features)
    }

    /// Starts one of a release that scrapes one target every second, as often evaluates rules, and waits until
    /// it has scraped that.
    ///
    /// # Panics
    ///
    /// As [`Prometheus::ruled_by`], or when the target is not up in time.
    pub async fn ruled(release: Release, target: &str, rules: &str) -> Self {
        let found = format!("static_configs: [{{targets: ['{target}']}}]");
        let this = Self::ruled_by(release, &job("test", &found, ""), &[rules], &[]);
        this.wait_until_up(target).await;
        this
    }

    fn start(release: Release, jobs: &str, features: &[&str]) -> Self {
        Self::start_with(release, jobs, &[], features)
    }

    fn start_with(release: Release, jobs: &str, rules: &[&str], features: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("prometheus.yml");
        for (n, rules) in rules.iter().enumerate() {
            fs::write(folder.path().join(format!("{n}.rules.yml")), rules)
                .expect("a writable folder");
        }
        fs::write(&file, format!("{GLOBAL}{jobs}")).expect("a writable folder");
        let mut command = match release {
            Release::Installed => Command::new("prometheus"),
            Release::Two => tool::command("prometheus-2", "prometheus"),
            Release::Three => tool::command("prometheus-3", "prometheus"),
        };
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .args(features.iter().map(|feature| format!("--enable-feature={feature}")));
        let process = Process::start(&mut command);
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

    /// All exemplars of the series that an expression selects; the server must have been started with the
    /// feature `exemplar-storage`.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub async fn exemplars(&self, expression: &str) -> Vec<StoredExemplar> {
        let form = form("query", expression);
        let answer = self.client.post("/api/v1/query_exemplars", FORM, &form).await;
        assert_eq!(answer.status, 200, "{expression}: {}", answer.text());
        let reply: ExemplarReply = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|error| panic!("{expression}: {error} in {}", answer.text()));
        let stored = |of: ExemplarsOf| {
            let series = of.series_labels;
            of.exemplars.into_iter().map(move |one| StoredExemplar {
                series: series.clone(),
                labels: one.labels,
                value: one.value.parse().expect("a number"),
            })
        };
        reply.data.into_iter().flat_map(stored).collect()
    }

    /// The answer to an instant query, or why there is none.
    ///
    /// # Errors
    ///
    /// What the server objects to.
    pub async fn try_query(&self, expression: &str) -> Result<Vec<Sampled>, String> {
        let answer = self.client.post("/api/v1/query", FORM, &form("query", expression)).await;
        if answer.status != 200 {
            return Err(answer.text().to_owned());
        }
        let reply: Reply =
            serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        Ok(reply.data.result.into_iter().map(Sampled::from).collect())
    }

    /// The server's own report about its rules.
    pub async fn rules(&self) -> serde_json::Value {
        self.client.get("/api/v1/rules").await.json()
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

const GLOBAL: &str = "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n\
                      rule_files: ['*.rules.yml']\nscrape_configs:\n";

/// A job that scrapes what it finds so, with more in its configuration.
fn job(name: &str, found: &str, more: &str) -> String {
    format!("- job_name: {name}\n  {found}\n{more}")
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
struct ExemplarReply {
    data: Vec<ExemplarsOf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExemplarsOf {
    series_labels: BTreeMap<String, String>,
    exemplars: Vec<ExemplarElement>,
}

#[derive(Deserialize)]
struct ExemplarElement {
    labels: BTreeMap<String, String>,
    /// The number as text.
    value: String,
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
