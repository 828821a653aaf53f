//! References to environment variables: "Environment variable substitution" of OpenTelemetry's
//! configuration data model.

use std::borrow::Cow;

/// `text` with every `${NAME}`, `${env:NAME}` and `${NAME:-default}` replaced by the variable that
/// `variable` knows, and every `$$` by `$`. What comes from a variable is not looked at again.
///
/// # Errors
///
/// Replaces the references in a text.
///
/// The error says how to write a reference that is none, or that the text becomes too long.
pub(super) fn substitute<'t, 'v>(
    text: &'t str,
    variable: impl Fn(&str) -> Option<&'v str>,
) -> Result<Cow<'t, str>, String> {
    if !text.contains('$') {
        return Ok(Cow::Borrowed(text));
    }
    let mut result = String::new();
    // An escape ends whatever began before it.
    for (n, part) in text.split("$$").enumerate() {
        if n > 0 {
            result.push('$');
        }
        append(part, &variable, &mut result)?;
    }
    Ok(Cow::Owned(result))
}

/// Appends `part`, which has no escapes.
fn append<'v>(
    part: &str,
    variable: &impl Fn(&str) -> Option<&'v str>,
    result: &mut String,
) -> Result<(), String> {
    let mut rest = part;
    while let Some((before, after)) = rest.split_once("${") {
        result.push_str(before);
        match after.split_once('}') {
            Some((reference, after)) if !reference.is_empty() => {
                let (name, default) = parse(reference)?;
                // An empty variable counts as one that is not defined.
                let value = variable(name).filter(|value| !value.is_empty());
                result.push_str(value.unwrap_or(default));
                rest = after;
            }
            _ => {
                result.push_str("${");
                rest = after;
            }
        }
        if result.len() > LONGEST {
            return Err(format!(
                "with its variables it is longer than {LONGEST} bytes; shorten it"
            ));
        }
    }
    result.push_str(rest);
    Ok(())
}

/// The name and the default of `env:NAME:-default`.
fn parse(reference: &str) -> Result<(&str, &str), String> {
    let (prefix, rest) = match reference.split_once(':') {
        Some((prefix, rest)) if is_prefix(prefix) && !rest.starts_with('-') => (prefix, rest),
        _ => ("env", reference),
    };
    let (name, default) = rest.split_once(":-").unwrap_or((rest, ""));
    if prefix == "env" && is_name(name) && !default.contains('\n') {
        return Ok((name, default));
    }
    // What follows the name may be a secret.
    let shown = reference.split(':').next().unwrap_or_default();
    Err(format!(
        "`${{{shown}…` refers to no variable; write ${{NAME}}, ${{env:NAME}} or ${{NAME:-default}}, \
         or $$ for a plain $"
    ))
}

/// `[a-zA-Z][a-zA-Z0-9_]*`
fn is_prefix(text: &str) -> bool {
    is_name(text) && !text.starts_with('_')
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`
fn is_name(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_letter) && text.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

/// Bytes of one value.
const LONGEST: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn variable(name: &str) -> Option<&'static str> {
        Some(match name {
            "STRING_VALUE" => "value",
            "FLOAT_VALUE" => "1.1",
            "EMPTY" => "",
            "REPLACE_ME" => "${DO_NOT_REPLACE_ME}",
            "DO_NOT_REPLACE_ME" => "Never use this value",
            "VALUE_WITH_ESCAPE" => "value$$",
            _ => return None,
        })
    }

    #[test]
    fn the_examples_of_the_specification_are_substituted() {
        for (input, output) in [
            ("${STRING_VALUE}", "value"),
            ("${env:STRING_VALUE}", "value"),
            ("foo ${STRING_VALUE} ${FLOAT_VALUE}", "foo value 1.1"),
            ("${UNDEFINED_KEY}", ""),
            ("${UNDEFINED_KEY:-fallback}", "fallback"),
            ("${EMPTY:-fallback}", "fallback"),
            ("${env:UNDEFINED_KEY:-fall:-back}", "fall:-back"),
            ("${env:-fallback}", "fallback"),
            ("${REPLACE_ME}", "${DO_NOT_REPLACE_ME}"),
            ("${UNDEFINED_KEY:-${STRING_VALUE}}", "${STRING_VALUE}"),
            ("$${STRING_VALUE}", "${STRING_VALUE}"),
            ("$$${STRING_VALUE}", "$value"),
            ("$$$${STRING_VALUE}", "$${STRING_VALUE}"),
            ("$${STRING_VALUE:-fallback}", "${STRING_VALUE:-fallback}"),
            ("$${STRING_VALUE:-${STRING_VALUE}}", "${STRING_VALUE:-value}"),
            ("${UNDEFINED_KEY:-$${UNDEFINED_KEY}}", "${UNDEFINED_KEY:-${UNDEFINED_KEY}}"),
            ("${VALUE_WITH_ESCAPE}", "value$$"),
            ("a $$ b", "a $ b"),
            ("a $ b", "a $ b"),
            ("$${FOO} ${STRING_VALUE} $${BAZ}", "${FOO} value ${BAZ}"),
            ("${} ${STRING_VALUE", "${} ${STRING_VALUE"),
        ] {
            assert_eq!(substitute(input, variable).as_deref(), Ok(output), "{input}");
        }
    }

    #[test]
    fn what_refers_to_no_variable_is_refused_without_its_default() {
        for input in [
            "${STRING_VALUE:?hush}",
            "${1API_KEY}",
            "${API_$KEY}",
            "${sys:hush}",
            "${env:}",
            "${A b}",
        ] {
            let remedy = substitute(input, variable).unwrap_err();
            assert!(remedy.contains("${env:NAME}") && !remedy.contains("hush"), "{remedy}");
        }
    }

    #[test]
    fn variables_cannot_fill_the_memory() {
        let long = "x".repeat(LONGEST / 2);
        let remedy = substitute(&"${A}".repeat(1000), |_| Some(long.as_str())).unwrap_err();
        assert!(remedy.contains("shorten"), "{remedy}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_none_without_a_dollar_changes(text in "[${}:a_é -]{0,24}") {
            let result = substitute(&text, variable);
            if !text.contains('$') {
                prop_assert_eq!(result.as_deref(), Ok(text.as_str()));
            }
        }

        #[test]
        fn the_value_of_a_variable_is_taken_as_it_is(value in ".{1,24}") {
            let result = substitute("<${A}>", |_| Some(value.as_str())).map(Cow::into_owned);
            prop_assert_eq!(result, Ok(format!("<{value}>")));
        }
    }
}
