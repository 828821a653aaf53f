//! Families made of any bytes, written in all formats, and read.

use std::time::{Duration, UNIX_EPOCH};

use kymo_exposition::{Format, Number, Report, Scheme, Writer};
use prost::Message;

use crate::{
    any::{AnyExemplar, AnyFamily, AnyHistogram, AnyNative, AnySeries, AnyValue, KINDS},
    message::MetricFamily,
    openmetrics_parser, parser,
    parser::Labels,
};

/// Writes the families of these bytes in each format by each scheme, and reads the documents.
pub(crate) fn assert_read(bytes: &[u8]) {
    let families = Bytes(bytes).families();
    for format in Format::ALL {
        for scheme in Scheme::ALL {
            let mut document = Vec::new();
            let mut writer = Writer::new(&mut document, format, scheme).with_created_samples();
            for family in &families {
                family.push(&mut writer);
            }
            let report = writer.finish();
            assert_eq!(read(format, &document), report.families, "{format}, {scheme}");
            assert_all_are_counted(&families, &report);
        }
    }
}

/// How many families a strict reader finds.
fn read(format: Format, mut document: &[u8]) -> u64 {
    if format == Format::Protobuf {
        let mut families = 0;
        while !document.is_empty() {
            MetricFamily::decode_length_delimited(&mut document).unwrap();
            families += 1;
        }
        return families;
    }
    let text = std::str::from_utf8(document).unwrap();
    let read = match format {
        Format::OpenMetrics001 | Format::OpenMetrics100 => openmetrics_parser::read(text, 1),
        Format::OpenMetrics200 => openmetrics_parser::read(text, 2),
        _ => parser::read(text),
    };
    read.unwrap_or_else(|fault| panic!("{fault}\n{text}")).len() as u64
}

/// A series has a sample, or is counted as lost.
fn assert_all_are_counted(families: &[AnyFamily], report: &Report) {
    let series: usize = families.iter().map(|family| family.series.len()).sum();
    let lost = report.dropped + report.unsupported;
    assert!(lost <= series as u64, "{report:?}");
    assert!(lost + report.samples >= series as u64, "{report:?}");
}

/// Bytes that are taken one after the other; behind the last one there are zeros.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn families(mut self) -> Vec<AnyFamily> {
        let mut families = Vec::new();
        while !self.0.is_empty() && families.len() < 8 {
            families.push(AnyFamily {
                kind: KINDS[self.below(7)],
                name: self.text(),
                help: self.text(),
                unit: self.text(),
                series: self.some(3, Self::series),
            });
        }
        families
    }

    fn series(&mut self) -> AnySeries {
        AnySeries {
            labels: self.labels(),
            start: self.option(Self::time),
            timestamp: None,
            value: self.value(),
            exemplars: self.some(3, |it| it.option(Self::exemplar)),
        }
    }

    fn value(&mut self) -> AnyValue {
        match self.below(4) {
            0 => AnyValue::Number(self.number()),
            1 => AnyValue::Histogram(self.histogram()),
            2 => AnyValue::Native(self.native()),
            _ => {
                let quantiles = self.some(3, |it| (it.share(), it.number().as_f64()));
                AnyValue::Summary(quantiles, self.option(Self::number), self.long())
            }
        }
    }

    fn histogram(&mut self) -> AnyHistogram {
        let bounds = self.some(3, Self::share);
        let counts: Vec<_> = (0..=bounds.len()).map(|_| self.long()).collect();
        let can_fall = counts[0] % 2 == 1;
        AnyHistogram { bounds, counts, sum: self.option(Self::number), can_fall }
    }

    fn native(&mut self) -> AnyNative {
        let offset = |it: &mut Self| i32::from(it.byte().cast_signed()) << it.below(25);
        let side = |it: &mut Self| (offset(it), it.some(4, |it| it.below(3) as u64));
        let (positive, negative) = (side(self), side(self));
        let zero = (self.share(), self.below(3) as u64);
        let count = positive.1.iter().chain(&negative.1).sum::<u64>() + zero.1;
        let schema = self.byte().cast_signed() % 10;
        let classic = self.option(Self::histogram);
        AnyNative { schema, zero, positive, negative, sum: self.number(), count, classic }
    }

    fn exemplar(&mut self) -> AnyExemplar {
        let (mut labels, value) = (self.labels(), self.number().as_f64());
        // Long ones, at times.
        let times = self.below(60);
        for (_, value) in &mut labels {
            *value = value.repeat(times);
        }
        AnyExemplar { labels, value, time: self.option(Self::time) }
    }

    fn labels(&mut self) -> Labels {
        self.some(3, |it| (it.text(), it.text()))
    }

    fn time(&mut self) -> std::time::SystemTime {
        let distance = Duration::from_millis(self.long() >> 16);
        if self.below(2) == 0 { UNIX_EPOCH + distance } else { UNIX_EPOCH - distance }
    }

    fn number(&mut self) -> Number {
        match self.below(4) {
            0 => Number::U64(self.long()),
            1 => Number::I64(self.long().cast_signed()),
            2 => Number::F64(f64::from_bits(self.long())),
            _ => Number::U64(self.below(3) as u64),
        }
    }

    /// A bound, a threshold or a quantile.
    fn share(&mut self) -> f64 {
        match self.byte() {
            255 => f64::from_bits(self.long()),
            byte => (f64::from(byte) - 10.0) / 200.0,
        }
    }

    /// Short, and legal more often than bytes are.
    fn text(&mut self) -> String {
        const PIECES: [&str; 12] =
            ["a", "b", "_total", "_info", "_sum", "le", ".", "\"", "\\", "\n", "é", "quantile"];
        match self.byte() {
            chosen @ 0..200 => {
                let chosen = usize::from(chosen);
                let more = PIECES.get(chosen / 12).copied().unwrap_or_default();
                format!("{}{more}", PIECES[chosen % 12])
            }
            len => {
                let bytes: Vec<_> = (0..len % 8).map(|_| self.byte()).collect();
                String::from_utf8_lossy(&bytes).into_owned()
            }
        }
    }

    fn some<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }

    fn option<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 1).then(|| make(self))
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit
    }

    fn long(&mut self) -> u64 {
        let bytes = (0..self.below(9)).map(|_| self.byte());
        bytes.fold(0, |number, byte| number << 8 | u64::from(byte))
    }

    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }
}
