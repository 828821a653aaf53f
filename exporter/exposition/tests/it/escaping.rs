//! Names of any characters in a document, in quotes or escaped.

use kymo_exposition::{Family, Kind, Label, Scheme, Sink, text::TextWriter};

use super::document::{QUANTILES, family, histogram, number, series, summary, write};

#[test]
fn names_of_any_characters_are_in_quotes_in_version_1_0_0() {
    let mut out = Vec::new();
    let mut sink = TextWriter::new(&mut out).with_scheme(Scheme::AllowUtf8);
    sink.family(&family("http.\"é\"", Kind::Gauge));
    sink.series(&number(&[Label::new("a.b", "1"), Label::new("c", "2")], 1_u64));
    sink.series(&number(&[], 2_u64));
    sink.family(&Family { help: "", ..family("a.b", Kind::Histogram) });
    sink.series(&series(&[Label::new("x", "1")], histogram(&[0.5], &[1, 2])));
    sink.series(&series(&[], histogram(&[], &[1])));
    sink.family(&Family { help: "", ..family("a b", Kind::Summary) });
    sink.series(&series(&[], summary(&QUANTILES[..1])));
    sink.family(&Family { help: "", ..family("plain", Kind::Gauge) });
    sink.series(&number(&[Label::new("c", "2")], 1_u64));
    assert_eq!(sink.finish().dropped, 0);
    let document = r#"# HELP "http.\"é\"" Help.
# TYPE "http.\"é\"" gauge
{"http.\"é\"","a.b"="1",c="2"} 1
{"http.\"é\""} 2
# TYPE "a.b" histogram
{"a.b_bucket",x="1",le="0.5"} 1
{"a.b_bucket",x="1",le="+Inf"} 3
{"a.b_sum",x="1"} 7.5
{"a.b_count",x="1"} 3
{"a.b_bucket",le="+Inf"} 1
{"a.b_sum"} 7.5
{"a.b_count"} 1
# TYPE "a b" summary
{"a b",quantile="0.5"} 2.25
{"a b_sum"} 9
{"a b_count"} 4
# TYPE plain gauge
plain{c="2"} 1
"#;
    assert_eq!(String::from_utf8(out).unwrap(), document);
}

#[test]
fn series_that_escaping_makes_equal_are_told_apart_by_leaving_out_the_later_one() {
    let [dot, underscore] = [Label::new("a.b", "1"), Label::new("a_b", "1")];
    let fill = |sink: &mut dyn Sink| {
        for name in ["m.n", "m_n", "o"] {
            sink.family(&Family { help: "", ..family(name, Kind::Gauge) });
            for labels in [&[dot][..], &[underscore], &[dot], &[], &[underscore]] {
                sink.series(&number(labels, 1_u64));
            }
        }
    };
    let (document, report) = write(fill);
    let of = |name: &str| {
        format!(
            "# TYPE {name} gauge\n{}",
            format!("{name}{{a_b=\"1\"}} 1\n").repeat(2) + name + " 1\n"
        )
    };
    assert_eq!(document, of("m_n") + &of("o"));
    assert_eq!((report.samples, report.dropped), (6, 2 + 5 + 2));

    let mut out = Vec::new();
    let mut writer = TextWriter::new(&mut out).with_scheme(Scheme::AllowUtf8);
    fill(&mut writer);
    assert_eq!(writer.finish().samples, 15);
}
