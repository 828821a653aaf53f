//! Reads what is inside parentheses: a query, a list, or arguments.

use crate::{
    frame::{Aim, Clause, Frame},
    keyword::Keyword,
    machine::Machine,
};

/// Parentheses deeper than this are not looked into.
const MAX_DEPTH: usize = 64;

impl Machine<'_> {
    pub(crate) fn open(&mut self) {
        if self.beyond > 0 || self.frames.len() >= MAX_DEPTH {
            self.beyond += 1;
            self.outcome.has_more_tables = true;
            return;
        }
        let frame = self.frame();
        let inner = match frame.clause {
            Clause::Start => {
                let inner = Frame { clause: Clause::Start, ..*frame };
                frame.clause = Clause::After;
                frame.is_list = frame.holds_tables;
                inner
            }
            Clause::Union => {
                frame.clause = Clause::Rest;
                Frame { is_main: frame.is_main, is_continued: true, ..Frame::PLAIN }
            }
            Clause::Cte(_) => Frame { is_cte: true, ..Frame::PLAIN },
            Clause::Target(Aim::Read | Aim::Write) => {
                frame.clause = Clause::After;
                Frame { holds_tables: true, ..Frame::PLAIN }
            }
            Clause::Target(Aim::Object) if frame.verb == Some(Keyword::Copy) => {
                frame.clause = Clause::AfterObject;
                Frame::PLAIN
            }
            Clause::Hint => {
                frame.clause = Clause::After;
                Frame { clause: Clause::Skip, ..Frame::PLAIN }
            }
            Clause::Skip | Clause::Routine(_) | Clause::AfterObject => {
                Frame { clause: Clause::Skip, ..Frame::PLAIN }
            }
            _ => Frame::PLAIN,
        };
        self.frames.push(inner);
    }

    pub(crate) fn close(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if self.frames.len() > 1 {
            self.frames.pop();
        }
    }
}
