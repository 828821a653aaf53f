//! The names that views give to metrics.

use super::{View, ViewError, selector::Selection};

/// Refuses two views that give one name to two metrics of one meter, since the SDK would add up what both record.
///
/// Of two views of the same metrics the later has the last word. Metrics that have the name already are
/// known when they are made.
pub(super) fn check(views: &[(Selection, View)]) -> Result<(), ViewError> {
    let given: Vec<_> = (0..views.len()).filter_map(|at| last_word(views, at)).collect();
    for (at, (selection, name)) in given.iter().enumerate() {
        let is_same = |other: &&(&Selection, &str)| {
            other.1.eq_ignore_ascii_case(name) && is_another_of_one_meter(other.0, selection)
        };
        if let Some((first, _)) = given[..at].iter().find(is_same) {
            return Err(ViewError::NameTwice {
                first: first.to_string(),
                second: selection.to_string(),
                name: (*name).to_owned(),
            });
        }
    }
    Ok(())
}

/// The name that a view gives, unless a later one gives another to the same metrics.
fn last_word(views: &[(Selection, View)], at: usize) -> Option<(&Selection, &str)> {
    let (selection, view) = views.get(at)?;
    let name = view.name.as_deref()?;
    let is_later = |(later, view): &(Selection, View)| view.name.is_some() && later == selection;
    (!views[at + 1..].iter().any(is_later)).then_some((selection, name))
}

/// Whether two selections have different metrics, which one meter may have.
fn is_another_of_one_meter(one: &Selection, other: &Selection) -> bool {
    let names = one.exact().zip(other.exact());
    names.is_some_and(|(one, other)| !one.eq_ignore_ascii_case(other)) && one.shares_meter(other)
}
