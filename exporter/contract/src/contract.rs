//! The contract of a service.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::{
    Emits, change::changes, documents, finding::Finding, labels::Labels, lock::Lock, promql,
    query::Query, vocabulary::Vocabulary,
};

/// The contract of a service with whoever looks at its metrics, in a file beside its tests.
#[derive(Debug, Clone)]
#[must_use = "it holds nobody to anything before it is asked to"]
pub struct Contract {
    file: PathBuf,
    is_native: bool,
    foreign: Vec<String>,
    labels: Vec<String>,
    rules: Vec<PathBuf>,
}

impl Contract {
    /// The contract in `file`, such as `kymo.lock`: relative to the folder of the package, where cargo runs
    /// its tests.
    pub fn of(file: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            is_native: false,
            foreign: Vec::new(),
            labels: Vec::new(),
            rules: Vec::new(),
        }
    }

    /// Metrics of others may be asked for too, such as `node_*`, where `*` stands for any characters.
    ///
    /// Prometheus's own may be without that: `up`, `ALERTS` and `scrape_*`.
    pub fn foreign(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.foreign.extend(names.into_iter().map(Into::into));
        self
    }

    /// Every series may have these labels too, such as `cluster` and `pod`: whoever scrapes adds them.
    ///
    /// `job` and `instance` it may have without that.
    pub fn labels(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.labels.extend(names.into_iter().map(Into::into));
        self
    }

    /// Dashboards may ask for what the rules at `path` record, a file or a folder.
    pub fn with_rules(mut self, path: impl Into<PathBuf>) -> Self {
        self.rules.push(path.into());
        self
    }

    /// Histograms are stored as native ones too, as where a server makes them of classic ones: queries may ask
    /// for `latency_seconds` beside `latency_seconds_bucket`.
    pub fn native_histograms(mut self) -> Self {
        self.is_native = true;
        self
    }

    /// The file says what `service` emits, and nothing else.
    ///
    /// With `KYMO_LOCK=update` in the environment the file is written instead.
    ///
    /// # Panics
    ///
    /// When a metric, an attribute, a unit or a bucket is gone, new or another, with each; when there is no
    /// such file, or it cannot be read.
    #[track_caller]
    pub fn assert_kept(&self, service: &impl Emits) {
        let is_update = env::var_os("KYMO_LOCK").is_some_and(|word| word == "update");
        if let Err(objection) = self.keep(&service.emitted(), is_update) {
            panic!("{objection}");
        }
    }

    /// Every query of the dashboards of Grafana at `path`, a file or a folder, asks for series and labels that
    /// the contract has.
    ///
    /// Queries of panels, variables and annotations are read; those of other sources than Prometheus are not.
    /// Where a variable stands for a name, it may be any.
    ///
    /// # Panics
    ///
    /// When one does not, with the file, the panel and the name; when a file cannot be read, or there is no query.
    #[track_caller]
    pub fn check_dashboards(&self, path: impl AsRef<Path>) {
        let queries = documents::dashboards(path.as_ref());
        self.check("dashboards", path.as_ref(), queries, &[]);
    }

    /// Every expression of the rules of Prometheus at `path`, a file or a folder, asks for series and labels
    /// that the contract has, or that one of these rules records.
    ///
    /// # Panics
    ///
    /// When one does not, with the file, the alert and the name; when a file cannot be read, or there is no
    /// expression.
    #[track_caller]
    pub fn check_rules(&self, path: impl AsRef<Path>) {
        let queries = documents::rules(path.as_ref());
        self.check("rules", path.as_ref(), queries, &[path.as_ref().to_owned()]);
    }

    #[track_caller]
    fn check(
        &self,
        what: &str,
        path: &Path,
        queries: Result<Vec<Query>, String>,
        rules: &[PathBuf],
    ) {
        let problems = queries.and_then(|queries| {
            if queries.is_empty() {
                return Err(format!("there is no query in {}", path.display()));
            }
            self.problems(&queries, rules)
        });
        match problems {
            Ok(problems) if problems.is_empty() => {}
            Ok(problems) => panic!(
                "these {what} ask for what {} does not have:\n  {}",
                self.file.display(),
                problems.join("\n  ")
            ),
            Err(why) => panic!("{why}"),
        }
    }

    fn keep(&self, emitted: &Lock, is_update: bool) -> Result<(), String> {
        let file = self.file.display();
        if is_update {
            return fs::write(&self.file, emitted.to_string())
                .map_err(|error| format!("{file} cannot be written: {error}"));
        }
        let known = self.read()?;
        let changes = changes(&known, emitted);
        if changes.is_empty() {
            return Ok(());
        }
        Err(format!(
            "what is emitted is not what {file} says:\n  {}\n\
             if that is meant, run this test with {REMEDY}, and review the difference of the file",
            changes.join("\n  ")
        ))
    }

    fn read(&self) -> Result<Lock, String> {
        let file = self.file.display();
        let text = fs::read_to_string(&self.file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                format!("there is no {file}; run the test that calls `assert_kept` with {REMEDY}, which writes it, and keep it")
            }
            _ => format!("{file} cannot be read: {error}"),
        })?;
        Lock::parse(&text).map_err(|why| format!("{file}: {why}"))
    }

    /// What is wrong with `queries`, a line each.
    fn problems(&self, queries: &[Query], rules: &[PathBuf]) -> Result<Vec<String>, String> {
        let mut vocabulary = Vocabulary::of(&self.read()?, self.is_native);
        vocabulary.add_foreign(&self.foreign);
        vocabulary.add_labels(&self.labels);
        let mut recorded = Vec::new();
        for path in self.rules.iter().chain(rules) {
            recorded.extend(documents::rules(path)?);
        }
        learn(&mut vocabulary, &recorded);
        let problems = queries.iter().flat_map(|query| {
            let findings = findings(query, &vocabulary);
            let vocabulary = &vocabulary;
            findings.into_iter().map(move |finding| {
                let hint = match &finding {
                    Finding::Metric(name) => vocabulary.nearest(name),
                    _ => None,
                };
                let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
                format!("{}, {}: {finding}{hint}", query.file.display(), query.place)
            })
        });
        let mut problems: Vec<_> = problems.collect();
        problems.sort();
        problems.dedup();
        Ok(problems)
    }
}

