//! Finds a command by its words, in any case, without a lock and without memory of its own.

use super::{
    ends::Ends,
    table::{ENTRIES, Entry, Kind, TABLE, split},
};

/// The number of the command that is this one word, if it is short, in capitals and takes no other word, as most are:
/// one look and one comparison tell it.
#[inline]
pub(super) fn short_command(word: &[u8]) -> Option<u16> {
    let ends = Ends::of(word);
    let number = SLOTS[slot(hash(SEED, ends))];
    (SHORT[usize::from(number)] == ends).then_some(number)
}

/// The number of the command that is this one word; 0, if there is none.
pub(super) fn command(word: &[u8]) -> u16 {
    if word.len() > LONGEST {
        return 0;
    }
    let is = |name: &[u8]| name == word || name.eq_ignore_ascii_case(word);
    find(hash_of(SEED, word), |name, kind| kind != Kind::Subcommand && is(name))
}

/// The number of the command that is these two words.
#[inline(never)]
pub(super) fn subcommand(container: &[u8], word: &[u8]) -> Option<u16> {
    if container.len() + word.len() >= LONGEST {
        return None;
    }
    let found = find(hash_of(hash_of(SEED, container), word), |name, kind| {
        let Some((first, rest)) = name.split_at_checked(container.len()) else { return false };
        kind == Kind::Subcommand
            && first.eq_ignore_ascii_case(container)
            && rest.split_first().is_some_and(|(_, second)| second.eq_ignore_ascii_case(word))
    });
    Some(found).filter(|number| *number != 0)
}

fn find(hash: u64, is: impl Fn(&[u8], Kind) -> bool) -> u16 {
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

/// The ends of each command that they are all of, and that no other word may follow; in the order of the numbers.
static SHORT: [Ends; TABLE.len()] = short();

const fn short() -> [Ends; TABLE.len()] {
    let mut short = [Ends::NONE; TABLE.len()];
    let mut number = 1;
    while number < TABLE.len() {
        let Entry { name, kind, .. } = TABLE[number];
        if matches!(kind, Kind::Alone) && name.len() <= Ends::WHOLE {
            short[number] = Ends::of(name.as_bytes());
        }
        number += 1;
    }
    short
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
        let first = hash_of(SEED, first.as_bytes());
        let hash = if second.is_empty() { first } else { hash_of(first, second.as_bytes()) };
        let mut slot = slot(hash);
        while slots[slot] != 0 {
            slot = (slot + 1) % slots.len();
        }
        slots[slot] = number;
        number += 1;
    }
    slots
}

/// Of the ends of a part, whatever the case of its letters; it goes on after another part.
#[inline]
const fn hash(before: u64, ends: Ends) -> u64 {
    (before.rotate_left(BITS) ^ ends.folded()).wrapping_mul(FACTOR)
}

const fn hash_of(before: u64, bytes: &[u8]) -> u64 {
    hash(before, Ends::of(bytes))
}

/// The upper bits, into which all bytes went.
#[inline]
const fn slot(hash: u64) -> usize {
    (hash >> (u64::BITS - BITS)) as usize
}

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
const SEED: u64 = 0;
const BITS: u32 = 11;
/// No command is longer. Longer names are not even read.
const LONGEST: usize = 40;
