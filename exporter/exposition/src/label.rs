//! Labels of series.

/// One dimension of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label<'a> {
    /// The name, unique within its series.
    pub name: &'a str,
    /// The value. A label with an empty value means the same to Prometheus as no label.
    pub value: &'a str,
}

impl<'a> Label<'a> {
    /// A label of this name and value.
    pub const fn new(name: &'a str, value: &'a str) -> Self {
        Label { name, value }
    }
}
