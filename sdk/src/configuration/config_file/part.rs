//! A part of the file: a value and the path of its key.

use std::fmt::Display;

use super::{
    scalar::Scalar,
    tree::{Content, Node},
};

/// A value of the file, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    node: &'a Node,
    /// Such as `meter_provider.readers[1].periodic.interval`; empty at the root.
    pub(super) key: String,
}

/// A mistake in a part, and the remedy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) remedy: String,
}

impl<'a> Part<'a> {
    /// The whole document, whose key is empty.
    pub(super) fn root(node: &'a Node) -> Self {
        Self { node, key: String::new() }
    }

    /// The line where the value begins, from 1.
    pub(super) fn line(&self) -> usize {
        self.node.line
    }

    /// Whether it has no value, which is as if it were not there.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.node.content, Content::Scalar(Scalar::Null))
    }

    /// The entries of a map.
    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Mistake> {
        match &self.node.content {
            Content::Map(entries) => Ok(entries
                .iter()
                .map(|(key, node)| (key.as_str(), self.below(key, node)))
                .collect()),
            _ if self.is_absent() => Ok(Vec::new()),
            _ => Err(self.not("keys with values")),
        }
    }

    /// The only entry of a map, such as the kind of an exporter.
    pub(super) fn only_entry(&self, choice: &str) -> Result<(&'a str, Self), Mistake> {
        let mut entries = self.entries()?.into_iter();
        match (entries.next(), entries.next()) {
            (Some(entry), None) => Ok(entry),
            _ => Err(self.mistake(format!("write exactly one key below it: {choice}"))),
        }
    }

    /// The elements of a list, at least one.
    pub(super) fn items(&self) -> Result<Vec<Self>, Mistake> {
        let items = self.any_items()?;
        if items.is_empty() && !self.is_absent() {
            return Err(self.mistake("an empty list says nothing; add to it, or leave it out"));
        }
        Ok(items)
    }

    /// The elements of a list that may be empty.
    pub(super) fn any_items(&self) -> Result<Vec<Self>, Mistake> {
        match &self.node.content {
            Content::List(items) => {
                let item = |(n, node)| Self { node, key: format!("{}[{n}]", self.key) };
                Ok(items.iter().enumerate().map(item).collect())
            }
            _ if self.is_absent() => Ok(Vec::new()),
            _ => Err(self.not("a list")),
        }
    }

    /// The text; a number or `true` needs quotes to be one.
    pub(super) fn text(&self) -> Result<Option<&'a str>, Mistake> {
        match &self.node.content {
            Content::Scalar(Scalar::Text(text)) => Ok(Some(text)),
            _ if self.is_absent() => Ok(None),
            Content::Scalar(_) => {
                Err(self.mistake(format!("this is {}, not text; put it in quotes", self.what())))
            }
            _ => Err(self.not("text")),
        }
    }

    /// `true` or `false`; `None` without a value, as of all that follow.
    pub(super) fn boolean(&self) -> Result<Option<bool>, Mistake> {
        match self.node.content {
            Content::Scalar(Scalar::Boolean(boolean)) => Ok(Some(boolean)),
            _ if self.is_absent() => Ok(None),
            _ => Err(self.not("true or false")),
        }
    }

    /// A whole number from `least` to `greatest`.
    pub(super) fn integer(&self, least: i64, greatest: i64) -> Result<Option<i64>, Mistake> {
        let integer = match self.node.content {
            Content::Scalar(Scalar::Integer(integer)) => Some(integer),
            // JSON Schema takes 2.0 for an integer.
            #[expect(clippy::cast_possible_truncation, reason = "it is small and has no fraction")]
            Content::Scalar(Scalar::Number(number))
                if number.fract() == 0.0 && number.abs() < 1e15 =>
            {
                Some(number as i64)
            }
            _ if self.is_absent() => return Ok(None),
            _ => None,
        };
        let allowed = integer.filter(|integer| (least..=greatest).contains(integer));
        let expected = || match greatest {
            i64::MAX => format!("a whole number that is at least {least}"),
            _ => format!("a whole number from {least} to {greatest}"),
        };
        allowed.map(Some).ok_or_else(|| self.not(&expected()))
    }

    /// A number, whole or not.
    pub(super) fn number(&self) -> Result<Option<f64>, Mistake> {
        match self.node.content {
            Content::Scalar(Scalar::Integer(integer)) => Ok(Some(integer as f64)),
            Content::Scalar(Scalar::Number(number)) => Ok(Some(number)),
            _ if self.is_absent() => Ok(None),
            _ => Err(self.not("a number")),
        }
    }

    /// One of the texts of `choice`.
    pub(super) fn one_of(&self, choice: &[&'static str]) -> Result<Option<&'static str>, Mistake> {
        let Some(text) = self.text()? else { return Ok(None) };
        let known = choice.iter().find(|known| **known == text);
        let remedy = || self.mistake(format!("write one of {}", choice.join(", ")));
        known.copied().map(Some).ok_or_else(remedy)
    }

    /// The value `given`, which must be there.
    pub(super) fn required<T>(&self, given: Option<T>, key: &str) -> Result<T, Mistake> {
        given.ok_or_else(|| self.mistake(format!("`{key}` is missing below it; add it")))
    }

    /// The mistake that this part is, with what to write instead.
    pub(super) fn mistake(&self, remedy: impl Display) -> Mistake {
        Mistake { line: self.line(), key: self.key.clone(), remedy: remedy.to_string() }
    }

    /// Values may be secrets: what is there is named by its type only.
    fn not(&self, expected: &str) -> Mistake {
        self.mistake(format!("this is {}; write {expected}", self.what()))
    }

    /// The type of the value, in words.
    fn what(&self) -> &'static str {
        match &self.node.content {
            Content::Scalar(Scalar::Null) => "nothing",
            Content::Scalar(Scalar::Boolean(_)) => "true or false",
            Content::Scalar(Scalar::Integer(_) | Scalar::Number(_)) => "a number",
            Content::Scalar(Scalar::Text(_)) => "text",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    /// The part below `key`.
    fn below(&self, key: &str, node: &'a Node) -> Self {
        let key = if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) };
        Self { node, key }
    }
}
