//! Fields in the wire format of protobuf.

use std::time::{SystemTime, UNIX_EPOCH};

/// Writes a field of type `uint64`, `uint32`, or an enumeration.
pub(super) fn unsigned(field: u8, number: u64, out: &mut Vec<u8>) {
    tag(field, VARINT, out);
    varint(number, out);
}

/// Writes a field of type `int64`.
pub(super) fn signed(field: u8, number: i64, out: &mut Vec<u8>) {
    unsigned(field, number.cast_unsigned(), out);
}

/// Writes a field of type `sint32`.
pub(super) fn zigzag(field: u8, number: i32, out: &mut Vec<u8>) {
    unsigned(field, zigzagged(number.into()), out);
}

/// Writes a field of type `double`.
pub(super) fn double(field: u8, number: f64, out: &mut Vec<u8>) {
    tag(field, FIXED64, out);
    out.extend_from_slice(&number.to_le_bytes());
}

/// Writes a field of type `string`.
pub(super) fn bytes(field: u8, bytes: &[u8], out: &mut Vec<u8>) {
    tag(field, DELIMITED, out);
    varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// Writes a field of type `google.protobuf.Timestamp`.
pub(super) fn time(field: u8, time: SystemTime, out: &mut Vec<u8>) {
    let (seconds, nanoseconds) = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos()),
        Err(before) => {
            // Nanoseconds count upwards, before 1970 too.
            let distance = before.duration();
            let seconds = i64::try_from(distance.as_secs()).unwrap_or(i64::MAX);
            match distance.subsec_nanos() {
                0 => (-seconds, 0),
                nanoseconds => (-seconds - 1, 1_000_000_000 - nanoseconds),
            }
        }
    };
    let timestamp = begin(field, out);
    signed(1, seconds, out);
    unsigned(2, nanoseconds.into(), out);
    end(timestamp, out);
}

/// Writes a field of type `repeated sint64`, packed, unless it is empty.
pub(super) fn packed(field: u8, numbers: impl Iterator<Item = i64>, out: &mut Vec<u8>) {
    let mut numbers = numbers.peekable();
    if numbers.peek().is_some() {
        let packed = begin(field, out);
        numbers.for_each(|number| varint(zigzagged(number), out));
        end(packed, out);
    }
}

/// Begins a field that is a message, for [`end`].
pub(super) fn begin(field: u8, out: &mut Vec<u8>) -> usize {
    tag(field, DELIMITED, out);
    out.push(0);
    out.len()
}

/// Ends the message that begins at `start`, and writes its length before it: one byte, for which there is
/// room, or more.
pub(super) fn end(start: usize, out: &mut Vec<u8>) {
    let length = out.len() - start;
    match u8::try_from(length) {
        Ok(length) if length < 0x80 => out[start - 1] = length,
        _ => lengthen(start, length, out),
    }
}

/// A number below 2^35 as a varint of five bytes.
pub(super) fn padded(number: usize) -> [u8; 5] {
    let byte = |index: usize| {
        let low = u8::try_from((number >> (7 * index)) & 0x7F).unwrap_or_default();
        if index < 4 { low | 0x80 } else { low }
    };
    std::array::from_fn(byte)
}

/// Writes a number as a varint.
pub(super) fn varint(mut number: u64, out: &mut Vec<u8>) {
    while let Some(more) = std::num::NonZeroU64::new(number >> 7) {
        out.push(low(number) | 0x80);
        number = more.get();
    }
    out.push(low(number));
}

/// How many bytes a varint has.
pub(super) fn length(number: usize) -> usize {
    let bits = usize::BITS - (number | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// Moves a message to make room for a longer length.
fn lengthen(start: usize, length: usize, out: &mut Vec<u8>) {
    let more = self::length(length) - 1;
    out.extend_from_slice(&[0; 9][..more]);
    out.copy_within(start..start + length, start + more);
    let mut rest = length as u64;
    for byte in &mut out[start - 1..start + more] {
        *byte = low(rest) | 0x80;
        rest >>= 7;
    }
    out[start + more - 1] &= 0x7F;
}

/// The tag of a field with a length.
pub(super) const fn delimited(field: u8) -> u8 {
    field << 3 | DELIMITED
}

fn tag(field: u8, wire_type: u8, out: &mut Vec<u8>) {
    // Only fields up to 15 have a tag of one byte.
    varint((u64::from(field) << 3) | u64::from(wire_type), out);
}

const fn zigzagged(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn low(number: u64) -> u8 {
    u8::try_from(number & 0x7F).unwrap_or_default()
}

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const DELIMITED: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn numbers_are_written_as_protobuf_s_own_examples() {
        assert_eq!(written(|out| unsigned(1, 150, out)), [0x08, 0x96, 0x01]);
        assert_eq!(written(|out| bytes(2, b"testing", out)), b"\x12\x07testing");
        assert_eq!(written(|out| signed(1, -2, out)).len(), 11);
        for (number, zigzag) in [(0, 0), (-1, 1), (1, 2), (-2, 3), (0x7FFF_FFFF, 0xFFFF_FFFE)] {
            assert_eq!(zigzagged(number), zigzag);
        }
        assert_eq!(
            written(|out| packed(6, [-1, 1, -150].into_iter(), out)),
            b"\x32\x04\x01\x02\xab\x02"
        );
        assert_eq!(written(|out| packed(6, [].into_iter(), out)), b"");
        assert_eq!(written(|out| unsigned(16, 1, out)), [0x80, 0x01, 0x01]);
    }

    #[test]
    fn the_length_of_a_message_has_as_many_bytes_as_it_needs() {
        for len in [0, 1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x1F_FFFF, 0x20_0000] {
            let message = written(|out| {
                let start = begin(3, out);
                out.extend((0..len).map(|at| low(at as u64)));
                end(start, out);
            });
            let mut expected = written(|out| {
                tag(3, DELIMITED, out);
                varint(len as u64, out);
            });
            assert_eq!(expected.len(), 1 + length(len));
            expected.extend((0..len).map(|at| low(at as u64)));
            assert!(message == expected, "{len}");
        }
    }

    #[test]
    fn a_padded_number_reads_back() {
        for number in [0, 1, 0x80, 0x1234_5678, (1 << 35) - 1] {
            let read = padded(number)
                .iter()
                .rev()
                .fold(0, |sum, byte| (sum << 7) | usize::from(byte & 0x7F));
            assert_eq!(read, number);
            assert_eq!(padded(number).map(|byte| byte >> 7), [1, 1, 1, 1, 0]);
        }
    }
}
