//! Budgets and places, and the counts of what they fold, read from a provider.

mod at_rest;
mod folds;
mod places;
mod traces;
