//! The YAML of a web-config file: maps of maps, of lists and of texts.

use granit_parser::{Event, Options, Parser, ScalarStyle};

use crate::identity::mistake::Mistake;

/// A value, and where it is.
#[derive(Debug)]
pub(super) struct Node {
    line: usize,
    /// Such as `tls_server_config.cert_file`; empty at the root.
    key: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Nothing,
    Text(String),
    List(Vec<Node>),
    /// In the order of the file.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Reads `text`, which may be empty.
    pub(super) fn parse(text: &str) -> Result<Self, Mistake> {
        let mut options = Options::default();
        options.set_emit_comments(false);
        options.flow_nesting_limit = DEEPEST;
        options.block_nesting_limit = DEEPEST;
        let mut tree = Tree::default();
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.map_err(|error| Mistake {
                line: error.marker().line(),
                key: String::new(),
                remedy: format!("this is not YAML: {}", error.info()),
            })?;
            tree.hear(event, span.start.line())?;
        }
        let nothing = || Self { line: 1, key: String::new(), content: Content::Nothing };
        Ok(tree.root.unwrap_or_else(nothing))
    }

    /// The entries of a map.
    pub(super) fn entries(&self) -> Result<&[(String, Self)], Mistake> {
        match &self.content {
            Content::Map(entries) => Ok(entries),
            Content::Nothing => Ok(&[]),
            _ => Err(self.mistake("write keys with values")),
        }
    }

    /// The texts of a list; nothing if it is not there.
    pub(super) fn texts(&self) -> Result<Vec<(&Self, &str)>, Mistake> {
        match &self.content {
            Content::List(items) => items.iter().map(|item| Ok((item, item.text()?))).collect(),
            Content::Nothing => Ok(Vec::new()),
            _ => Err(self.mistake("write a list")),
        }
    }

    /// A text; a number is one too, and what has no value is an empty one.
    pub(super) fn text(&self) -> Result<&str, Mistake> {
        match &self.content {
            Content::Text(text) => Ok(text),
            Content::Nothing => Ok(""),
            _ => Err(self.mistake("write a text")),
        }
    }

    /// True or false, as YAML 1.1 writes them, which the toolkit reads; nothing if it is not there.
    pub(super) fn boolean(&self) -> Result<Option<bool>, Mistake> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "" => Ok(None),
            "true" | "yes" | "on" | "y" => Ok(Some(true)),
            "false" | "no" | "off" | "n" => Ok(Some(false)),
            _ => Err(self.mistake("write true or false")),
        }
    }

    /// Nobody knows this key.
    pub(super) fn unknown(&self, known: &[&str]) -> Mistake {
        self.mistake(format!("there is no such key; write one of {}", known.join(", ")))
    }

    pub(super) fn mistake(&self, remedy: impl Into<String>) -> Mistake {
        Mistake { line: self.line, key: self.key.clone(), remedy: remedy.into() }
    }
}

/// A document that is being read.
#[derive(Default)]
struct Tree {
    root: Option<Node>,
    open: Vec<Node>,
    /// The keys of the open maps whose values come next.
    keys: Vec<Option<String>>,
}

impl Tree {
    fn hear(&mut self, event: Event<'_>, line: usize) -> Result<(), Mistake> {
        let fault = |remedy: &str| Mistake { line, key: String::new(), remedy: remedy.to_owned() };
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(fault("a second document begins here; leave only one"))
            }
            Event::Alias(_) => Err(fault("write out what this alias stands for")),
            Event::Scalar(text, style, ..) => {
                if self.wants_key() {
                    return self.key(text.into_owned(), line);
                }
                let is_null = style == ScalarStyle::Plain
                    && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let content =
                    if is_null { Content::Nothing } else { Content::Text(text.into_owned()) };
                self.put(Node { line, key: self.path(), content });
                Ok(())
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if self.wants_key() {
                    return Err(fault("a key is a text; write it as `key: value`"));
                }
                let content = match event {
                    Event::SequenceStart(..) => Content::List(Vec::new()),
                    _ => Content::Map(Vec::new()),
                };
                self.open.push(Node { line, key: self.path(), content });
                self.keys.push(None);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.keys.pop();
                if let Some(node) = self.open.pop() {
                    self.put(node);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn wants_key(&self) -> bool {
        let is_map = self.open.last().is_some_and(|open| matches!(open.content, Content::Map(_)));
        is_map && self.keys.last().is_some_and(Option::is_none)
    }

    /// Takes `text` for the key of the value that comes next.
    fn key(&mut self, text: String, line: usize) -> Result<(), Mistake> {
        if let Some(Node { content: Content::Map(entries), key, .. }) = self.open.last()
            && entries.iter().any(|(known, _)| *known == text)
        {
            let remedy = format!("`{text}` is here for the second time; leave one");
            return Err(Mistake { line, key: key.clone(), remedy });
        }
        if let Some(key) = self.keys.last_mut() {
            *key = Some(text);
        }
        Ok(())
    }

    fn put(&mut self, node: Node) {
        let key = self.keys.last_mut().and_then(Option::take);
        match self.open.last_mut().map(|open| &mut open.content) {
            Some(Content::Map(entries)) => entries.extend(key.map(|key| (key, node))),
            Some(Content::List(items)) => items.push(node),
            _ => self.root = Some(node),
        }
    }

    /// Where the value that comes next is.
    fn path(&self) -> String {
        let Some(open) = self.open.last() else { return String::new() };
        match (&open.content, self.keys.last()) {
            (Content::List(items), _) => format!("{}[{}]", open.key, items.len()),
            (_, Some(Some(key))) if open.key.is_empty() => key.clone(),
            (_, Some(Some(key))) => format!("{}.{key}", open.key),
            _ => open.key.clone(),
        }
    }
}

/// Levels of collections; the file has three.
const DEEPEST: usize = 16;
