//! Losses that are made up.

use super::*;

#[test]
fn a_loss_is_listed_once_and_counted() {
    let losses = Losses::default();
    losses.record("a", Cause::HelpConflict);
    losses.record("a", Cause::HelpConflict);
    losses.record("b", Cause::HelpConflict);
    losses.record("b", Cause::IllegalName);
    let list = losses.list();
    assert_eq!((list.len(), list[0].times, list[1].times), (3, 2, 1));
    let mut counted = losses.by_cause();
    counted.retain(|_, times| *times > 0);
    assert_eq!(counted, [("help_conflict", 3), ("illegal_name", 1)].into());
}

#[test]
fn each_cause_is_counted_by_its_name_and_is_there_before() {
    let (kept, dropped) = (Kind::Counter, Kind::Gauge);
    let causes = [
        Cause::TypeConflict { kept, dropped },
        Cause::HelpConflict,
        Cause::UnitConflict,
        Cause::NameTaken { owner: "a".to_owned() },
        Cause::CoarseHistogram,
        Cause::DuplicateSeries,
        Cause::UnlikeBuckets,
        Cause::LongValue,
        Cause::Overflow,
        Cause::MalformedSeries,
        Cause::IllegalName,
        Cause::UnreadableType,
        Cause::CollectorPanicked,
        Cause::CollectorLate,
        Cause::RegistryLate,
        Cause::RegistryPanicked,
        Cause::NoProvider,
        Cause::CallbackPanicked,
        Cause::CallbackScraped,
        Cause::Other,
    ];
    let losses = Losses::default();
    let before = losses.by_cause();
    assert_eq!(before.len(), causes.len());
    assert!(before.values().all(|times| *times == 0), "{before:?}");
    for (cause, name) in causes.into_iter().zip(NAMES) {
        losses.record("a", cause);
        assert_eq!(losses.by_cause()[name], 1, "{name}");
    }
    assert_eq!(losses.by_cause().into_values().sum::<u64>(), 20);
    assert_eq!(losses.by_cause().len(), 20, "no cause has another name");
}

#[test]
fn losses_without_end_are_counted_together() {
    let losses = Losses::default();
    for number in 0..DIFFERENT + 10 {
        losses.record(&number.to_string(), Cause::IllegalName);
    }
    let list = losses.list();
    assert_eq!(list.len(), DIFFERENT + 1);
    assert_eq!((&list[0].cause, list[0].times), (&Cause::Other, 10));
}
