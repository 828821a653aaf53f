//! Finds a command by its words, in any case, without a lock and without memory of its own.

use super::table::{ENTRIES, Kind, TABLE, split};

/// The number of the command that is this one word; 0, if there is none.
pub(super) fn command(word: &[u8]) -> u16 {
    if word.len() > LONGEST {
        return 0;
    }
    let is = |name: &[u8]| name == word || name.eq_ignore_ascii_case(word);
    find(hash(SEED, word), |name, kind| kind != Kind::Subcommand && is(name))
}

/// The number of the command that is these two words.
#[inline(never)]
pub(super) fn subcommand(container: &[u8], word: &[u8]) -> Option<u16> {
    if container.len() + word.len() >= LONGEST {
        return None;
    }
    let found = find(hash(hash(SEED, container), word), |name, kind| {
        let Some((first, rest)) = name.split_at_checked(container.len()) else { return false };
        kind == Kind::Subcommand
            && first.eq_ignore_ascii_case(container)
            && rest.split_first().is_some_and(|(_, second)| second.eq_ignore_ascii_case(word))
    });
    Some(found).filter(|number| *number != 0)
}

fn find(hash: u32, is: impl Fn(&[u8], Kind) -> bool) -> u16 {
    let mut slot = slot(hash);
    // There are free slots, so this ends.
    loop {
        let number = SLOTS[slot];
        let entry = &ENTRIES[usize::from(number)];
        if number == 0 || is(entry.name.as_bytes(), entry.kind) {
            return number;
        }
        slot = (slot + 1) % SLOTS.len();
    }
}

/// Numbers of commands, each in the first free slot from that of its hash on; 0 is free.
static SLOTS: [u16; 1 << BITS] = slots();

const fn slots() -> [u16; 1 << BITS] {
    assert!(TABLE.len() * 2 < 1 << BITS, "too many commands for so few slots");
    let mut slots = [0; 1 << BITS];
    let mut number: u16 = 1;
    while (number as usize) < TABLE.len() {
        let name = TABLE[number as usize].name;
        assert!(name.len() <= LONGEST, "a command is longer than the longest");
        let (first, second) = split(name, " ");
        let first = hash(SEED, first.as_bytes());
        let hash = if second.is_empty() { first } else { hash(first, second.as_bytes()) };
        let mut slot = slot(hash);
        while slots[slot] != 0 {
            slot = (slot + 1) % slots.len();
        }
        slots[slot] = number;
        number += 1;
    }
    slots
}

/// Of the length of a part, its first bytes and its last, as far as they are the same for both cases of a letter;
/// it goes on after another part.
#[expect(clippy::cast_possible_truncation, reason = "no word is so long")]
const fn hash(hash: u32, bytes: &[u8]) -> u32 {
    let ends = match *bytes {
        [] => 0,
        [one] => one as u32,
        [one, two] => u32::from_le_bytes([one, two, 0, 0]),
        [one, two, three] => u32::from_le_bytes([one, two, three, 0]),
        [a, b, c, d, ..] => {
            let first = u32::from_le_bytes([a, b, c, d]);
            match bytes.last_chunk() {
                Some(last) => first ^ u32::from_le_bytes(*last).rotate_left(TURN),
                None => first,
            }
        }
    };
    hash.wrapping_mul(FACTOR) ^ (ends & CAPITALS) ^ (bytes.len() as u32) << 5
}

/// The upper bits, into which all bytes went.
const fn slot(hash: u32) -> usize {
    (hash.wrapping_mul(FACTOR) >> (u32::BITS - BITS)) as usize
}

/// All bits but those that tell a lower-case letter from its upper-case one.
const CAPITALS: u32 = !(0x2020_2020 | 0x2020_2020_u32.rotate_left(TURN));
/// So far, the last bytes do not meet the first ones.
const TURN: u32 = 13;
const FACTOR: u32 = 0x9E37_79B1;
const SEED: u32 = 0;
const BITS: u32 = 11;
/// No command is longer. Longer names are not even read.
const LONGEST: usize = 40;
