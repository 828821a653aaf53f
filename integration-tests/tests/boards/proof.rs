//! Every panel and every rule has something to show.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use dashboards::{Edition, Histograms, Names, files};
use integration_tests::{Prometheus, Release, Sampled, VictoriaMetrics};
use kymo::prometheus::Translation;

use crate::{
    asked::{self, Asked},
    stage::Stage,
};

/// A first scrape takes five seconds, a rate two more scrapes, and a busy machine its time.
const PATIENCE: Duration = Duration::from_secs(90);

const BOTH: &str = "count(count_over_time(up[1h]) >= 3) == 2";

/// The sum of histograms whose bounds are not the same.
const UNLIKE: &str = "sum(rate(http_server_request_duration_seconds[15s]) \
     or label_replace(rate(http_server_request_body_size_bytes[15s]), 'of', 'size', '', ''))";

/// What only a cluster of Redis shows, and here is none.
const OF_CLUSTERS: &str = "kymo / Caches and Redis | Redirects A";

/// How many series each question is answered with by this server, once all are.
async fn answered(
    stage: &Stage,
    ask: impl AsyncFn(&str) -> Result<Vec<Sampled>, String>,
    asked: &[Asked],
) -> BTreeMap<String, usize> {
    let start = Instant::now();
    let mut answers = BTreeMap::new();
    loop {
        stage.round().await;
        let mut missing = Vec::new();
        for Asked { place, expression } in asked {
            if answers.contains_key(place) {
                continue;
            }
            let found = ask(expression).await;
            let found = found.unwrap_or_else(|error| panic!("{place}: {expression}: {error}"));
            // A ratio of nothing to nothing is none.
            match found.iter().filter(|it| !it.value.is_nan()).count() {
                0 => missing.push(format!("{place}: {expression}")),
                count => drop(answers.insert(place.clone(), count)),
            }
        }
        if missing.is_empty() {
            return answers;
        }
        assert!(start.elapsed() < PATIENCE, "without data: {missing:#?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The questions of an edition, and its rules in the pace of the demo.
async fn edition(translation: Translation, histograms: Histograms) -> (Vec<Asked>, [String; 1]) {
    let made = files(&Edition { translation, histograms, ..Edition::default() }).await;
    let names = Names::of(translation, histograms).await;
    let mut asked = asked::by_boards(&made);
    asked.extend(asked::by_rules(&names));
    asked.retain(|asked| asked.place != OF_CLUSTERS);
    (asked, [dashboards::rules::demo(&names, "")])
}

async fn every_question_is_answered(
    release: Release,
    translation: Translation,
    histograms: Histograms,
    more: &str,
    features: &[&str],
) -> BTreeMap<String, usize> {
    let (asked, rules) = edition(translation, histograms).await;
    let stage = Stage::open(translation).await;
    let rules: Vec<_> = rules.iter().map(String::as_str).collect();
    let prometheus = Prometheus::ruled_by(release, &stage.jobs(more), &rules, features);
    // What only one of two services answers is no answer for both.
    let both =
        Asked { place: "both services, three times".to_owned(), expression: BOTH.to_owned() };
    answered(&stage, async |it| prometheus.try_query(it).await, &[both]).await;
    let answers = answered(&stage, async |it| prometheus.try_query(it).await, &asked).await;
    let report = prometheus.rules().await;
    let groups = report["data"]["groups"].as_array().unwrap();
    let rules: Vec<_> = groups.iter().flat_map(|it| it["rules"].as_array().unwrap()).collect();
    assert!(rules.len() > 40, "{report}");
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule}");
    }
    if histograms == Histograms::Native {
        assert_eq!(prometheus.try_query(UNLIKE).await.unwrap().len(), 0, "docs/objectives.md");
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn every_panel_and_every_rule_is_answered() {
    let answers = every_question_is_answered(
        Release::Installed,
        Translation::default(),
        Histograms::Classic,
        "",
        &[],
    )
    .await;
    let page = page(&answers);
    if env::var_os("KYMO_BOARDS").is_some_and(|value| value == "overwrite") {
        fs::write(root().join(PAGE), &page).unwrap();
    }
    let kept = fs::read_to_string(root().join(PAGE)).unwrap();
    let remedy = "run this test with KYMO_BOARDS=overwrite";
    assert_eq!(without_numbers(&kept), without_numbers(&page), "{remedy}");
    assert!(answers.len() > 200, "{}", answers.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_panel_and_every_rule_is_answered_from_native_histograms() {
    let more = "  convert_classic_histograms_to_nhcb: true\n";
    let translation = Translation::default();
    let features = ["native-histograms"];
    every_question_is_answered(Release::Three, translation, Histograms::Native, more, &features)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_panel_and_every_rule_is_answered_under_names_that_stay_as_they_are() {
    let translation = Translation::NoTranslation;
    every_question_is_answered(Release::Three, translation, Histograms::Classic, "", &[]).await;
}

/// What there is only where somebody scrapes; and histograms that have a count and a sum alone, which VictoriaMetrics
/// does not store.
const NOT_PUSHED: &[&str] = &[
    "kymo / Itself | Collection ",
    "kymo / Itself | Pushes ",
    "kymo / Itself | Time of a push ",
    "kymo / Itself | Scrapes ",
    "kymo / Itself | 95 % of scrapes within ",
    "kymo / Itself | Size of a page ",
    "kymo / Itself | Series by family ",
];

/// Of what is pushed over OTLP and stored under the names of Prometheus, boards ask the same as of what is
/// scraped.
#[tokio::test(flavor = "multi_thread")]
async fn every_panel_is_answered_from_what_was_pushed() {
    let mut asked = asked::by_boards(&files(&Edition::default()).await);
    // It knows jobs and instances by the names of the resource alone.
    asked.retain(|asked| !asked.place.contains(" | variable ") && asked.place != OF_CLUSTERS);
    asked.retain(|asked| !NOT_PUSHED.iter().any(|of| asked.place.starts_with(of)));
    let victoria = VictoriaMetrics::start();
    let stage = Stage::pushing_to(&victoria.otlp()).await;
    let answers = answered(&stage, async |it| Ok(victoria.query(it).await), &asked).await;
    assert!(answers.len() > 100, "{}", answers.len());
}

/// The list of all questions, with how many series answered each.
const PAGE: &str = "dashboards/README.md";

const HEAD: &str = "\
# Boards and rules

Import the files of this folder into Grafana; those in [`native`](native) are for servers that store native histograms.
[`generator`](generator) makes them, and the rules in [`rules/`](../rules), of the metric constants:
`cargo run -p dashboards`. [The runbook](../docs/alerts.md) has a section for each alert.

A test has a bookshop and another service in every trouble scraped by a real Prometheus, and asks it what each panel,
variable, rule and first query asks. This many series were the answers of a run; a question without an answer fails the
test. Of an alert, both sides of its comparisons are asked.
";

fn page(answers: &BTreeMap<String, usize>) -> String {
    let mut page = HEAD.to_owned();
    let mut heading = "";
    for (place, series) in answers {
        let (of, question) = place.split_once(" | ").unwrap();
        if of != heading {
            heading = of;
            write!(page, "\n## {of}\n\n| question | series |\n| --- | --: |\n").unwrap();
        }
        writeln!(page, "| {question} | {series} |").unwrap();
    }
    page
}

fn without_numbers(page: &str) -> Vec<&str> {
    let lines = page.lines().map(|line| match line.strip_suffix(" |") {
        Some(row) => row.trim_end_matches(|c: char| c.is_ascii_digit()),
        None => line,
    });
    lines.collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The files that the repository has are asked, and not only those that are made.
#[tokio::test]
async fn what_is_asked_is_what_the_repository_has() {
    let made = files(&Edition::default()).await;
    for (path, text) in made {
        assert!(fs::read_to_string(root().join(&path)).unwrap() == text, "{path}");
    }
}
