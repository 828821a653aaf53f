//! Generated statements, read by another parser.

use std::ops::ControlFlow;

use proptest::prelude::*;
use sqlparser::{
    ast::{self, visit_relations},
    dialect::{MySqlDialect, PostgreSqlDialect, SQLiteDialect},
    parser::Parser,
};

use crate::{Dialect, Statement};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn another_parser_finds_the_same_tables(
        dialect in proptest::sample::select(&[Dialect::Postgres, Dialect::MySql, Dialect::Sqlite][..]),
        choices in proptest::collection::vec(any::<u8>(), 0..150),
    ) {
        let sql = Writer::write(dialect, &choices);
        let statements = read(dialect, &sql);
        let parsed = Statement::read(dialect, &sql);

        if let [statement] = statements.as_slice() {
            let tables = tables(statement);
            prop_assert_eq!(names(&parsed.summary), tables.as_slice(), "{}", sql);
            prop_assert_eq!(parsed.operation, verb(statement), "{}", sql);
            let changed = parsed.changed().map(|it| (it.operation, it.table.to_owned()));
            prop_assert_eq!(changed, changed_by(statement, &tables), "{}", sql);
        } else {
            prop_assert!(parsed.summary.starts_with("BATCH"), "{}", sql);
            prop_assert_eq!(parsed.changed(), None);
        }
        prop_assert_eq!(parsed.returns_rows, statements.iter().any(returns_rows), "{}", sql);
    }
}

/// The words of a summary that are no verbs.
fn names(summary: &str) -> Vec<String> {
    let is_name = |word: &&str| !word.bytes().all(|byte| byte.is_ascii_uppercase());
    summary.split_whitespace().filter(is_name).map(str::to_owned).collect()
}

fn read(dialect: Dialect, sql: &str) -> Vec<ast::Statement> {
    let read = match dialect {
        Dialect::Postgres => Parser::parse_sql(&PostgreSqlDialect {}, sql),
        Dialect::MySql => Parser::parse_sql(&MySqlDialect {}, sql),
        _ => Parser::parse_sql(&SQLiteDialect {}, sql),
    };
    read.unwrap_or_else(|error| panic!("{error} in {dialect:?}: {sql}"))
}

/// The tables of a statement, without common table expressions and functions.
fn tables(statement: &ast::Statement) -> Vec<String> {
    let mut tables = Vec::new();
    let _: ControlFlow<()> = visit_relations(statement, |relation| {
        let name = relation.to_string();
        if !name.starts_with(['c', 'f']) {
            tables.push(name);
        }
        ControlFlow::Continue(())
    });
    tables
}

fn verb(statement: &ast::Statement) -> Option<&'static str> {
    Some(match statement {
        ast::Statement::Query(query) => match query.body.as_ref() {
            ast::SetExpr::Insert(inner)
            | ast::SetExpr::Update(inner)
            | ast::SetExpr::Delete(inner) => return verb(inner),
            _ => "SELECT",
        },
        ast::Statement::Insert(insert) if insert.replace_into => "REPLACE",
        ast::Statement::Insert(_) => "INSERT",
        ast::Statement::Update(_) => "UPDATE",
        ast::Statement::Delete(_) => "DELETE",
        ast::Statement::Explain { .. } => "EXPLAIN",
        other => panic!("the writer does not write {other}"),
    })
}

fn returns_rows(statement: &ast::Statement) -> bool {
    match statement {
        ast::Statement::Query(query) => match query.body.as_ref() {
            ast::SetExpr::Insert(inner)
            | ast::SetExpr::Update(inner)
            | ast::SetExpr::Delete(inner) => returns_rows(inner),
            _ => true,
        },
        ast::Statement::Explain { .. } => true,
        ast::Statement::Insert(insert) => insert.returning.is_some(),
        ast::Statement::Update(update) => update.returning.is_some(),
        ast::Statement::Delete(delete) => delete.returning.is_some(),
        _ => false,
    }
}

fn changed_by(statement: &ast::Statement, tables: &[String]) -> Option<(&'static str, String)> {
    let operation = verb(statement).filter(|verb| !matches!(*verb, "SELECT" | "EXPLAIN"))?;
    // Only the writer's data-changing expressions are called like that.
    let changes_more = statement.to_string().contains("cd AS");
    let (first, others) = tables.split_first()?;
    let is_alone = !changes_more && others.iter().all(|other| other == first);
    is_alone.then(|| (operation, first.clone()))
}

/// Writes statements by the grammar of a dialect, taking one choice after the other.
struct Writer<'a> {
    dialect: Dialect,
    choices: std::slice::Iter<'a, u8>,
    depth: u8,
    has_ctes: bool,
    sql: String,
}

