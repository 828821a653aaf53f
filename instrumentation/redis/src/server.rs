//! The server of a Redis.

/// The server as it was configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) address: String,
    /// A socket in the file system has none.
    pub(crate) port: Option<u16>,
}

/// The port that goes without saying.
const DEFAULT_PORT: u16 = 6379;

impl Server {
    /// The port, unless it goes without saying.
    pub(crate) fn unusual_port(&self) -> Option<u16> {
        self.port.filter(|port| *port != DEFAULT_PORT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_port_goes_without_saying() {
        let server = |port| Server { address: "cache.local".to_owned(), port };
        assert_eq!(server(Some(6379)).unusual_port(), None);
        assert_eq!(server(Some(6380)).unusual_port(), Some(6380));
        assert_eq!(server(None).unusual_port(), None);
    }
}
