//! Begins a statement with its verb.

use crate::{
    SavepointName, TransactionStatement,
    dialect::Dialect,
    frame::{Aim, Clause},
    keyword::Keyword,
    machine::Machine,
};

impl<'a> Machine<'a> {
    /// A verb that opens a statement or a query of its own.
    pub(crate) fn verb(&mut self, verb: Keyword, word: &'a str) {
        let is_first = self.frame().is_main && self.outcome.verb.is_none();
        if is_first && verb != Keyword::With {
            self.outcome.verb = Some(verb);
            self.outcome.returns_rows = gives_rows(verb);
            self.outcome.transaction = transaction(verb, self.dialect);
        }
        self.outcome.changes += u32::from(is_change(verb));
        let frame = self.frame();
        // An `INSERT` stays one behind the query of what it inserts.
        if verb != Keyword::With && !frame.verb.is_some_and(is_change) {
            frame.verb = Some(verb);
        }
        self.say_verb(verb, word);
    }

    /// A verb inside a statement that keeps its own.
    pub(crate) fn say_verb(&mut self, verb: Keyword, word: &'a str) {
        if verb != Keyword::With {
            self.outcome.label.push(&[word]);
        }
        self.begin_clause(verb);
    }

    pub(crate) fn verb_unsaid(&mut self, verb: Keyword) {
        let frame = self.frame();
        frame.verb = frame.verb.or(Some(verb));
        self.begin_clause(verb);
    }

    pub(crate) fn begin_clause(&mut self, verb: Keyword) {
        let frame = self.frame();
        (frame.had_from, frame.had_join, frame.had_using, frame.is_list) =
            (false, false, false, false);
        frame.clause = match verb {
            Keyword::Select | Keyword::Delete => Clause::List,
            Keyword::Insert | Keyword::Replace | Keyword::Upsert | Keyword::Merge => {
                Clause::Target(Aim::Write)
            }
            Keyword::Update => {
                frame.is_list = true;
                Clause::Target(Aim::Write)
            }
            Keyword::Table => Clause::Target(Aim::Read),
            Keyword::With => Clause::CteName,
            Keyword::Values => Clause::Rest,
            Keyword::Explain | Keyword::Describe => Clause::Explain,
            Keyword::Create
            | Keyword::Alter
            | Keyword::Drop
            | Keyword::Rename
            | Keyword::Refresh
            | Keyword::Reindex => Clause::ObjectKind,
            Keyword::Truncate
            | Keyword::Vacuum
            | Keyword::Analyze
            | Keyword::Lock
            | Keyword::Optimize
            | Keyword::Check
            | Keyword::Repair => {
                frame.is_list = true;
                Clause::Target(Aim::Object)
            }
            Keyword::Copy
            | Keyword::Call
            | Keyword::Execute
            | Keyword::Use
            | Keyword::Listen
            | Keyword::Unlisten
            | Keyword::Notify
            | Keyword::Cluster
            | Keyword::Pragma => Clause::Target(Aim::Object),
            Keyword::Begin
            | Keyword::Start
            | Keyword::Commit
            | Keyword::End
            | Keyword::Rollback
            | Keyword::Abort
            | Keyword::Savepoint
            | Keyword::Release
            | Keyword::Xa
            | Keyword::Prepare => Clause::Transaction,
            _ => Clause::Skip,
        };
    }
}

pub(crate) fn is_change(verb: Keyword) -> bool {
    matches!(
        verb,
        Keyword::Insert
            | Keyword::Replace
            | Keyword::Upsert
            | Keyword::Update
            | Keyword::Delete
            | Keyword::Merge
    )
}

/// Whether a statement of this verb is asked for rows, without `RETURNING`.
fn gives_rows(verb: Keyword) -> bool {
    matches!(
        verb,
        Keyword::Select
            | Keyword::Values
            | Keyword::Table
            | Keyword::Show
            | Keyword::Pragma
            | Keyword::Explain
            | Keyword::Describe
            | Keyword::Fetch
    )
}

fn transaction(verb: Keyword, dialect: Dialect) -> TransactionStatement {
    match verb {
        Keyword::Begin => TransactionStatement::Begin,
        Keyword::Commit => TransactionStatement::Commit,
        Keyword::End if dialect != Dialect::MySql => TransactionStatement::Commit,
        Keyword::Rollback | Keyword::Abort => TransactionStatement::Rollback,
        Keyword::Savepoint => TransactionStatement::Savepoint(SavepointName::default()),
        Keyword::Release => TransactionStatement::Release(SavepointName::default()),
        _ if dialect == Dialect::MySql && commits_in_mysql(verb) => {
            TransactionStatement::ImplicitCommit
        }
        _ => TransactionStatement::None,
    }
}

/// "Statements That Cause an Implicit Commit" in MySQL's manual, as far as the verb says so.
fn commits_in_mysql(verb: Keyword) -> bool {
    matches!(
        verb,
        Keyword::Create
            | Keyword::Alter
            | Keyword::Drop
            | Keyword::Rename
            | Keyword::Truncate
            | Keyword::Grant
            | Keyword::Revoke
    )
}
