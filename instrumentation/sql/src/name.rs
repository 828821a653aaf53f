//! The name a program gives to a query.

/// The name in a comment such as ` name: get_user :one`, where a name is up to 64 letters, digits
/// and `_.:-`, the first of them a letter or `_`.
///
/// A word behind it that starts with a colon is ignored: `sqlc` says there what a query gives back.
/// `None` when anything else follows, and for any other comment.
pub(crate) fn in_comment(comment: &str) -> Option<&str> {
    let mut words = comment.trim_start().strip_prefix("name:")?.split_whitespace();
    let name = words.next()?;
    if words.next().is_some_and(|word| !word.starts_with(':')) || !is_name(name) {
        return None;
    }
    Some(name)
}

fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
    starts && name.len() <= 64 && name.chars().all(is_part)
}
