//! Headers of every response.

use http::{HeaderName, HeaderValue, header};

use super::yaml::Node;
use crate::identity::mistake::Mistake;

/// Reads the headers that a file may set: those of the toolkit, and no other.
pub(super) fn read(node: &Node) -> Result<Vec<(HeaderName, HeaderValue)>, Mistake> {
    let mut headers = Vec::new();
    for (key, node) in node.entries()? {
        let known = ALLOWED.iter().find(|(known, ..)| known == key);
        let Some((_, name, values)) = known else {
            let names: Vec<_> = ALLOWED.iter().map(|(name, ..)| *name).collect();
            return Err(node.unknown(&names));
        };
        let text = node.text()?;
        if !values.is_empty() && !values.contains(&text) {
            return Err(node.mistake(format!("write {}", values.join(" or "))));
        }
        let value = HeaderValue::from_str(text);
        let value = value.map_err(|_| node.mistake("this is no text of a header"))?;
        if !value.is_empty() {
            headers.push((name.clone(), value));
        }
    }
    Ok(headers)
}

/// As the file names them, and the values that they may have if not all.
const ALLOWED: &[(&str, HeaderName, &[&str])] = &[
    ("Strict-Transport-Security", header::STRICT_TRANSPORT_SECURITY, &[]),
    ("X-Content-Type-Options", header::X_CONTENT_TYPE_OPTIONS, &["nosniff"]),
    ("X-Frame-Options", header::X_FRAME_OPTIONS, &["deny", "sameorigin"]),
    ("X-XSS-Protection", header::X_XSS_PROTECTION, &[]),
    ("Content-Security-Policy", header::CONTENT_SECURITY_POLICY, &[]),
];
