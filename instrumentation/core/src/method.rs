//! The methods of HTTP that keep their name.

use crate::KnownValues;

/// The methods of RFC 9110, `PATCH` of RFC 5789 and `QUERY`, which the HTTP conventions list as
/// known; any other becomes `_OTHER`. Letters count: `get` is another method than `GET`.
pub const KNOWN_METHODS: KnownValues = KnownValues::of(&[
    "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "QUERY", "CONNECT", "TRACE",
]);
