use std::{ops::Deref, thread};

use kymo_core::{Bounded, ValueBudget};
use opentelemetry::metrics::{MeterProvider as _, noop::NoopMeterProvider};
use proptest::prelude::*;

use super::*;
use crate::{key, metrics, recording::late_value::LateValue};

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
        thread::scope(|scope| {
            let readers: Vec<_> = (0..4)
                .map(|start| {
                    let (statements, queries) = (&statements, &queries);
                    scope.spawn(move || {
                        // One place in memory holds one text after the other.
                        let mut text = String::with_capacity(100);
                        for query in queries.iter().cycle().skip(start * 7).take(queries.len()) {
                            text.clear();
                            text.push_str(query);
                            assert_eq!(told(statements, &text), afresh(query), "{query}");
                            assert_eq!(told(statements, query), afresh(query), "{query}");
                        }
                    })
                })
                .collect();
            for reader in readers {
                reader.join().unwrap();
            }
        });
        let distinct: std::collections::HashSet<_> = queries.iter().collect();
        prop_assert_eq!(statements.positions.len(), distinct.len());
    }
}

#[test]
fn another_text_at_the_same_address_is_another_statement() {
    let statements = statements();
    let mut text = String::from("INSERT INTO a VALUES (1)");
    let address = text.as_ptr();
    for _ in 0..3 {
        assert_eq!(told(&statements, &text).0, "INSERT a");
    }
    text.clear();
    text.push_str("DELETE FROM b WHERE c =1");
    assert_eq!(text.as_ptr(), address);
    assert_eq!(told(&statements, &text).0, "DELETE b");
}

#[test]
fn what_is_remembered_is_bounded_and_the_rest_is_still_right() {
    let statements = statements();
    for n in 0..2 * MAX_STATEMENTS {
        for _ in 0..5 {
            assert_eq!(told(&statements, &format!("SELECT {n} FROM a")).0, "SELECT a");
        }
    }
    assert_eq!(statements.positions.len(), MAX_STATEMENTS);
    assert_eq!(told(&statements, "DELETE FROM late").0, "DELETE late");
    assert_eq!(statements.positions.len(), MAX_STATEMENTS);
}

#[test]
fn long_texts_are_bounded_in_sum_and_each() {
    let statements = statements();
    let of_length = |n: usize, len: usize| format!("{:<len$}", format!("SELECT {n} FROM a"));
    assert_eq!(told(&statements, &of_length(0, MAX_TEXT + 1)).0, "SELECT a");
    assert_eq!(statements.positions.len(), 0);
    for n in 0..MAX_BYTES / MAX_TEXT + 10 {
        for _ in 0..5 {
            assert_eq!(told(&statements, &of_length(n, MAX_TEXT)).0, "SELECT a");
        }
    }
    assert_eq!(statements.positions.len(), MAX_BYTES / MAX_TEXT);
    assert_eq!(statements.bytes.load(Ordering::Relaxed), MAX_BYTES);
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

#[test]
fn what_is_sent_once_takes_no_place_of_what_is_sent_always() {
    let statements = statements();
    for n in 0..5 * MAX_STATEMENTS {
        assert_eq!(told(&statements, &format!("SELECT {n} FROM a")).0, "SELECT a");
    }
    assert_eq!(statements.positions.len(), 0);
    for _ in 0..5 {
        assert_eq!(told(&statements, "SELECT * FROM late").0, "SELECT late");
    }
    assert!(statements.position("SELECT * FROM late").is_some());
    assert!(statements.recent.take("SELECT * FROM late").is_none());
}

#[test]
fn where_all_places_are_taken_what_is_used_is_not_read_again() {
    let statements = statements();
    for n in 0..MAX_STATEMENTS {
        for _ in 0..5 {
            told(&statements, &format!("SELECT {n} FROM a"));
        }
    }
    told(&statements, "SELECT * FROM late");
    for n in 0..3 * MAX_STATEMENTS {
        told(&statements, &format!("SELECT {n} FROM once"));
        let late = statements.recent.find("SELECT * FROM late");
        assert!(late.is_some(), "forgotten after {n}");
        assert_eq!(told(&statements, "SELECT * FROM late").0, "SELECT late");
    }
    assert_eq!(statements.positions.len(), MAX_STATEMENTS);
}
