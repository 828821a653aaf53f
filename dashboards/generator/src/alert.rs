//! An alert.

use crate::{Case, Context, Query, selector::label_name};

/// A condition that somebody should know of, and what they need to know.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Its name.
    pub name: &'static str,
    /// How soon somebody should look.
    pub severity: Severity,
    /// The labels that it has beside those of its condition's groups.
    pub groups: &'static [&'static str],
    /// What is so when it fires.
    pub condition: Query,
    /// For how many minutes it must have been so.
    pub patience: u32,
    /// How its value is written.
    pub value: Value,
    /// One sentence for who is woken; `{job}`, `{1}` and `{value}` stand for what it is about.
    pub summary: &'static str,
    /// One or two more.
    pub description: &'static str,
    /// The attributes that `{1}` and so on stand for.
    pub keys: &'static [&'static str],
    /// What is wrong when it fires.
    pub meaning: &'static str,
    /// What to ask first, about one job.
    pub first: Query,
    /// What to do then.
    pub remedy: &'static str,
    /// Series that it fires at, once at least.
    pub fires: Case,
    /// Series that look alike, and that it leaves alone.
    pub quiet: Case,
}

/// How soon somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Now: users notice.
    Page,
    /// Today.
    Ticket,
    /// When there is time: the numbers are not what they could be.
    Note,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// `12.5%`
    Part,
    /// `4d 2h`
    Seconds,
    /// `15`
    Count,
}

impl Alert {
    /// The name of its section in the runbook, as links have it.
    pub fn anchor(&self) -> String {
        self.name.to_lowercase()
    }

    /// An annotation as Prometheus fills it in.
    pub(crate) fn template(&self, text: &str, context: &Context<'_>) -> String {
        let value = match self.value {
            Value::Part => "{{ $value | humanizePercentage }}",
            Value::Seconds => "{{ $value | humanizeDuration }}",
            Value::Count => "{{ $value | humanize }}",
        };
        let label = |key: &str| {
            let name = label_name(context.names, key);
            if name.contains('.') {
                format!("{{{{ index $labels \"{name}\" }}}}")
            } else {
                format!("{{{{ $labels.{name} }}}}")
            }
        };
        self.filled(text, value, label)
    }

    /// The same as it should be read when it fires in a test.
    pub(crate) fn expected(&self, text: &str) -> String {
        let label = |key: &str| self.fires.label(key).to_owned();
        self.filled(text, self.fires.value, label)
    }

    fn filled(&self, text: &str, value: &str, label: impl Fn(&str) -> String) -> String {
        let mut text = text.replace("{value}", value);
        for key in ["job", "instance"] {
            let name = format!("{{{key}}}");
            if text.contains(&name) {
                text = text.replace(&name, &label(key));
            }
        }
        for (n, key) in self.keys.iter().enumerate() {
            text = text.replace(&format!("{{{}}}", n + 1), &label(key));
        }
        text
    }
}

impl Severity {
    /// The value of the label `severity`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Note => "note",
        }
    }
}
