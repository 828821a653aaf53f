//! The choice as RFC 9110, section 12.5.1, has it, said a second time of what a client means, not of what it writes.

use http::HeaderValue;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;

/// A media range that a client means.
#[derive(Debug, Clone)]
struct Meant {
    name: Name,
    /// In thousandths; 1000 if it says nothing.
    weight: Option<u16>,
    escaping: Option<&'static str>,
}

/// What a range names.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Name {
    Everything,
    Type(&'static str),
    /// A type without its version.
    Bare(&'static str),
    Exact(Format),
    /// Something that nobody has.
    Other(&'static str),
}

const TEXT: [Format; 2] = [Format::Text004, Format::Text100];

/// By the documentation of Prometheus, and of curl: who does not mind gets the first of these that there is.
const PREFERRED: [Format; 6] = [
    Format::Text004,
    Format::OpenMetrics100,
    Format::Text100,
    Format::OpenMetrics001,
    Format::Protobuf,
    Format::OpenMetrics200,
];

impl Meant {
    /// How exactly it names a format: the fourth is the most exact.
    fn exactness(&self, format: Format) -> Option<u8> {
        match self.name {
            Name::Everything => Some(1),
            Name::Type("text") => TEXT.contains(&format).then_some(2),
            Name::Type("application") => (!TEXT.contains(&format)).then_some(2),
            Name::Bare("text/plain") => (format == Format::Text004).then_some(3),
            Name::Bare("application/openmetrics-text") => {
                (format == Format::OpenMetrics100).then_some(3)
            }
            Name::Exact(exact) => (format == exact).then_some(4),
            Name::Type(_) | Name::Bare(_) | Name::Other(_) => None,
        }
    }

    fn weight(&self) -> u16 {
        self.weight.unwrap_or(1000)
    }
}

/// What a client gets who means this.
fn specified(meant: &[Meant], offer: Offer) -> (Format, Scheme) {
    // For each format the most exact range counts, of those the weightiest, and of those the first.
    let decisive = |format: Format| {
        let named = |it: &Meant| it.exactness(format);
        let exactest = meant.iter().filter_map(named).max()?;
        let all = || meant.iter().filter(|it| named(it) == Some(exactest));
        let weight = all().map(Meant::weight).max()?;
        all().find(|it| it.weight() == weight)
    };
    let mut order: Vec<_> = PREFERRED.to_vec();
    order.retain(|format| offer.has(*format) && *format != offer.fallback);
    order.insert(0, offer.fallback);
    for weight in (1..=1000).rev() {
        for range in meant.iter().filter(|it| it.weight() == weight) {
            let is_decided = |format: &Format| {
                decisive(*format).is_some_and(|decisive| std::ptr::eq(decisive, range))
            };
            if let Some(format) = order.iter().copied().find(is_decided) {
                return (format, scheme(format, range.escaping));
            }
        }
    }
    (offer.fallback, scheme(offer.fallback, None))
}

fn scheme(format: Format, escaping: Option<&str>) -> Scheme {
    let has_quotes = !matches!(format, Format::Text004 | Format::OpenMetrics001);
    match escaping {
        Some("dots") => Scheme::Dots,
        Some("values") => Scheme::Values,
        Some("allow-utf-8") if has_quotes => Scheme::AllowUtf8,
        _ => Scheme::Underscores,
    }
}

fn meant() -> impl Strategy<Value = Meant> {
    let name = prop_oneof![
        1 => Just(Name::Everything),
        2 => select(vec!["text", "application", "image"]).prop_map(Name::Type),
        2 => select(vec!["text/plain", "application/openmetrics-text", "text/html"]).prop_map(Name::Bare),
        5 => select(Format::ALL.to_vec()).prop_map(Name::Exact),
        1 => select(vec!["text/plain;version=7", "application/vnd.google.protobuf"]).prop_map(Name::Other),
    ];
    let weight = option::of(select(vec![0, 1, 300, 500, 501, 999, 1000]));
    let escaping = option::of(select(vec!["dots", "values", "allow-utf-8", "underscores", "none"]));
    (name, weight, escaping).prop_map(|(name, weight, escaping)| Meant { name, weight, escaping })
}

/// How a client writes it, which has a choice of spaces, case, quotes and order.
fn written(it: &Meant, choice: u32) -> String {
    let chosen = |bit: u32| choice & (1 << bit) != 0;
    let name = match it.name {
        Name::Everything if chosen(0) => "*".to_owned(),
        Name::Everything => "*/*".to_owned(),
        Name::Type(kind) => format!("{kind}/*"),
        Name::Bare(name) | Name::Other(name) => name.to_owned(),
        Name::Exact(Format::Text004) => "text/plain;version=0.0.4".to_owned(),
        Name::Exact(Format::Text100) => "text/plain;version=1.0.0".to_owned(),
        Name::Exact(Format::OpenMetrics001) => {
            "application/openmetrics-text;version=0.0.1".to_owned()
        }
        Name::Exact(Format::OpenMetrics100) => {
            "application/openmetrics-text;version=1.0.0".to_owned()
        }
        Name::Exact(Format::OpenMetrics200) => {
            "application/openmetrics-text;version=2.0.0".to_owned()
        }
        Name::Exact(_) => "application/vnd.google.protobuf;encoding=delimited;\
                           proto=io.prometheus.client.MetricFamily"
            .to_owned(),
    };
    let name = if chosen(1) {
        name.to_uppercase()
            .replace("=IO.PROMETHEUS.CLIENT.METRICFAMILY", "=io.prometheus.client.MetricFamily")
            .replace("=DELIMITED", "=delimited")
    } else {
        name
    };
    let mut parts = vec![name];
    parts.extend(it.escaping.map(|escaping| {
        if chosen(2) { format!("escaping=\"{escaping}\"") } else { format!("escaping={escaping}") }
    }));
    parts.extend(it.weight.map(|weight| {
        let q = if chosen(3) { "Q" } else { "q" };
        match weight {
            1000 if chosen(4) => format!("{q}=1"),
            1000 => format!("{q}=1.000"),
            0 if chosen(4) => format!("{q}=0"),
            weight if weight % 100 == 0 => format!("{q}=0.{}", weight / 100),
            weight => format!("{q}=0.{weight:03}"),
        }
    }));
    if chosen(5) {
        parts.push("charset=utf-8".to_owned());
    }
    parts.join(if chosen(6) { " ; " } else { ";" })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_choice_is_that_of_the_specification(
        all in vec((meant(), any::<u32>()), 0..8),
        offered in vec(select(Format::ALL.to_vec()), 0..6),
        fallback in select(Format::ALL.to_vec()),
        is_in_lines in any::<bool>(),
    ) {
        let items: Vec<_> = all.iter().map(|(it, choice)| written(it, *choice)).collect();
        let lines = if is_in_lines { items.clone() } else { vec![items.join(" , ")] };
        let mut headers = HeaderMap::new();
        for line in &lines {
            headers.append(header::ACCEPT, HeaderValue::from_str(line).unwrap());
        }
        let meant: Vec<_> = all.into_iter().map(|(it, _)| it).collect();
        let offer = Offer::of(offered).or(fallback);
        let Dialect { format, scheme } = negotiate(&headers, offer);
        prop_assert_eq!((format, scheme), specified(&meant, offer), "{:?}", lines);
    }
}
