//! Databases whose statements others run, and tell of.
//!
//! An object-relational mapper that is built on sqlx hands out no pool that can be measured in the place of
//! its own. Its instrumentation asks for a [`ToldDatabase`], makes an [`Operation`] of each statement, and
//! tells what came of it: it is recorded as that of a measured pool would be, under the same names and
//! within the same budgets.

mod database;
mod nest;
mod onlooker;
mod transaction;

pub use self::{
    database::ToldDatabase,
    onlooker::Onlooker,
    transaction::{ToldLedger, ToldTransaction},
};
pub use crate::recording::{claiming::Claiming, operation::Operation};
