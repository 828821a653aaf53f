//! Documents made shorter.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::{encoding::Encoding, parts::Parts, zstandard};

/// Bytes of a document that is worth it.
const SHORTEST: usize = 1024;

/// The document of `parts` in `encoding`, in parts too; nothing if it would hardly be shorter.
///
/// A level from 1 to 9 is how much work it may be.
pub(crate) fn compress(parts: &[Bytes], encoding: Encoding, level: u8) -> Option<Vec<Bytes>> {
    if parts.iter().map(Bytes::len).sum::<usize>() < SHORTEST {
        return None;
    }
    let written = Parts::default();
    let compressed = match encoding {
        Encoding::Identity => return None,
        Encoding::Gzip => gzip(parts, written, level),
        Encoding::Zstd => zstandard::compress(parts, written, level),
    };
    // Nothing can go wrong but for want of memory.
    compressed.ok().map(Parts::finish)
}

fn gzip(parts: &[Bytes], written: Parts, level: u8) -> io::Result<Parts> {
    let mut encoder = GzEncoder::new(written, Compression::new(level.into()));
    parts.iter().try_for_each(|part| encoder.write_all(part))?;
    encoder.finish()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::parts::{PART, cut};

    pub(crate) fn page(lines: usize) -> Vec<Bytes> {
        let lines: Vec<_> =
            (0..lines).map(|n| format!("books_sold{{book=\"{n}\"}} {n}\n")).collect();
        let text = lines.concat();
        cut(text.as_bytes()).collect()
    }

    #[test]
    fn what_is_compressed_is_shorter_and_the_same_again() {
        for lines in [50, 5_000, 50_000] {
            let page = page(lines);
            for level in [1, 6, 9] {
                let parts = compress(&page, Encoding::Gzip, level).unwrap();
                assert!(parts.iter().all(|part| part.len() <= PART));
                let compressed = parts.concat();
                assert!(compressed.len() * 2 < page.concat().len(), "{lines}");
                let mut again = Vec::new();
                GzDecoder::new(&*compressed).read_to_end(&mut again).unwrap();
                assert!(again == page.concat(), "{lines} {level}");
            }
        }
    }

    #[test]
    fn what_is_short_stays_as_it_is() {
        for encoding in [Encoding::Gzip, Encoding::Zstd] {
            assert!(compress(&page(10), encoding, 1).is_none());
            assert!(compress(&[], encoding, 1).is_none());
        }
        assert!(compress(&page(1000), Encoding::Identity, 1).is_none());
    }
}
