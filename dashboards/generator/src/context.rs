//! Where a query is written.

use crate::{Names, Pace};

/// What all queries of a board, or of a file of rules, have in common.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The names that the server knows.
    pub names: &'a Names,
    /// The matchers of every selector.
    pub matchers: Vec<String>,
    /// The labels that every group has beside those it is grouped by.
    pub groups: &'static [&'static str],
    /// The time that rates look back for where the query says none.
    pub window: String,
    /// The time that they look back for where the query says one.
    pub pace: Pace,
}

impl<'a> Context<'a> {
    /// Of a board of Grafana, which fills in its variables.
    pub fn board(names: &'a Names) -> Self {
        let matchers = ["job", "instance"].map(|name| format!("{name}=~\"${name}\""));
        Self {
            names,
            matchers: matchers.to_vec(),
            groups: &[],
            window: "$__rate_interval".to_owned(),
            pace: Pace::Production,
        }
    }

    /// Of rules, whose groups are of these labels at least.
    pub fn rules(names: &'a Names, groups: &'static [&'static str], pace: Pace) -> Self {
        Self { names, matchers: Vec::new(), groups, window: pace.minutes(5), pace }
    }

    /// Of a person who asks about one job.
    pub fn person(names: &'a Names) -> Self {
        Self::rules(names, &["job"], Pace::Production)
    }
}
