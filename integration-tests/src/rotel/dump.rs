//! Reads what rotel writes down about each point.

use std::{iter::Peekable, str::Split};

use crate::otlp::{Attribute, Attributes, Point, PointKind, PointValue, Scope};

/// The points of a dump with `--debug-log-verbosity detailed`; one cut off at the end is left out.
///
/// The format has no escapes: a text that looks like a line of the dump itself is misread.
pub(super) fn points(dump: &str) -> Vec<Point> {
    let mut reader = Reader { lines: dump.split('\n').peekable(), around: Around::default() };
    let mut points = Vec::new();
    while let Some(line) = reader.lines.next() {
        points.extend(reader.line(line));
    }
    points
}

struct Reader<'a> {
    lines: Peekable<Split<'a, char>>,
    around: Around,
}

/// Holds what was written before a point and applies to it.
#[derive(Default)]
struct Around {
    resource: Attributes,
    scope: Scope,
    name: String,
    unit: String,
    description: String,
    kind: &'static str,
    monotonic: bool,
    cumulative: bool,
}

impl Reader<'_> {
    /// The point that this line begins, if it does.
    fn line(&mut self, line: &str) -> Option<Point> {
        let around = &mut self.around;
        if line.starts_with("ResourceMetrics #") {
            *around = Around::default();
        } else if line == "Resource attributes:" {
            around.resource = attributes(&mut self.lines);
        } else if line.starts_with("ScopeMetrics #") {
            around.scope = Scope::default();
        } else if line == "InstrumentationScope attributes:" {
            around.scope.attributes = attributes(&mut self.lines);
        } else if let Some(scope) = line.strip_prefix("InstrumentationScope ") {
            // A version has no space; a missing one leaves the space before it.
            let (name, version) = scope.rsplit_once(' ').unwrap_or((scope, ""));
            (around.scope.name, around.scope.version) = (name.to_owned(), version.to_owned());
        } else if line == "Descriptor:" {
            self.descriptor();
        } else if line.contains("DataPoints #") {
            return self.point();
        }
        None
    }

    fn descriptor(&mut self) {
        let around = &mut self.around;
        (around.monotonic, around.cumulative) = (false, true);
        while let Some(field) = self.lines.next_if(|line| line.starts_with(INDENT)) {
            let (key, value) = field[INDENT.len()..].split_once(": ").unwrap_or((field, ""));
            let mut value = value.to_owned();
            match key {
                "Name" => around.name = value,
                "Unit" => around.unit = value,
                "Description" => {
                    while let Some(more) = self.lines.next_if(|line| !line.starts_with(INDENT)) {
                        value = value + "\n" + more;
                    }
                    around.description = value;
                }
                "DataType" => {
                    around.kind = KINDS.iter().find(|kind| **kind == value).unwrap_or(&"");
                }
                "IsMonotonic" => around.monotonic = value == "true",
                "AggregationTemporality" => around.cumulative = value.ends_with("_CUMULATIVE"),
                _ => {}
            }
        }
    }

    fn point(&mut self) -> Option<Point> {
        let attributes = match self.lines.next_if_eq(&"Data point attributes:") {
            Some(_) => attributes(&mut self.lines),
            None => Attributes::new(),
        };
        let start = self.field("StartTimestamp: ")?.parse().ok()?;
        let time = self.field("Timestamp: ")?.parse().ok()?;
        let (kind, value) = match self.around.kind {
            "Gauge" => (PointKind::Gauge, self.number()?),
            "Sum" if self.around.monotonic => (PointKind::Counter, self.number()?),
            "Sum" => (PointKind::UpDownCounter, self.number()?),
            "Histogram" => (PointKind::Histogram, self.buckets()?),
            _ => (PointKind::ExponentialHistogram, self.exponential()?),
        };
        let around = &self.around;
        Some(Point {
            resource: around.resource.clone(),
            scope: around.scope.clone(),
            name: around.name.clone(),
            unit: around.unit.clone(),
            description: around.description.clone(),
            kind,
            cumulative: around.cumulative,
            attributes,
            start,
            time,
            value,
        })
    }

    fn number(&mut self) -> Option<PointValue> {
        Some(PointValue::Number(self.field("Value: ")?.parse().ok()?))
    }

    fn buckets(&mut self) -> Option<PointValue> {
        let (count, sum) = self.count_and_sum()?;
        let bounds = self.numbered("ExplicitBounds #", ": ");
        let counts = self.numbered("Buckets #", ", Count: ");
        let whole = counts.len() == bounds.len() + 1;
        whole.then_some(PointValue::Buckets { count, sum, bounds, counts })
    }

    fn exponential(&mut self) -> Option<PointValue> {
        let (count, sum) = self.count_and_sum()?;
        Some(PointValue::Buckets { count, sum, bounds: Vec::new(), counts: vec![count] })
    }

    fn count_and_sum(&mut self) -> Option<(u64, f64)> {
        let count = self.field("Count: ")?.parse().ok()?;
        let sum = self.field("Sum: ").map_or(Some(0.0), |sum| sum.parse().ok())?;
        let _ = (self.field("Min: "), self.field("Max: "));
        Some((count, sum))
    }

    /// The values of lines such as `Buckets #0, Count: 1`.
    fn numbered<T: std::str::FromStr>(&mut self, prefix: &str, separator: &str) -> Vec<T> {
        let mut values = Vec::new();
        while let Some(line) = self.field(prefix) {
            values.extend(line.split_once(separator).and_then(|(_, value)| value.parse().ok()));
        }
        values
    }

    fn field(&mut self, prefix: &str) -> Option<String> {
        let line = self.lines.next_if(|line| line.starts_with(prefix))?;
        Some(line[prefix.len()..].to_owned())
    }
}

