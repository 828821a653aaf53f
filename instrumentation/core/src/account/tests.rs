use std::{
    future::{pending, ready},
    pin::pin,
    task::{Context, Waker},
    thread,
};

use opentelemetry::metrics::{MeterProvider, noop::NoopMeterProvider};
use proptest::prelude::*;

use super::*;
use crate::{Attempt, Bounded, Layer, Outcome, Record, Served};

mod pauses;
mod told_late;

const LIMIT: u16 = 10;
const MAY_BLOCK: Duration = Duration::from_millis(10);

fn account(start: Instant) -> Account {
    Account::new(start, LIMIT, MAY_BLOCK)
}

fn operations(kind: OperationKind) -> Operations {
    Operations::new(&NoopMeterProvider::new().meter("test"), kind)
}

/// What happens next to a unit of work.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// Its owner is polled, or was.
    Turn,
    /// An operation begins.
    Begin(usize),
    /// The oldest operation of the part ends.
    End(usize),
    Head,
}

fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
    let event = prop_oneof![
        4 => Just(Event::Turn),
        4 => (0_usize..5).prop_map(Event::Begin),
        4 => (0_usize..5).prop_map(Event::End),
        1 => Just(Event::Head),
    ];
    proptest::collection::vec((0_u64..5000, event), 0..60)
}

/// An independent statement of where each nanosecond goes.
#[derive(Default)]
struct Expected {
    parts: [u64; 8],
    under_way: [u64; 5],
    is_polled: bool,
    has_head: bool,
}

impl Expected {
    /// So many nanoseconds, which are given back.
    fn pass(&mut self, nanoseconds: u64) -> u64 {
        let part = match self.under_way.iter().position(|it| *it > 0) {
            Some(part) => part,
            None if self.has_head => Part::Body as usize,
            None if self.is_polled => Part::Handler as usize,
            None => Part::Waiting as usize,
        };
        self.parts[part] += nanoseconds;
        nanoseconds
    }
}

proptest! {
    #[test]
    fn the_parts_are_those_of_each_moment_and_add_up_to_the_duration(events in events(), rest in 0_u64..5000) {
        let start = Instant::now();
        let at = |now: u64| start + Duration::from_nanos(now);
        let mut expected = Expected::default();
        let mut account = account(start);
        let mut begun: [Vec<(u64, Serial)>; 5] = Default::default();
        let mut now = 0;
        let mut events = events.into_iter();
        while let Some((after, event)) = events.next() {
            now += expected.pass(after);
            match event {
                // Nothing begins or ends but while its owner is polled.
                Event::Begin(_) | Event::End(_) => {}
                // A response has its head when the poll that made it is over.
                Event::Head => {
                    if !expected.has_head {
                        account.head(at(now));
                        expected.has_head = true;
                    }
                }
                Event::Turn => {
                    let lending = account.lend(at(now));
                    expected.is_polled = true;
                    for (after, event) in events.by_ref() {
                        now += expected.pass(after);
                        match event {
                            Event::Begin(part) => {
                                let serial = begin(Part::ALL[part], at(now)).unwrap();
                                begun[part].push((now, serial));
                                expected.under_way[part] += 1;
                            }
                            Event::End(part) if expected.under_way[part] > 0 => {
                                let (since, serial) = begun[part].remove(0);
                                let elapsed = Duration::from_nanos(now - since);
                                end(Part::ALL[part], serial, at(now), elapsed);
                                expected.under_way[part] -= 1;
                            }
                            Event::End(_) | Event::Head => {}
                            Event::Turn => break,
                        }
                    }
                    lending.end(at(now));
                    expected.is_polled = false;
                }
            }
        }
        now += expected.pass(rest);
        let bill = account.close(Duration::from_nanos(now));
        prop_assert_eq!(bill.parts, expected.parts);
        prop_assert_eq!(bill.parts.iter().sum::<u64>(), now);
    }
}

#[test]
fn an_operation_belongs_to_the_account_that_is_lent_when_it_ends() {
    let sql = operations(OperationKind::Sql);
    let start = Instant::now();
    let (mut outer, mut inner) = (account(start), account(start));
    sql.enter();
    let lent = outer.lend(start);
    sql.enter();
    let within = inner.lend(start);
    sql.enter();
    sql.enter();
    within.end(start);
    sql.enter();
    lent.end(start);
    sql.enter();
    let counts = [outer, inner]
        .map(|mut account| account.close(Duration::ZERO).operations(OperationKind::Sql));
    assert_eq!(counts, [2, 2]);
}

