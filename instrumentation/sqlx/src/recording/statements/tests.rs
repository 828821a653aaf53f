use std::ops::Deref;

use kymo_core::{Bounded, LateValue, ValueBudget};
use opentelemetry::metrics::{MeterProvider as _, noop::NoopMeterProvider};
use proptest::prelude::*;

use super::*;
use crate::{key, metrics};

/// Statements, and the budgets that their summaries and their tables take places of.
struct Told {
    statements: Statements,
    summaries: ValueBudget,
    tables: ValueBudget,
}

fn statements() -> Told {
    with_summaries(ValueBudget::uncounted(50))
}

fn with_summaries(summaries: ValueBudget) -> Told {
    let statements = Statements::new(System::Postgresql);
    Told { statements, summaries, tables: ValueBudget::uncounted(20) }
}

impl Deref for Told {
    type Target = Statements;

    fn deref(&self) -> &Statements {
        &self.statements
    }
}

/// The statement of `sql` when it has succeeded, with words instead of positions in a budget.
fn told(told: &Told, sql: &str) -> (String, Option<(&'static str, String)>, bool) {
    let found = told.find(sql, Without::default());
    let admitted =
        |value: &LateValue, budget: &ValueBudget| budget.value(value.admitted(budget)).to_string();
    let changed =
        found.change().map(|change| (change.operation, admitted(&change.table, &told.tables)));
    let summary = found.summary().map(|summary| admitted(summary, &told.summaries));
    (summary.unwrap_or_default(), changed, found.returns_rows())
}

/// The statement of `sql` from its text alone.
fn afresh(sql: &str) -> (String, Option<(&'static str, String)>, bool) {
    let read = kymo_sql::Statement::read(Dialect::Postgres, sql);
    let changed = read.changed().map(|changed| (changed.operation, changed.table.to_owned()));
    (read.summary, changed, read.returns_rows)
}

/// One of not too many statements, of lengths that are often the same.
fn statement() -> impl Strategy<Value = String> {
    (0..4_u8, 0..9_u8, 0..50_u16).prop_map(|(verb, table, value)| match verb {
        0 => format!("SELECT * FROM t{table} WHERE a = {value}"),
        1 => format!("INSERT INTO t{table} VALUES ({value}) "),
        2 => format!("DELETE FROM t{table} WHERE a = {value} "),
        _ => format!("UPDATE t{table} SET a = {value} RETURNING a"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_remembered_is_what_would_be_read(queries in proptest::collection::vec(statement(), 1..300)) {
        let statements = statements();
        for query in queries.iter().chain(&queries) {
            prop_assert_eq!(told(&statements, query), afresh(query), "{}", query);
        }
    }
}

#[test]
fn beyond_the_budgets_summaries_and_tables_are_other() {
    let statements = statements();
    for n in 0..50 {
        assert_eq!(
            told(&statements, &format!("INSERT INTO t{n} VALUES (1)")).0,
            format!("INSERT t{n}")
        );
    }
    let (summary, changed, _) = told(&statements, "INSERT INTO late VALUES (1)");
    assert_eq!(summary, "_OTHER");
    assert_eq!(changed, Some(("INSERT", "_OTHER".to_owned())));
}

#[test]
fn what_is_no_sql_has_no_summary() {
    let statements = statements();
    assert_eq!(told(&statements, "hello").0, "");
    assert_eq!(told(&statements, "").0, "");
}

#[test]
fn what_was_refused_takes_no_place_of_what_succeeds() {
    let meter = NoopMeterProvider::new().meter("test");
    let fold = key::DB_QUERY_SUMMARY.fold(&meter, &metrics::OPERATION_DURATION);
    let statements = with_summaries(ValueBudget::with_reserve(50, 10, fold));
    let refused: Vec<_> = (0..500)
        .map(|n| {
            let sql = format!("INSERT INTO refused_{n} VALUES (1)");
            let found = statements.find(&sql, Without::default());
            found.summary().unwrap().reserved(&statements.summaries)
        })
        .collect();
    assert_eq!(refused.iter().filter(|one| **one != Bounded::OTHER).count(), 10);
    for n in 0..50 {
        let (summary, changed, _) = told(&statements, &format!("INSERT INTO t{n} VALUES (1)"));
        assert_eq!(summary, format!("INSERT t{n}"));
        assert_eq!(changed.unwrap().1 == "_OTHER", n >= 20);
    }
    // It was in the reserve, and needs no other place.
    assert_eq!(told(&statements, "INSERT INTO refused_3 VALUES (1)").0, "INSERT refused_3");
    assert_eq!(told(&statements, "INSERT INTO refused_30 VALUES (1)").0, "_OTHER");
}

#[test]
fn what_is_not_wanted_is_not_told() {
    let statements = statements();
    let without = Without { summaries: true, rows_changed: true, ..Without::default() };
    let found = statements.find("INSERT INTO a VALUES (1)", without);
    assert!(found.summary().is_none() && found.change().is_none());
    assert_eq!(told(&statements, "INSERT INTO a VALUES (1)").0, "INSERT a");
}
