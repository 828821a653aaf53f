//! The parts of series that a document lacks.

use std::fmt;

/// A part that a document lacks of a series, or of the header of its family, although the format has such parts.
///
/// What a format has nowhere is no loss: text has no exemplars, whoever asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Loss {
    /// An exemplar: it is NaN, none of its labels fits, it is outside its bucket or behind the last one, it has no
    /// time where the format wants one, or its kind of number has none.
    Exemplar,
    /// A label of an exemplar that is there: it exceeds the 128 characters, its name is empty or there already, or it
    /// has a NUL.
    ExemplarLabel,
    /// The sum of a histogram or of a summary: it may fall, is below zero, or NaN.
    Sum,
    /// The count of a histogram, beside that of its last bucket, which goes with the sum.
    Count,
    /// The unit of a family: its name does not end in it, it has other characters than letters, digits, `_` and
    /// `:`, or the kind has none.
    Unit,
    /// The kind of a family: a counter is `unknown`, or an info a gauge.
    Kind,
}

impl Loss {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Exemplar, Self::ExemplarLabel, Self::Sum, Self::Count, Self::Unit, Self::Kind];

    /// A short name for people and for metrics, such as `exemplar_label`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exemplar => "exemplar",
            Self::ExemplarLabel => "exemplar_label",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Unit => "unit",
            Self::Kind => "kind",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// How many parts of each sort a document lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Losses([u64; Loss::ALL.len()]);

impl Losses {
    /// How many of this sort.
    pub const fn of(&self, loss: Loss) -> u64 {
        self.0[loss as usize]
    }

    /// How many of each sort, those of which there are none too.
    pub fn iter(&self) -> impl Iterator<Item = (Loss, u64)> {
        Loss::ALL.into_iter().zip(self.0)
    }

    /// Whether nothing is lost.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; Loss::ALL.len()]
    }

    /// So many more are lost.
    pub(crate) fn add(&mut self, loss: Loss, count: u64) {
        self.0[loss as usize] += count;
    }
}

impl fmt::Display for Losses {
    /// Those that there are, such as `exemplar: 3, unit: 1`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for (loss, count) in self.iter().filter(|(_, count)| *count > 0) {
            write!(out, "{comma}{loss}: {count}")?;
            comma = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_in_the_order_of_all() {
        let mut losses = Losses::default();
        assert!(losses.is_empty() && losses.to_string().is_empty());
        for (count, loss) in (1..).zip(Loss::ALL) {
            losses.add(loss, count);
            assert_eq!(losses.of(loss), count);
        }
        let all = "exemplar: 1, exemplar_label: 2, sum: 3, count: 4, unit: 5, kind: 6";
        assert_eq!(losses.to_string(), all);
    }
}