const REMEDY: &str = "KYMO_LOCK=update";

/// Adds what rules record to a vocabulary.
///
/// A rule may ask for what another one records, before or after it: with each round, one more level of them
/// is known, and the last one changes nothing.
fn learn(vocabulary: &mut Vocabulary, rules: &[Query]) {
    let records = || rules.iter().filter_map(|query| Some((query, query.recorded.as_ref()?)));
    for (_, (name, _)) in records() {
        vocabulary.add_recorded(name, Labels::Any);
    }
    for _ in 0..LEVELS {
        let known: Vec<_> = records()
            .map(|(query, (name, added))| {
                let labels = promql::ask(&query.text, vocabulary).labels;
                (name, labels.and(Labels::only(added.iter().cloned())))
            })
            .collect();
        let mut by_name: BTreeMap<&String, Labels> = BTreeMap::new();
        for (name, labels) in known {
            let before = by_name.remove(name).unwrap_or_else(Labels::none);
            by_name.insert(name, before.and(labels));
        }
        for (name, labels) in by_name {
            vocabulary.add_recorded(name, labels);
        }
    }
}

/// More levels of records than anybody has.
const LEVELS: usize = 5;

fn findings(query: &Query, vocabulary: &Vocabulary) -> Vec<Finding> {
    let asked = promql::ask(&query.text, vocabulary);
    let mut findings = asked.findings;
    if let Some(label) = &query.label
        && !label.starts_with('$')
        && !vocabulary.have(&asked.labels, label)
    {
        findings.push(Finding::Grouping(label.clone()));
    }
    findings
}
