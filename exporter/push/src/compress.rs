//! Requests over HTTP, made shorter.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use http::HeaderValue;

use crate::Compression;

impl Compression {
    /// The `Content-Encoding` of requests.
    pub(crate) fn encoding(self) -> Option<HeaderValue> {
        match self {
            Self::None => None,
            Self::Gzip => Some(HeaderValue::from_static("gzip")),
            Self::Zstd => Some(HeaderValue::from_static("zstd")),
        }
    }

    /// The body that stands for `plain`.
    pub(crate) fn compress(self, plain: Bytes) -> io::Result<Bytes> {
        match self {
            Self::None => Ok(plain),
            Self::Gzip => {
                let room = Vec::with_capacity(plain.len() / 4);
                let mut gzip = GzEncoder::new(room, Level::default());
                gzip.write_all(&plain)?;
                gzip.finish().map(Bytes::from)
            }
            Self::Zstd => {
                let level = zstd::DEFAULT_COMPRESSION_LEVEL;
                zstd::bulk::compress(&plain, level).map(Bytes::from)
            }
        }
    }
}
