//! The changes between two locks.

use std::collections::BTreeSet;

use crate::{lock::Lock, promise::Promise};

/// Says in a sentence each how `now` differs from `before`.
pub(crate) fn changes(before: &Lock, now: &Lock) -> Vec<String> {
    let mut all = Vec::new();
    if before.names != now.names {
        all.push(format!("names are made by {}, and were by {}", now.names, before.names));
    }
    let gone: Vec<_> = without(before, now);
    let new: Vec<_> = without(now, before);
    for promise in &gone {
        let name = &promise.name;
        if let Some(other) = new.iter().find(|other| other.name == *name) {
            all.push(format!("`{name}` is {}, and was {}", other.shown(), promise.shown()));
            continue;
        }
        let mut renamed =
            new.iter().filter(|other| gone.iter().all(|gone| gone.name != other.name));
        let hint = renamed.find(|other| other.is_like(promise)).map(|other| &other.name);
        let hint = hint.map(|name| format!("; is it `{name}` now?")).unwrap_or_default();
        all.push(format!("`{name}` is gone{hint}"));
    }
    for promise in new.iter().filter(|new| gone.iter().all(|gone| gone.name != new.name)) {
        all.push(format!("`{}` is new: {}", promise.name, promise.shown()));
    }
    for promise in &now.promises {
        let known = before.promises.iter().find(|known| known.key() == promise.key());
        all.extend(known.into_iter().flat_map(|known| details(known, promise)));
    }
    all
}

/// The metrics of one that the other does not have.
fn without<'a>(one: &'a Lock, other: &Lock) -> Vec<&'a Promise> {
    let is_there =
        |promise: &&Promise| other.promises.iter().any(|known| known.key() == promise.key());
    one.promises.iter().filter(|promise| !is_there(promise)).collect()
}

/// How one metric differs from what it was.
fn details(before: &Promise, now: &Promise) -> Vec<String> {
    let name = &now.name;
    let mut all = Vec::new();
    if before.family != now.family {
        all.push(format!(
            "`{name}` is scraped as `{}`, and was as `{}`",
            now.family, before.family
        ));
    }
    let differ = |before: &BTreeSet<String>, now: &BTreeSet<String>, thing: &str| {
        let lost = before.difference(now).map(|it| format!("`{name}` has lost the {thing} `{it}`"));
        let new = now.difference(before).map(|it| format!("`{name}` has the new {thing} `{it}`"));
        lost.chain(new).collect::<Vec<_>>()
    };
    all.extend(differ(&before.attributes, &now.attributes, "attribute"));
    all.extend(differ(&before.buckets, &now.buckets, "buckets"));
    all
}
