//! What each word does to the machine.

use super::{
    TransactionStatement,
    dialect::Dialect,
    frame::{Aim, Clause},
    keyword::Keyword,
    machine::Machine,
};

impl<'a> Machine<'a> {
    pub(super) fn word(&mut self, word: &'a str, keyword: Option<Keyword>) {
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
            Clause::After => self.after_table(keyword),
            Clause::Insert => self.inserted(word, keyword),
            Clause::Explain => self.explained(word, keyword),
            Clause::ObjectKind => self.object_kind(word, keyword),
            Clause::Transaction => self.transaction(word, keyword),
            Clause::Routine(depth) => self.routine(depth, keyword),
            Clause::Rest => self.rest(keyword),
            Clause::AfterObject | Clause::Skip => {}
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

    fn after_table(&mut self, keyword: Option<Keyword>) {
        let frame = *self.frame();
        match keyword {
            Some(Keyword::From) if !frame.had_from => self.from(),
            Some(Keyword::Join) => {
                self.frame().had_join = true;
                self.frame().clause = Clause::Target(Aim::Read);
            }
            Some(Keyword::Using) if self.uses_tables() => {
                self.frame().had_using = true;
                self.frame().is_list = true;
                self.frame().clause = Clause::Target(Aim::Read);
            }
            Some(Keyword::Set) if frame.verb == Some(Keyword::Update) => {
                self.frame().clause = Clause::List;
            }
            Some(Keyword::Conflict | Keyword::Duplicate)
                if self.previous == Some(Keyword::On) && frame.verb.is_some_and(is_change) =>
            {
                self.frame().clause = Clause::Rest;
            }
            Some(Keyword::EndOfTables) => self.frame().clause = Clause::Rest,
            Some(Keyword::When) if frame.verb == Some(Keyword::Merge) => {
                self.frame().clause = Clause::Rest;
            }
            _ => self.rest(keyword),
        }
    }

    /// Whether `USING` brings tables; behind a `JOIN` it brings columns.
    fn uses_tables(&mut self) -> bool {
        let frame = self.frame();
        matches!(frame.verb, Some(Keyword::Delete | Keyword::Merge))
            && !frame.had_using
            && !frame.had_join
    }

    fn rest(&mut self, keyword: Option<Keyword>) {
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

    fn from(&mut self) {
        let frame = self.frame();
        let is_delete = frame.verb == Some(Keyword::Delete);
        frame.clause = Clause::Target(if is_delete { Aim::Write } else { Aim::Read });
        frame.had_from = true;
        frame.is_list = true;
    }

    /// What a `SELECT` finds goes into a table, a variable or a file.
    fn gives_nothing_back(&mut self) {
        let frame = self.frame();
        if frame.is_main && frame.verb == Some(Keyword::Select) {
            self.outcome.returns_rows &= self.outcome.verb != Some(Keyword::Select);
        }
    }

    fn table(&mut self, aim: Aim, word: &'a str, keyword: Option<Keyword>) {
        // Behind `INTO` stands the table, whatever it is called.
        let is_before_into = self.previous != Some(Keyword::Into);
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

    fn object_kind(&mut self, word: &'a str, keyword: Option<Keyword>) {
        match keyword {
            Some(Keyword::Table | Keyword::Object | Keyword::Routine) => {
                self.outcome.label.push(&[word]);
                let frame = self.frame();
                frame.clause = Clause::Target(Aim::Object);
                frame.is_list = frame.verb == Some(Keyword::Drop);
                frame.is_routine = keyword == Some(Keyword::Routine)
                    && matches!(frame.verb, Some(Keyword::Create | Keyword::Alter));
            }
            _ if self.was_sign || is_one_of(word, OBJECT_MODIFIERS) => {}
            _ => self.frame().clause = Clause::Skip,
        }
    }

    fn object(&mut self, word: &'a str, keyword: Option<Keyword>) {
        let verb = self.frame().verb;
        let is_after_verb = self.previous.is_some() && self.previous == verb;
        match (verb, keyword) {
            (Some(Keyword::Create | Keyword::Alter | Keyword::Drop), Some(Keyword::Routine))
                if self.previous == Some(Keyword::Routine) =>
            {
                self.outcome.label.push(&[word]);
            }
            (_, Some(Keyword::On)) => self.frame().clause = Clause::Skip,
            (
                Some(
                    Keyword::Truncate
                    | Keyword::Lock
                    | Keyword::Analyze
                    | Keyword::Optimize
                    | Keyword::Check
                    | Keyword::Repair,
                ),
                Some(Keyword::Table | Keyword::Object),
            ) if is_after_verb || self.previous.is_none() => self.outcome.label.push(&[word]),
            _ if is_one_of(word, TARGET_MODIFIERS) => {}
            (Some(Keyword::Vacuum | Keyword::Analyze | Keyword::Optimize | Keyword::Repair), _)
                if is_one_of(word, UPKEEP_MODIFIERS) => {}
            (Some(Keyword::Execute), _) if is_one_of(word, &["IMMEDIATE"]) => {}
            _ => self.begin_target(word),
        }
    }

    fn transaction(&mut self, word: &'a str, keyword: Option<Keyword>) {
        use TransactionStatement as Is;
        let verb = self.outcome.verb;
        let now = self.outcome.transaction;
        self.outcome.transaction = match (verb, keyword) {
            (Some(Keyword::Start), Some(Keyword::Transaction)) => {
                self.outcome.label.push(&[word]);
                Is::Begin
            }
            // The session leaves the transaction, and does not commit it.
            (Some(Keyword::Prepare), Some(Keyword::Transaction)) => {
                self.outcome.label.push(&[word]);
                Is::Rollback
            }
            (Some(Keyword::Begin), Some(Keyword::Not)) => {
                self.frame().clause = Clause::Routine(1);
                Is::None
            }
            (Some(Keyword::Rollback), Some(Keyword::To)) => {
                self.outcome.label.push(&[word]);
                Is::RollbackTo
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

    fn routine(&mut self, depth: u32, keyword: Option<Keyword>) {
        let was_end = self.previous == Some(Keyword::End);
        let depth = match keyword {
            Some(Keyword::Begin | Keyword::Case) if !was_end => depth.saturating_add(1),
            // `END IF` and the like end what did not begin with `BEGIN`.
            Some(Keyword::Loop) if was_end => depth.saturating_add(1),
            Some(Keyword::End) => depth.saturating_sub(1),
            _ => depth,
        };
        self.frame().clause = Clause::Routine(depth);
    }

    /// A verb that opens a statement or a query of its own.
    fn verb(&mut self, verb: Keyword, word: &'a str) {
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
    fn say_verb(&mut self, verb: Keyword, word: &'a str) {
        if verb != Keyword::With {
            self.outcome.label.push(&[word]);
        }
        self.begin_clause(verb);
    }

    fn verb_unsaid(&mut self, verb: Keyword) {
        let frame = self.frame();
        frame.verb = frame.verb.or(Some(verb));
        self.begin_clause(verb);
    }

    fn begin_clause(&mut self, verb: Keyword) {
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
            Keyword::Truncate | Keyword::Vacuum | Keyword::Analyze | Keyword::Lock => {
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
            | Keyword::Pragma
            | Keyword::Optimize
            | Keyword::Check
            | Keyword::Repair => Clause::Target(Aim::Object),
            Keyword::Begin
            | Keyword::Start
            | Keyword::Commit
            | Keyword::End
            | Keyword::Rollback
            | Keyword::Abort
            | Keyword::Prepare => Clause::Transaction,
            _ => Clause::Skip,
        };
    }
}

fn is_change(verb: Keyword) -> bool {
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
        Keyword::Savepoint => TransactionStatement::Savepoint,
        Keyword::Release => TransactionStatement::Release,
        _ => TransactionStatement::None,
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Between the verb of a change and its table.
const CHANGE_MODIFIERS: &[&str] = &["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE"];
/// Between the kind of an object and its name.
const TARGET_MODIFIERS: &[&str] = &["IF", "NOT", "EXISTS", "ONLY", "CONCURRENTLY"];
const UPKEEP_MODIFIERS: &[&str] =
    &["FULL", "FREEZE", "VERBOSE", "ANALYZE", "NO_WRITE_TO_BINLOG", "LOCAL"];
/// Between the verb of a definition and the kind of its object.
const OBJECT_MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "GLOBAL",
    "LOCAL",
    "UNIQUE",
    "CLUSTERED",
    "NONCLUSTERED",
    "FULLTEXT",
    "SPATIAL",
    "HASH",
    "MATERIALIZED",
    "RECURSIVE",
    "VIRTUAL",
    "FOREIGN",
    "CONSTRAINT",
    "ONLINE",
    "OFFLINE",
    "ALGORITHM",
    "DEFINER",
    "SQL",
    "SECURITY",
    "INVOKER",
    "TRUSTED",
    "PROCEDURAL",
    "CONCURRENTLY",
    "COLUMN",
];
