//! The values that are recorded before the first scrape: the same for every exporter.

/// A number of instruments of one kind, each with the same label sets.
#[derive(Clone, Copy)]
pub struct Workload {
    /// Their kind.
    pub series: Series,
    /// How many instruments there are.
    pub instruments: usize,
    sets: usize,
}

/// A kind of instrument.
#[derive(Clone, Copy, PartialEq)]
pub enum Series {
    /// One line for each series.
    Counters,
    /// Eighteen lines for each series.
    Histograms,
}

/// Fifteen bounds, so sixteen buckets, a sum and a count.
pub const BOUNDS: [f64; 15] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0];

/// The help of every instrument.
pub const HELP: &str = "What the benchmark recorded, before anyone asked for it.";

/// The observations of every histogram of every label set.
pub const OBSERVATIONS: [f64; 6] = [0.0017, 0.0123, 0.0456, 0.31, 2.25, 12.5];

impl Series {
    /// The one that is called so.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Counters, Self::Histograms].into_iter().find(|series| series.name() == name)
    }

    /// As in `run scrape/NAME/LINES/PEER`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counters => "counters",
            Self::Histograms => "histograms",
        }
    }

    /// Label sets of one instrument, so that whole instruments come near a round number of lines.
    fn sets(self) -> usize {
        match self {
            Self::Counters => 100,
            Self::Histograms => 40,
        }
    }

    fn lines_per_set(self) -> usize {
        match self {
            Self::Counters => 1,
            Self::Histograms => BOUNDS.len() + 3,
        }
    }
}

impl Workload {
    /// As many whole instruments as reach `lines` sample lines.
    pub fn new(series: Series, lines: usize) -> Self {
        let sets = series.sets();
        let instruments = lines.div_ceil(sets * series.lines_per_set());
        Self { series, instruments, sets }
    }

    /// As many instruments as reach `lines` sample lines, each with as many label sets as the SDK has room for.
    pub fn of_full_instruments(series: Series, lines: usize) -> Self {
        let sets = 2000;
        Self { series, instruments: lines.div_ceil(sets * series.lines_per_set()), sets }
    }

    /// One instrument with as many label sets as reach `lines` sample lines.
    pub fn of_one_instrument(series: Series, lines: usize) -> Self {
        let sets = lines.div_ceil(series.lines_per_set());
        Self { series, instruments: 1, sets }
    }

    /// Sample lines in a scrape.
    pub fn lines(&self) -> usize {
        self.instruments * self.sets * self.series.lines_per_set()
    }

    /// Series of all instruments together.
    pub fn series_at_all(&self) -> usize {
        self.instruments * self.sets
    }

    /// The label sets of each instrument.
    pub fn sets(&self) -> impl Iterator<Item = LabelSet> + use<> {
        (0..self.sets).map(LabelSet)
    }

    /// The name of an instrument for OpenTelemetry.
    pub fn instrument(&self, instrument: usize) -> String {
        format!("bench.{}.{instrument:04}", self.series.name())
    }

    /// The same as it is exposed, without `_total`.
    pub fn family(&self, instrument: usize) -> String {
        format!("bench_{}_{instrument:04}", self.series.name())
    }

    /// The sample of which there is one for each label set.
    pub fn counting_sample(&self, instrument: usize) -> String {
        let suffix = match self.series {
            Series::Counters => "total",
            Series::Histograms => "count",
        };
        format!("{}_{suffix}", self.family(instrument))
    }

    /// The sum of those samples of one instrument.
    pub fn counted(&self) -> u64 {
        match self.series {
            Series::Counters => self.sets().map(LabelSet::count).sum(),
            Series::Histograms => (self.sets * OBSERVATIONS.len()) as u64,
        }
    }
}

/// Three labels.
#[derive(Clone, Copy)]
pub struct LabelSet(usize);

impl LabelSet {
    /// As OpenTelemetry names them, in their order, or the SDK would keep each set twice; their values are given by [`otel`](super::otel).
    pub const KEYS: [&str; 3] = ["http.request.method", "http.response.status_code", "http.route"];
    /// As they are exposed.
    pub const NAMES: [&str; 3] = ["http_request_method", "http_response_status_code", "http_route"];
    /// The status of every set.
    pub const STATUS: u16 = 200;

    /// The value of the first label.
    pub fn method(self) -> &'static str {
        ["GET", "POST", "PUT", "DELETE"][self.0 % 4]
    }

    /// The value of the third label.
    pub fn route(self) -> String {
        format!("/api/v1/shelves/{{shelf}}/books-{}", self.0 / 4)
    }

    /// The values of all three labels.
    pub fn values(self) -> [String; 3] {
        [self.method().to_owned(), Self::STATUS.to_string(), self.route()]
    }

    /// The value of the counter of this set.
    pub fn count(self) -> u64 {
        self.0 as u64 * 7_919 + 1
    }
}
