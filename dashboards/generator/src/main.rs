//! Writes the dashboards, the rules and the runbook into the repository, or other editions into a folder.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::Parser;
use dashboards::{Edition, Histograms, committed, files};
use kymo::prometheus::Translation;

/// Makes dashboards of Grafana and rules of Prometheus out of the metric constants.
#[derive(Debug, Parser)]
struct Args {
    /// The strategy by which names are translated, such as `NoTranslation`.
    #[arg(long, value_name = "STRATEGY", value_parser = translation, requires = "to")]
    names: Option<Translation>,

    /// How the server stores histograms: `classic` or `native`.
    #[arg(long, value_name = "FORM", value_parser = histograms, requires = "to")]
    histograms: Option<Histograms>,

    /// Where the runbook is, for the links of the alerts.
    #[arg(long, value_name = "URL", requires = "to")]
    runbook: Option<String>,

    /// The folder to write to, instead of the repository's own.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    let (folder, files) = match args.to {
        Some(folder) => {
            let default = Edition::default();
            let edition = Edition {
                translation: args.names.unwrap_or(default.translation),
                histograms: args.histograms.unwrap_or(default.histograms),
                runbook: args.runbook.unwrap_or(default.runbook),
            };
            (folder, files(&edition).await)
        }
        None => (PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")), committed().await),
    };
    for (path, text) in files {
        let path = folder.join(path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = made.and_then(|()| fs::write(&path, text)) {
            eprintln!("dashboards: cannot write {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn translation(name: &str) -> Result<Translation, String> {
    let found = Translation::ALL.into_iter().find(|known| known.name() == name);
    found.ok_or_else(|| {
        format!("expected one of {}", Translation::ALL.map(Translation::name).join(", "))
    })
}

fn histograms(form: &str) -> Result<Histograms, &'static str> {
    match form {
        "classic" => Ok(Histograms::Classic),
        "native" => Ok(Histograms::Native),
        _ => Err("expected classic or native"),
    }
}
