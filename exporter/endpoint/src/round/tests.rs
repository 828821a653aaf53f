//! Wakers belong to others: what they do when they are dropped is done where nothing is held.

use std::{sync::mpsc::channel, task::Wake, thread, time::Duration};

use super::*;

fn join(round: &Arc<Round>) -> Ticket {
    let now = Instant::now();
    let deadline = Deadline { collect: now + LONG, answer: now + LONG };
    round.join(deadline, Dialect::PLAIN, Encoding::Identity, 10).unwrap()
}

const LONG: Duration = Duration::from_secs(10);

/// A waker that ends a round when it is dropped, as a task may that owns others.
struct Ends(Arc<Round>);

impl Wake for Ends {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.end(Outcome::Late);
    }
}

#[test]
fn a_waker_may_do_anything_when_another_takes_its_place() {
    let round = Arc::new(Round::default());
    let mut ticket = join(&round);
    let (done, ended) = channel();
    thread::spawn(move || {
        let first = Waker::from(Arc::new(Ends(Arc::clone(&round))));
        assert!(Pin::new(&mut ticket).poll(&mut Context::from_waker(&first)).is_pending());
        drop(first);
        let polled = Pin::new(&mut ticket).poll(&mut Context::from_waker(Waker::noop()));
        done.send(matches!(polled, Poll::Ready(Outcome::Late))).unwrap();
    });
    assert_eq!(ended.recv_timeout(LONG), Ok(true));
}

#[test]
fn a_waker_goes_with_who_gave_it() {
    let round = Arc::new(Round::default());
    let mut ticket = join(&round);
    let waker = Arc::new(Ends(Arc::new(Round::default())));
    let polled = Waker::from(Arc::clone(&waker));
    assert!(Pin::new(&mut ticket).poll(&mut Context::from_waker(&polled)).is_pending());
    drop(polled);
    let _held_by_another = Arc::clone(&ticket.seat);
    drop(ticket);
    assert_eq!(Arc::strong_count(&waker), 1);
}
