//! Base64 that is decoded as it comes.

/// Decodes base64 as it comes, of one text or of several that were each padded.
#[derive(Debug, Default)]
pub(super) struct Base64 {
    /// The bits of the group of four that is under way.
    bits: u32,
    digits: u8,
}

/// The text that is looked at together.
const BLOCK: usize = 1024;

impl Base64 {
    /// How many groups of four digits `text` begins with, of `limit` at most; none amid a group.
    ///
    /// It counts whole blocks, and is much faster than to decode them.
    pub(super) fn groups(&self, text: &[u8], limit: usize) -> usize {
        if self.digits > 0 {
            return 0;
        }
        let blocks = text[..4 * limit.min(text.len() / 4)].chunks_exact(BLOCK);
        let is_digits = |block: &&[u8]| block.iter().fold(true, |all, byte| all & is_digit(*byte));
        blocks.take_while(is_digits).count() * (BLOCK / 4)
    }

    /// The part of `text` to decode before a look at the [groups](Self::groups) behind it, and the rest.
    pub(super) fn split<'a>(&self, text: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        text.split_at(text.len().min(BLOCK - usize::from(self.digits)))
    }

    /// Gives `to` what a last group stands for that lacks its padding.
    pub(super) fn end(&mut self, to: impl FnMut(&[u8])) {
        if self.digits > 0 {
            self.decode(b"=", to);
        }
    }

    /// Gives `to` what `text` stands for, in pieces.
    ///
    /// What is neither a digit nor padding is passed over.
    pub(super) fn decode(&mut self, text: &[u8], mut to: impl FnMut(&[u8])) {
        let mut piece = [0; 384];
        let mut len = 0;
        for &byte in text {
            let mut bytes = 0;
            if let Some(digit) = digit(byte) {
                self.bits = self.bits << 6 | digit;
                self.digits += 1;
                if self.digits == 4 {
                    bytes = 3;
                }
            } else if byte == b'=' && self.digits > 1 {
                // It ends the group, and what is missing in there is nothing.
                bytes = usize::from(self.digits) - 1;
                self.bits <<= 6 * (4 - self.digits);
            }
            if bytes > 0 {
                piece[len..len + 3].copy_from_slice(&self.bits.to_be_bytes()[1..]);
                len += bytes;
                *self = Self::default();
            }
            if len + 3 > piece.len() {
                to(&piece[..len]);
                len = 0;
            }
        }
        to(&piece[..len]);
    }
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/')
}

fn digit(byte: u8) -> Option<u32> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(digit.into())
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_others_encode_comes_back_however_it_is_cut(
            texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..600), 0..4),
            cut in 1_usize..700,
        ) {
            let encoded: String = texts.iter().map(|text| STANDARD.encode(text)).collect();
            let (mut decoder, mut decoded) = (Base64::default(), Vec::new());
            for piece in encoded.as_bytes().chunks(cut) {
                decoder.decode(piece, |bytes| decoded.extend_from_slice(bytes));
            }
            prop_assert_eq!(decoded, texts.concat());
        }

        #[test]
        fn what_lacks_its_last_padding_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let encoded = STANDARD.encode(&bytes);
            let (mut decoder, mut decoded) = (Base64::default(), Vec::new());
            let encoded = encoded.trim_end_matches('=').as_bytes();
            decoder.decode(encoded, |bytes| decoded.extend_from_slice(bytes));
            decoder.end(|bytes| decoded.extend_from_slice(bytes));
            prop_assert_eq!(decoded, bytes);
        }

        #[test]
        fn only_digits_count_as_groups(
            text in proptest::collection::vec(any::<u8>(), 0..5000),
            limit in 0_usize..2000,
        ) {
            let groups = Base64::default().groups(&text, limit);
            prop_assert!(groups <= limit);
            prop_assert!(text[..4 * groups].iter().all(|byte| digit(*byte).is_some()));
            prop_assert!(text.iter().all(|byte| is_digit(*byte) == digit(*byte).is_some()));
            let digits = vec![b'A'; text.len()];
            let expected = limit.min(text.len() / 4) / (BLOCK / 4) * (BLOCK / 4);
            prop_assert_eq!(Base64::default().groups(&digits, limit), expected);
        }

        #[test]
        fn any_bytes_are_read(text in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let mut decoded = 0;
            Base64::default().decode(&text, |bytes| decoded += bytes.len());
            prop_assert!(decoded <= text.len());
        }
    }
}
