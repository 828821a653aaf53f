//! What the services of this workspace have in common: a database each, requests, and the comparison of two
//! counts of their statements, the database's own and kymo's.

mod comparison;
mod database;
mod page;
mod visitor;

pub use comparison::{Comparison, Statement};
pub use database::Database;
pub use page::Page;
pub use visitor::Visitor;

/// What a service fails with.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Ends as the service did, and says why it failed.
pub fn end(outcome: Result<(), Failure>) -> std::process::ExitCode {
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            std::process::ExitCode::FAILURE
        }
    }
}
