//! Every name that servers give their commands, and any that they do not.

use std::collections::HashSet;

use proptest::prelude::*;
use redis::{Cmd, cmd};

use super::*;

const REDIS_7_0: &str = include_str!("tests/redis_7_0.txt");

/// The command of these words, each an argument.
fn of<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Command {
    let mut cmd = Cmd::new();
    for word in words {
        cmd.arg(word.as_ref());
    }
    Command::of(&cmd)
}

fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().skip(1).map(|entry| entry.name)
}

#[test]
fn every_command_that_redis_names_has_exactly_that_name() {
    let named = REDIS_7_0.lines().filter(|line| !line.starts_with('#'));
    for name in named.clone() {
        assert_eq!(of(name.split(' ')).name(), name);
    }
    assert_eq!(named.count(), 366);
}

#[test]
fn every_command_of_the_table_is_found_once_in_any_case() {
    let mut numbers = HashSet::new();
    for name in names() {
        let command = of(name.split(' '));
        assert_eq!(command.name(), name);
        assert_eq!(of(name.to_ascii_lowercase().split(' ')), command);
        assert!(numbers.insert(command.index()));
        assert!(command.index() < Command::COUNT);
    }
    assert_eq!(numbers.len(), Command::COUNT - 1);
}

#[test]
fn arguments_do_not_matter() {
    assert_eq!(Command::of(cmd("GET").arg("books:1")).name(), "GET");
    assert_eq!(
        Command::of(cmd("client").arg("list").arg("TYPE").arg("normal")).name(),
        "CLIENT LIST"
    );
    assert_eq!(Command::of(cmd("Json.Debug").arg("memory").arg("k")).name(), "JSON.DEBUG MEMORY");
    assert_eq!(Command::of(cmd("SCAN").cursor_arg(0).arg("COUNT").arg(9)).name(), "SCAN");
}

#[test]
fn an_unknown_subcommand_is_its_container() {
    assert_eq!(of(["CLIENT"]).name(), "CLIENT");
    assert_eq!(of(["CLIENT", "books:1"]).name(), "CLIENT");
    assert_eq!(of(["CONFIG", ""]).name(), "CONFIG");
    assert_eq!(of(["XINFO", "STREAM2"]).name(), "XINFO");
    assert_eq!(Command::of(cmd("CLUSTER").cursor_arg(0)).name(), "CLUSTER");
}

#[test]
fn what_no_server_knows_is_other() {
    assert_eq!(Command::OTHER.name(), "_OTHER");
    assert_eq!(Command::of(&Cmd::new()), Command::OTHER);
    assert_eq!(of([""]), Command::OTHER);
    assert_eq!(of(["GETT"]), Command::OTHER);
    assert_eq!(of(["CLIENT LIST"]), Command::OTHER);
    assert_eq!(of(["CLIENT ", "LIST"]), Command::OTHER);
    assert_eq!(of(["LIST", "CLIENT"]), Command::OTHER);
    assert_eq!(of(["_OTHER"]), Command::OTHER);
    assert_eq!(of(["G".repeat(1 << 20)]), Command::OTHER);
}

/// Bytes that look like a command, and bytes that do not.
fn word() -> impl Strategy<Value = Vec<u8>> {
    let names: Vec<_> = names().flat_map(|name| name.split(' ')).collect();
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..12),
        "[A-Z. _-]{0,24}".prop_map(String::into_bytes),
        (proptest::sample::select(names), any::<u64>(), proptest::option::of(any::<(u8, u8)>()))
            .prop_map(|(name, cases, change)| {
                let flipped = name.bytes().enumerate().map(|(at, byte)| {
                    if cases >> at & 1 == 0 { byte } else { byte.to_ascii_lowercase() }
                });
                let mut word: Vec<_> = flipped.collect();
                if let Some((at, byte)) = change {
                    let at = usize::from(at) % word.len();
                    word[at] = byte;
                }
                word
            }),
    ]
}

/// The same, by looking at every line.
fn model(words: &[Vec<u8>]) -> &'static str {
    let is = |words: &[Vec<u8>], name: &&str| {
        let joined = words.join(&b' ').to_ascii_uppercase();
        joined == name.as_bytes() && words.iter().all(|word| !word.contains(&b' '))
    };
    let found = |length| words.get(..length).and_then(|words| names().find(|name| is(words, name)));
    found(2).or_else(|| found(1)).unwrap_or("_OTHER")
}

proptest! {
    #[test]
    fn any_words_are_a_command_of_the_table_or_other(words in proptest::collection::vec(word(), 0..4)) {
        prop_assert_eq!(of(&words).name(), model(&words));
    }
}

#[test]
fn a_short_command_in_capitals_is_told_by_its_ends() {
    for name in ["GET", "SET", "DEL", "TTL", "MGET", "INCR", "HGET", "SADD", "EXPIRE", "EXPIREAT"] {
        let found = index::short_command(name.as_bytes());
        assert_eq!(found.map(|number| Command(number).name()), Some(name));
    }
    for name in ["get", "CLIENT", "CLIENT LIST", "ZRANGEBYSCORE", "GET\0", ""] {
        assert_eq!(index::short_command(name.as_bytes()), None, "{name}");
    }
}
