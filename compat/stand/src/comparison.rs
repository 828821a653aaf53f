//! Two counts of the same statements.

use std::fmt::Write as _;

use crate::{Database, Failure, Page};

/// Statements by both of their names.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// The value of `db.query.summary`.
    pub summary: &'static str,
    /// Their text in the database, as `ILIKE` has it.
    pub like: &'static str,
}

/// The counts of a service's statements: the database's own, and kymo's.
#[derive(Debug)]
pub struct Comparison {
    service: &'static str,
    rows: Vec<(String, u64, f64)>,
    /// Both counts whole, for who looks for a difference.
    whole: String,
}

const COUNT: &str = "db_client_operation_duration_seconds_count";

impl Comparison {
    /// Compares the counts of `statements`, and of all that there are.
    ///
    /// `unseen` are statements that the source does not report, such as `BEGIN`, by their text: they are not
    /// among all.
    ///
    /// # Errors
    ///
    /// When the database cannot be asked.
    pub fn of(
        service: &'static str,
        database: &Database,
        page: &Page,
        statements: &[Statement],
        unseen: &[&str],
    ) -> Result<Self, Failure> {
        let mut rows = Vec::new();
        for Statement { summary, like } in statements {
            let kymo = page.sum(COUNT, &[("db_query_summary", summary)]);
            rows.push(((*summary).to_owned(), database.calls(like)?, kymo));
        }
        let mut all = database.calls("%")?;
        for like in unseen {
            all -= database.calls(like)?;
        }
        rows.push(("all".to_owned(), all, page.sum(COUNT, &[])));
        let whole = format!("{}{}", database.statements()?, page.lines(COUNT));
        Ok(Self { service, rows, whole })
    }

    /// Prints the table.
    ///
    /// # Errors
    ///
    /// When two counts differ, or nothing was counted.
    pub fn print(&self) -> Result<(), Failure> {
        let mut table = String::new();
        for (statement, own, kymo) in &self.rows {
            let statement = statement.replace('\\', "");
            writeln!(table, "| {} | `{statement}` | {own} | {kymo} |", self.service)?;
        }
        print!("{table}");
        let differ = |(_, own, kymo): &&(String, u64, f64)| *own == 0 || *own as f64 != *kymo;
        match self.rows.iter().find(differ) {
            None => Ok(()),
            Some((statement, own, kymo)) => Err(format!(
                "{}: {statement} is {own} in the database and {kymo} in kymo; all of both:\n{}",
                self.service, self.whole
            )
            .into()),
        }
    }
}
