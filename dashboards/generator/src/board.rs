//! A board of Grafana.

use crate::{Context, Histograms, Panel, Series, series::Part};

/// A page of panels about one subject.
#[derive(Clone, Debug)]
pub struct Board {
    /// The name of its file, and after `kymo-` of the board in links.
    pub name: &'static str,
    /// What a person calls it.
    pub title: &'static str,
    /// What it tells.
    pub description: &'static str,
    /// The metric whose jobs and instances can be chosen.
    pub subject: &'static str,
    /// Its panels, under headings.
    pub rows: Vec<Row>,
}

/// Panels under a heading.
#[derive(Clone, Debug)]
pub struct Row {
    /// The heading.
    pub title: &'static str,
    /// The panels, from left to right.
    pub panels: Vec<Panel>,
}

impl Board {
    /// The selector of its subject.
    pub(crate) fn subject(&self, context: &Context<'_>) -> String {
        let subject = Series::of(self.subject);
        let is_classic = context.names.histograms() == Histograms::Classic;
        let part = if subject.is_histogram() && is_classic { Part::Count } else { Part::Whole };
        subject.selector(context, part, &[])
    }

    /// All its panels.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flat_map(|row| &row.panels)
    }
}

/// Panels under a heading.
pub(crate) fn row(title: &'static str, panels: Vec<Panel>) -> Row {
    Row { title, panels }
}
