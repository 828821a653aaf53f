//! The document that the page reads.

use std::time::Duration;

use crate::{
    assets::ASSETS,
    board::Board,
    catalog::SECTIONS,
    json::Json,
    pace::POINTS,
    row::{Row, SEPARATOR},
    section::{Column, Kept, Section},
    state::State,
};

/// Rows of a section that are shown at most.
pub(crate) const SHOWN: usize = 25;
/// The readings of a document for those who have all before: whoever missed one has it too.
pub(crate) const RECENT: usize = 2;

/// How much of what is kept a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it, and how it is laid out.
    Whole,
    /// The last of it.
    Recent,
}

/// Which readings a document is of.
#[derive(Debug, Clone)]
pub(crate) struct Origin<'a> {
    /// The program that runs.
    pub(crate) instance: &'a str,
    /// How often somebody began to look.
    pub(crate) run: u64,
    /// From this reading to the next.
    pub(crate) every: Duration,
    /// Why there is no newer reading; empty if there is nothing wrong.
    pub(crate) trouble: &'a str,
}

/// All that the page shows, as JSON.
pub(crate) fn write(state: &State, origin: &Origin<'_>, extent: Extent) -> String {
    let mut json = Json::default();
    json.raw("{\"instance\":").text(origin.instance);
    json.raw(",\"run\":").number(origin.run as f64);
    json.raw(",\"seq\":").number(state.readings as f64);
    json.raw(",\"every\":").number(origin.every.as_secs_f64());
    json.raw(",\"window\":").number(state.seconds());
    json.raw(",\"trouble\":").text(origin.trouble);
    json.raw(",\"script\":").text(&ASSETS.script_mark);
    json.raw(",\"service\":").text(&state.about.service);
    json.raw(",\"version\":").text(&state.about.version);
    json.raw(",\"id\":").text(&state.about.instance);
    let points = if extent == Extent::Whole { POINTS } else { RECENT };
    let times = state.times.iter().skip(state.times.len().saturating_sub(points));
    json.raw(",\"times\":").array(times, |json, time| {
        json.number(*time as f64);
    });
    let is_there = |board: &&Board| board.total.is_there() || board.section.feature.is_empty();
    let there = state.boards.iter().filter(is_there);
    json.raw(",\"sections\":").array(there, |json, board| section(json, board, state, points));
    let lacking = state.boards.iter().filter(|board| !is_there(board));
    json.raw(",\"lacking\":").array(lacking, |json, board| {
        json.text(board.section.id);
    });
    families(&mut json, state);
    if extent == Extent::Whole {
        json.raw(",\"layout\":").array(SECTIONS, |json, section| layout(json, section));
    }
    json.raw("}");
    json.finish()
}

fn section(json: &mut Json, board: &Board, state: &State, points: usize) {
    let seconds = state.seconds();
    let rows = board.ordered(seconds);
    let (shown, others) = rows.split_at(SHOWN.min(rows.len()));
    json.raw("{\"id\":").text(board.section.id);
    json.raw(",\"rows_left\":").number(others.len() as f64);
    json.raw(",\"series_left\":").number(board.left as f64);
    json.raw(",\"all\":{");
    numbers(json, &board.total.numbers(board.section, seconds));
    past(json, &board.total, state, points);
    json.raw("},\"rows\":").array(shown, |json, (row, of)| {
        json.raw("{\"key\":").array(row.key.split_terminator(SEPARATOR), |json, value| {
            json.text(value);
        });
        json.raw(",");
        numbers(json, of);
        past(json, row, state, points);
        json.raw("}");
    });
    json.raw("}");
}

fn numbers(json: &mut Json, numbers: &[f64]) {
    json.raw("\"now\":").array(numbers, |json, number| {
        json.number(*number);
    });
}

fn past(json: &mut Json, row: &Row, state: &State, points: usize) {
    json.raw(",\"past\":").array(row.earlier(state.readings, points), |json, (_, earlier)| {
        json.array(earlier, |json, number| {
            json.number(number);
        });
    });
}

fn families(json: &mut Json, state: &State) {
    json.raw(",\"families\":{\"count\":").number(state.census.families as f64);
    json.raw(",\"series\":").number(state.census.series as f64);
    json.raw(",\"largest\":").array(state.census.largest(), |json, count| {
        json.raw("[").text(&count.name);
        json.raw(",").text(&format!("{:?}", count.kind).to_lowercase());
        json.raw(",").number(count.series as f64).raw("]");
    });
    json.raw("}");
}

fn layout(json: &mut Json, section: &Section) {
    json.raw("{\"id\":").text(section.id);
    json.raw(",\"title\":").text(section.title);
    json.raw(",\"feature\":").text(section.feature);
    json.raw(",\"order\":").number(section.order as f64);
    json.raw(",\"heads\":").array(section.key, |json, (_, head)| {
        json.text(head);
    });
    json.raw(",\"columns\":").array(section.columns, of_column);
    json.raw("}");
}

fn of_column(json: &mut Json, column: &Column) {
    json.raw("{\"id\":").text(column.id);
    json.raw(",\"head\":").text(column.head);
    json.raw(",\"unit\":").text(column.unit.name());
    let kept = match column.kept {
        Kept::Nobody => "",
        Kept::Total => "total",
        Kept::Rows => "rows",
    };
    json.raw(",\"kept\":").text(kept);
    json.raw(",\"sum\":").raw(if column.is_sum { "true}" } else { "false}" });
}
