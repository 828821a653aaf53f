//! Budgets and places, and the counts of what they fold, read from a provider.

mod folds;
mod places;
mod traces;
