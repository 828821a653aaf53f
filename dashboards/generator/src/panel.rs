//! A panel of a board.

use crate::{Context, Query, selector::label_name};

/// A graph, or a number, with what is asked for it.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What it shows, in two or three words.
    pub title: &'static str,
    /// What to read out of it.
    pub description: &'static str,
    /// The unit of its values.
    pub unit: Unit,
    /// How it is drawn.
    pub form: Form,
    /// What is asked.
    pub targets: Vec<Target>,
    /// The board that tells more.
    pub more: Option<&'static str>,
}

/// One question of a panel.
#[derive(Clone, Debug)]
pub struct Target {
    /// What is asked.
    pub query: Query,
    name: &'static str,
    keys: Vec<&'static str>,
}

/// How a panel is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines over time.
    Lines,
    /// Areas over time, upon each other.
    Stack,
    /// A number.
    Number,
}

/// The unit of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// Events per second.
    PerSecond,
    /// A part of 1.
    Part,
    /// A number of things.
    Count,
}

impl Panel {
    pub(crate) fn lines(title: &'static str, unit: Unit, description: &'static str) -> Self {
        Self { title, description, unit, form: Form::Lines, targets: Vec::new(), more: None }
    }

    pub(crate) fn stack(title: &'static str, unit: Unit, description: &'static str) -> Self {
        Self { form: Form::Stack, ..Self::lines(title, unit, description) }
    }

    pub(crate) fn number(title: &'static str, unit: Unit, description: &'static str) -> Self {
        Self { form: Form::Number, ..Self::lines(title, unit, description) }
    }

    /// Asks one more thing, whose lines have the values of these attributes for names.
    pub(crate) fn ask(self, query: Query, keys: &[&'static str]) -> Self {
        self.ask_named("", query, keys)
    }

    /// The same with a word before them.
    pub(crate) fn ask_named(
        mut self,
        name: &'static str,
        query: Query,
        keys: &[&'static str],
    ) -> Self {
        self.targets.push(Target { query: query.by(keys), name, keys: keys.to_vec() });
        self
    }

    /// Leads to the board that tells more.
    pub(crate) fn more(self, board: &'static str) -> Self {
        Self { more: Some(board), ..self }
    }
}

impl Target {
    /// The name that Grafana gives to each line of it.
    pub fn legend(&self, context: &Context<'_>) -> String {
        let keys =
            self.keys.iter().map(|key| format!("{{{{{}}}}}", label_name(context.names, key)));
        let name = (!self.name.is_empty()).then(|| self.name.to_owned());
        name.into_iter().chain(keys).collect::<Vec<_>>().join(" ")
    }
}

impl Unit {
    /// What Grafana calls it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "Bps",
            Self::PerSecond => "ops",
            Self::Part => "percentunit",
            Self::Count => "short",
        }
    }
}
