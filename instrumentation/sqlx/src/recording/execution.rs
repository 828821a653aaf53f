//! What came of a statement.

use std::time::Duration;

use kymo_core::{Bounded, Outcome, Part, Record};
use kymo_sql::{System, TransactionStatement};

use crate::{
    database::{
        damage::Damage,
        failure::{FAILURES, Failure},
    },
    recording::{claiming::Claiming, measures::Measures, operation::Reading, statement::Statement},
    rows::ledger::Ledger,
};

/// Notes how far a statement got, until it is recorded.
#[derive(Debug)]
pub(crate) struct Execution<'m> {
    pub(crate) measures: &'m Measures,
    /// Of the connection; `None` where there is no transaction to be in.
    ledger: Option<&'m mut Ledger>,
    pub(crate) statement: Statement<'m>,
    pub(crate) claiming: Claiming,
    status: Option<Bounded>,
    pub(crate) returned: u64,
    pub(crate) changed: u64,
    /// Some of it may not have been done.
    pub(crate) is_incomplete: bool,
    /// It is all that its connection is used for.
    pub(crate) is_use: bool,
}

impl<'m> Execution<'m> {
    /// Nothing came of it yet.
    pub(crate) fn new(
        measures: &'m Measures,
        statement: Statement<'m>,
        ledger: Option<&'m mut Ledger>,
    ) -> Self {
        Self {
            measures,
            ledger,
            statement,
            claiming: measures.claiming(),
            status: None,
            returned: 0,
            changed: 0,
            is_incomplete: false,
            is_use: false,
        }
    }
}

impl Execution<'_> {
    fn system(&self) -> System {
        self.measures.system()
    }

    /// It has failed with `error`: the outcome that this is.
    pub(crate) fn failed(&mut self, error: &sqlx::Error) -> Outcome {
        let system = self.system();
        let Some(failure) = Failure::of(error, system) else { return Outcome::Success };
        self.status = failure.status.map(|code| self.measures.status(code.as_str()));
        self.changed = 0;
        if let Some(ledger) = &mut self.ledger {
            ledger.failed(self.statement.transaction(), failure.damage, system);
        }
        // If there is no transaction, that much is certain.
        self.is_incomplete =
            self.statement.may_end_halfway() && failure.damage != Damage::NoTransaction;
        Outcome::Failed(FAILURES.bound(failure.kind))
    }

    /// The rows that were changed, as far as the driver tells.
    fn rows_changed(&self, outcome: Outcome) -> u64 {
        let Self { statement, returned, changed, .. } = self;
        // These servers report nothing changed by a statement that answers with rows: they are the
        // rows that it changed.
        let answers = statement.returns_rows() && *changed == 0 && self.system().is_mysql();
        if answers && outcome == Outcome::Success { *returned } else { *changed }
    }

    /// Counts what was changed, or notes it until it is committed.
    fn settle(&mut self, outcome: Outcome) {
        let rows = self.rows_changed(outcome);
        let was_taken = rows > 0 || outcome == Outcome::Success;
        if let Some(change) = self.statement.change().filter(|_| was_taken) {
            let changed = self.measures.changed(change);
            let committed = match &mut self.ledger {
                _ if rows == 0 => None,
                Some(ledger) => ledger.note(changed, rows),
                None => Some((changed, rows)),
            };
            if let Some((changed, rows)) = committed {
                self.measures.count_change(self.statement.kept(), changed, rows);
            }
        }
        let Some(ledger) = &mut self.ledger else { return };
        let transaction = self.statement.transaction();
        let is_about_transaction = self.statement.may_end_halfway()
            || !matches!(
                transaction,
                TransactionStatement::None | TransactionStatement::OrRollback
            );
        let was_given_up = matches!(outcome, Outcome::Cancelled | Outcome::Panic);
        if self.is_incomplete || (was_given_up && is_about_transaction) {
            ledger.ended_halfway(transaction);
        } else if outcome == Outcome::Success {
            let committed = ledger.by_hand(transaction, self.measures.system());
            self.measures.count_changes(committed);
        }
    }
}

impl Record for Execution<'_> {
    const PART: Option<Part> = Some(Part::Sql);

    #[inline]
    fn record(&mut self, elapsed: Duration, outcome: Outcome) {
        let has_succeeded = matches!(outcome, Outcome::Success);
        let answered = has_succeeded && self.statement.returns_rows();
        let returned = (answered || self.returned > 0).then_some(self.returned);
        if self.is_use {
            self.measures.pool().record_use(elapsed.as_secs_f64());
        }
        if has_succeeded && self.status.is_none() {
            self.measures.record_success(&self.statement, elapsed, returned);
        } else {
            let summary = self.measures.summary(&self.statement, has_succeeded);
            let status = self.status;
            self.measures.record(&Reading { summary, outcome, status, elapsed, returned });
        }
        if !has_succeeded || !self.statement.is_plain() {
            self.settle(outcome);
        }
    }
}
