//! The ends of a word, which are all of a short one.

/// The length of a word, its first four bytes and its last four.
///
/// Two words of up to [`Ends::WHOLE`] bytes are the same if these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    bytes: u64,
    length: usize,
}

impl Ends {
    /// So long is a word at most of which nothing lies between its ends.
    pub(super) const WHOLE: usize = 8;

    /// No word has them.
    pub(super) const NONE: Self = Self { bytes: 1, length: 0 };

    #[inline]
    pub(super) const fn of(word: &[u8]) -> Self {
        let bytes = match *word {
            [] => 0,
            [one] => one as u64,
            [one, two] => two_bytes([one, two]),
            [one, two, three] => two_bytes([one, two]) | (three as u64) << 16,
            _ => match (word.first_chunk(), word.last_chunk()) {
                (Some(first), Some(last)) => {
                    let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
                    first as u64 | (last as u64) << 32
                }
                _ => 0,
            },
        };
        Self { bytes, length: word.len() }
    }

    /// A number of them that is the same for both cases of a letter.
    #[inline]
    pub(super) const fn folded(self) -> u64 {
        (self.bytes & CAPITALS).wrapping_add(self.length as u64)
    }
}

#[inline]
const fn two_bytes(bytes: [u8; 2]) -> u64 {
    u16::from_le_bytes(bytes) as u64
}

/// All bits but those that tell a lower-case letter from its upper-case one.
const CAPITALS: u64 = !0x2020_2020_2020_2020;
