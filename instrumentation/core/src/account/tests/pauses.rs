//! Operations whose time is not all of that between their beginning and their end.

use super::*;

#[test]
fn what_began_in_the_past_counts_from_the_end_of_the_last_one_on() {
    let start = Instant::now();
    let second = |number| start + Duration::from_secs(number);
    let mut account = account(start);
    let lent = account.lend(start);
    let query = begin(Part::Sql, second(1)).unwrap();
    end(Part::Sql, query, second(5), Duration::from_secs(4));
    // A call that began at 3, of which nobody knew before.
    let call = begin(Part::HttpClient, second(3)).unwrap();
    end(Part::HttpClient, call, second(7), Duration::from_secs(4));
    // One of 5 seconds until 8, of which nobody knew that it began.
    let five = Duration::from_secs(5);
    Lent::with(|| start, |entries| entries.add_past(Part::Redis as usize, second(8), five))
        .unwrap();
    lent.end(second(9));
    let bill = account.so_far(second(9));
    let seconds = [Part::Sql, Part::HttpClient, Part::Redis].map(|part| bill.time(part).as_secs());
    assert_eq!(seconds, [4, 2, 1]);
}

#[test]
fn an_attempt_that_rests_is_no_time_of_its_part() {
    struct Call;
    impl Record for Call {
        const PART: Option<Part> = Some(Part::HttpClient);
        fn record(&mut self, elapsed: Duration, _outcome: Outcome) {
            assert_eq!(elapsed, Duration::from_secs(20));
        }
    }
    let start = Instant::now();
    let second = |number| start + Duration::from_secs(number);
    let mut account = account(start);
    let mut call = Attempt::resting_since(start, Call);
    let lent = account.lend(second(1));
    assert!(Lent::with(|| start, |entries| entries.total()) == Some((0, 0)), "it is not under way");
    call.go_on(|| second(2));
    call.go_on(|| panic!("it goes on already"));
    call.rest_at(second(5));
    call.rest_at(second(6));
    call.go_on(|| second(10));
    call.finish_at(second(20), Outcome::Success);
    call.go_on(|| panic!("it is over"));
    lent.end(second(21));
    let bill = account.close(Duration::from_secs(21));
    assert_eq!(bill.time(Part::HttpClient), Duration::from_secs(13));
    let mut outside = Attempt::resting_since(start, Call);
    outside.go_on(|| panic!("there is no account"));
    outside.finish_at(second(20), Outcome::Success);
}

#[test]
fn many_operations_are_entered_at_once() {
    let cache = operations(OperationKind::Cache);
    let start = Instant::now();
    let mut account = account(start);
    let lent = account.lend(start);
    cache.enter_many(100);
    cache.enter();
    cache.enter_many(u64::MAX);
    lent.end(start);
    assert_eq!(account.close(Duration::ZERO).operations(OperationKind::Cache), u32::MAX);
}

#[test]
fn what_goes_on_since_before_a_poll_takes_nothing_of_what_is_polled_later() {
    struct Call;
    impl Record for Call {
        const PART: Option<Part> = Some(Part::HttpClient);
        fn record(&mut self, _elapsed: Duration, _outcome: Outcome) {}
    }
    let start = Instant::now();
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    let mut account = account(start);
    account.lend(at(0)).end(at(1));
    let lent = account.lend(at(100));
    let mut call = Attempt::resting_since(at(0), Call);
    call.go_on(|| at(0));
    lent.end(at(101));
    let lent = account.lend(at(200));
    call.finish_at(at(200), Outcome::Success);
    lent.end(at(220));
    let bill = account.close(Duration::from_millis(220));
    let parts = [Part::HttpClient, Part::Handler, Part::Waiting];
    assert_eq!(parts.map(|part| bill.time(part).as_millis()), [200, 20, 0]);
}

#[test]
fn what_is_done_while_nobody_looks_at_the_clock_takes_nothing_of_the_polls() {
    let start = Instant::now();
    let at = |milliseconds| start + Duration::from_millis(milliseconds);
    let mut served = Served::new(None, Some(account(start)));
    let turn = served.turn(Layer::Server);
    let load = begin(Part::CacheLoad, at(0)).unwrap();
    end(Part::CacheLoad, load, at(50), Duration::from_millis(50));
    turn.end();
    served.turn_at(Layer::Server, at(50)).end_at(at(110));
    let bill = served.account().unwrap().close(Duration::from_millis(110));
    let parts = [Part::CacheLoad, Part::Handler, Part::Waiting];
    assert_eq!(parts.map(|part| bill.time(part).as_millis()), [50, 60, 0]);
}
