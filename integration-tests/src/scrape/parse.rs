//! From lines to families.

use std::collections::{BTreeMap, HashSet};

use super::{
    family::{Family, Kind, Sample},
    histogram,
    line::{self, Line},
};

/// A line that breaks the format.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Malformed {
    /// Counted from 1.
    pub line: usize,
    /// Says what is wrong with it.
    pub reason: String,
}

/// All families of a document, each checked.
pub(super) fn document(text: &str) -> Result<Vec<Family>, Malformed> {
    let mut reader = Reader::default();
    let mut last = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        last = at + 1;
        reader.line(line).map_err(|reason| Malformed { line: last, reason })?;
    }
    reader.close().map_err(|reason| Malformed { line: last, reason })?;
    Ok(reader.families)
}

#[derive(Default)]
struct Reader {
    families: Vec<Family>,
    open: Option<Open>,
    series: HashSet<(String, BTreeMap<String, String>)>,
}

/// The family whose group is being read.
struct Open {
    family: Family,
    typed: bool,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let line = line.strip_suffix('\n').ok_or("the last line needs a line feed")?;
        match line::read(line)? {
            Line::Nothing => Ok(()),
            Line::Help { name, text } => self.help(name, text),
            Line::Type { name, kind } => self.kind(name, kind),
            Line::Sample(sample) => self.sample(sample),
        }
    }

    fn help(&mut self, name: String, text: String) -> Result<(), String> {
        let open = self.group(name)?;
        let name = &open.family.name;
        if !open.family.samples.is_empty() {
            return Err(format!("the help of {name} comes after its samples"));
        }
        if open.family.help.is_some() {
            return Err(format!("{name} has two helps"));
        }
        open.family.help = Some(text);
        Ok(())
    }

    fn kind(&mut self, name: String, kind: Kind) -> Result<(), String> {
        let open = self.group(name)?;
        let name = &open.family.name;
        if !open.family.samples.is_empty() {
            return Err(format!("the type of {name} comes after its samples"));
        }
        if open.typed {
            return Err(format!("{name} has two types"));
        }
        open.typed = true;
        open.family.kind = kind;
        Ok(())
    }

    fn sample(&mut self, sample: Sample) -> Result<(), String> {
        if !self.series.insert((sample.name.clone(), sample.labels.clone())) {
            return Err(format!("{} {:?} is there twice", sample.name, sample.labels));
        }
        let belongs = |open: &Open| {
            let suffix = sample.name.strip_prefix(&open.family.name);
            suffix.is_some_and(|suffix| open.family.kind.suffixes().contains(&suffix))
        };
        let open = match &mut self.open {
            Some(open) if belongs(open) => open,
            Some(open) if open.family.name == sample.name => {
                return Err(format!("a {:?} has no sample of its own name", open.family.kind));
            }
            _ => self.group(sample.name.clone())?,
        };
        open.family.samples.push(sample);
        Ok(())
    }

    /// The group of that family, opened if it is not the current one.
    fn group(&mut self, name: String) -> Result<&mut Open, String> {
        if self.open.as_ref().is_none_or(|open| open.family.name != name) {
            self.close()?;
            self.check_new(&name)?;
        }
        Ok(self.open.get_or_insert_with(|| Open {
            family: Family { name, help: None, kind: Kind::default(), samples: Vec::new() },
            typed: false,
        }))
    }

    /// A name is new unless an earlier family has it, or has samples of that name.
    fn check_new(&self, name: &str) -> Result<(), String> {
        let taken = |family: &&Family| {
            let suffix = name.strip_prefix(family.name.as_str());
            suffix == Some("") || suffix.is_some_and(|s| family.kind.suffixes().contains(&s))
        };
        match self.families.iter().find(taken) {
            Some(family) => Err(format!("{name} is outside the group of {}", family.name)),
            None => Ok(()),
        }
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        if open.family.kind == Kind::Histogram {
            histogram::check(&open.family)?;
        }
        self.families.push(open.family);
        Ok(())
    }
}
