//! The files that are made.

use kymo::prometheus::Translation;

use crate::{Context, Histograms, Names, Pace, boards, grafana, rules, runbook};

/// For whom the files are.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The names that the server knows.
    pub translation: Translation,
    /// How it stores histograms.
    pub histograms: Histograms,
    /// The address of the runbook.
    pub runbook: String,
}

/// The runbook where nobody says where it is: that of the repository.
pub(crate) const RUNBOOK: &str = "docs/alerts.md";

impl Default for Edition {
    fn default() -> Self {
        Self {
            translation: Translation::default(),
            histograms: Histograms::Classic,
            runbook: RUNBOOK.to_owned(),
        }
    }
}

/// The dashboards and the rules of an edition, by their paths.
pub async fn files(edition: &Edition) -> Vec<(String, String)> {
    let names = Names::of(edition.translation, edition.histograms).await;
    let context = Context::board(&names);
    let board = |board: &crate::Board| {
        (format!("dashboards/{}.json", board.name), grafana::json(board, &context))
    };
    let mut files: Vec<_> = boards().iter().map(board).collect();
    files.extend([
        ("rules/recording.yml".to_owned(), rules::recording(&names, Pace::Production)),
        ("rules/alerts.yml".to_owned(), rules::alerts(&names, Pace::Production, &edition.runbook)),
    ]);
    files
}

/// All that the repository keeps: of the default names, with classic histograms, and with native ones in folders
/// of their own; the tests of the alerts, the rules of the demo and of Kubernetes, and the runbook.
pub async fn committed() -> Vec<(String, String)> {
    let edition = Edition::default();
    let mut all = files(&edition).await;
    let native = Edition { histograms: Histograms::Native, ..edition.clone() };
    let native = files(&native).await.into_iter();
    all.extend(native.map(|(path, text)| (path.replacen('/', "/native/", 1), text)));
    let names = Names::of(edition.translation, edition.histograms).await;
    all.extend([
        ("rules/alerts.test.yml".to_owned(), rules::tests(&names, &edition.runbook)),
        ("rules/demo.yml".to_owned(), rules::demo(&names, &edition.runbook)),
        ("deploy/kubernetes/rules.yaml".to_owned(), rules::resource(&names, &edition.runbook)),
        ("docs/alerts.md".to_owned(), runbook::markdown(&names)),
    ]);
    all
}
