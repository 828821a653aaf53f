//! The values of a YAML document, after substitution.

use std::collections::BTreeMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};

use super::{scalar::Scalar, substitution::substitute};

/// A value, and the line where it begins.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) content: Content,
    /// About the bytes of this and everything below it.
    cost: usize,
    /// How far down it goes, at least 1.
    depth: usize,
}

/// The content of a value.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Scalar(Scalar),
    List(Vec<Node>),
    /// In the order of the document.
    Map(Vec<(String, Node)>),
}

/// Why a text is no document that can be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) remedy: String,
}

impl Node {
    /// Reads `text`; `variable` knows the values of the variables that it refers to.
    pub(super) fn parse<'v>(
        text: &str,
        variable: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<Self, Fault> {
        let mut options = Options::default();
        options.set_emit_comments(false);
        options.flow_nesting_limit = DEEPEST;
        options.block_nesting_limit = DEEPEST;
        let mut tree =
            Tree { variable, root: None, open: Vec::new(), anchored: BTreeMap::new(), cost: 0 };
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.map_err(|error| Fault {
                line: error.marker().line(),
                remedy: format!("this is not YAML: {}", error.info()),
            })?;
            let line = span.start.line();
            tree.hear(event, line).map_err(|remedy| Fault { line, remedy })?;
        }
        Ok(tree.root.unwrap_or_else(|| Self::new(1, Content::Scalar(Scalar::Null))))
    }

    /// A value, of which it works out what it costs and how far down it goes.
    fn new(line: usize, content: Content) -> Self {
        let own = match &content {
            Content::Scalar(Scalar::Text(text)) => text.len(),
            _ => 0,
        };
        let below: Vec<&Self> = match &content {
            Content::Scalar(_) => Vec::new(),
            Content::List(items) => items.iter().collect(),
            Content::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
        };
        let cost = COST + own + below.iter().map(|node| node.cost).sum::<usize>();
        let depth = 1 + below.iter().map(|node| node.depth).max().unwrap_or(0);
        Self { line, content, cost, depth }
    }
}

/// A document that is being read.
struct Tree<F> {
    variable: F,
    root: Option<Node>,
    open: Vec<Open>,
    /// The values that aliases stand for.
    anchored: BTreeMap<usize, Node>,
    /// Of all that is kept.
    cost: usize,
}

/// A collection that has not ended yet.
struct Open {
    line: usize,
    anchor: usize,
    content: Content,
    /// Of the entry whose value comes next.
    key: Option<String>,
}

impl<'v, F: Fn(&str) -> Option<&'v str>> Tree<F> {
    /// Takes the next event of the parser; the error says what to write instead.
    fn hear(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err("a second document begins here; leave only one".to_owned())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let style = if tagged(tag.as_deref())? { ScalarStyle::DoubleQuoted } else { style };
                let node = self.scalar(line, &text, style)?;
                self.put(node, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                tagged(tag.as_deref())?;
                self.open.push(Open {
                    line,
                    anchor,
                    content: Content::List(Vec::new()),
                    key: None,
                });
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                tagged(tag.as_deref())?;
                self.open.push(Open { line, anchor, content: Content::Map(Vec::new()), key: None });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { line, anchor, content, .. }) => {
                    self.put(Node::new(line, content), anchor)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let known = self.anchored.get(&anchor).cloned();
                let node = known.ok_or("an alias cannot be inside what it stands for")?;
                self.charge(node.cost)?;
                self.put(node, 0)
            }
            _ => Ok(()),
        }
    }

    /// The scalar `text`, or the key that it is: nothing is substituted in keys.
    fn scalar(&mut self, line: usize, text: &str, style: ScalarStyle) -> Result<Node, String> {
        self.charge(COST + text.len())?;
        let is_key = self.open.last().is_some_and(Open::wants_key);
        if is_key {
            return Ok(Node::new(line, Content::Scalar(Scalar::Text(text.to_owned()))));
        }
        let text = substitute(text, &self.variable)?;
        self.charge(text.len())?;
        let scalar = match style {
            ScalarStyle::Plain => Scalar::of_plain(&text),
            _ => Scalar::Text(text.into_owned()),
        };
        Ok(Node::new(line, Content::Scalar(scalar)))
    }

    /// Puts `node`, which is complete, where it belongs.
    fn put(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        if self.open.len() + node.depth > DEEPEST {
            return Err(format!("this is more than {DEEPEST} levels deep; make it flatter"));
        }
        if anchor != 0 {
            self.charge(node.cost)?;
            self.anchored.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(open) => open.put(node)?,
        }
        Ok(())
    }

    /// Counts memory, and refuses a document that takes too much: aliases can multiply a short text.
    fn charge(&mut self, cost: usize) -> Result<(), String> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > GREATEST {
            return Err("with its aliases and variables it is too large; shorten it".to_owned());
        }
        Ok(())
    }
}

impl Open {
    /// Whether the next scalar is a key of this map.
    fn wants_key(&self) -> bool {
        matches!(self.content, Content::Map(_)) && self.key.is_none()
    }

    /// Puts a value into this collection, or takes it for the next key.
    fn put(&mut self, node: Node) -> Result<(), String> {
        match (&mut self.content, self.key.take()) {
            (Content::List(items), _) => items.push(node),
            (Content::Map(entries), Some(key)) => entries.push((key, node)),
            (Content::Map(entries), None) => {
                let Content::Scalar(Scalar::Text(key)) = node.content else {
                    return Err("a key is text; write it as `key: value`".to_owned());
                };
                if entries.iter().any(|(known, _)| *known == key) {
                    return Err(format!("`{key}` is here for the second time; leave one"));
                }
                self.key = Some(key);
            }
            (Content::Scalar(_), _) => {}
        }
        Ok(())
    }
}

/// Whether a tag makes text of whatever it is about.
fn tagged(tag: Option<&Tag>) -> Result<bool, String> {
    match tag.map(Tag::core_suffix) {
        None => Ok(false),
        Some(Some(suffix)) => Ok(suffix == "str"),
        Some(None) => {
            Err("this has a tag that is none of YAML's core schema; leave it out".to_owned())
        }
    }
}

/// Levels of collections; the schema of OpenTelemetry needs about ten.
const DEEPEST: usize = 64;

/// Bytes that a value takes, roughly, beside its text.
const COST: usize = 64;

/// Bytes of all values together; the longest examples of OpenTelemetry take about 100 KB.
const GREATEST: usize = 2 << 20;

#[cfg(test)]
mod tests;
