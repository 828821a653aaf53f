//! Every board obeys what those who look at many have found out.

use std::collections::{BTreeMap, BTreeSet};

use dashboards::{
    Board, Context, Figure, Histograms, Names, Panel, Query, Series, Unit, alerts, boards, metric,
    recordings,
};
use kymo::prometheus::Translation;
use serde_json::Value;

async fn names() -> Names {
    Names::of(Translation::default(), Histograms::Classic).await
}

fn panels() -> Vec<(Board, Panel)> {
    let panels = |board: Board| {
        board.panels().cloned().map(|panel| (board.clone(), panel)).collect::<Vec<_>>()
    };
    boards().into_iter().flat_map(panels).collect()
}

/// All that is asked anywhere, and for what.
fn queries() -> Vec<(String, Query)> {
    let mut queries = Vec::new();
    for (board, panel) in panels() {
        let targets = panel.targets.into_iter();
        queries.extend(targets.map(|it| (format!("{}, {}", board.title, panel.title), it.query)));
    }
    queries.extend(recordings().into_iter().map(|it| (it.name.to_owned(), it.query)));
    for alert in alerts().into_iter().flat_map(|(_, alerts)| alerts) {
        queries.push((alert.name.to_owned(), alert.condition));
        queries.push((format!("{}, first", alert.name), alert.first));
    }
    queries
}

#[test]
fn every_metric_is_on_a_board_or_it_is_said_why_not() {
    let mut shown = BTreeSet::new();
    for (_, panel) in panels() {
        for target in &panel.targets {
            target.query.each_series(&mut |series: &Series, _| {
                shown.insert(series.metric());
            });
        }
    }
    let excused = |name: &str| metric::UNSHOWN.iter().any(|(prefix, _)| name.starts_with(prefix));
    for declared in kymo::declared_metrics() {
        let is_shown = shown.contains(declared.name);
        assert!(is_shown != excused(declared.name), "{} is {is_shown} shown", declared.name);
    }
    for (prefix, _) in metric::UNSHOWN {
        let mut declared = kymo::declared_metrics();
        assert!(declared.any(|it| it.name.starts_with(prefix)), "{prefix} is gone");
    }
}

#[test]
fn nothing_is_asked_that_no_constant_declares() {
    let mut declared: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for metric in kymo::declared_metrics() {
        declared
            .entry(metric.name)
            .or_default()
            .extend(metric.attributes.iter().map(|key| key.name));
    }
    let mut count = 0;
    for (place, query) in queries() {
        query.each_series(&mut |series, by| {
            let keys = declared.get(series.metric());
            let keys =
                keys.unwrap_or_else(|| panic!("{place}: no constant declares {}", series.metric()));
            for key in series.keys().chain(by.iter().copied()).filter(|key| *key != "instance") {
                assert!(keys.contains(key), "{place}: {} has no {key}", series.metric());
            }
            count += 1;
        });
    }
    assert!(count > 150, "{count} series");
}

/// The only figure of a query.
fn figure(query: &Query) -> Option<(Figure, &'static str)> {
    match query {
        Query::Figure { figure, series, .. } => Some((*figure, series.metric())),
        _ => None,
    }
}

#[test]
fn every_panel_has_the_unit_of_what_it_shows() {
    for (board, panel) in panels() {
        for (figure, metric) in panel.targets.iter().filter_map(|target| figure(&target.query)) {
            let unit = kymo::declared_metrics().find(|it| it.name == metric).unwrap().unit;
            let expected = match (figure, unit) {
                (Figure::Rate, _) if is_histogram(metric) => Unit::PerSecond,
                (Figure::Rate | Figure::Total, "By") => Unit::BytesPerSecond,
                // Seconds per second are how many at a time.
                (Figure::Rate | Figure::Total, "s") => Unit::Count,
                (Figure::Rate, _) => Unit::PerSecond,
                (_, "s") => Unit::Seconds,
                (_, "By") => Unit::Bytes,
                _ => Unit::Count,
            };
            assert_eq!(panel.unit, expected, "{}, {}: {metric}", board.title, panel.title);
        }
    }
}

fn is_histogram(name: &str) -> bool {
    kymo::declared_metrics()
        .any(|it| it.name == name && matches!(it.kind, kymo::MetricKind::Histogram { .. }))
}

#[tokio::test]
async fn every_question_is_about_the_chosen_jobs_and_instances_and_rates_fit_the_scrapes() {
    let names = names().await;
    for (board, panel) in panels() {
        for target in &panel.targets {
            let query = target.query.text(&Context::board(&names));
            let mut series = 0;
            target.query.each_series(&mut |_, _| series += 1);
            let chosen = query.matches("job=~\"$job\",instance=~\"$instance\"").count();
            assert!(chosen >= series && series > 0, "{}, {}: {query}", board.title, panel.title);
            for rest in query.split('[').skip(1) {
                let window = rest.split(']').next().unwrap();
                assert_eq!(window, "$__rate_interval", "{}, {}", board.title, panel.title);
            }
        }
    }
}

/// The parts of a document that are panels, rows apart.
fn documents(made: &[(String, String)]) -> Vec<(String, Value)> {
    let boards = made.iter().filter(|(path, _)| path.starts_with("dashboards/"));
    boards.map(|(path, text)| (path.clone(), serde_json::from_str(text).unwrap())).collect()
}

#[tokio::test]
async fn every_panel_is_described_has_a_place_of_its_own_and_takes_the_chosen_source() {
    let made = dashboards::committed().await;
    let documents = documents(&made);
    assert_eq!(documents.len(), 14);
    for (path, board) in documents {
        assert_eq!(board["tags"][0], "kymo", "{path} is not linked to");
        assert_eq!(board["links"][0]["includeVars"], true, "{path}");
        let variables = board["templating"]["list"].as_array().unwrap();
        let variables: Vec<_> = variables.iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(variables, ["datasource", "job", "instance"], "{path}");
        let mut ids = BTreeSet::new();
        let mut cells = BTreeSet::new();
        let mut titles = BTreeSet::new();
        for panel in board["panels"].as_array().unwrap() {
            let title = panel["title"].as_str().unwrap();
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{path}, {title}");
            let [x, y, w, h] =
                ["x", "y", "w", "h"].map(|it| panel["gridPos"][it].as_u64().unwrap());
            assert!(x + w <= 24, "{path}, {title} is too wide");
            for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
                assert!(cells.insert(cell), "{path}, {title} covers another");
            }
            if panel["type"] == "row" {
                continue;
            }
            assert!(titles.insert(title.to_owned()), "{path} has two panels {title}");
            assert!(panel["description"].as_str().unwrap().ends_with('.'), "{path}, {title}");
            assert!(!panel["fieldConfig"]["defaults"]["unit"].as_str().unwrap().is_empty());
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{path}, {title}");
            let targets = panel["targets"].as_array().unwrap();
            assert!(!targets.is_empty(), "{path}, {title}");
            for target in targets {
                assert_eq!(target["datasource"]["uid"], "${datasource}", "{path}, {title}");
            }
        }
    }
}

#[test]
fn every_link_of_a_panel_leads_to_a_board() {
    let names: BTreeSet<_> = boards().iter().map(|board| board.name).collect();
    let mut links = 0;
    for (board, panel) in panels() {
        if let Some(more) = panel.more {
            assert!(names.contains(more) && more != board.name, "{}, {}", board.title, panel.title);
            links += 1;
        }
    }
    assert!(links > 10, "{links} links");
}
