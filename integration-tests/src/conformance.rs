//! `docs/conformance.md`, made from its rows.

mod compatibility;
mod exporter;
mod formats;
mod points;
mod sdk;

use std::fmt::Write;

/// A requirement of a specification, and what holds it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its number, by which other rows speak of it.
    pub number: &'static str,
    /// The word of the specification: `MUST`, `SHOULD` or `MAY`.
    pub level: &'static str,
    /// What is asked for.
    pub requirement: &'static str,
    /// What became of it.
    pub met: Met,
}

/// What became of a requirement.
#[derive(Clone, Copy, Debug)]
pub enum Met {
    /// These tests hold it, as whoever wrote the row has read them: that they exist, each once, is all that a
    /// test can say of that.
    By(&'static [&'static str]),
    /// The same, with what there is to say of it.
    As(&'static [&'static str], &'static str),
    /// It has no object here, because of this.
    Not(&'static str),
}

/// A part of the document.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// The document of the specification.
    pub source: &'static str,
    /// In its order.
    pub rows: &'static [Row],
}

/// All parts, in the order of the document.
pub const SECTIONS: [Section; 7] = [
    exporter::SECTION,
    compatibility::SECTION,
    points::SECTION,
    formats::NEGOTIATION,
    formats::ESCAPING,
    formats::TEXT,
    sdk::SECTION,
];

const INTRODUCTION: &str = "\
# Conformance

The requirements that the specifications of OpenTelemetry and of Prometheus have for an exporter, and the tests
that hold each, made from constants in the code by
`cargo run -p integration-tests --bin conformance > docs/conformance.md`. A test fails when this page is not what
that prints, and when a test is named here that does not exist, or exists twice; that it holds what its row says is for
readers to judge.

Documents are judged by readers of others: Prometheus itself, `promtool`, Go's `expfmt`, Python's `prometheus_client` and
VictoriaMetrics. OpenMetrics 2.0 has no such judge: none of them reads it yet, and its tests have a parser of this
repository alone, which was written from the release candidate.
";

impl Row {
    /// A row that tests hold.
    const fn by(
        number: &'static str,
        level: &'static str,
        requirement: &'static str,
        tests: &'static [&'static str],
    ) -> Self {
        Row { number, level, requirement, met: Met::By(tests) }
    }

    /// The same, with something to say of it.
    const fn noted(
        number: &'static str,
        level: &'static str,
        requirement: &'static str,
        tests: &'static [&'static str],
        note: &'static str,
    ) -> Self {
        Row { number, level, requirement, met: Met::As(tests, note) }
    }

    /// A row that has no object here.
    const fn not(
        number: &'static str,
        level: &'static str,
        requirement: &'static str,
        reason: &'static str,
    ) -> Self {
        Row { number, level, requirement, met: Met::Not(reason) }
    }

    /// The tests that hold it; none where it has no object.
    pub const fn tests(&self) -> &'static [&'static str] {
        match self.met {
            Met::By(tests) | Met::As(tests, _) => tests,
            Met::Not(_) => &[],
        }
    }
}

/// The text of `docs/conformance.md`.
pub fn conformance_md() -> String {
    let mut page = INTRODUCTION.to_owned();
    for section in SECTIONS {
        write_section(&mut page, &section).expect("writing to a string");
    }
    page
}

fn write_section(page: &mut String, section: &Section) -> std::fmt::Result {
    let Section { title, source, rows } = section;
    writeln!(page, "\n## {title}\n\n{source}\n")?;
    writeln!(page, "| # | level | requirement | held by |\n| --- | --- | --- | --- |")?;
    rows.iter().try_for_each(|row| {
        let tests: Vec<_> = row.tests().iter().map(|test| format!("`{test}`")).collect();
        let tests = tests.join(", ");
        let held = match row.met {
            Met::By(_) => tests,
            Met::As(_, note) => format!("{note}: {tests}"),
            Met::Not(reason) => format!("not here: {reason}"),
        };
        let Row { number, level, requirement, .. } = row;
        writeln!(page, "| {number} | {level} | {requirement} | {held} |")
    })
}