impl Writer<'_> {
    fn write(dialect: Dialect, choices: &[u8]) -> String {
        let mut writer = Writer {
            dialect,
            choices: choices.iter(),
            depth: 0,
            has_ctes: false,
            sql: String::new(),
        };
        writer.statement();
        if writer.one_in(12) {
            writer.put(";");
            writer.statement();
        }
        writer.sql
    }

    /// A choice below `n`; 0, the simplest, when there are none left.
    fn choose(&mut self, n: u8) -> u8 {
        self.choices.next().map_or(0, |choice| choice % n)
    }

    fn one_in(&mut self, n: u8) -> bool {
        self.choose(n) == n - 1
    }

    fn put(&mut self, text: &str) {
        let gap = match self.choose(24) {
            21 => "\n",
            22 => " /* FROM t9 ' */ ",
            23 => " -- JOIN t9 \"\n",
            _ => " ",
        };
        self.sql.push_str(text);
        self.sql.push_str(gap);
    }

    fn is(&self, dialect: Dialect) -> bool {
        self.dialect == dialect
    }

    fn statement(&mut self) {
        self.has_ctes = false;
        match self.choose(8) {
            0..=2 => self.query(),
            3 => self.insert(),
            4 => self.update(),
            5 => self.delete(),
            6 => {
                self.put("EXPLAIN");
                self.query();
            }
            _ if self.is(Dialect::Postgres) => {
                self.put("WITH cd AS (DELETE FROM");
                self.table();
                self.put("RETURNING a)");
                self.insert();
            }
            _ => self.insert(),
        }
    }

    fn table(&mut self) {
        let name = format!("t{}", self.choose(6));
        let name = match (self.choose(8), self.dialect) {
            (5, Dialect::MySql) => format!("`{name}`"),
            (5, Dialect::Postgres | Dialect::Sqlite) => format!("\"{name}\""),
            (6, Dialect::Sqlite) => format!("[{name}]"),
            (7, _) => format!("s.{name}"),
            _ => name,
        };
        self.put(&name);
    }

    fn query(&mut self) {
        if self.depth < 2 && self.one_in(5) {
            self.put("WITH c0 AS (");
            self.select();
            self.put("), c1 (a, b) AS (");
            self.select();
            self.put(")");
            self.has_ctes = true;
        }
        self.select();
        if self.one_in(6) {
            let word = self.choose(3);
            self.put(["UNION", "UNION ALL", "EXCEPT"][usize::from(word)]);
            self.select();
        }
        if self.one_in(5) {
            self.put("ORDER BY a, b LIMIT 1");
        }
    }

    fn select(&mut self) {
        self.depth += 1;
        self.put("SELECT");
        self.value();
        self.put(", a");
        if !self.one_in(8) {
            self.put("FROM");
            self.table_or_join();
            while self.one_in(4) {
                self.put(",");
                self.table_or_join();
            }
            self.condition("WHERE");
            if self.one_in(6) {
                self.put("GROUP BY a, b HAVING count(*) > 1");
            }
        }
        self.depth -= 1;
    }

    fn table_or_join(&mut self) {
        self.source();
        while self.one_in(4) {
            let word = self.choose(3);
            self.put(["JOIN", "LEFT JOIN", "INNER JOIN"][usize::from(word)]);
            self.source();
            self.condition("ON");
        }
    }

    /// A table, or what stands for one.
    fn source(&mut self) {
        match self.choose(10) {
            7 if self.depth < 4 => {
                self.put("(");
                self.query();
                self.put(") AS x");
            }
            8 if self.has_ctes => self.put("c0"),
            9 if !self.is(Dialect::MySql) => {
                self.put("f0(");
                self.value();
                self.put(", 1)");
            }
            choice => {
                self.table();
                match choice % 3 {
                    0 => {}
                    1 => self.put("AS y"),
                    _ => self.put("z"),
                }
            }
        }
    }

    fn condition(&mut self, word: &str) {
        if !self.one_in(3) && word != "ON" {
            return;
        }
        self.put(word);
        self.put("a =");
        self.value();
        match self.choose(8) {
            5 if self.depth < 4 => {
                self.put("AND b IN (");
                self.query();
                self.put(")");
            }
            6 if !self.is(Dialect::MySql) => self.put("AND b IS DISTINCT FROM d"),
            7 => self.put("AND CASE WHEN a = 1 THEN 1 ELSE 2 END = 1"),
            _ => {}
        }
    }

    fn value(&mut self) {
        match self.choose(11) {
            0 => self.put("1"),
            1 => self.put("'FROM t9'"),
            2 => self.put("'it''s, t9 (SELECT'"),
            3 => self.put("-1.5e-3"),
            4 => self.put("a"),
            5 => self.put("count(*)"),
            6 => self.put("TRIM(BOTH 'x' FROM a)"),
            7 if self.is(Dialect::Postgres) => self.put("$x$ FROM t9 ' $x$"),
            8 if self.is(Dialect::MySql) => self.put("\"FROM t9\""),
            9 if self.depth < 4 => {
                self.put("(");
                self.select();
                self.put(")");
            }
            10 => self.put("y.from"),
            _ => self.put("b"),
        }
    }

    fn insert(&mut self) {
        let replaces = self.is(Dialect::MySql) && self.one_in(4);
        self.put(if replaces { "REPLACE INTO" } else { "INSERT INTO" });
        self.table();
        if self.one_in(2) {
            self.put("(a, b)");
        }
        if self.one_in(3) {
            self.query();
        } else {
            self.put("VALUES (");
            self.value();
            self.put(",");
            self.value();
            self.put("), (1, 2)");
            let upserts = !replaces && self.one_in(3);
            match self.dialect {
                _ if !upserts => {}
                Dialect::MySql => self.put("ON DUPLICATE KEY UPDATE a = 1, b = 2"),
                _ => self.put("ON CONFLICT (a) DO UPDATE SET a = 1, b = 2"),
            }
        }
        self.returning();
    }

    fn update(&mut self) {
        self.put("UPDATE");
        self.table();
        if self.is(Dialect::MySql) && self.one_in(4) {
            self.put("JOIN");
            self.table();
            self.condition("ON");
        }
        self.put("SET a =");
        self.value();
        self.put(", b = 1");
        if !self.is(Dialect::MySql) && self.one_in(4) {
            self.put("FROM");
            self.table_or_join();
        }
        self.condition("WHERE");
        self.returning();
    }

    fn delete(&mut self) {
        self.put("DELETE FROM");
        self.table();
        if self.is(Dialect::Postgres) && self.one_in(4) {
            self.put("USING");
            self.table_or_join();
        }
        self.condition("WHERE");
        self.returning();
    }

    fn returning(&mut self) {
        if !self.is(Dialect::MySql) && self.one_in(3) {
            self.put("RETURNING a, b");
        }
    }
}
