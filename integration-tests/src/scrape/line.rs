//! One line of the text format, taken apart.

use std::{collections::BTreeMap, iter::Peekable, str::CharIndices};

use super::family::{Kind, Sample};

/// A line of a page, read.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    Nothing,
    Help { name: String, text: String },
    Type { name: String, kind: Kind },
    Sample(Sample),
}

/// The meaning of a line without its line feed.
pub(super) fn read(line: &str) -> Result<Line, String> {
    if let Some(comment) = line.strip_prefix('#') {
        return header(comment.trim_start_matches([' ', '\t']));
    }
    if line.trim_matches([' ', '\t']).is_empty() {
        return Ok(Line::Nothing);
    }
    sample(line).map(Line::Sample)
}

/// `HELP` and `TYPE`; everything else behind a `#` is a comment.
fn header(comment: &str) -> Result<Line, String> {
    let (keyword, rest) = comment.split_once(' ').unwrap_or((comment, ""));
    if keyword != "HELP" && keyword != "TYPE" {
        return Ok(Line::Nothing);
    }
    let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = metric_name(name)?;
    if keyword == "HELP" {
        return Ok(Line::Help { name, text: unescaped_help(text)? });
    }
    let kind = Kind::named(text).ok_or_else(|| format!("there is no type {text:?}"))?;
    Ok(Line::Type { name, kind })
}

fn sample(line: &str) -> Result<Sample, String> {
    let end = line.find(['{', ' ', '\t']).ok_or("a sample needs a value")?;
    let name = metric_name(&line[..end])?;
    let (labels, rest) = match line[end..].strip_prefix('{') {
        Some(inside) => labels(inside)?,
        None => (BTreeMap::new(), &line[end..]),
    };
    let mut words = rest.split_ascii_whitespace();
    let value = number(words.next().ok_or("a sample needs a value")?)?;
    let timestamp = match words.next() {
        Some(word) => Some(word.parse().map_err(|_| format!("{word:?} is no timestamp"))?),
        None => None,
    };
    match words.next() {
        Some(word) => Err(format!("{word:?} is too much")),
        None => Ok(Sample { name, labels, value, timestamp }),
    }
}

/// The labels up to the closing brace, and what follows it.
fn labels(text: &str) -> Result<(BTreeMap<String, String>, &str), String> {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(after) = rest.strip_prefix('}') {
            return Ok((labels, after));
        }
        let (key, quoted) = rest.split_once('=').ok_or("a label needs an `=`")?;
        let key = label_name(key.trim_end_matches(' '))?;
        let quoted = quoted.trim_start_matches(' ').strip_prefix('"');
        let (value, after) = label_value(quoted.ok_or("a label value needs quotes")?)?;
        if labels.insert(key.clone(), value).is_some() {
            return Err(format!("the label {key} is there twice"));
        }
        rest = after.trim_start_matches(' ');
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None if rest.starts_with('}') => {}
            None => return Err("labels are parted by commas and end with a brace".into()),
        }
    }
}

/// The value up to the closing quote, and what follows it.
fn label_value(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => value.push(escaped(&mut chars, &['\\', '"', 'n'])?),
            other => value.push(other),
        }
    }
    Err("a label value has no closing quote".into())
}

fn unescaped_help(text: &str) -> Result<String, String> {
    let mut help = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((_, char)) = chars.next() {
        help.push(match char {
            '\\' => escaped(&mut chars, &['\\', 'n'])?,
            other => other,
        });
    }
    Ok(help)
}

fn escaped(chars: &mut Peekable<CharIndices<'_>>, known: &[char]) -> Result<char, String> {
    match chars.next() {
        Some((_, 'n')) => Ok('\n'),
        Some((_, char)) if known.contains(&char) => Ok(char),
        other => Err(format!("{:?} cannot be escaped", other.map(|(_, char)| char))),
    }
}

fn number(word: &str) -> Result<f64, String> {
    let spelled_out = matches!(word, "NaN" | "+Inf" | "-Inf");
    let digits = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if !spelled_out && !digits {
        return Err(format!("{word:?} is no number"));
    }
    word.parse().map_err(|_| format!("{word:?} is no number"))
}

fn metric_name(name: &str) -> Result<String, String> {
    word(name, |byte| byte == b':').ok_or_else(|| format!("{name:?} is no metric name"))
}

fn label_name(name: &str) -> Result<String, String> {
    word(name, |_| false)
        .filter(|name| !name.starts_with("__"))
        .ok_or_else(|| format!("{name:?} is no label name"))
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`, with whatever else is allowed.
fn word(name: &str, also: impl Fn(u8) -> bool) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || also(byte);
    let starts_well = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    (starts_well && name.bytes().all(fits)).then(|| name.to_owned())
}
