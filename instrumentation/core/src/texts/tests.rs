use std::thread;

use proptest::prelude::*;

use super::{
    readings::{MAX_BYTES, MAX_READINGS},
    *,
};

/// What is read of a text here: its words.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// What `texts` tells of `text`.
fn told(texts: &Texts<Vec<String>>, text: &str) -> Vec<String> {
    texts.find(text, words).to_vec()
}

/// One of not too many texts, of lengths that are often the same.
fn text() -> impl Strategy<Value = String> {
    (0..4_u8, 0..9_u8, 0..50_u16).prop_map(|(verb, table, value)| match verb {
        0 => format!("SELECT * FROM t{table} WHERE a = {value}"),
        1 => format!("INSERT INTO t{table} VALUES ({value}) "),
        2 => format!("DELETE FROM t{table} WHERE a = {value} "),
        _ => format!("UPDATE t{table} SET a = {value} RETURNING a"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_remembered_is_what_would_be_read(sent in proptest::collection::vec(text(), 1..300)) {
        let texts = Texts::new();
        thread::scope(|scope| {
            let readers: Vec<_> = (0..4)
                .map(|start| {
                    let (texts, sent) = (&texts, &sent);
                    scope.spawn(move || {
                        // One place in memory holds one text after the other.
                        let mut text = String::with_capacity(100);
                        for one in sent.iter().cycle().skip(start * 7).take(sent.len()) {
                            text.clear();
                            text.push_str(one);
                            assert_eq!(told(texts, &text), words(one), "{one}");
                            assert_eq!(told(texts, one), words(one), "{one}");
                        }
                    })
                })
                .collect();
            for reader in readers {
                reader.join().unwrap();
            }
        });
        let distinct: std::collections::HashSet<_> = sent.iter().collect();
        prop_assert!(texts.readings.len() <= distinct.len());
    }
}

#[test]
fn another_text_at_the_same_address_is_another_text() {
    let texts = Texts::new();
    let mut text = String::from("INSERT INTO a VALUES (1)");
    let address = text.as_ptr();
    for _ in 0..5 {
        assert_eq!(told(&texts, &text)[0], "INSERT");
    }
    text.clear();
    text.push_str("DELETE FROM b WHERE c =1");
    assert_eq!(text.as_ptr(), address);
    assert_eq!(told(&texts, &text)[0], "DELETE");
}

#[test]
fn what_is_remembered_is_bounded_and_the_rest_is_still_right() {
    let texts = Texts::new();
    for n in 0..2 * MAX_READINGS {
        for _ in 0..12 {
            assert_eq!(told(&texts, &format!("SELECT {n} FROM a"))[1], n.to_string());
        }
    }
    assert_eq!(texts.readings.len(), MAX_READINGS);
    assert_eq!(told(&texts, "DELETE FROM late")[2], "late");
    assert_eq!(texts.readings.len(), MAX_READINGS);
}

#[test]
fn long_texts_are_bounded_in_sum_and_each() {
    let texts = Texts::new();
    let of_length = |n: usize, len: usize| format!("{:<len$}", format!("SELECT {n} FROM a"));
    assert_eq!(told(&texts, &of_length(0, MAX_TEXT + 1)).len(), 4);
    assert_eq!(texts.readings.len(), 0);
    for n in 0..MAX_BYTES / MAX_TEXT + 10 {
        for _ in 0..12 {
            assert_eq!(told(&texts, &of_length(n, MAX_TEXT)).len(), 4);
        }
    }
    assert_eq!(texts.readings.len(), MAX_BYTES / MAX_TEXT);
    assert_eq!(texts.readings.bytes(), MAX_BYTES);
}

#[test]
fn what_is_sent_once_takes_no_place_of_what_is_sent_always() {
    let texts = Texts::new();
    for n in 0..5 * MAX_READINGS {
        told(&texts, &format!("SELECT {n} FROM a"));
    }
    assert_eq!(texts.readings.len(), 0);
    for _ in 0..12 {
        told(&texts, "SELECT * FROM late");
    }
    assert_eq!(texts.readings.len(), 1);
    let read = |text: &str| -> Vec<String> { panic!("{text} is read again") };
    for n in 0..5 * MAX_READINGS {
        told(&texts, &format!("SELECT {n} FROM once"));
        texts.find("SELECT * FROM late", read);
    }
}

#[test]
fn where_all_places_are_taken_what_is_used_is_not_read_again() {
    let texts = Texts::new();
    for n in 0..2 * MAX_READINGS {
        for _ in 0..12 {
            told(&texts, &format!("SELECT {n} FROM a"));
        }
    }
    assert_eq!(texts.readings.len(), MAX_READINGS);
    told(&texts, "SELECT * FROM late");
    let read = |text: &str| -> Vec<String> { panic!("{text} is read again") };
    for n in 0..3 * MAX_READINGS {
        told(&texts, &format!("SELECT {n} FROM once"));
        texts.find("SELECT * FROM late", read);
    }
}

/// How often one of `texts` is read when each of them is sent once more.
fn read_again(texts: &Texts<String>, sent: impl Iterator<Item = String>) -> usize {
    let reads = std::cell::Cell::new(0);
    let verb = |text: &str| {
        reads.set(reads.get() + 1);
        text.split(' ').next().unwrap_or_default().to_owned()
    };
    for text in sent {
        assert_eq!(*texts.find(&text, verb), "SELECT", "{text}");
    }
    reads.get()
}

#[test]
fn ten_thousand_texts_that_are_sent_in_turns_are_read_a_few_times() {
    let texts = Texts::new();
    let all = || (0..10_000).map(|n| format!("SELECT title FROM books WHERE id = {n}"));
    assert_eq!(read_again(&texts, all()), 10_000);
    for _ in 0..3 {
        read_again(&texts, all());
    }
    let reads = read_again(&texts, all());
    assert!(reads < 200, "{reads} of 10,000");
    assert_eq!(texts.readings.len(), 1);
}

#[test]
fn what_is_not_sent_any_more_makes_room_for_what_is() {
    let texts = Texts::new();
    let some = |from: usize| {
        (from..from + 8000).map(|n| format!("SELECT title FROM books WHERE id = {n}"))
    };
    for from in [0, 100_000, 200_000, 300_000] {
        for _ in 0..8 {
            read_again(&texts, some(from));
        }
        let reads = read_again(&texts, some(from));
        assert!(reads < 200, "{reads} of 8,000 from {from}");
    }
}