fn attributes(lines: &mut Peekable<Split<'_, char>>) -> Attributes {
    let mut attributes = Attributes::new();
    while let Some(line) = lines.next_if(|line| line.starts_with(INDENT)) {
        let Some((key, value)) = line[INDENT.len()..].split_once(": ") else { continue };
        let mut value = value.to_owned();
        // A text with line feeds goes on until its parenthesis closes before another line of the
        // dump.
        while !(value.ends_with(')') && lines.peek().is_none_or(|next| is_dump(next))) {
            let Some(more) = lines.next() else { break };
            value = value + "\n" + more;
        }
        attributes.extend(attribute(&value).map(|value| (key.to_owned(), value)));
    }
    attributes
}

fn is_dump(line: &str) -> bool {
    NEXT.iter().any(|prefix| line.starts_with(prefix))
}

/// A value in Rust's notation, such as `Str(Dune)` or `Slice(Int(1), Int(2))`.
fn attribute(text: &str) -> Option<Attribute> {
    let (kind, value) = text.strip_suffix(')')?.split_once('(')?;
    match kind {
        "Str" => Some(Attribute::Text(value.to_owned())),
        "Bool" => value.parse().ok().map(Attribute::Bool),
        "Int" => value.parse().ok().map(Attribute::Int),
        "Double" => value.parse().ok().map(Attribute::Double),
        "Slice" if value.is_empty() => Some(Attribute::List(Vec::new())),
        "Slice" => {
            let kind = value.split_once('(').map_or("", |(kind, _)| kind);
            // All items of a list are of one kind.
            let between = format!("), {kind}(");
            let inside = value.strip_suffix(')')?.strip_prefix(kind)?.strip_prefix('(')?;
            let items = inside.split(&between).map(|item| attribute(&format!("{kind}({item})")));
            items.collect::<Option<Vec<_>>>().map(Attribute::List)
        }
        _ => None,
    }
}

const INDENT: &str = "     -> ";

const KINDS: &[&str] = &["Gauge", "Sum", "Histogram", "ExponentialHistogram"];

/// The beginnings of lines that may follow a list of attributes.
const NEXT: &[&str] =
    &[INDENT, "StartTimestamp: ", "ScopeMetrics #", "Metric #", "ResourceMetrics #"];
