//! sqlx's migrator, or ours.

use std::{ops::Deref, sync::Arc};

use kymo::migrations::Migrations;
use sqlx::{
    Acquire,
    migrate::{Migrate, MigrateError, Migrator},
};

/// An act of a program's migrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Run,
    RunTo(i64),
    Undo(i64),
    Skip(Option<i64>),
}

#[derive(Clone)]
pub(crate) enum Either {
    Bare(Arc<Migrator>),
    Measured(Migrations),
}

impl Either {
    pub(crate) async fn act<'a, A>(&self, act: Act, database: A) -> Result<(), MigrateError>
    where
        A: Acquire<'a>,
        <A::Connection as Deref>::Target: Migrate,
    {
        match (self, act) {
            (Self::Bare(bare), Act::Run) => bare.run(database).await,
            (Self::Bare(bare), Act::RunTo(target)) => bare.run_to(target, database).await,
            (Self::Bare(bare), Act::Undo(target)) => bare.undo(database, target).await,
            (Self::Bare(bare), Act::Skip(target)) => bare.skip(database, target).await,
            (Self::Measured(ours), Act::Run) => ours.run(database).await,
            (Self::Measured(ours), Act::RunTo(target)) => ours.run_to(target, database).await,
            (Self::Measured(ours), Act::Undo(target)) => ours.undo(database, target).await,
            (Self::Measured(ours), Act::Skip(target)) => ours.skip(database, target).await,
        }
    }
}
