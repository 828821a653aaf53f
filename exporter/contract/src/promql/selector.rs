//! The series that a query selects.

use regex_lite::Regex;

use super::{lexer::Token, reader::Reader};
use crate::{finding::Finding, labels::Labels};

/// A selector, such as `a{b="c"}`.
#[derive(Debug, Default)]
struct Selector {
    /// Its name, if there is one.
    name: Option<String>,
    /// A pattern of names, if there is one.
    pattern: Option<String>,
    /// Whether a variable is in the place of a name.
    is_any: bool,
    /// The labels that are compared with something.
    labels: Vec<String>,
}

impl Reader<'_> {
    /// Reads a selector whose name was read, and looks for what is wrong with it.
    pub(super) fn selector(
        &mut self,
        name: Option<String>,
        is_any: bool,
    ) -> Result<Labels, String> {
        let mut selector = Selector { name, is_any, ..Selector::default() };
        if self.take("{") {
            while !self.take("}") {
                self.matcher(&mut selector)?;
                if !self.take(",") && self.peek() != Some(&Token::Sign("}")) {
                    return Err("a `,` or `}` is missing between labels".to_owned());
                }
            }
        }
        self.check(&selector)
    }

    fn matcher(&mut self, selector: &mut Selector) -> Result<(), String> {
        let label = match self.next() {
            Some(Token::Text(text)) if !self.is_next_a_comparison() => {
                selector.name = Some(text);
                return Ok(());
            }
            Some(Token::Name(label) | Token::Text(label)) => Some(label),
            Some(Token::Variable) => None,
            _ => return Err("a label is missing".to_owned()),
        };
        let comparison = match self.next() {
            Some(Token::Sign(sign)) if COMPARISONS.contains(&sign) => sign,
            _ => return Err("a comparison with a label is missing".to_owned()),
        };
        let value = match self.next() {
            Some(Token::Text(value)) => Some(value),
            Some(Token::Variable) => None,
            _ => return Err("the value of a label is missing".to_owned()),
        };
        let name = value.filter(|value| !value.contains('$'));
        match (label.as_deref(), comparison, name) {
            (Some("__name__"), "=", Some(name)) => selector.name = Some(name),
            (Some("__name__"), "=~", Some(name)) => selector.pattern = Some(name),
            (Some("__name__") | None, ..) => selector.is_any |= selector.name.is_none(),
            (Some(label), ..) => selector.labels.push(label.to_owned()),
        }
        Ok(())
    }

    fn is_next_a_comparison(&self) -> bool {
        matches!(self.peek(), Some(Token::Sign(sign)) if COMPARISONS.contains(sign))
    }

    fn check(&mut self, selector: &Selector) -> Result<Labels, String> {
        let vocabulary = self.vocabulary;
        let (name, labels) = match (&selector.name, &selector.pattern) {
            (Some(name), _) => (name.clone(), vocabulary.labels(name)),
            (None, Some(pattern)) => {
                let regex = Regex::new(&format!("^(?s:{pattern})$"));
                let regex = regex.map_err(|_| format!("`{pattern}` is no pattern"))?;
                (pattern.clone(), vocabulary.labels_of_all(|name| regex.is_match(name)))
            }
            (None, None) if selector.is_any || !selector.labels.is_empty() => {
                (String::new(), Some(Labels::Any))
            }
            (None, None) => return Err("a selector selects nothing".to_owned()),
        };
        let Some(labels) = labels else {
            self.find(Finding::Metric(name));
            return Ok(Labels::Any);
        };
        for label in &selector.labels {
            if !vocabulary.have(&labels, label) {
                self.find(Finding::Label { label: label.clone(), metric: name.clone() });
            }
        }
        Ok(labels)
    }
}

const COMPARISONS: [&str; 4] = ["=", "!=", "=~", "!~"];
