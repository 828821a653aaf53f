//! The file by which Prometheus finds a listener.

use std::{
    fmt::Write,
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
};

use crate::{listen_error::Objection, own_file::OwnFile, place::Place};

/// What is written for `file_sd_configs` of Prometheus, if anything.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    pub(crate) folder: Option<PathBuf>,
    /// By what name the listener is reached, if not by its own address.
    pub(crate) host: Option<String>,
    labels: Vec<(String, String)>,
}

impl Targets {
    /// The target has this label, whatever it was before.
    pub(crate) fn label(&mut self, name: String, value: String) {
        self.labels.retain(|(known, _)| *known != name);
        self.labels.push((name, value));
    }

    /// Whether Prometheus would take the file.
    pub(crate) fn check(&self) -> Result<(), Objection> {
        let labels = self.labels.iter().map(|(name, _)| name);
        if let Some(name) = labels.into_iter().find(|name| !is_label(name)) {
            return Err(Objection::NoLabel(name.clone()));
        }
        match &self.host {
            Some(host) if host.is_empty() || host.contains(is_strange) => {
                Err(Objection::NoHost(host.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Whether there can be a file for a listener at each of these.
    pub(crate) fn check_places(&self, places: &[Place]) -> Result<(), Objection> {
        let is_unix = places.iter().any(|place| matches!(place, Place::Unix(_)));
        if self.folder.is_some() && is_unix { Err(Objection::NoTarget) } else { Ok(()) }
    }

    /// Says in the folder, which is made if need be, that `place` is a target.
    pub(crate) fn write(&self, place: &Place, has_tls: bool) -> Result<Option<OwnFile>, Objection> {
        let (Some(folder), Some(address)) = (&self.folder, place.address()) else {
            return Ok(None);
        };
        // The characters that no system minds in a name.
        let name: String = address.to_string().replace(['[', ']'], "").replace(':', "_");
        let path = folder.join(format!("kymo-{name}.json"));
        let write = || -> io::Result<OwnFile> {
            fs::create_dir_all(folder)?;
            OwnFile::write(&path, &self.json(address, has_tls))
        };
        write().map(Some).map_err(|source| Objection::Targets { folder: folder.clone(), source })
    }

    /// The target as Prometheus reads it.
    fn json(&self, address: SocketAddr, has_tls: bool) -> String {
        let mut json = format!("[{{\"targets\":[{}],\"labels\":{{", quoted(&self.target(address)));
        let says_scheme = self.labels.iter().any(|(name, _)| name == SCHEME);
        let scheme = (has_tls && !says_scheme).then_some((SCHEME, "https"));
        let labels = self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (index, (name, value)) in labels.chain(scheme).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Nothing can go wrong: it is in memory.
            let _ = write!(json, "{comma}{}:{}", quoted(name), quoted(value));
        }
        json.push_str("}}]\n");
        json
    }

    fn target(&self, address: SocketAddr) -> String {
        match &self.host {
            // A literal IPv6 address has brackets beside a port.
            Some(host) if host.contains(':') && !host.starts_with('[') => {
                format!("[{host}]:{}", address.port())
            }
            Some(host) => format!("{host}:{}", address.port()),
            None => reachable(address).to_string(),
        }
    }
}

/// By what Prometheus scrapes.
const SCHEME: &str = "__scheme__";

/// Whether each version of Prometheus takes this for the name of a label.
fn is_label(name: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
    name.chars().all(is_part) && name.starts_with(|it: char| !it.is_ascii_digit())
}

/// Whether no name of a host has this character.
fn is_strange(character: char) -> bool {
    character.is_whitespace() || matches!(character, '/' | '?' | '#' | '@' | '\\')
}

/// Where whoever reads the file, on this machine, finds who listens on `address`.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// A string of JSON (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\0'..'\u{20}' => {
                // Nothing can go wrong: it is in memory.
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
