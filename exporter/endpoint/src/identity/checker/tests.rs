use std::{
    pin::Pin,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::channel,
    },
    task::{Context, Wake},
};

use super::*;
use crate::identity::secret::Secrets;

/// The bcrypt hash of `secret`, at its least cost, as libxcrypt makes it.
const HASH: &str = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

static LOOKS: AtomicUsize = AtomicUsize::new(0);

fn checker(compare: Compare) -> Checker {
    Checker { compare, ..Checker::new() }
}

fn check(secrets: &Secrets, peer: [u8; 4], password: &str) -> Check {
    Check {
        tag: secrets.tag(password.as_bytes()),
        peer: Peer::of(Some(peer.into())),
        hash: HASH.parse().unwrap(),
        password: password.into(),
        is_known: true,
        until: Instant::now() + Duration::from_secs(10),
        askers: Vec::new(),
    }
}

fn answer(finding: Finding) -> Option<bool> {
    match finding {
        Finding::Waiting(answer) => Some(answer.blocking_recv().unwrap()),
        _ => None,
    }
}

#[test]
fn a_password_is_looked_at_once() {
    let (checker, secrets) = (
        checker(|_, password| {
            LOOKS.fetch_add(1, Ordering::Relaxed);
            password == b"secret"
        }),
        Secrets::new().unwrap(),
    );
    assert_eq!(answer(checker.ask(check(&secrets, [1; 4], "secret"))), Some(true));
    assert_eq!(answer(checker.ask(check(&secrets, [2; 4], "guess"))), Some(false));
    for _ in 0..1000 {
        assert!(matches!(checker.ask(check(&secrets, [1; 4], "secret")), Finding::Right));
        assert!(matches!(checker.ask(check(&secrets, [2; 4], "guess")), Finding::Wrong));
    }
    assert_eq!(LOOKS.load(Ordering::Relaxed), 2);
}

#[test]
fn the_right_password_for_a_name_that_nobody_has_is_wrong() {
    let (checker, secrets) = (checker(|_, _| true), Secrets::new().unwrap());
    let stranger = Check { is_known: false, ..check(&secrets, [1; 4], "secret") };
    assert_eq!(answer(checker.ask(stranger)), Some(false));
}

#[test]
fn whoever_guesses_waits_and_takes_no_turn_of_another() {
    let compare: Compare = |_, password| {
        thread::sleep(Duration::from_millis(5));
        password == b"secret"
    };
    let (checker, secrets) = (checker(compare), Secrets::new().unwrap());
    let guess = |n: usize| checker.ask(check(&secrets, [1; 4], &format!("guess {n}")));
    let mut first = guess(0);
    let refused = (1..1000).filter(|n| matches!(guess(*n), Finding::Busy)).count();
    assert!(refused > 990, "{refused}: one look at a time, and then none for a second");
    let start = Instant::now();
    assert_eq!(answer(checker.ask(check(&secrets, [2; 4], "secret"))), Some(true));
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(answer(mem::replace(&mut first, Finding::Busy)), Some(false));
    // The address that guesses has the right password by and by: from there too it is let in.
    thread::sleep(PENALTY);
    assert_eq!(answer(checker.ask(check(&secrets, [1; 4], "other"))), Some(false));
    assert!(
        matches!(checker.ask(check(&secrets, [1; 4], "secret")), Finding::Right),
        "it is known"
    );
}

#[test]
fn what_many_addresses_guess_is_bounded() {
    let compare: Compare = |_, _| {
        thread::sleep(Duration::from_millis(20));
        false
    };
    let (checker, secrets) = (checker(compare), Secrets::new().unwrap());
    let start = Instant::now();
    let mut waiting = Vec::new();
    for n in 0..1000_u16 {
        let [high, low] = n.to_be_bytes();
        let finding = checker.ask(check(&secrets, [10, 0, high, low], &n.to_string()));
        if let Finding::Waiting(answer) = finding {
            waiting.push(answer);
        }
    }
    assert!((WAITING..WAITING + 4).contains(&waiting.len()), "{}", waiting.len());
    let looks = 5;
    for answer in waiting.into_iter().take(looks) {
        assert!(!answer.blocking_recv().unwrap());
    }
    let (looks, took) = (u32::try_from(looks).unwrap(), start.elapsed());
    assert!(took >= Duration::from_millis(80) * (looks - 1), "it rests: {took:?}");
}

