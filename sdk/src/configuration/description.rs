//! The configuration in force, fit for a log.

use std::{
    fmt::{self, Display},
    sync::{Arc, Mutex, PoisonError},
};

use kymo_core::OneLine;

use super::setting::{Origin, Setting};

/// The effective configuration of a telemetry, fit for a log at start-up.
///
/// Printed, it is a table: a setting on each line, its value, cut after 512 bytes, and who decided it;
/// below it, what was ignored, and why, and what is wrong as things are now. Header values, and names, passwords and secret paths in URLs,
/// are never part of it.
#[derive(Debug, Clone, Default)]
pub struct Description {
    settings: Vec<EffectiveSetting>,
    ignored: Vec<String>,
    watches: Arc<Mutex<Vec<Watch>>>,
}

/// Looks for what is wrong now, and says so in a sentence.
#[allow(dead_code, reason = "the features look")]
pub(crate) type Watch = fn() -> Option<String>;

/// One setting that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EffectiveSetting {
    /// Its name, such as `otlp.endpoint`.
    pub name: String,
    /// Its whole value, without secrets.
    pub value: String,
    /// Its origin: code, a variable, a key of the file, or the default.
    pub origin: Origin,
}

impl Description {
    /// All settings, in the order in which they are printed.
    pub fn settings(&self) -> &[EffectiveSetting] {
        &self.settings
    }

    /// The setting of that name, if it means anything in this configuration.
    pub fn get(&self, name: &str) -> Option<&EffectiveSetting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// The settings that have no effect, a sentence each with the reason, such as that a variable cannot be
    /// understood.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// What is wrong as things are now, a sentence each, such as that a filter of `tracing` keeps the events of
    /// sqlx away.
    pub fn warnings(&self) -> Vec<String> {
        let watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner).clone();
        watches.iter().filter_map(|watch| watch()).collect()
    }

    /// Has `watch` look whenever somebody wants to know.
    #[allow(dead_code, reason = "the features look")]
    pub(crate) fn watch(&self, watch: Watch) {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner).push(watch);
    }

    /// Keeps the sentences about settings without an effect.
    pub(crate) fn ignore(&mut self, ignored: Vec<String>) {
        self.ignored = ignored;
    }

    /// Adds a setting, whose value has no secret any more.
    pub(crate) fn add(&mut self, name: impl Into<String>, value: impl Display, origin: Origin) {
        self.settings.push(EffectiveSetting {
            name: name.into(),
            value: value.to_string(),
            origin,
        });
    }

    /// Notes `setting` as `shown`, and gives its value back.
    pub(crate) fn note<T, S: Display>(
        &mut self,
        name: &str,
        setting: Setting<T>,
        shown: impl FnOnce(&T) -> S,
    ) -> T {
        self.add(name, shown(&setting.value), setting.origin);
        setting.value
    }
}

impl Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self
            .settings
            .iter()
            .map(|setting| [&setting.name, &setting.value].map(|it| OneLine(it).to_string()))
            .collect();
        let width =
            |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (names, values) = (width(0), width(1));
        for (n, ([name, value], setting)) in rows.iter().zip(&self.settings).enumerate() {
            let line_break = if n == 0 { "" } else { "\n" };
            write!(f, "{line_break}{name:names$}  {value:values$}  {}", setting.origin)?;
        }
        let mut lines = self.ignored.iter().cloned().chain(self.warnings());
        lines.try_for_each(|line| write!(f, "\n{line}"))
    }
}
