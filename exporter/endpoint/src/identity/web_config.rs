//! The web-config file of the Prometheus exporters.

mod duration;
mod headers;
mod tls_section;
mod yaml;

use std::{collections::BTreeMap, path::Path, time::Duration};

use http::{HeaderName, HeaderValue};

pub(super) use self::tls_section::{ClientAuth, Place, Source, TlsSection};
use self::yaml::Node;
use super::{mistake::Mistake, password::PasswordHash, rate::Rate};

/// Holds what a file of [exporter-toolkit][toolkit] says, before anything that it names is read.
///
/// [toolkit]: https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
#[derive(Debug)]
pub(super) struct WebConfig {
    /// Nothing if there is to be no TLS.
    pub(super) tls: Option<TlsSection>,
    pub(super) http2: bool,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) users: BTreeMap<String, PasswordHash>,
    pub(super) rate: Option<Rate>,
}

impl WebConfig {
    /// Reads `text`, whose relative paths begin at `folder`.
    ///
    /// As in the toolkit, a key that nobody knows is a mistake: it may be a rule that somebody relies on.
    pub(super) fn read(text: &str, folder: &Path) -> Result<Self, Mistake> {
        let mut config = Self {
            tls: None,
            http2: true,
            headers: Vec::new(),
            users: BTreeMap::new(),
            rate: None,
        };
        for (key, node) in Node::parse(text)?.entries()? {
            match key.as_str() {
                "tls_server_config" => config.tls = TlsSection::read(node, folder)?,
                "http_server_config" => config.http(node)?,
                "basic_auth_users" => {
                    for (user, node) in node.entries()? {
                        let hash =
                            node.text()?.parse().map_err(|remedy: String| node.mistake(remedy))?;
                        config.users.insert(user.clone(), hash);
                    }
                }
                "rate_limit" => config.rate = rate(node)?,
                _ => return Err(node.unknown(SECTIONS)),
            }
        }
        Ok(config)
    }

    fn http(&mut self, node: &Node) -> Result<(), Mistake> {
        for (key, node) in node.entries()? {
            match key.as_str() {
                "http2" => self.http2 = node.boolean()?.unwrap_or(true),
                "headers" => self.headers = headers::read(node)?,
                _ => return Err(node.unknown(&["http2", "headers"])),
            }
        }
        Ok(())
    }
}

const SECTIONS: &[&str] =
    &["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"];

/// The limit of requests, if there is one.
fn rate(node: &Node) -> Result<Option<Rate>, Mistake> {
    let (mut interval, mut burst) = (Duration::ZERO, 0);
    for (key, node) in node.entries()? {
        let text = node.text()?;
        match key.as_str() {
            "interval" => {
                let remedy = "write a time such as 1s or 250ms, or 0 for no limit";
                interval = duration::read(text).ok_or_else(|| node.mistake(remedy))?;
            }
            "burst" => burst = text.parse().map_err(|_| node.mistake("write a whole number"))?,
            _ => return Err(node.unknown(&["interval", "burst"])),
        }
    }
    match (interval, burst) {
        (Duration::ZERO, _) => Ok(None),
        (_, 0) => Err(node.mistake("a burst of 0 lets nobody in; write a burst of at least 1")),
        _ => Ok(Some(Rate { interval, burst })),
    }
}

#[cfg(test)]
mod tests;
