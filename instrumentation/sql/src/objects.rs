//! Definitions of objects, and statements about them.

use crate::{
    TransactionStatement,
    dialect::Dialect,
    frame::{Aim, Clause},
    keyword::Keyword,
    machine::Machine,
};

impl<'a> Machine<'a> {
    pub(crate) fn object_kind(&mut self, word: &'a str, keyword: Option<Keyword>) {
        match keyword {
            Some(Keyword::Table | Keyword::Object | Keyword::Routine) => {
                self.outcome.label.push(&[word]);
                let frame = self.frame();
                frame.clause = Clause::Target(Aim::Object);
                frame.is_list = matches!(frame.verb, Some(Keyword::Drop | Keyword::Rename))
                    || is_one_of(word, &["USER", "ROLE"]);
                frame.is_routine = keyword == Some(Keyword::Routine)
                    && matches!(frame.verb, Some(Keyword::Create | Keyword::Alter));
            }
            _ if self.was_sign || is_one_of(word, OBJECT_MODIFIERS) => {
                if is_one_of(word, &["TEMPORARY"]) {
                    self.outcome.transaction = TransactionStatement::None;
                }
            }
            _ => {
                // `DROP PREPARE`, and what else there may be.
                self.outcome.transaction = TransactionStatement::None;
                self.frame().clause = Clause::Skip;
            }
        }
    }

    pub(crate) fn object(&mut self, word: &'a str, keyword: Option<Keyword>) {
        let verb = self.frame().verb;
        let is_after_verb = self.previous.is_some() && self.previous == verb;
        match (verb, keyword) {
            (Some(Keyword::Create | Keyword::Alter | Keyword::Drop), Some(Keyword::Routine))
                if self.previous == Some(Keyword::Routine) =>
            {
                self.outcome.label.push(&[word]);
            }
            (_, Some(Keyword::On | Keyword::Into)) => self.frame().clause = Clause::Skip,
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
            ) if is_after_verb || self.previous.is_none() => {
                if verb == Some(Keyword::Lock) && self.dialect == Dialect::MySql {
                    self.outcome.transaction = TransactionStatement::ImplicitCommit;
                }
                self.outcome.label.push(&[word]);
            }
            _ if is_one_of(word, TARGET_MODIFIERS) => {}
            (Some(Keyword::Vacuum | Keyword::Analyze | Keyword::Optimize | Keyword::Repair), _)
                if is_one_of(word, UPKEEP_MODIFIERS) => {}
            (Some(Keyword::Execute), _) if is_one_of(word, &["IMMEDIATE"]) => {}
            _ => self.begin_target(word),
        }
    }

    /// Behind the name of an object: what is no list of objects any more.
    pub(crate) fn after_object(&mut self, keyword: Option<Keyword>) {
        if matches!(keyword, Some(Keyword::On | Keyword::Update | Keyword::Object)) {
            self.frame().clause = Clause::Skip;
        }
    }

    pub(crate) fn routine(&mut self, depth: u32, keyword: Option<Keyword>) {
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
}

pub(crate) fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

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
