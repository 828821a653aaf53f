//! Says what an SQL text does, as far as its words tell.

use crate::{
    Dialect, TransactionStatement, beginning::beginning, keyword::Keyword, label::Label,
    lexer::Lexer, machine::Machine, name, outcome::Outcome, token::Token,
};

/// An SQL text as far as its words tell: see [`Statement::read`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statement {
    /// The name in a leading comment (`-- name: get_user`), else operations and targets, at most
    /// 255 characters; empty when the text is not known to do anything.
    ///
    /// The conventions' `db.query.summary`: it holds verbs of a closed list and names that stand where
    /// a target stands, as they are written, and never a value. Where the text leaves a doubt, the
    /// name is left out.
    ///
    /// A text of several statements is a batch: `BATCH` and what each of them does, or `BATCH`
    /// alone when they differ.
    pub summary: String,
    /// The verb of the statement, in capitals; `None` for a batch and for an unknown one.
    pub operation: Option<&'static str>,
    /// The one table that a query or a change names, as it is written, with its quotes and its schema.
    ///
    /// `None` for a batch, for what names several, for definitions and upkeep of tables, and where
    /// there may be a table that was not understood.
    pub collection: Option<String>,
    /// Whether rows are asked for: by a query, or by `RETURNING`; of any statement of a batch.
    pub returns_rows: bool,
    /// How it changes the transaction; of a batch, how its statements do in sum.
    pub transaction: TransactionStatement,
    /// It is a batch with statements about transactions, of which some may have been run if it
    /// fails.
    pub may_end_halfway: bool,
    /// It is one change, of the one table it names.
    is_change: bool,
}

/// A table that is changed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<'a> {
    /// `INSERT`, `REPLACE`, `UPDATE`, `DELETE` or `MERGE`.
    pub operation: &'static str,
    /// As it is written, with its quotes and its schema.
    pub table: &'a str,
}

impl Statement {
    /// Reads the first 32 KiB of `text`, once; whatever it is, this neither fails nor panics.
    ///
    /// Behind them only a semicolon is looked for: without one, a statement whose table was already
    /// read goes on to the end.
    ///
    /// ```
    /// use kymo_sql::{Dialect, Statement};
    ///
    /// let values = vec!["('Dune')"; 100_000].join(", ");
    /// let insert = Statement::read(Dialect::Postgres, &format!("INSERT INTO books VALUES {values}"));
    /// assert_eq!(insert.summary, "INSERT books");
    /// assert_eq!(Statement::read(Dialect::Postgres, "no SQL at all"), Statement::default());
    /// ```
    ///
    /// The time it takes grows with the length of the text and with nothing else. Keep the result beside
    /// a text that is sent again.
    pub fn read(dialect: Dialect, text: &str) -> Self {
        let (text, rest) = text.split_at(beginning(text, MAX_BYTES).len());
        let is_cut_off = !rest.is_empty();
        let mut lexer = Lexer::new(text, dialect, is_cut_off);
        let mut machine = Machine::new(dialect);
        let mut name = None;
        let mut is_begun = false;
        while let Some(token) = lexer.next() {
            match token {
                Token::Comment(said) if !is_begun && !lexer.depends_on_version => {
                    name = name.or_else(|| name::in_comment(said));
                }
                Token::Comment(_) => {}
                Token::Doubt if lexer.is_unclosed => machine.doubt_names(),
                Token::Doubt => machine.lose_sight(),
                token => {
                    is_begun = true;
                    machine.read(token);
                }
            }
            // Where this server does not read what a comment holds, a quote in it opens no string.
            machine.is_frozen |= lexer.trusted_a_default || lexer.depends_on_version;
            machine.outcome.has_more_tables |= lexer.depends_on_version;
        }
        if rest.as_bytes().contains(&b';') {
            machine.lose_sight();
        }
        machine.end(is_cut_off);
        let is_set = |outcome: &Outcome<'_>| outcome.verb == Some(Keyword::Set);
        let sets = dialect == Dialect::MySql && machine.finished.iter().any(is_set);
        let is_batch = machine.finished.len() > 1;
        let mut statement = Self::conclude(machine.finished);
        if sets {
            let set = TransactionStatement::of_set(text);
            statement.may_end_halfway |= set != TransactionStatement::None && is_batch;
            statement.transaction = statement.transaction.then(set);
        }
        match name {
            Some(name) => Self { summary: name.to_owned(), ..statement },
            None => statement,
        }
    }

    /// The change, where the text is a single statement, no batch, which names one table, changes it
    /// once, and reads no other.
    ///
    /// ```
    /// use kymo_sql::{Dialect, Statement};
    ///
    /// let rows_of = |text| Statement::read(Dialect::Postgres, text).changed().map(|it| it.table.to_owned());
    /// assert_eq!(rows_of("UPDATE shop.books SET stock = 0").as_deref(), Some("shop.books"));
    /// assert_eq!(rows_of("INSERT INTO books SELECT * FROM drafts"), None);
    /// ```
    ///
    /// `None` for an `INSERT … SELECT` from another table, for a `DELETE` with a sub-query on one and
    /// for `EXPLAIN ANALYZE`, and where there may be a table that was not understood.
    pub fn changed(&self) -> Option<Change<'_>> {
        let table = self.collection.as_deref().filter(|_| self.is_change)?;
        Some(Change { operation: self.operation?, table })
    }

    fn conclude(mut statements: Vec<Outcome<'_>>) -> Self {
        if statements.len() > 1 {
            return Self::of_batch(&statements);
        }
        let Some(only) = statements.pop() else { return Self::default() };
        Self {
            operation: only.verb.and_then(Keyword::operation),
            collection: only.collection(),
            returns_rows: only.returns_rows,
            transaction: only.transaction,
            may_end_halfway: false,
            is_change: only.is_change(),
            summary: only.label.into(),
        }
    }

    fn of_batch(statements: &[Outcome<'_>]) -> Self {
        let mut label = Label::default();
        label.push(&["BATCH"]);
        let summary = statements.first().map_or("", |first| first.label.as_str());
        if !summary.is_empty() && statements.iter().all(|one| one.label.as_str() == summary) {
            label.push(&[summary]);
        }
        let transactions = statements.iter().map(|statement| statement.transaction);
        Self {
            summary: label.into(),
            returns_rows: statements.iter().any(|statement| statement.returns_rows),
            may_end_halfway: transactions.clone().any(|one| one != TransactionStatement::None),
            transaction: transactions.fold(TransactionStatement::None, TransactionStatement::then),
            ..Self::default()
        }
    }
}

/// How much of a text is read.
const MAX_BYTES: usize = 32 * 1024;
