//! Escapes of texts.

/// Writes a help text on one line: `\` and line feeds are escaped.
pub(crate) fn help(text: &str, out: &mut Vec<u8>) {
    escaped(text, |byte| matches!(byte, b'\\' | b'\n'), out);
}

/// Writes a text between quotes, such as a label value: `\`, `"` and line feeds are escaped.
#[inline]
pub(crate) fn quoted(value: &str, out: &mut Vec<u8>) {
    if has_special(value.as_bytes()) {
        escaped_value(value, out);
    } else {
        out.extend_from_slice(value.as_bytes());
    }
}

/// Hardly any value comes here, and what writes the others is to stay short.
#[cold]
fn escaped_value(value: &str, out: &mut Vec<u8>) {
    escaped(value, |byte| matches!(byte, b'\\' | b'"' | b'\n'), out);
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
/// The last of them may overlap those before: looking twice costs less than a loop over the rest. It is a call of its
/// own, since it calls nothing and so needs nothing of the stack.
#[inline(never)]
fn has_special(value: &[u8]) -> bool {
    if let Some(last) = value.last_chunk::<16>() {
        let mut found = [0; 16];
        mark_specials(last, &mut found);
        let (chunks, _) = value.as_chunks::<16>();
        for chunk in chunks {
            mark_specials(chunk, &mut found);
        }
        return u128::from_ne_bytes(found) != 0;
    }
    if let (Some(first), Some(last)) = (value.first_chunk::<8>(), value.last_chunk::<8>()) {
        let [first, last] = [first, last].map(|word| u64::from_le_bytes(*word));
        return word_has_special(first) || word_has_special(last);
    }
    if let (Some(first), Some(last)) = (value.first_chunk::<4>(), value.last_chunk::<4>()) {
        let word = u64::from(u32::from_le_bytes(*first)) << 32;
        return word_has_special(word | u64::from(u32::from_le_bytes(*last)));
    }
    match *value {
        [one, two, three] => word_has_special(u32::from_le_bytes([one, two, three, 0]).into()),
        [one, two] => word_has_special(u16::from_le_bytes([one, two]).into()),
        [one] => word_has_special(one.into()),
        _ => false,
    }
}

/// Marks those of sixteen bytes that are special: a processor compares all of them with one byte at once.
#[inline]
fn mark_specials(chunk: &[u8; 16], found: &mut [u8; 16]) {
    for (found, byte) in found.iter_mut().zip(chunk) {
        *found |= u8::from(*byte == b'\\') | u8::from(*byte == b'"') | u8::from(*byte == b'\n');
    }
}

#[inline]
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
