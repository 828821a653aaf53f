//! The words of a query.

use std::{iter::Peekable, str::CharIndices};

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Of a metric, a label, a function or an operator.
    Name(String),
    /// What is in quotes.
    Text(String),
    /// A number or a length of time.
    Number,
    /// A variable of Grafana, or a name in which one is.
    Variable,
    /// Any other character, or two that belong together.
    Sign(&'static str),
}

/// Takes a query apart; the error says what cannot be read.
pub(super) fn tokens(query: &str) -> Result<Vec<Token>, String> {
    let mut all = Vec::new();
    let mut rest = query.char_indices().peekable();
    while let Some(&(at, char)) = rest.peek() {
        match char {
            char if char.is_whitespace() => {
                rest.next();
            }
            '#' => while rest.next_if(|(_, char)| *char != '\n').is_some() {},
            '"' | '\'' | '`' => all.push(Token::Text(text(&mut rest)?)),
            char if is_first(char) => all.push(name(&mut rest)),
            char if char.is_ascii_digit() => all.push(number(&mut rest)),
            '.' if query[at + 1..].starts_with(|next: char| next.is_ascii_digit()) => {
                all.push(number(&mut rest));
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| query[at..].starts_with(**sign));
                let sign = sign.ok_or_else(|| format!("there is no `{char}` in PromQL"))?;
                sign.chars().for_each(|_| {
                    rest.next();
                });
                all.push(Token::Sign(sign));
            }
        }
    }
    Ok(all)
}

/// The longer ones first.
const SIGNS: [&str; 24] = [
    "=~", "!~", "!=", "==", ">=", "<=", "(", ")", "{", "}", "[", "]", ",", "=", "<", ">", "+", "-",
    "*", "/", "%", "^", "@", ":",
];

type Rest<'a> = Peekable<CharIndices<'a>>;

/// The beginning of a name, or of a variable.
fn is_first(char: char) -> bool {
    char.is_ascii_alphabetic() || matches!(char, '_' | ':' | '$')
}

/// A name, and whether a variable is part of it.
fn name(rest: &mut Rest<'_>) -> Token {
    let mut name = String::new();
    let mut is_variable = false;
    while let Some((_, char)) = rest.next_if(|(_, char)| is_first(*char) || char.is_ascii_digit()) {
        name.push(char);
        if char == '$' {
            is_variable = true;
            if rest.next_if(|(_, char)| *char == '{').is_some() {
                while rest.next_if(|(_, char)| *char != '}').is_some() {}
                rest.next();
            }
        }
    }
    if is_variable { Token::Variable } else { Token::Name(name) }
}

/// A number or a length of time, such as `0x1f`, `1e-3` or `1h30m`.
fn number(rest: &mut Rest<'_>) -> Token {
    let mut before = ' ';
    let belongs = |before: char, char: char| {
        char.is_ascii_alphanumeric()
            || matches!(char, '.' | '_')
            || (matches!(char, '+' | '-') && matches!(before, 'e' | 'E'))
    };
    while let Some((_, char)) = rest.next_if(|(_, char)| belongs(before, *char)) {
        before = char;
    }
    Token::Number
}

/// What is in quotes; only within back quotes does a backslash mean nothing.
fn text(rest: &mut Rest<'_>) -> Result<String, String> {
    let Some((_, quote)) = rest.next() else { return Ok(String::new()) };
    let mut text = String::new();
    while let Some((_, char)) = rest.next() {
        match char {
            char if char == quote => return Ok(text),
            '\\' if quote != '`' => match rest.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, escaped)) => text.push(escaped),
                None => break,
            },
            char => text.push(char),
        }
    }
    Err(format!("a text that begins with {quote} does not end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Token {
        Token::Name(name.to_owned())
    }

    #[test]
    fn words_are_told_apart() {
        use Token::{Number, Sign, Text, Variable};
        let query = "sum by (a) (rate(b:c{d=~\"x\\\"y\", e!='z'}[$__rate_interval] offset -1h30m)) # no\n >= .5e-3";
        let expected = [
            name("sum"),
            name("by"),
            Sign("("),
            name("a"),
            Sign(")"),
            Sign("("),
            name("rate"),
            Sign("("),
            name("b:c"),
            Sign("{"),
            name("d"),
            Sign("=~"),
            Text("x\"y".to_owned()),
            Sign(","),
            name("e"),
            Sign("!="),
            Text("z".to_owned()),
            Sign("}"),
            Sign("["),
            Variable,
            Sign("]"),
            name("offset"),
            Sign("-"),
            Number,
            Sign(")"),
            Sign(")"),
            Sign(">="),
            Number,
        ];
        assert_eq!(tokens(query), Ok(expected.to_vec()));
        assert_eq!(tokens("a_${b:regex}_c + $d"), Ok(vec![Variable, Sign("+"), Variable]));
        assert_eq!(tokens(r"`a\d`"), Ok(vec![Text(r"a\d".to_owned())]));
        assert!(
            tokens("a{b=\"c}").is_err() && tokens("a ; b").is_err() && tokens("\"a\\").is_err()
        );
    }
}
