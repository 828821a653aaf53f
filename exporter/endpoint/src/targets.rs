//! The file by which Prometheus finds a listener.

use std::{
    fmt::Write,
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
};

/// A file for `file_sd_configs` of Prometheus, which goes when this is dropped.
///
/// It is named for the address: where a process ended without a stop, the next one that takes its port
/// replaces the file.
#[derive(Debug)]
pub(crate) struct TargetFile(PathBuf);

impl TargetFile {
    /// Says in `folder`, which is made if need be, that `address` is a target with `labels`.
    pub(crate) fn write(
        folder: &Path,
        address: SocketAddr,
        labels: &[(String, String)],
    ) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let name: String =
            address.to_string().chars().filter(|it| !matches!(it, '[' | ']')).collect();
        let path = folder.join(format!("kymo-{}.json", name.replace(':', "_")));
        // Prometheus takes no file that is half written.
        let new = path.with_extension("new");
        fs::write(&new, json(address, labels))?;
        fs::rename(&new, &path)?;
        Ok(Self(path))
    }
}

impl Drop for TargetFile {
    fn drop(&mut self) {
        // Whoever removed it before was faster.
        let _ = fs::remove_file(&self.0);
    }
}

/// The target as Prometheus reads it.
fn json(address: SocketAddr, labels: &[(String, String)]) -> String {
    let mut json = format!("[{{\"targets\":[\"{}\"],\"labels\":{{", reachable(address));
    for (index, (name, value)) in labels.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Nothing can go wrong: it is in memory.
        let _ = write!(json, "{comma}{}:{}", quoted(name), quoted(value));
    }
    json.push_str("}}]\n");
    json
}

/// Where whoever reads the file, on this machine, finds who listens on `address`.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
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
mod tests {
    use super::*;

    #[test]
    fn a_target_file_says_where_and_with_what_labels_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("targets");
        let labels = [("job", "book\"shop\\\n"), ("env", "köln")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let address = "0.0.0.0:9470".parse().unwrap();
        let file = TargetFile::write(&folder, address, &labels).unwrap();
        let text = fs::read_to_string(folder.join("kymo-0.0.0.0_9470.json")).unwrap();
        let expected = "[{\"targets\":[\"127.0.0.1:9470\"],\
                        \"labels\":{\"job\":\"book\\\"shop\\\\\\u000a\",\"env\":\"köln\"}}]\n";
        assert_eq!(text, expected);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left");
        drop(file);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn a_target_is_an_address_that_can_be_reached_and_the_file_has_a_name_of_it() {
        for (address, target, name) in [
            ("127.0.0.1:9464", "127.0.0.1:9464", "kymo-127.0.0.1_9464.json"),
            ("[::1]:9464", "[::1]:9464", "kymo-__1_9464.json"),
            ("[::]:9464", "[::1]:9464", "kymo-___9464.json"),
            ("192.0.2.1:80", "192.0.2.1:80", "kymo-192.0.2.1_80.json"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let file = TargetFile::write(folder.path(), address.parse().unwrap(), &[]).unwrap();
            let text = fs::read_to_string(folder.path().join(name)).unwrap();
            assert_eq!(text, format!("[{{\"targets\":[\"{target}\"],\"labels\":{{}}}}]\n"));
            drop(file);
        }
    }
}
