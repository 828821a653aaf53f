//! A scraped page.

/// A page of metrics in the text format.
#[derive(Debug, Clone)]
pub struct Page(String);

impl Page {
    /// This text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The sum of the samples called `name` whose labels include these pairs.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let pairs: Vec<_> =
            labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        self.samples(name)
            .filter(|(have, _)| pairs.iter().all(|pair| have.split(PAIR).any(|it| it == pair)))
            .map(|(_, value)| value)
            .sum()
    }

    /// The lines of the samples called `name`.
    pub fn lines(&self, name: &str) -> String {
        let lines = self.samples(name).map(|(labels, value)| format!("{labels} {value}\n"));
        lines.collect()
    }

    fn samples(&self, name: &str) -> impl Iterator<Item = (&str, f64)> {
        self.0.lines().filter_map(move |line| {
            let (labels, value) = line.strip_prefix(name)?.strip_prefix('{')?.rsplit_once("} ")?;
            Some((labels, value.parse().ok()?))
        })
    }
}

/// Between two labels; what these services count has none of it in a value.
const PAIR: char = ',';
