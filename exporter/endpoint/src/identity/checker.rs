//! Passwords that are looked at, one after another.

use std::{
    collections::{HashMap, VecDeque},
    fmt, io, mem,
    net::{IpAddr, Ipv6Addr},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{password::PasswordHash, secret::Tag};

/// Compares passwords with hashes on one thread, which is there only while there is something to compare.
///
/// - What was found is remembered: a scraper costs one look, and one with a wrong password too.
/// - Each address waits for one look at a time, and after a wrong password waits [`PENALTY`] for its next
///   one: whoever guesses takes no turn of anybody else's.
/// - After a wrong password the thread rests three times as long as the look took, so that guesses from
///   many addresses take a quarter of a processor.
#[derive(Clone)]
pub(super) struct Checker {
    state: Arc<Mutex<State>>,
    compare: Compare,
}

type Compare = fn(&PasswordHash, &[u8]) -> bool;

#[derive(Default)]
struct State {
    waiting: VecDeque<Check>,
    /// Those that are right: only who knows a password adds to it.
    right: VecDeque<Tag>,
    wrong: VecDeque<Tag>,
    /// Addresses that gave a wrong password, and until when none of their passwords is looked at.
    penalties: HashMap<Peer, Instant>,
    is_running: bool,
    rests_until: Option<Instant>,
}

/// One look at a password.
pub(super) struct Check {
    /// Of the user, the hash and the password.
    pub(super) tag: Tag,
    pub(super) peer: Peer,
    pub(super) hash: PasswordHash,
    pub(super) password: Vec<u8>,
    /// Whether the hash is the user's; if not it takes the time, and is wrong all the same.
    pub(super) is_known: bool,
    /// Until when whoever asks now waits for it.
    pub(super) until: Instant,
    pub(super) askers: Vec<Asker>,
}

/// Who waits for what is found, and until when.
pub(super) struct Asker {
    answer: oneshot::Sender<bool>,
    until: Instant,
}

/// Whom turns are shared among: an IPv4 address, the half of an IPv6 address that a provider gives to one
/// customer, or nobody knows who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Peer(Option<IpAddr>);

/// How much is known of a password.
pub(super) enum Finding {
    Right,
    Wrong,
    /// It will be told, unless it takes too long.
    Waiting(oneshot::Receiver<bool>),
    /// Too many wait, or this address waits already, or it guesses.
    Busy,
}

impl Checker {
    pub(super) fn new() -> Self {
        Self { state: Arc::default(), compare: PasswordHash::is_of }
    }

    /// Whether the password is right, or when that will be known.
    pub(super) fn ask(&self, mut check: Check) -> Finding {
        let now = Instant::now();
        // They are dropped after the lock: what they would wake is foreign.
        let mut gone = Vec::new();
        let mut state = self.state();
        if state.right.contains(&check.tag) {
            return Finding::Right;
        }
        if state.wrong.contains(&check.tag) {
            return Finding::Wrong;
        }
        let (answer, receiver) = oneshot::channel();
        let asker = Asker { answer, until: check.until };
        if let Some(same) = state.waiting.iter_mut().find(|waiting| waiting.tag == check.tag) {
            gone.extend(same.gone(now));
            if same.askers.len() >= ANSWERS {
                return Finding::Busy;
            }
            same.askers.push(asker);
            return Finding::Waiting(receiver);
        }
        state.penalties.retain(|_, until| *until > now);
        let waits = state.waiting.iter().any(|waiting| waiting.peer == check.peer);
        if waits || state.waiting.len() >= WAITING || state.penalties.contains_key(&check.peer) {
            return Finding::Busy;
        }
        check.askers.push(asker);
        state.waiting.push_back(check);
        if !state.is_running {
            state.is_running = self.clone().start().is_ok();
            if !state.is_running {
                state.waiting.pop_back();
                return Finding::Busy;
            }
        }
        Finding::Waiting(receiver)
    }

    fn start(self) -> io::Result<()> {
        let builder = thread::Builder::new().name("kymo-passwords".to_owned());
        builder.spawn(move || self.run()).map(drop)
    }

    fn run(&self) {
        loop {
            let mut state = self.state();
            // It stays with those that wait, so that another who asks the same hears of it.
            let Some((hash, password)) = state.waiting.front().map(Check::subject) else {
                state.is_running = false;
                return;
            };
            let now = Instant::now();
            let gone: Vec<_> = state.waiting.iter_mut().flat_map(|check| check.gone(now)).collect();
            let rest = state.rests_until.map(|until| until.saturating_duration_since(now));
            drop(state);
            for asker in gone {
                asker.tell(None);
            }
            if let Some(rest) = rest.filter(|rest| !rest.is_zero()) {
                thread::sleep(rest.min(STEP));
                continue;
            }
            let start = Instant::now();
            let compare = AssertUnwindSafe(|| (self.compare)(&hash, &password));
            let is_right = catch_unwind(compare).unwrap_or(false);
            let mut state = self.state();
            let Some(check) = state.waiting.pop_front() else { continue };
            let is_right = is_right && check.is_known;
            state.learn(check.tag, check.peer, is_right, start.elapsed());
            drop(state);
            for asker in check.askers {
                asker.tell(Some(is_right));
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn learn(&mut self, tag: Tag, peer: Peer, is_right: bool, took: Duration) {
        let known = if is_right { &mut self.right } else { &mut self.wrong };
        known.truncate(REMEMBERED - 1);
        known.push_front(tag);
        if !is_right {
            let now = Instant::now();
            self.rests_until = now.checked_add(took * 3);
            if self.penalties.len() < PENALTIES {
                self.penalties.insert(peer, now + PENALTY);
            }
        }
    }
}

impl Check {
    fn subject(&self) -> (PasswordHash, Vec<u8>) {
        (self.hash.clone(), self.password.clone())
    }

    /// Those who wait no more, or have waited for too long. The password is looked at all the same: whoever
    /// asks again is let in.
    fn gone(&mut self, now: Instant) -> impl Iterator<Item = Asker> {
        self.askers.extract_if(.., move |asker| asker.answer.is_closed() || asker.until <= now)
    }
}

impl Asker {
    /// Tells what was found, or that it took too long. Who is woken by it is foreign, and may panic.
    fn tell(self, found: Option<bool>) {
        let tell = || match found {
            // Who asked may have left.
            Some(is_right) => drop(self.answer.send(is_right)),
            None => drop(self.answer),
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(tell)) {
            // It may panic again when it is dropped.
            mem::forget(panic);
        }
    }
}

impl Peer {
    pub(super) fn of(address: Option<IpAddr>) -> Self {
        Self(address.map(|address| match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
            address @ IpAddr::V4(_) => address,
        }))
    }
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

/// How long the thread rests at once; then it tells those who have waited for too long.
const STEP: Duration = Duration::from_millis(50);

/// How long an address waits after a wrong password.
const PENALTY: Duration = Duration::from_secs(1);

/// Addresses that are waiting at most.
const WAITING: usize = 64;

/// Requests that are waiting for the same look at most.
const ANSWERS: usize = 64;

/// Passwords that are remembered at most, of the right ones and of the wrong ones.
const REMEMBERED: usize = 256;

/// Addresses with a penalty at most; more than can be looked at in the time of one.
const PENALTIES: usize = 4096;

#[cfg(test)]
mod tests;