#[test]
fn an_attempt_is_time_of_its_part_where_it_began() {
    struct Query;
    impl Record for Query {
        const PART: Option<Part> = Some(Part::Sql);
        fn record(&mut self, _elapsed: Duration, _outcome: Outcome) {}
    }
    let start = Instant::now();
    let mut account = account(start);
    let lent = account.lend(start);
    let mut query = Attempt::started_at(start, Query);
    let elsewhere = thread::spawn(move || {
        query.finish(Outcome::Success);
    });
    elsewhere.join().unwrap();
    let moved = Attempt::started_at(start, Query);
    let forgotten = &mut Attempt::started_at(start, Query);
    forgotten.forget();
    drop(moved);
    let end = start + Duration::from_secs(9);
    lent.end(end);
    let bill = account.close(Duration::from_secs(9));
    assert_eq!(
        bill.time(Part::Sql),
        Duration::from_secs(9),
        "nobody has seen the end of the first"
    );
    assert_eq!((bill.longest_poll(), bill.blocked()), (Duration::from_secs(9), 1));
}

#[test]
fn a_carried_future_enters_into_the_account_until_it_is_closed() {
    let sql = Arc::new(operations(OperationKind::Sql));
    let start = Instant::now();
    let mut account = account(start);
    let lent = account.lend(start);
    sql.enter();
    let (one, other) = (Arc::clone(&sql), Arc::clone(&sql));
    let mut carried = Box::pin(carry(async move {
        one.enter();
        pending::<()>().await;
    }));
    let late = carry(async move { other.enter() });
    lent.end(start);
    let poll = |future: std::pin::Pin<&mut dyn Future<Output = ()>>| {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    };
    let elsewhere = thread::spawn(move || {
        assert!(!poll(carried.as_mut()));
        assert!(Lent::with(Instant::now, |_| ()).is_none(), "it is lent for the poll alone");
    });
    elsewhere.join().unwrap();
    let bill = account.close(Duration::ZERO);
    assert_eq!(bill.operations(OperationKind::Sql), 2);
    assert!(poll(pin!(late)), "it is outside, and that is all");
    assert!(poll(pin!(carry(ready(())))), "of no account");
}

#[test]
fn a_query_that_comes_so_often_is_repeated() {
    let sql = operations(OperationKind::Sql);
    let start = Instant::now();
    let mut account = account(start);
    let lent = account.lend(start);
    for number in 0..30 {
        let summary = Bounded::at(number % 3);
        if number < 28 || number % 3 != 0 {
            sql.enter_query(summary, || Arc::from(format!("SELECT {}", number % 3)));
        }
    }
    lent.end(start);
    let bill = account.close(Duration::ZERO);
    let repeated: Vec<&str> = bill.repeated().iter().map(|it| &**it).collect();
    assert_eq!(repeated, ["SELECT 0", "SELECT 1", "SELECT 2"]);
    assert_eq!(bill.operations(OperationKind::Sql), 30);
}

#[test]
fn who_asks_for_a_text_may_do_anything_and_the_thread_is_lent_what_it_was() {
    let sql = operations(OperationKind::Sql);
    let start = Instant::now();
    let (mut outer, mut other) = (account(start), account(start));
    let lent = other.lend(start);
    sql.enter();
    lent.end(start);
    let lent = outer.lend(start);
    for number in 0..u32::from(LIMIT) {
        sql.enter_query(Bounded::at(1), || {
            assert_eq!(number + 1, LIMIT.into(), "it is asked for once");
            drop(carry(ready(())));
            let within = other.lend(start);
            sql.enter();
            within.end(start);
            Arc::from("SELECT 1")
        });
    }
    sql.enter();
    lent.end(start);
    let counts = [outer, other]
        .map(|mut account| account.close(Duration::ZERO).operations(OperationKind::Sql));
    assert_eq!(counts, [u32::from(LIMIT) + 1, 1], "what is entered meanwhile is outside");
}