#[test]
fn two_that_ask_the_same_wait_for_one_look() {
    let compare: Compare = |_, _| {
        thread::sleep(Duration::from_millis(50));
        true
    };
    let (checker, secrets) = (checker(compare), Secrets::new().unwrap());
    let ask = |peer| checker.ask(check(&secrets, [peer; 4], "secret"));
    let (one, other, third) = (ask(1), ask(1), ask(2));
    let start = Instant::now();
    assert_eq!([one, other, third].map(answer), [Some(true); 3]);
    assert!(start.elapsed() < Duration::from_millis(140));
}

#[test]
fn whoever_has_waited_for_too_long_is_told_and_let_in_when_they_come_again() {
    let compare: Compare = |_, password| {
        thread::sleep(Duration::from_millis(300));
        password == b"secret"
    };
    let (checker, secrets) = (checker(compare), Secrets::new().unwrap());
    let start = Instant::now();
    let guess = checker.ask(check(&secrets, [1; 4], "guess"));
    for (wait, told) in [(100, 300), (600, 600)] {
        let until = start + Duration::from_millis(wait);
        let hasty = Check { until, ..check(&secrets, [2; 4], "secret") };
        let Finding::Waiting(answer) = checker.ask(hasty) else { panic!("it is not known") };
        assert!(answer.blocking_recv().is_err());
        let took = start.elapsed();
        let told = Duration::from_millis(told);
        assert!((told..Duration::from_millis(1200)).contains(&took), "{took:?}");
    }
    assert_eq!(answer(guess), Some(false));
    let again = checker.ask(check(&secrets, [2; 4], "secret"));
    assert!(matches!(again, Finding::Right) || answer(again) == Some(true));
}

/// The ways of a waker.
struct Does<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Does<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// Asks, and would be told by `wake`.
fn ask_once(
    checker: &Checker,
    check: Check,
    wake: impl Fn() + Send + Sync + 'static,
) -> oneshot::Receiver<bool> {
    let Finding::Waiting(mut answer) = checker.ask(check) else { panic!("it is not known") };
    let waker = Arc::new(Does(wake)).into();
    let polled = Pin::new(&mut answer).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    answer
}

#[test]
fn a_waker_may_panic_or_ask_again() {
    let compare: Compare = |_, password| {
        thread::sleep(Duration::from_millis(50));
        password == b"secret"
    };
    let (checker, secrets) = (checker(compare), Secrets::new().unwrap());
    let secret = || check(&secrets, [1; 4], "secret");
    let _panics = ask_once(&checker, secret(), || panic!("a waker that panics, on purpose"));
    let (asks, told) = channel();
    let again = (checker.clone(), Mutex::new(Some(check(&secrets, [3; 4], "other"))));
    let _asks = ask_once(&checker, check(&secrets, [2; 4], "guess"), move || {
        let other = again.1.lock().unwrap().take().unwrap();
        asks.send(matches!(again.0.ask(other), Finding::Waiting(_))).unwrap();
    });
    assert_eq!(told.recv_timeout(Duration::from_secs(5)), Ok(true));
    let more = thread::spawn(move || answer(checker.ask(check(&secrets, [4; 4], "more"))));
    assert_eq!(more.join().unwrap(), Some(false));
}

#[test]
fn an_address_is_a_customer() {
    let peer = |text: &str| Peer::of(text.parse().ok());
    assert_eq!(peer("2001:db8::1"), peer("2001:db8::2:0:0:2"));
    assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
    assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
    assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
    assert_ne!(peer("192.0.2.1"), Peer::of(None));
}

#[test]
fn bcrypt_compares() {
    let hash: PasswordHash = HASH.parse().unwrap();
    assert!(hash.is_of(b"secret") && !hash.is_of(b"secret ") && !hash.is_of(b""));
    // Of `test`, as htpasswd writes it.
    let hash: PasswordHash =
        "$2y$05$abcdefghijklmnopqrstuuMceFj4VbmHOj8C7PetMxzZkwre/z.Ri".parse().unwrap();
    assert!(hash.is_of(b"test") && !hash.is_of(b"secret"));
    for text in ["", "doe", "$2y$19$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"] {
        text.parse::<PasswordHash>().unwrap_err();
    }
}
