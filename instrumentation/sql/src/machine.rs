//! From tokens to operations and targets.

use crate::{
    dialect::Dialect,
    frame::{Aim, Clause, Frame},
    keyword::Keyword,
    outcome::Outcome,
    target::Target,
    token::Token,
};

/// Follows one statement after the other.
pub(crate) struct Machine<'a> {
    pub(crate) dialect: Dialect,
    /// The statement and the parentheses that are open; never empty.
    pub(crate) frames: Vec<Frame<'a>>,
    /// Open parentheses beyond the deepest frame.
    pub(crate) beyond: usize,
    /// The target that is being read.
    target: Option<Target<'a>>,
    pub(crate) ctes: Vec<&'a str>,
    pub(crate) previous: Option<Keyword>,
    /// The token before was a sign that belongs to what follows, such as `=`.
    pub(crate) was_sign: bool,
    /// The token before was a dot, which belongs to no target.
    was_dot: bool,
    /// Names are not certain to be names.
    pub(crate) is_frozen: bool,
    pub(crate) outcome: Outcome<'a>,
    pub(crate) finished: Vec<Outcome<'a>>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            frames: vec![Frame::STATEMENT],
            beyond: 0,
            target: None,
            ctes: Vec::new(),
            previous: None,
            was_sign: false,
            was_dot: false,
            is_frozen: false,
            outcome: Outcome::default(),
            finished: Vec::new(),
        }
    }

    pub(crate) fn read(&mut self, token: Token<'a>) {
        if self.goes_on(token) {
            return;
        }
        self.finish_target(Some(token));
        if token == Token::Mark(b';') {
            self.semicolon();
            return;
        }
        self.outcome.is_begun = true;
        if self.frame().clause == Clause::End && token != Token::Mark(b',') {
            self.frame().clause = Clause::Rest;
        }
        match token {
            Token::Mark(b'(') => self.open(),
            Token::Mark(b')') => self.close(),
            _ if self.beyond > 0 => {}
            Token::Mark(b',') => self.comma(),
            Token::Word(word) => {
                // Behind a dot stands a name, whatever it is called.
                let keyword = if self.was_dot { None } else { Keyword::of(word) };
                self.word(word, keyword);
                self.previous = keyword;
                (self.was_sign, self.was_dot) = (false, false);
                return;
            }
            Token::Quoted(name) => self.name(name),
            Token::Literal => self.no_name(),
            // `{call procedure}` is how some interfaces write it.
            Token::Mark(sign) if sign != b'{' => self.no_name(),
            Token::Mark(_) | Token::Comment(_) | Token::Doubt => {}
        }
        self.previous = None;
        self.was_sign = matches!(token, Token::Mark(b'=' | b'@' | b'('));
        self.was_dot = token == Token::Mark(b'.');
    }

    /// Nothing is known behind this: there may be more tables, and no target is complete.
    pub(crate) fn lose_sight(&mut self) {
        self.target = None;
        self.outcome.has_more_tables = true;
    }

    /// A quote has no end: only the verbs are certain, of this statement and those before it.
    pub(crate) fn doubt_names(&mut self) {
        self.lose_sight();
        for outcome in self.finished.iter_mut().chain([&mut self.outcome]) {
            outcome.label.keep_verb();
            outcome.has_more_tables = true;
        }
    }

    /// Ends the last statement. Where the text was `cut_off`, its last target may not be whole.
    pub(crate) fn end(&mut self, is_cut_off: bool) {
        if is_cut_off {
            self.target = None;
            let may_list_more = self.frames.first().is_some_and(|frame| {
                let is_open = matches!(
                    frame.clause,
                    Clause::Target(_) | Clause::After | Clause::Hint | Clause::For | Clause::End
                );
                let is_insert = matches!(frame.verb, Some(Keyword::Insert | Keyword::Replace));
                is_open && !is_insert
            });
            self.outcome.has_more_tables |= may_list_more;
        }
        self.finish_target(None);
        self.end_statement();
    }

    pub(crate) fn frame(&mut self) -> &mut Frame<'a> {
        // The statement itself is never taken off.
        if self.frames.is_empty() {
            self.frames.push(Frame::STATEMENT);
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    pub(crate) fn begin_target(&mut self, part: &'a str) {
        self.target = Some(Target::new(part));
    }

    /// Whether a token was a part of the target that is being read.
    fn goes_on(&mut self, token: Token<'a>) -> bool {
        let Some(target) = &mut self.target else { return false };
        match token {
            Token::Mark(b'.') if !target.has_dot => target.has_dot = true,
            Token::Word(part) | Token::Quoted(part) if target.has_dot => {
                *target = target.followed_by(part);
            }
            _ => return false,
        }
        true
    }

    fn finish_target(&mut self, next: Option<Token<'a>>) {
        let Some(target) = self.target.take() else { return };
        let Clause::Target(aim) = self.frame().clause else { return };
        let is_rows_from = matches!(next, Some(Token::Word(word)) if word.eq_ignore_ascii_case("from"))
            && target.as_word().is_some_and(|word| word.eq_ignore_ascii_case("rows"));
        if aim == Aim::Read && is_rows_from {
            return;
        }
        let is_function = aim == Aim::Read && next == Some(Token::Mark(b'('));
        let is_cte = aim == Aim::Read && target.as_word().is_some_and(|name| self.is_cte(name));
        if !is_function && !is_cte {
            self.take(target, aim, next);
        }
        self.leave_target(aim);
    }

    fn take(&mut self, target: Target<'a>, aim: Aim, next: Option<Token<'a>>) {
        // `DELETE t.* FROM` is the one place where something else may follow a dot.
        let is_whole = !target.has_dot || next == Some(Token::Mark(b'*'));
        if self.is_frozen || !is_whole || !target.is_plain() {
            self.outcome.has_more_tables = true;
            return;
        }
        target.push_to(&mut self.outcome.label);
        if aim != Aim::Object {
            self.outcome.note(target);
        }
    }

    /// Expects what comes after a target.
    fn leave_target(&mut self, aim: Aim) {
        let frame = self.frame();
        frame.clause = match (aim, frame.verb) {
            (Aim::Object, _) if frame.is_routine => Clause::Routine(0),
            (Aim::Object, _) => Clause::AfterObject,
            (Aim::Write, Some(Keyword::Insert | Keyword::Replace | Keyword::Upsert)) => {
                Clause::Insert
            }
            (Aim::Write, Some(Keyword::Select)) => Clause::List,
            _ => Clause::After,
        };
    }

    /// Something that is no name stands here.
    fn no_name(&mut self) {
        let frame = *self.frame();
        match frame.clause {
            Clause::Target(aim) => {
                self.outcome.has_more_tables = true;
                self.leave_target(aim);
            }
            Clause::Start => {
                self.outcome.has_more_tables |= frame.holds_tables;
                self.frame().clause = if frame.is_main { Clause::Skip } else { Clause::Rest };
            }
            _ => {}
        }
    }

    /// A name in quotes.
    fn name(&mut self, name: &'a str) {
        let frame = *self.frame();
        match frame.clause {
            Clause::Target(_) => self.begin_target(name),
            Clause::CteName => self.name_cte(name),
            Clause::Transaction => self.savepoint(name),
            Clause::Start if frame.holds_tables => {
                self.hold_tables();
                self.begin_target(name);
            }
            Clause::Start => self.frame().clause = Clause::Rest,
            _ => {}
        }
    }

    /// The parentheses hold tables, and no query.
    pub(crate) fn hold_tables(&mut self) {
        let frame = self.frame();
        frame.clause = Clause::Target(Aim::Read);
        frame.is_list = true;
    }

    fn comma(&mut self) {
        let frame = self.frame();
        match frame.clause {
            Clause::After | Clause::Hint | Clause::For | Clause::End if frame.is_list => {
                frame.clause = Clause::Target(Aim::Read);
            }
            Clause::AfterObject if frame.is_list => frame.clause = Clause::Target(Aim::Object),
            Clause::Cte(_) => {
                self.end_cte();
                self.frame().clause = Clause::CteName;
            }
            Clause::Target(_) => self.no_name(),
            Clause::Start => frame.clause = Clause::Rest,
            _ => {}
        }
    }

    fn semicolon(&mut self) {
        let is_inside = match self.frames.first().map(|frame| frame.clause) {
            Some(Clause::Routine(0) | Clause::AfterObject | Clause::Skip) => self.frames.len() > 1,
            Some(Clause::Routine(_)) => true,
            _ => false,
        };
        if !is_inside {
            self.end_statement();
        }
        (self.previous, self.was_dot) = (None, false);
    }

    fn end_statement(&mut self) {
        self.frames.clear();
        self.frames.push(Frame::STATEMENT);
        self.beyond = 0;
        self.ctes.clear();
        let outcome = std::mem::take(&mut self.outcome);
        if outcome.is_begun {
            self.finished.push(outcome);
        }
    }
}
