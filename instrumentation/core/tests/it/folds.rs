//! Whoever bounds a value counts the fold, once.

use kymo_core::{
    Bounded, Folds, KnownValues, MetricKind, MetricSpec, OTHER, SeriesCache, SeriesKey,
    ValueBudget,
    key::{self, AttributeKey, BudgetedKey},
};
use kymo_testing::{Snapshot, TestMeters};

const SHELF: BudgetedKey = BudgetedKey::new("shelf", 2, "The shelf.");
const COLOR: AttributeKey = AttributeKey::new("color", "The color.");
const BOOKS: MetricSpec =
    MetricSpec::new("books", MetricKind::Counter, "{book}", "Books that were sold.")
        .with_attributes(&[COLOR, SHELF.key]);

fn folded(snapshot: &Snapshot, attribute: &'static str) -> Option<f64> {
    let folded = snapshot.counter("kymo.cardinality.folded");
    let folded = folded.with("kymo.cardinality.metric", "books");
    let series = folded.with("kymo.cardinality.attribute", attribute).series();
    assert!(series.len() <= 1, "{series:?}");
    Some(series.first()?.reading.number()?.as_f64())
}

#[test]
fn a_value_that_exceeds_the_budget_is_counted_once_each_time() {
    let meters = TestMeters::new();
    let shelves = SHELF.budget(&meters.meter("shop"), &BOOKS);
    assert_eq!(folded(&meters.snapshot(), "shelf"), Some(0.0), "it is there from the start");
    for shelf in ["a", "b", "a", "b"] {
        assert_eq!(*shelves.value(shelves.bound(shelf)), *shelf);
    }
    assert_eq!(folded(&meters.snapshot(), "shelf"), Some(0.0));
    for n in 1_u32..=3 {
        assert_eq!(shelves.bound("c"), Bounded::OTHER);
        assert_eq!(folded(&meters.snapshot(), "shelf"), Some(n.into()));
    }
    assert_eq!(shelves.bound_name(""), Bounded::OTHER);
    assert_eq!(shelves.bound(OTHER), Bounded::OTHER);
    assert_eq!(folded(&meters.snapshot(), "shelf"), Some(5.0));
}

#[test]
fn a_value_that_is_admitted_before_it_is_measured_is_counted_with_each_measurement() {
    let meters = TestMeters::new();
    let fold = SHELF.fold(&meters.meter("shop"), &BOOKS);
    let shelves = ValueBudget::with_reserve(1, 1, fold);
    let admitted = [shelves.admit("a"), shelves.admit_in_reserve("b"), shelves.admit("c")];
    assert_eq!(admitted[2], Bounded::OTHER);
    assert_eq!(shelves.settled("d"), Some(Bounded::OTHER));
    assert_eq!(folded(&meters.snapshot(), "shelf"), Some(0.0), "nothing was measured");
    for _ in 0..2 {
        assert_eq!(admitted.map(|bounded| shelves.counted(bounded)), admitted);
    }
    assert_eq!(folded(&meters.snapshot(), "shelf"), Some(2.0));
}

#[test]
fn a_budget_of_two_metrics_is_counted_in_each() {
    const LOANS: MetricSpec =
        MetricSpec::new("loans", MetricKind::Counter, "{book}", "Books that were lent.")
            .with_attributes(&[SHELF.key]);
    let meters = TestMeters::new();
    let meter = meters.meter("shop");
    let books = SHELF.budget(&meter, &BOOKS);
    let loans = SHELF.budget(&meter, &LOANS);
    for n in 0..5 {
        books.bound(&n.to_string());
    }
    loans.bound("0");
    let snapshot = meters.snapshot();
    let all = snapshot.counter("kymo.cardinality.folded");
    assert_eq!(folded(&snapshot, "shelf"), Some(3.0));
    all.with("kymo.cardinality.metric", "loans").assert(0);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    shelf: Bounded,
    color: Bounded,
}

impl SeriesKey for Key {
    fn fold(self) -> Option<(Self, AttributeKey)> {
        if self.shelf != Bounded::OTHER {
            return Some((Self { shelf: Bounded::OTHER, ..self }, SHELF.key));
        }
        let is_folded = self.color == Bounded::OTHER;
        (!is_folded).then_some((Self { color: Bounded::OTHER, ..self }, COLOR))
    }
}

#[test]
fn what_the_budget_folds_and_what_the_series_fold_is_counted_once_each() {
    const COLORS: KnownValues = KnownValues::of(&["red", "blue"]);
    let meters = TestMeters::new();
    let meter = meters.meter("shop");
    let shelves = SHELF.budget(&meter, &BOOKS);
    let books = BOOKS.counter(&meter);
    let cache = SeriesCache::new(1, Folds::new(&meter, &BOOKS, &[SHELF.key, COLOR]));
    let sell = |shelf, color| {
        let key = Key { shelf: shelves.bound(shelf), color: COLORS.bound(color) };
        let bind = |key: Key| {
            let color = COLORS.value(key.color).to_owned();
            books.bind(&[COLOR.of(color), SHELF.of(shelves.value(key.shelf))])
        };
        cache.with(key, bind, |books| books.add(1));
    };
    sell("a", "red");
    assert_eq!(folded(&meters.snapshot(), "color"), None, "a closed key is folded with the first");
    sell("b", "red");
    let snapshot = meters.snapshot();
    assert_eq!((folded(&snapshot, "shelf"), folded(&snapshot, "color")), (Some(1.0), Some(1.0)));
    sell("c", "blue");
    let snapshot = meters.snapshot();
    assert_eq!((folded(&snapshot, "shelf"), folded(&snapshot, "color")), (Some(2.0), Some(2.0)));
    snapshot.counter("books").assert(3);
    snapshot.counter("books").with(key::ERROR_TYPE.name, OTHER).assert_absent();
}
