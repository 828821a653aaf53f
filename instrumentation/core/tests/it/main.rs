//! What is recorded about the bounds themselves, read from a provider.

mod folds;
mod places;
