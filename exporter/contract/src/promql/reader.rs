//! Reading a query.

use super::lexer::{Token, tokens};
use crate::{finding::Finding, labels::Labels, vocabulary::Vocabulary};

/// What came of a query: the labels of its answer, and all that is wrong with it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) labels: Labels,
    pub(crate) findings: Vec<Finding>,
}

/// Asks, of a vocabulary, what a query asks for.
pub(crate) fn ask(query: &str, vocabulary: &Vocabulary) -> Asked {
    let read = tokens(query).and_then(|tokens| {
        let mut reader = Reader { tokens, at: 0, depth: 0, vocabulary, findings: Vec::new() };
        let labels = reader.expression()?;
        match reader.peek() {
            None => Ok(Asked { labels, findings: reader.findings }),
            Some(_) => Err("a bracket is closed that was not opened".to_owned()),
        }
    });
    read.unwrap_or_else(|why| Asked {
        labels: Labels::Any,
        findings: vec![Finding::Unreadable(why)],
    })
}

/// A query that is being read.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    pub(super) vocabulary: &'a Vocabulary,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    /// Reads up to a bracket that closes, or a comma: the labels of all operands, whichever operator takes
    /// them.
    fn expression(&mut self) -> Result<Labels, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it has too many brackets".to_owned());
        }
        let mut labels = Labels::none();
        // Of `on`, `ignoring` and `group_left`: they may be of the operand that follows.
        let mut matched = Vec::new();
        let mut is_empty = true;
        while let Some(token) = self.peek().cloned() {
            match token {
                Token::Sign(")" | ",") => break,
                Token::Sign("(") => {
                    self.next();
                    labels = labels.and(self.expression()?);
                    self.expect(")")?;
                }
                Token::Sign("{") => labels = labels.and(self.selector(None, false)?),
                Token::Sign("[") => self.skip_range()?,
                Token::Sign("}" | "]") => {
                    return Err("a bracket is closed that was not opened".to_owned());
                }
                Token::Sign(_) | Token::Number | Token::Text(_) => {
                    self.next();
                }
                Token::Variable => {
                    self.next();
                    if self.peek() == Some(&Token::Sign("{")) {
                        labels = labels.and(self.selector(None, true)?);
                    } else {
                        labels = Labels::Any;
                    }
                }
                Token::Name(name) => {
                    self.next();
                    if MATCHING.contains(&name.as_str()) {
                        matched.extend(self.names_if_any()?);
                    } else if !OPERATORS.contains(&name.as_str()) {
                        labels = labels.and(self.operand(name)?);
                    }
                }
            }
            is_empty = false;
        }
        if is_empty {
            return Err("something is missing".to_owned());
        }
        self.depth -= 1;
        self.check_grouping(&matched, &labels);
        Ok(labels)
    }

    /// Reads what begins with `name`: a number, a function, an aggregation or a selector.
    fn operand(&mut self, name: String) -> Result<Labels, String> {
        let is_grouped =
            matches!(self.peek(), Some(Token::Name(word)) if GROUPING.contains(&word.as_str()));
        let is_called = self.peek() == Some(&Token::Sign("("));
        if AGGREGATORS.contains(&name.as_str()) && (is_grouped || is_called) {
            return self.aggregation(&name);
        }
        if is_called {
            return self.call(&name);
        }
        let is_number = ["inf", "nan"].contains(&name.to_ascii_lowercase().as_str());
        if is_number { Ok(Labels::none()) } else { self.selector(Some(name), false) }
    }

    fn aggregation(&mut self, name: &str) -> Result<Labels, String> {
        let mut grouping = self.grouping()?;
        self.expect("(")?;
        let (inner, texts) = self.arguments()?;
        if grouping.is_none() {
            grouping = self.grouping()?;
        }
        let keeps_all = KEEPING.contains(&name);
        let labels = match grouping {
            Some((is_by, names)) => {
                self.check_grouping(&names, &inner);
                match (keeps_all, is_by) {
                    (true, _) => inner,
                    (false, true) => Labels::only(names),
                    (false, false) => inner.without(&names),
                }
            }
            None if keeps_all => inner,
            None => Labels::none(),
        };
        let made = if name == "count_values" { texts } else { Vec::new() };
        Ok(labels.and(Labels::only(made)))
    }

    /// Reads `by (…)` or `without (…)`, if it is there: whether it is the first, and its labels.
    fn grouping(&mut self) -> Result<Option<(bool, Vec<String>)>, String> {
        let Some(Token::Name(word)) = self.peek().cloned() else { return Ok(None) };
        if !GROUPING.contains(&word.as_str()) {
            return Ok(None);
        }
        self.next();
        self.expect("(")?;
        Ok(Some((word == "by", self.names()?)))
    }

    fn call(&mut self, name: &str) -> Result<Labels, String> {
        self.expect("(")?;
        let (labels, mut texts) = self.arguments()?;
        if name == "label_replace" && texts.len() > 2 {
            self.check_grouping(&texts[2..3], &labels);
        }
        if name == "label_join" && texts.len() > 2 {
            self.check_grouping(&texts[2..], &labels);
        }
        texts.truncate(usize::from(name.starts_with("label_")));
        Ok(labels.and(Labels::only(texts)))
    }

    /// Reads the arguments of a function up to the bracket: their labels, and those that are texts.
    fn arguments(&mut self) -> Result<(Labels, Vec<String>), String> {
        let (mut labels, mut texts) = (Labels::none(), Vec::new());
        while !self.take(")") {
            if let Some(Token::Text(text)) = self.peek() {
                texts.push(text.clone());
            }
            labels = labels.and(self.expression()?);
            if !self.take(",") && self.peek() != Some(&Token::Sign(")")) {
                return Err("a bracket is not closed".to_owned());
            }
        }
        Ok((labels, texts))
    }

    fn names_if_any(&mut self) -> Result<Vec<String>, String> {
        if self.take("(") { self.names() } else { Ok(Vec::new()) }
    }

    /// Reads the names of labels up to the bracket; variables are left out.
    fn names(&mut self) -> Result<Vec<String>, String> {
        let mut names = Vec::new();
        loop {
            match self.next() {
                Some(Token::Sign(")")) => return Ok(names),
                Some(Token::Name(name) | Token::Text(name)) => names.push(name),
                Some(Token::Variable | Token::Sign(",")) => {}
                _ => return Err("a list of labels does not end".to_owned()),
            }
        }
    }

    /// Skips `[5m]` or `[1h:5m]`.
    fn skip_range(&mut self) -> Result<(), String> {
        while !self.take("]") {
            if self.next().is_none() {
                return Err("a range does not end".to_owned());
            }
        }
        Ok(())
    }

    /// Each of `names` is one of these labels.
    fn check_grouping(&mut self, names: &[String], labels: &Labels) {
        for name in names {
            if !name.is_empty() && !self.vocabulary.have(labels, name) {
                self.find(Finding::Grouping(name.clone()));
            }
        }
    }

    pub(super) fn find(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// Takes this sign if it is next.
    pub(super) fn take(&mut self, sign: &'static str) -> bool {
        let is_next = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(format!("a `{sign}` is missing")) }
    }
}

/// No query of anybody's has as many brackets.
const DEEPEST: usize = 100;

const AGGREGATORS: [&str; 14] = [
    "avg",
    "bottomk",
    "count",
    "count_values",
    "group",
    "limit_ratio",
    "limitk",
    "max",
    "min",
    "quantile",
    "stddev",
    "stdvar",
    "sum",
    "topk",
];

/// The aggregators that choose series and keep their labels.
const KEEPING: [&str; 4] = ["bottomk", "limit_ratio", "limitk", "topk"];

const GROUPING: [&str; 2] = ["by", "without"];

/// The words between two operands that labels may follow.
const MATCHING: [&str; 4] = ["group_left", "group_right", "ignoring", "on"];

/// The words between two operands, and behind one.
const OPERATORS: [&str; 6] = ["and", "atan2", "bool", "offset", "or", "unless"];
