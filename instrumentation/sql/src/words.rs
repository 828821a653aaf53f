//! Moves the machine on by one word.

use crate::{
    SavepointName, TransactionStatement,
    dialect::Dialect,
    frame::{Aim, Clause},
    keyword::Keyword,
    machine::Machine,
    objects::is_one_of,
    verbs::is_change,
};

impl<'a> Machine<'a> {
    pub(crate) fn word(&mut self, word: &'a str, keyword: Option<Keyword>) {
        match self.frame().clause {
            Clause::Start => self.start(word, keyword),
            Clause::Union => self.union(word, keyword),
            Clause::CteName if keyword == Some(Keyword::Recursive) => {
                self.frame().is_recursive = true;
            }
            Clause::CteName => self.name_cte(word),
            Clause::Cte(_) => self.behind_cte(word, keyword),
            Clause::List => self.in_list(keyword),
            Clause::Target(Aim::Object) => self.object(word, keyword),
            Clause::Target(aim) => self.table(aim, word, keyword),
            Clause::After => self.after_table(word, keyword),
            Clause::Insert => self.inserted(word, keyword),
            Clause::Explain => self.explained(word, keyword),
            Clause::ObjectKind => self.object_kind(word, keyword),
            Clause::Transaction => self.transaction(word, keyword),
            Clause::Routine(depth) => self.routine(depth, keyword),
            Clause::For => self.rows_meant(word),
            Clause::Rest => self.behind_tables(keyword),
            Clause::AfterObject => self.after_object(keyword),
            Clause::Hint | Clause::End | Clause::Skip => {}
        }
    }

    fn start(&mut self, word: &'a str, keyword: Option<Keyword>) {
        let frame = *self.frame();
        match keyword {
            Some(Keyword::Select) if frame.is_continued => self.verb_unsaid(Keyword::Select),
            Some(verb @ (Keyword::Select | Keyword::With)) => self.verb(verb, word),
            Some(verb) if frame.is_main && verb.operation().is_some() => self.verb(verb, word),
            Some(verb) if frame.is_cte && is_change(verb) => self.verb(verb, word),
            Some(Keyword::Values) => self.frame().clause = Clause::Rest,
            keyword if frame.holds_tables => {
                self.hold_tables();
                self.table(Aim::Read, word, keyword);
            }
            _ if frame.is_main => self.frame().clause = Clause::Skip,
            _ => self.frame().clause = Clause::Rest,
        }
    }

    fn union(&mut self, word: &'a str, keyword: Option<Keyword>) {
        match keyword {
            Some(Keyword::Select) => self.verb_unsaid(Keyword::Select),
            Some(Keyword::Values) => self.frame().clause = Clause::Rest,
            Some(verb @ (Keyword::Table | Keyword::With)) => self.verb(verb, word),
            _ => {}
        }
    }

    fn behind_cte(&mut self, word: &'a str, keyword: Option<Keyword>) {
        let Some(verb) = keyword else { return };
        if is_change(verb) || matches!(verb, Keyword::Select | Keyword::Values | Keyword::Table) {
            self.end_cte();
            self.verb(verb, word);
        }
    }

    fn in_list(&mut self, keyword: Option<Keyword>) {
        let is_comparison = self.previous == Some(Keyword::Distinct);
        match keyword {
            Some(Keyword::From) if !is_comparison => self.from(),
            Some(Keyword::Into) => {
                self.gives_nothing_back();
                let frame = self.frame();
                if frame.verb == Some(Keyword::Select) && self.dialect == Dialect::Postgres {
                    self.frame().clause = Clause::Target(Aim::Write);
                }
            }
            _ => self.rest(keyword),
        }
    }

    pub(crate) fn rest(&mut self, keyword: Option<Keyword>) {
        match keyword {
            Some(Keyword::Union) => {
                let frame = self.frame();
                frame.clause = Clause::Union;
                (frame.had_from, frame.had_join, frame.is_list) = (false, false, false);
            }
            Some(Keyword::Returning) => {
                let frame = self.frame();
                frame.clause = Clause::Rest;
                if frame.is_main && frame.verb.is_some_and(is_change) {
                    self.outcome.returns_rows = true;
                }
            }
            Some(Keyword::Into) => self.gives_nothing_back(),
            _ => {}
        }
    }

    pub(crate) fn from(&mut self) {
        let frame = self.frame();
        let is_delete = frame.verb == Some(Keyword::Delete);
        frame.clause = Clause::Target(if is_delete { Aim::Write } else { Aim::Read });
        frame.had_from = true;
        frame.is_list = true;
    }

    /// Notes that the rows of a `SELECT` go into a table, a variable or a file.
    fn gives_nothing_back(&mut self) {
        let frame = self.frame();
        if frame.is_main && frame.verb == Some(Keyword::Select) {
            self.outcome.returns_rows &= self.outcome.verb != Some(Keyword::Select);
        }
    }

