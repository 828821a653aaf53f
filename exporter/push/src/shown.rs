//! URLs without their secrets.

/// `url` without its secrets: its scheme, its host, its port, and those parts of its path that everybody
/// knows.
///
/// Secrets are found in every other place of a URL: user, password, query, and the path, in which
/// some receivers want a token. What is no host is shown as `***` too, for a secret may have been
/// written where a URL should be.
pub(crate) fn shown(url: &str) -> String {
    let is_scheme = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => (format!("{scheme}://"), rest),
        _ => (String::new(), url),
    };
    let before = |ends: &[char]| rest.split(ends).next().unwrap_or_default();
    if let Some((_, authority)) = before(&['/', '?', '#']).rsplit_once('@') {
        return format!("{scheme}***@{}", host(&scheme, authority));
    }
    // It may be a password with a slash in it that is before an `@`.
    if rest.contains('@') {
        return format!("{scheme}***");
    }
    let rest = before(&['?', '#']);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path: Vec<_> =
        path.split('/').map(|part| if KNOWN.contains(&part) { part } else { "***" }).collect();
    format!("{scheme}{}{}", host(&scheme, authority), path.join("/"))
}

/// Parts of paths that receivers of OTLP have.
const KNOWN: [&str; 10] =
    ["", "api", "collector", "insert", "metrics", "opentelemetry", "otel", "otlp", "v1", "v2"];

/// `authority` if it is a host, perhaps with a port; without a scheme, only with one.
fn host<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (authority, None),
    };
    let may_have = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    let is_port = port.map(|port| port.parse::<u16>().is_ok());
    let is_host = name.len() < 254 && name.bytes().all(may_have);
    if is_host && is_port.unwrap_or(!scheme.is_empty()) { authority } else { "***" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_may_know_is_shown() {
        for url in [
            "http://localhost:4318/v1/metrics",
            "https://[::1]:4318/otlp/v1/metrics",
            "https://host.example",
            "https://host.example/",
            "collector:4317",
        ] {
            assert_eq!(shown(url), url);
        }
    }

    #[test]
    fn nothing_else_is() {
        for (url, expected) in [
            ("https://host/hush/v1/metrics?token=hush#hush", "https://host/***/v1/metrics"),
            ("https://u:hush@host:1/v1/metrics", "https://***@host:1"),
            ("http://u:hu/hush@host", "http://***"),
            ("http://u:1234/hush@host:1/hush", "http://***"),
            ("http://u:hush?hush@host", "http://***"),
            ("http://host/hush@hush", "http://***"),
            ("http://u:hush", "http://***"),
            ("hush", "***"),
            ("hush hush/hush", "***/***"),
            ("u@host:4317", "***@host:4317"),
        ] {
            assert_eq!(shown(url), expected, "{url}");
        }
    }
}
