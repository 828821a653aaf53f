//! Which series of a family.

use crate::Names;

/// Writes the selector of a name with these matchers: quoted where it must be.
pub(crate) fn selector(name: &str, matchers: &[String]) -> String {
    let matchers = matchers.join(",");
    match (is_plain(name), matchers.is_empty()) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{name}{{{matchers}}}"),
        (false, true) => format!("{{\"{name}\"}}"),
        (false, false) => format!("{{\"{name}\",{matchers}}}"),
    }
}

/// A label of an attribute where it is matched or grouped by; of none, as it is.
pub(crate) fn label(names: &Names, key: &str) -> String {
    let name = label_name(names, key);
    if is_plain(&name) { name } else { format!("\"{name}\"") }
}

/// The same without quotes.
pub(crate) fn label_name(names: &Names, key: &str) -> String {
    if SERVERS_OWN.contains(&key) { key.to_owned() } else { names.label(key).to_owned() }
}

/// Labels that a server gives to what it scrapes, or alerts give to themselves.
const SERVERS_OWN: &[&str] = &["job", "instance", "alertname", "alertstate"];

/// Whether a server before the third release reads it.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c))
}
