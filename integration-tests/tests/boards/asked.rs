//! What boards and rules ask of a server.

use dashboards::{Context, Names, Pace, Query};
use serde_json::Value;

/// One question, and who asks it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The board and the panel, or the rule.
    pub(crate) place: String,
    /// What is asked.
    pub(crate) expression: String,
}

/// All questions of the boards, as Grafana sends them when everything is chosen.
pub(crate) fn by_boards(files: &[(String, String)]) -> Vec<Asked> {
    let boards = files.iter().filter(|(path, _)| path.starts_with("dashboards/"));
    let boards = boards.map(|(_, text)| serde_json::from_str::<Value>(text).expect("JSON"));
    boards.flat_map(|board| of_board(&board)).collect()
}

fn of_board(board: &Value) -> Vec<Asked> {
    let title = text(&board["title"]);
    let mut asked = Vec::new();
    for variable in list(&board["templating"]["list"]).filter(|it| it["type"] == "query") {
        let place = format!("{title} | variable {}", text(&variable["name"]));
        let query = text(&variable["query"]["query"]);
        let inside = query.trim_start_matches("label_values(").trim_end_matches(')');
        let (series, label) = inside.rsplit_once(", ").expect("a query for values of a label");
        asked.push(Asked { place, expression: filled(&format!("count by ({label}) ({series})")) });
    }
    for panel in list(&board["panels"]).filter(|panel| panel["type"] != "row") {
        for target in list(&panel["targets"]) {
            let (name, id) = (text(&panel["title"]), text(&target["refId"]));
            let place = format!("{title} | {name} {id}");
            asked.push(Asked { place, expression: filled(&text(&target["expr"])) });
        }
    }
    asked
}

/// With variables as Grafana fills them in: all jobs and instances, and four scrapes for a rate at least.
fn filled(expression: &str) -> String {
    let filled = expression.replace("$__rate_interval", "15s");
    let filled = filled.replace("$job", ".*").replace("$instance", ".*");
    assert!(!filled.contains('$'), "{filled} has a variable that is not known");
    filled
}

/// All questions of the rules: what is recorded, what alerts compare, and what their sections ask first.
pub(crate) fn by_rules(names: &Names) -> Vec<Asked> {
    let mut asked = Vec::new();
    for recording in dashboards::recordings() {
        let place = format!("record | {}", recording.name);
        asked.push(Asked { place, expression: recording.name.to_owned() });
    }
    for alert in dashboards::alerts().into_iter().flat_map(|(_, alerts)| alerts) {
        let context = Context::rules(names, alert.groups, Pace::Demo);
        for (n, compared) in compared(&alert.condition).into_iter().enumerate() {
            let place = format!("alert | {} {}", alert.name, n + 1);
            asked.push(Asked { place, expression: compared.text(&context) });
        }
        let person = Context { pace: Pace::Demo, ..Context::rules(names, &["job"], Pace::Demo) };
        let place = format!("alert | {}, first", alert.name);
        asked.push(Asked { place, expression: alert.first.text(&person) });
    }
    asked
}

/// The series on both sides of comparisons, since a comparison that does not hold has none.
fn compared(condition: &Query) -> Vec<&Query> {
    match condition {
        Query::Both(left, ">" | "<" | "==" | "and", right) => {
            [compared(left), compared(right)].concat()
        }
        Query::Number(_) => Vec::new(),
        other => vec![other],
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