    fn table(&mut self, aim: Aim, word: &'a str, keyword: Option<Keyword>) {
        // Behind `INTO` stands the table, whatever it is called.
        let is_before_into = self.previous != Some(Keyword::Into);
        if aim == Aim::Write
            && self.previous == Some(Keyword::Or)
            && keyword == Some(Keyword::Rollback)
        {
            self.outcome.transaction = TransactionStatement::OrRollback;
        }
        let is_skipped = match keyword {
            Some(Keyword::Into | Keyword::Or) => aim == Aim::Write && is_before_into,
            Some(Keyword::Table) => self.frame().verb == Some(Keyword::Select) && aim == Aim::Write,
            _ if is_one_of(word, &["ONLY"]) => {
                matches!(self.dialect, Dialect::Postgres | Dialect::Other)
            }
            _ if aim == Aim::Read => is_one_of(word, &["LATERAL"]),
            _ if self.frame().verb == Some(Keyword::Select) => {
                is_one_of(word, &["TEMP", "TEMPORARY", "UNLOGGED"])
            }
            _ => {
                let has_modifiers = matches!(self.dialect, Dialect::MySql | Dialect::Other);
                let is_modifier =
                    has_modifiers && is_before_into && is_one_of(word, CHANGE_MODIFIERS);
                is_modifier || self.previous == Some(Keyword::Or)
            }
        };
        if !is_skipped {
            self.begin_target(word);
        }
    }

    fn inserted(&mut self, word: &'a str, keyword: Option<Keyword>) {
        match keyword {
            Some(verb @ (Keyword::Select | Keyword::With | Keyword::Table)) => {
                self.say_verb(verb, word);
            }
            Some(Keyword::Values | Keyword::Set) => self.frame().clause = Clause::Rest,
            _ => self.rest(keyword),
        }
    }

    fn explained(&mut self, word: &'a str, keyword: Option<Keyword>) {
        let Some(verb) = keyword else {
            if self.frame().verb == Some(Keyword::Describe) {
                self.frame().clause = Clause::Target(Aim::Object);
                self.begin_target(word);
            }
            return;
        };
        let is_statement = is_change(verb)
            || matches!(
                verb,
                Keyword::Select
                    | Keyword::With
                    | Keyword::Values
                    | Keyword::Table
                    | Keyword::Execute
                    | Keyword::Create
                    | Keyword::Declare
            );
        if is_statement {
            self.verb(verb, word);
        }
    }

    fn transaction(&mut self, word: &'a str, keyword: Option<Keyword>) {
        use TransactionStatement as Is;
        let verb = self.outcome.verb;
        let now = self.outcome.transaction;
        self.outcome.transaction = match (verb, keyword) {
            (_, Some(Keyword::Savepoint)) => now,
            _ if self.takes_savepoint() => now.named(SavepointName::of(word, self.dialect)),
            (Some(Keyword::Xa), Some(first)) if self.previous == Some(Keyword::Xa) => match first {
                // It is refused inside a transaction.
                Keyword::Start | Keyword::Begin => Is::RollbackAndChain,
                Keyword::Commit => Is::Commit,
                // `PREPARE TRANSACTION`: somebody commits it later.
                Keyword::Rollback | Keyword::Prepare => Is::Rollback,
                _ => now,
            },
            (Some(Keyword::Start), Some(Keyword::Transaction)) => {
                self.outcome.label.push(&[word]);
                Is::Begin
            }
            // The session leaves the transaction, and does not commit it.
            (Some(Keyword::Prepare), Some(Keyword::Transaction))
                if self.previous == Some(Keyword::Prepare) =>
            {
                self.outcome.label.push(&[word]);
                Is::Rollback
            }
            (Some(Keyword::Begin), Some(Keyword::Not)) => {
                self.frame().clause = Clause::Routine(1);
                Is::None
            }
            (Some(Keyword::Rollback), Some(Keyword::To)) => {
                self.outcome.label.push(&[word]);
                Is::RollbackTo(SavepointName::default())
            }
            (_, Some(Keyword::Prepared)) => Is::None,
            (_, Some(Keyword::Chain)) if self.previous != Some(Keyword::No) => match now {
                Is::Commit => Is::CommitAndChain,
                Is::Rollback => Is::RollbackAndChain,
                other => other,
            },
            _ => now,
        };
    }

    /// Whether the name of a savepoint stands here.
    fn takes_savepoint(&self) -> bool {
        use TransactionStatement as Is;
        matches!(self.outcome.transaction, Is::Savepoint(_) | Is::Release(_) | Is::RollbackTo(_))
    }

    /// A name in quotes, in a statement about transactions.
    pub(crate) fn savepoint(&mut self, name: &str) {
        let name = SavepointName::of(name, self.dialect);
        self.outcome.transaction = self.outcome.transaction.named(name);
    }
}

/// Between the verb of a change and its table.
const CHANGE_MODIFIERS: &[&str] = &["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE"];
