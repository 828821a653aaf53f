//! Operations that an account is told of late.

use super::*;

#[test]
fn one_that_is_told_of_when_it_has_ended_takes_its_time_from_what_comes_later() {
    let sql = operations(OperationKind::Sql);
    let start = Instant::now();
    let milliseconds = Duration::from_millis;
    let mut account = account(start);
    account.lend(start).end(start + milliseconds(1));
    let lent = account.lend(start + milliseconds(100));
    let past = |part: Part, now: Instant, elapsed: Duration| {
        let write = |entries: &mut Entries| entries.add_past(part as usize, now, elapsed);
        Lent::with(|| now.checked_sub(elapsed).unwrap_or(now), write);
    };
    let now = start + milliseconds(101);
    past(Part::Sql, now, milliseconds(90));
    let load = begin(Part::CacheLoad, now).unwrap();
    let now = start + milliseconds(120);
    past(Part::Sql, now, milliseconds(10));
    past(Part::Sql, now, milliseconds(10));
    let wait = begin(Part::PoolWait, now).unwrap();
    let now = start + milliseconds(130);
    past(Part::Sql, now, Duration::MAX);
    end(Part::PoolWait, wait, now, milliseconds(10));
    end(Part::CacheLoad, load, now, milliseconds(29));
    lent.end(now);
    sql.add_past(Part::Sql, milliseconds(1));
    let bill = account.close(now.duration_since(start));
    let parts = Part::ALL.map(|part| bill.time(part).as_millis());
    assert_eq!(parts, [10, 90 + 10, 0, 0, 9, 1, 10, 0], "before its last poll, too");
    assert_eq!(bill.operations(OperationKind::Sql), 0);
}

#[test]
fn one_that_is_said_to_have_taken_longer_than_the_request_takes_no_more_than_that() {
    let sql = operations(OperationKind::Sql);
    let start = Instant::now();
    let hour = Duration::from_hours(1);
    let bill = |has_head: bool| {
        let mut account = account(start);
        let lent = account.lend(start);
        sql.add_past(Part::Sql, hour);
        lent.end(start);
        if has_head {
            account.head(start);
        }
        account.close(Duration::from_secs(5))
    };
    for bill in [bill(false), bill(true)] {
        assert_eq!(bill.parts.iter().sum::<u64>(), 5_000_000_000, "{bill:?}");
    }
}

#[test]
fn an_attempt_that_waits_for_a_connection_is_no_time_of_its_part_until_then() {
    struct Query;
    impl Record for Query {
        const PART: Option<Part> = Some(Part::Sql);
        fn record(&mut self, _elapsed: Duration, _outcome: Outcome) {}
    }
    let parts = |waits: bool, beside: bool| {
        let start = Instant::now();
        let mut account = account(start);
        let lent = account.lend(start);
        let other = beside.then(|| Attempt::started(Query));
        let mut query = Attempt::new(Query);
        let asked = if waits { query.start_waiting() } else { query.start() };
        let obtained = asked + Duration::from_secs(2);
        query.restart_at(obtained);
        let end = obtained + Duration::from_secs(3);
        query.finish_at(end, Outcome::Success);
        if let Some(mut other) = other {
            other.finish_at(end, Outcome::Success);
        }
        lent.end(end);
        let bill = account.close(Duration::from_secs(9));
        [Part::PoolWait, Part::Sql].map(|part| bill.time(part).as_secs())
    };
    assert_eq!(parts(true, false), [2, 3]);
    assert_eq!(parts(true, true), [2, 3]);
    assert_eq!(parts(false, false), [2, 3], "told afterwards");
    assert_eq!(parts(false, true), [0, 5], "told afterwards, of one among others");
}
