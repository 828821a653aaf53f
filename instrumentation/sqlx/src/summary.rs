//! What an SQL text does, in a few words.
//!
//! [`parse`] gives the conventions' `db.query.summary` ("Generating a summary of the query" in
//! `docs/db/database-spans.md`): the operations and their targets in the order in which they stand,
//! such as `INSERT orders SELECT customers`. It may only hold verbs from a closed list and names
//! that stand where a target stands, as they are written; never a value. Where the text leaves a
//! doubt, the name is left out.
//!
//! The `lexer` cuts the text into tokens by its `dialect`; the `machine` follows them, with a `frame`
//! for each pair of `parentheses`, into the `outcome` of each statement. What a word does there is in
//! `words`, of verbs in `verbs`, of kinds of things in `objects`, and of transactions in
//! `transaction`.

mod ctes;
mod dialect;
mod divider;
mod frame;
mod keyword;
mod label;
mod lexer;
mod literal;
mod machine;
mod name;
mod objects;
mod outcome;
mod parentheses;
mod references;
mod target;
mod token;
mod transaction;
mod verbs;
mod words;

pub(crate) use dialect::Dialect;
pub(crate) use transaction::{SavepointName, TransactionStatement};

use label::Label;
use lexer::Lexer;
use machine::Machine;
use outcome::Outcome;
use token::Token;

/// What is known of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Parsed {
    /// The name in a leading comment (`-- name: get_user`), else operations and targets, at most
    /// 255 characters; empty when the text is not known to do anything.
    ///
    /// A text of several statements is a batch: `BATCH` and what each of them does, or `BATCH`
    /// alone when they differ.
    pub(crate) summary: String,
    /// The verb of the statement, in capitals; `None` for a batch and for an unknown one.
    pub(crate) operation: Option<&'static str>,
    /// The change, where the text is a single statement, no batch, which names one table, changes it
    /// once, and reads no other.
    ///
    /// `None` for an `INSERT … SELECT` from another table, for a `DELETE` with a sub-query on one and
    /// for `EXPLAIN ANALYZE`, and where there may be a table that was not understood.
    pub(crate) changed: Option<Changed>,
    /// Whether rows are asked for: by a query, or by `RETURNING`; of any statement of a batch.
    pub(crate) returns_rows: bool,
    /// What it does to the transaction; of a batch, what its statements do in sum.
    pub(crate) transaction: TransactionStatement,
    /// It is a batch with statements about transactions, of which some may have been run if it
    /// fails.
    pub(crate) may_end_halfway: bool,
}

/// A table that is changed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// `INSERT`, `REPLACE`, `UPDATE`, `DELETE` or `MERGE`.
    pub(crate) operation: &'static str,
    /// As it is written, with its quotes and its schema.
    pub(crate) table: String,
}

/// How much of a text is read.
const MAX_BYTES: usize = 32 * 1024;

/// Reads the first 32 KiB of a text, once.
///
/// Behind them only a semicolon is looked for: without one, a statement whose table was already
/// read goes on to the end.
pub(crate) fn parse(sql: &str, dialect: Dialect) -> Parsed {
    let (text, rest) = sql.split_at(sql.floor_char_boundary(MAX_BYTES));
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
    let mut parsed = conclude(&machine.finished);
    let is_set = |outcome: &Outcome<'_>| outcome.verb == Some(keyword::Keyword::Set);
    if dialect == Dialect::MySql && machine.finished.iter().any(is_set) {
        let set = TransactionStatement::of_set(text);
        parsed.may_end_halfway |= set != TransactionStatement::None && machine.finished.len() > 1;
        parsed.transaction = parsed.transaction.then(set);
    }
    match name {
        Some(name) => Parsed { summary: name.to_owned(), ..parsed },
        None => parsed,
    }
}

fn conclude(statements: &[Outcome<'_>]) -> Parsed {
    let Some((first, others)) = statements.split_first() else { return Parsed::default() };
    if others.is_empty() {
        return Parsed {
            summary: first.label.as_str().to_owned(),
            operation: first.verb.and_then(keyword::Keyword::operation),
            changed: first.changed(),
            returns_rows: first.returns_rows,
            transaction: first.transaction,
            may_end_halfway: false,
        };
    }
    let mut label = Label::default();
    label.push(&["BATCH"]);
    let summary = first.label.as_str();
    if !summary.is_empty() && others.iter().all(|other| other.label.as_str() == summary) {
        label.push(&[summary]);
    }
    let transactions = statements.iter().map(|statement| statement.transaction);
    Parsed {
        summary: label.as_str().to_owned(),
        operation: None,
        changed: None,
        returns_rows: statements.iter().any(|statement| statement.returns_rows),
        may_end_halfway: transactions.clone().any(|one| one != TransactionStatement::None),
        transaction: transactions.fold(TransactionStatement::None, TransactionStatement::then),
    }
}

#[cfg(test)]
mod tests;
