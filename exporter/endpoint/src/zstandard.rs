//! Compression by zstd.

use std::io::{self, Write};

use bytes::Bytes;
use zstd::stream::write::Encoder;

use crate::parts::Parts;

/// Whether clients may ask for it.
pub(crate) const IS_SPOKEN: bool = true;

/// Compresses `parts` into `written`.
pub(crate) fn compress(parts: &[Bytes], written: Parts, level: u8) -> io::Result<Parts> {
    let mut encoder = Encoder::new(written, level.into())?;
    parts.iter().try_for_each(|part| encoder.write_all(part))?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use crate::{
        compress::{compress, tests::page},
        encoding::Encoding,
        parts::PART,
    };

    #[test]
    fn what_is_compressed_is_shorter_and_the_same_again() {
        for lines in [50, 5_000, 50_000] {
            let page = page(lines);
            for level in [1, 6, 9] {
                let parts = compress(&page, Encoding::Zstd, level).unwrap();
                assert!(parts.iter().all(|part| part.len() <= PART));
                let compressed = parts.concat();
                assert!(compressed.len() * 2 < page.concat().len(), "{lines}");
                assert!(
                    zstd::decode_all(&*compressed).unwrap() == page.concat(),
                    "{lines} {level}"
                );
            }
        }
    }
}
