//! Reads on behind a table: its alias, hints, the rows that are meant, other tables.

use crate::{
    dialect::Dialect,
    frame::{Aim, Clause},
    keyword::Keyword,
    machine::Machine,
    objects::is_one_of,
    verbs::is_change,
};

impl Machine<'_> {
    pub(crate) fn after_table(&mut self, word: &str, keyword: Option<Keyword>) {
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
            Some(Keyword::EndOfTables) => self.frame().clause = Clause::End,
            Some(Keyword::For) => self.frame().clause = Clause::For,
            _ if self.takes_hints() && is_one_of(word, &["INDEX", "KEY"]) => {
                self.frame().clause = Clause::Hint;
            }
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

    /// Whether `USE INDEX FOR JOIN (…)` and its like may stand behind a table: the words in them end
    /// no list of tables.
    fn takes_hints(&self) -> bool {
        matches!(self.dialect, Dialect::MySql | Dialect::Other)
    }

    /// Behind `FOR`: the time that is asked about, the part of a row that is changed, or a lock.
    pub(crate) fn rows_meant(&mut self, word: &str) {
        if is_one_of(word, &["SYSTEM_TIME"]) {
            self.frame().clause = Clause::After;
            return;
        }
        // MySQL's kind has no other table behind it; elsewhere `FROM` may be of either.
        self.outcome.has_more_tables |=
            is_one_of(word, &["PORTION"]) && self.dialect != Dialect::MySql;
        self.frame().clause = Clause::Rest;
    }

    /// Behind the list of tables, by what is known of it.
    pub(crate) fn behind_tables(&mut self, keyword: Option<Keyword>) {
        // It was not over: the word that seemed to end it was an alias.
        self.outcome.has_more_tables |= keyword == Some(Keyword::Join);
        self.rest(keyword);
    }
}
