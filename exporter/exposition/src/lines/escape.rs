//! Escapes of texts.

/// Writes a help text on one line: `\` and line feeds are escaped.
pub(crate) fn help(text: &str, out: &mut Vec<u8>) {
    escaped(text, |byte| matches!(byte, b'\\' | b'\n'), out);
}

/// Writes a text between quotes, such as a label value: `\`, `"` and line feeds are escaped.
#[inline]
pub(crate) fn quoted(value: &str, out: &mut Vec<u8>) {
    if has_special(value.as_bytes()) {
        escaped(value, |byte| matches!(byte, b'\\' | b'"' | b'\n'), out);
    } else {
        out.extend_from_slice(value.as_bytes());
    }
}

/// Writes the name of a label, in quotes unless it is legal without them.
pub(crate) fn label_name(name: &str, is_legal: bool, out: &mut Vec<u8>) {
    if is_legal {
        out.extend_from_slice(name.as_bytes());
    } else {
        out.push(b'"');
        quoted(name, out);
        out.push(b'"');
    }
}

fn escaped(text: &str, special: impl Fn(u8) -> bool, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| special(byte)) {
        out.extend_from_slice(&rest[..at]);
        let escape: &[u8] = match rest[at] {
            b'\n' => b"\\n",
            b'"' => b"\\\"",
            _ => b"\\\\",
        };
        out.extend_from_slice(escape);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Whether a label value needs escaping. Almost none does, so this looks at many bytes at a time.
///
/// The last of them may overlap those before: looking twice costs less than a loop over the rest.
#[inline]
fn has_special(value: &[u8]) -> bool {
    if let Some(last) = value.last_chunk::<16>() {
        let (chunks, _) = value.as_chunks::<16>();
        return chunks.iter().any(chunk_has_special) || chunk_has_special(last);
    }
    if let (Some(first), Some(last)) = (value.first_chunk::<8>(), value.last_chunk::<8>()) {
        let [first, last] = [first, last].map(|word| u64::from_le_bytes(*word));
        return word_has_special(first) || word_has_special(last);
    }
    if let (Some(first), Some(last)) = (value.first_chunk::<4>(), value.last_chunk::<4>()) {
        let word = u64::from(u32::from_le_bytes(*first)) << 32;
        return word_has_special(word | u64::from(u32::from_le_bytes(*last)));
    }
    value.iter().any(|byte| matches!(byte, b'\\' | b'"' | b'\n'))
}

/// The same of sixteen bytes: a processor compares all of them with one byte at once.
#[inline]
fn chunk_has_special(chunk: &[u8; 16]) -> bool {
    let has = |special| chunk.iter().fold(0, |found, byte| found | u8::from(*byte == special));
    has(b'\\') | has(b'"') | has(b'\n') != 0
}

fn word_has_special(word: u64) -> bool {
    (has_byte(word, b'\\') | has_byte(word, b'"') | has_byte(word, b'\n')) != 0
}

/// Not zero if one of the eight bytes is `byte`: the subtraction borrows only from a zero byte.
const fn has_byte(word: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let zero_where_equal = word ^ (ONES * byte as u64);
    zero_where_equal.wrapping_sub(ONES) & !zero_where_equal & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_special_byte_is_found_at_every_position() {
        for length in 1..40 {
            for at in 0..length {
                for special in [b'\\', b'"', b'\n'] {
                    let mut value = vec![0xC3; length];
                    assert!(!has_special(&value));
                    value[at] = special;
                    assert!(has_special(&value), "{special} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn neighbours_of_special_bytes_are_not_special() {
        for byte in (0..=u8::MAX).filter(|byte| !matches!(byte, b'\\' | b'"' | b'\n')) {
            assert!(!has_special(&[byte; 17]), "{byte}");
        }
    }
}
