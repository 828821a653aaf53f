//! The version of the protocol that a response came with.

use http::Version;
use kymo_core::{Bounded, KnownValues};

/// The values of `network.protocol.version`, as the HTTP conventions spell them.
pub(crate) const VERSIONS: KnownValues = KnownValues::of(&["0.9", "1.0", "1.1", "2", "3"]);

/// The version of a response; absent if it is one that nobody knows.
pub(crate) fn of(version: Version) -> Option<Bounded> {
    let version = match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => return None,
    };
    Some(VERSIONS.bound(version))
}
