//! Finds a command by its words, in any case, without a lock and without memory of its own.

use super::table::{ENTRIES, Kind, TABLE};

/// The number of the command that is this one word; 0, if there is none.
pub(super) fn command(word: &[u8]) -> u16 {
    if word.len() > LONGEST {
        return 0;
    }
    find(hash(SEED, word), |name, kind| kind != Kind::Subcommand && name.eq_ignore_ascii_case(word))
}

/// The number of the command that is these two words.
pub(super) fn subcommand(container: &[u8], word: &[u8]) -> Option<u16> {
    if container.len() + word.len() >= LONGEST {
        return None;
    }
    let found = find(hash(hash(hash(SEED, container), b" "), word), |name, kind| {
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
        let name = TABLE[number as usize].name.as_bytes();
        assert!(name.len() <= LONGEST, "a command is longer than the longest");
        let mut slot = slot(hash(SEED, name));
        while slots[slot] != 0 {
            slot = (slot + 1) % slots.len();
        }
        slots[slot] = number;
        number += 1;
    }
    slots
}

/// FNV-1a, which goes on after a part, of bytes that are the same for both cases of a letter.
const fn hash(mut hash: u32, bytes: &[u8]) -> u32 {
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ (bytes[at] & !CASE) as u32).wrapping_mul(16_777_619);
        at += 1;
    }
    hash
}

/// The upper bits, into which all bytes went.
const fn slot(hash: u32) -> usize {
    (hash.wrapping_mul(0x9E37_79B1) >> (u32::BITS - BITS)) as usize
}

/// The bit that tells a lower-case letter from its upper-case one.
const CASE: u8 = b'a' ^ b'A';
const SEED: u32 = 2_166_136_261;
const BITS: u32 = 11;
/// No command is longer. Longer names are not even read.
const LONGEST: usize = 40;
