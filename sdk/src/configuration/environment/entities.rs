//! `OTEL_ENTITIES`: the identity of the process, as the platform that started it knows it.
//!
//! The format and what becomes of mistakes is "Entity Propagation" of the OpenTelemetry
//! specification: `type{id=…,…}[description=…,…]@schema;type{…}`.

use std::collections::BTreeMap;

use opentelemetry::{Key, KeyValue};

use super::value;

/// One entity of the list.
struct Entity<'a> {
    kind: &'a str,
    identity: BTreeMap<String, String>,
    description: BTreeMap<String, String>,
}

/// The attributes of all entities of `list`, and what was wrong with it, of which nothing is repeated
/// but types and keys: any text may be a secret.
///
/// Schema URLs are read and dropped: the resource of the SDK has room for one only.
pub(super) fn parse(list: &str) -> (Vec<KeyValue>, Vec<String>) {
    let (mut entities, mut mistakes) = (Vec::<Entity<'_>>::new(), Vec::new());
    let definitions = list.split(';').map(str::trim).filter(|definition| !definition.is_empty());
    for (at, definition) in (1..).zip(definitions) {
        match entity(definition) {
            Ok(new) => {
                if entities.iter().any(|known| known.kind == new.kind) {
                    mistakes.push(format!("the last `{}` replaces those before it", new.kind));
                    entities.retain(|known| known.kind != new.kind);
                }
                entities.push(new);
            }
            Err(remedy) => mistakes.push(format!("entity {at} is ignored: {remedy}")),
        }
    }
    let mut attributes = BTreeMap::new();
    for (key, value) in entities
        .iter()
        .flat_map(|entity| &entity.description)
        .chain(entities.iter().flat_map(|entity| &entity.identity))
    {
        if attributes.insert(key, value).is_some_and(|known| known != value) {
            mistakes.push(format!("the last value of `{key}` replaces those before it"));
        }
    }
    let attribute =
        |(key, value): (&String, &String)| KeyValue::new(Key::new(key.clone()), value.clone());
    (attributes.into_iter().map(attribute).collect(), mistakes)
}

/// Reads one entity; the error says how to write it, and repeats nothing of it.
fn entity(definition: &str) -> Result<Entity<'_>, &'static str> {
    const FORM: &str = "write it as type{key=value}[key=value]@url";

    let (kind, rest) = definition.split_once('{').ok_or(FORM)?;
    if !is_name(kind) {
        return Err("its type must begin with a letter; letters, digits, `.`, `_` and `-` follow");
    }
    let (identity, rest) = rest.split_once('}').ok_or(FORM)?;
    let (description, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or(FORM)?,
        None => ("", rest),
    };
    if !rest.is_empty() && !rest.starts_with('@') {
        return Err(FORM);
    }
    let identity = pairs(identity)?;
    if identity.is_empty() {
        return Err("give it at least one identifying attribute");
    }
    Ok(Entity { kind, identity, description: pairs(description)? })
}

/// Reads attributes, whose values must be percent-encoded.
fn pairs(list: &str) -> Result<BTreeMap<String, String>, &'static str> {
    value::list(list)
        .map(|pair| {
            let reserved = pair
                .split_once('=')
                .is_some_and(|(_, value)| value.contains(['{', '}', '[', ']', '@', ';', ',', '=']));
            if reserved {
                return Err("percent-encode `{}[]@;,=` in its values");
            }
            let (key, value) = value::pair(pair)?;
            let remedy =
                "its keys must begin with a letter; letters, digits, `.`, `_` and `-` follow";
            if is_name(&key) { Ok((key, value)) } else { Err(remedy) }
        })
        .collect()
}

/// `[a-zA-Z][a-zA-Z0-9._-]*`
fn is_name(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(list: &str) -> Vec<String> {
        parse(list).0.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect()
    }

    #[test]
    fn the_examples_of_the_specification_are_understood() {
        for (list, expected) in [
            (
                "service{service.name=my-app,service.instance.id=instance-1}[service.version=1.0.0]@https://opentelemetry.io/schemas/1.21.0;host{host.id=host-123}[host.name=web-server-01]",
                &[
                    "host.id=host-123",
                    "host.name=web-server-01",
                    "service.instance.id=instance-1",
                    "service.name=my-app",
                    "service.version=1.0.0",
                ][..],
            ),
            (
                ";service{service.name=app1};;host{host.id=host-123};",
                &["host.id=host-123", "service.name=app1"],
            ),
            (
                "service{service.name=my%2Capp,service.instance.id=inst-1}[config=key%3Dvalue%5Bprod%5D]",
                &["config=key=value[prod]", "service.instance.id=inst-1", "service.name=my,app"],
            ),
        ] {
            assert_eq!(attributes(list), expected, "{list}");
            assert_eq!(parse(list).1, Vec::<String>::new(), "{list}");
        }
    }

    #[test]
    fn what_is_malformed_is_left_out_and_the_rest_is_kept() {
        for (list, kept) in [
            ("service{service.name=app1};invalid{syntax;host{host.id=1}", "host.id=1"),
            ("service{};host{host.id=123}", "host.id=123"),
            ("9{a=b};host{host.id=1}", "host.id=1"),
            ("service{service.name=a=b};host{host.id=1}", "host.id=1"),
        ] {
            let (_, mistakes) = parse(list);
            assert!(attributes(list).contains(&kept.to_owned()), "{list}");
            assert_eq!(mistakes.len(), 1, "{mistakes:?}");
            assert!(mistakes[0].starts_with("entity "), "{mistakes:?}");
        }
    }

    #[test]
    fn no_mistake_repeats_what_may_be_a_secret() {
        for list in ["hush", "hush{", "hush hush{a=b}", "s{hush}", "s{hush hush=1}", "s{a=[hush}"] {
            let (_, mistakes) = parse(list);
            assert!(mistakes.len() == 1 && !mistakes[0].contains("hush"), "{mistakes:?}");
        }
    }

    #[test]
    fn of_two_entities_of_one_type_the_last_is_used_and_this_is_said() {
        let list = "service{service.name=app1}[version=1.0];service{service.name=app2}";
        assert_eq!(attributes(list), ["service.name=app2"]);
        assert_eq!(parse(list).1.len(), 1);
    }
}
