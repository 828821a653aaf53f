//! Documents of YAML, and their faults.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Content, Fault> {
    let variable = |name: &str| match name {
        "STRING_VALUE" => Some("value"),
        "BOOL_VALUE" => Some("true"),
        "INT_VALUE" => Some("1"),
        "FLOAT_VALUE" => Some("1.1"),
        "HEX_VALUE" => Some("0xdeadbeef"),
        "INVALID_MAP_VALUE" => Some("value\nkey:value"),
        _ => None,
    };
    Node::parse(text, variable).map(|node| node.content)
}

/// The scalar that is the value of the only key.
#[track_caller]
fn value(text: &str) -> Scalar {
    let Content::Map(entries) = parse(text).unwrap() else { panic!("{text}") };
    let [(_, Node { content: Content::Scalar(scalar), .. })] = &*entries else { panic!("{text}") };
    scalar.clone()
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

#[test]
fn what_was_substituted_has_the_type_that_the_specification_says() {
    for (input, expected) in [
        ("key: ${STRING_VALUE}", text("value")),
        ("key: ${BOOL_VALUE}", Scalar::Boolean(true)),
        ("key: ${INT_VALUE}", Scalar::Integer(1)),
        ("key: ${FLOAT_VALUE}", Scalar::Number(1.1)),
        ("key: ${HEX_VALUE}", Scalar::Integer(3_735_928_559)),
        ("key: \"${STRING_VALUE}\"", text("value")),
        ("key: \"${BOOL_VALUE}\"", text("true")),
        ("key: \"${INT_VALUE}\"", text("1")),
        ("key: '${FLOAT_VALUE}'", text("1.1")),
        ("key: !!str ${HEX_VALUE}", text("0xdeadbeef")),
        ("key: ${INVALID_MAP_VALUE}", text("value\nkey:value")),
        ("key: ${UNDEFINED_KEY}", Scalar::Null),
        ("key: \"${UNDEFINED_KEY}\"", text("")),
        ("key: ${UNDEFINED_KEY:-1}", Scalar::Integer(1)),
        ("key: |\n  a ${INT_VALUE}\n", text("a 1\n")),
    ] {
        assert_eq!(value(input), expected, "{input}");
    }
}

#[test]
fn nothing_is_substituted_in_keys() {
    let Content::Map(entries) = parse("${STRING_VALUE}: value").unwrap() else { panic!() };
    assert_eq!(entries[0].0, "${STRING_VALUE}");
}

#[test]
fn an_alias_is_what_it_stands_for() {
    let Content::Map(entries) = parse("a: &x [1, {b: 2}]\nc: *x\n").unwrap() else { panic!() };
    assert_eq!(format!("{:?}", entries[0].1), format!("{:?}", entries[1].1));
}

#[test]
fn what_is_no_single_sound_document_is_refused_with_its_line() {
    for (text, line, word) in [
        ("a: 1\nb: [1, 2\n", 2, "not YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "`a` is here for the second time"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\nb: !mine 2\n", 2, "tag"),
        ("[1, 2]: 3\n", 1, "a key is text"),
        ("a: &x [1, *x]\n", 1, "an alias cannot be inside"),
        ("a:\n  - ${1}\n", 2, "${NAME}"),
    ] {
        let fault = parse(text).unwrap_err();
        assert!(fault.remedy.contains(word) && fault.line == line, "{text}: {fault:?}");
    }
}

#[test]
fn aliases_and_nesting_cannot_fill_the_memory() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..40 {
        let before = format!("*a{}, ", n - 1).repeat(8);
        writeln!(bomb, "a{n}: &a{n} [{before}]").unwrap();
    }
    assert!(parse(&bomb).unwrap_err().remedy.contains("too large"));

    let mut tower = "a0: &a0 [x]\n".to_owned();
    for n in 1..100_000 {
        writeln!(tower, "a{n}: &a{n} [*a{}]", n - 1).unwrap();
    }
    assert!(parse(&tower).unwrap_err().remedy.contains("levels deep"));
    for deep in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        parse(&deep).unwrap_err();
    }
    parse(&"- x\n".repeat(200_000)).unwrap_err();
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_structure_makes_it_panic(
        text in "([a-c]|\\$\\{|\\}|\\$|: |- |\\[|\\]|\\{|, |&a |\\*a|!!|\"|'|\\||>|#|%|---|\n|  ){0,40}"
    ) {
        let _ = parse(&text);
    }
}
