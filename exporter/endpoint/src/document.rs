//! A rendered document that many read.

use std::{
    iter,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::{contents::Contents, encoding::Encoding, excerpt::Excerpt};

/// A document is withdrawn from readers who have not read all of it so long after it was last handed out; as
/// long as a whole exchange may take on a listener.
pub(crate) const LIFE: Duration = Duration::from_secs(30);
/// Where another is wanted and there is no room for it, readers of whom none reads on lose theirs after this
/// time, and those who read on so long after it was last handed out, unless they read on at their [`Pace`].
const STALLED: Duration = Duration::from_secs(1);
const OUTSTAYED: Duration = Duration::from_secs(5);
/// Bytes in a second that are enough for anybody: two megabits.
const PACE: u32 = 256 * 1024;
/// Of what readers take at once, so much counts: the system takes it, and asks for more when that is sent.
const AHEAD: Duration = Duration::from_secs(2);

/// A rendered document that many read, until it is withdrawn.
#[derive(Debug)]
pub(crate) struct Document {
    /// What is on it.
    pub(crate) contents: Contents,
    /// The lengths in bytes of the forms that it has.
    lens: [OnceLock<usize>; FORMS],
    /// When it was there.
    born: Instant,
    /// When it was last handed out, in milliseconds of its life.
    handed_out: AtomicU64,
    /// When somebody last read on, or could begin to, in milliseconds of its life.
    read: AtomicU64,
    /// Until when what was read is as much as it must be, in microseconds of its life.
    paid: AtomicU64,
    /// In pieces of their own, so that who has one in hand keeps nothing else of it; absent when it was
    /// withdrawn.
    parts: Mutex<Option<Forms>>,
}

/// Bytes that a reader takes in a second who is worth to wait for.
///
/// All readers of a document take them together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace(u32);

impl Pace {
    /// That of a reader who has `time` for so many bytes: who is slower is not done in time anyway, and
    /// [`PACE`] is enough for anybody.
    pub(crate) fn of(len: usize, time: Duration) -> Self {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
        let needed = (len as u64).saturating_mul(1_000).div_ceil(millis);
        Self(u32::try_from(needed).unwrap_or(PACE).clamp(1, PACE))
    }
}

/// A form in which a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For scrapers.
    Page(Encoding),
    /// For humans: what is on it, and whatever else there is.
    Overview,
}

/// The parts of a document in each form; empty where there is none.
pub(crate) type Forms = [Arc<[Bytes]>; FORMS];

const FORMS: usize = 4;

impl Form {
    fn index(self) -> usize {
        match self {
            Self::Page(encoding) => encoding as usize,
            Self::Overview => FORMS - 1,
        }
    }
}

impl From<Encoding> for Form {
    fn from(encoding: Encoding) -> Self {
        Self::Page(encoding)
    }
}

impl Document {
    /// The document of `parts`, and the same in other encodings.
    pub(crate) fn new(
        parts: Vec<Bytes>,
        others: impl IntoIterator<Item = (Encoding, Vec<Bytes>)>,
    ) -> Self {
        let (mut lens, mut forms) = ([const { OnceLock::new() }; FORMS], Forms::default());
        for (encoding, parts) in iter::once((Encoding::Identity, parts)).chain(others) {
            lens[encoding as usize] = len(&parts).into();
            forms[encoding as usize] = parts.into();
        }
        let [handed_out, read, paid] = [0; 3].map(AtomicU64::new);
        let (contents, parts) = (Contents::default(), Mutex::new(Some(forms)));
        Self { contents, lens, born: Instant::now(), handed_out, read, paid, parts }
    }

    /// The same, with what is on it.
    pub(crate) fn with_contents(self, contents: Contents) -> Self {
        Self { contents, ..self }
    }

    /// The encoding in which whoever wants this one reads it: that of its source if there is no other.
    pub(crate) fn encoding(&self, wanted: Encoding) -> Encoding {
        self.lens[wanted as usize].get().map_or(Encoding::Identity, |_| wanted)
    }

    /// Gives it the form for humans, unless it has one: once for all who look at it.
    pub(crate) fn show(&self, overview: impl FnOnce() -> Vec<Bytes>) {
        self.lens[Form::Overview.index()].get_or_init(|| {
            let parts = overview();
            let len = len(&parts);
            if let Some(forms) = &mut *self.forms() {
                forms[Form::Overview.index()] = parts.into();
            }
            len
        });
    }

    /// Its length in bytes in a form that it has, also when it was withdrawn.
    pub(crate) fn len(&self, form: Form) -> usize {
        self.lens[form.index()].get().copied().unwrap_or(0)
    }

    /// The bytes that it takes in all forms.
    pub(crate) fn size(&self) -> usize {
        self.lens.iter().filter_map(OnceLock::get).sum()
    }

    /// Whether it was there longer ago than `age`.
    pub(crate) fn is_older(&self, age: Duration) -> bool {
        self.born.elapsed() > age
    }

    /// Somebody who was not there when it was written may read it too.
    pub(crate) fn hand_out(&self, now: Instant) {
        let age = self.age(now);
        self.handed_out.store(age, Ordering::Relaxed);
        self.read.fetch_max(age, Ordering::Relaxed);
    }

    /// Its part number `index` in a form, for a reader `now` who must read at this pace, unless it was
    /// withdrawn or has no such part.
    pub(crate) fn part(
        &self,
        form: impl Into<Form>,
        index: usize,
        pace: Pace,
        now: Instant,
    ) -> Option<Bytes> {
        let form = form.into();
        self.take(pace, now, |forms| forms[form.index()].get(index).cloned())
    }

    /// The next piece of an excerpt, as [`Document::part`] gives parts of the whole.
    pub(crate) fn piece(&self, excerpt: &mut Excerpt, pace: Pace, now: Instant) -> Option<Bytes> {
        self.take(pace, now, |forms| excerpt.of(&forms[Encoding::Identity as usize]))
    }

    fn take(
        &self,
        pace: Pace,
        now: Instant,
        of: impl FnOnce(&Forms) -> Option<Bytes>,
    ) -> Option<Bytes> {
        let taken = self.forms().as_ref().and_then(of);
        self.read.fetch_max(self.age(now), Ordering::Relaxed);
        self.pay(taken.as_ref().map_or(0, Bytes::len), pace, now);
        taken
    }

    /// Somebody has taken so many bytes.
    fn pay(&self, len: usize, Pace(pace): Pace, now: Instant) {
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let age = micros(now.saturating_duration_since(self.born));
        let (bought, most) =
            (len as u64 * 1_000_000 / u64::from(pace), age.saturating_add(micros(AHEAD)));
        let after = |paid: u64| paid.max(age).saturating_add(bought).min(most);
        let _ =
            self.paid.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |paid| Some(after(paid)));
    }

    /// When somebody last read on.
    pub(crate) fn last_read(&self) -> Instant {
        self.at(&self.read)
    }

    /// When it may be withdrawn for another one.
    pub(crate) fn yields_at(&self) -> Instant {
        let paid = self.born + Duration::from_micros(self.paid.load(Ordering::Relaxed));
        (self.last_read() + STALLED).min(self.at(&self.handed_out) + OUTSTAYED).max(paid)
    }

    /// When it is withdrawn in any case, unless it is handed out again.
    pub(crate) fn ends_at(&self) -> Instant {
        self.at(&self.handed_out) + LIFE
    }

    fn age(&self, now: Instant) -> u64 {
        let age = now.saturating_duration_since(self.born);
        u64::try_from(age.as_millis()).unwrap_or(u64::MAX)
    }

    fn at(&self, age: &AtomicU64) -> Instant {
        self.born + Duration::from_millis(age.load(Ordering::Relaxed))
    }

    /// Takes it away from all who read it, and gives what they have yet to read.
    pub(crate) fn withdraw(&self) -> Forms {
        self.forms().take().unwrap_or_default()
    }

    fn forms(&self) -> MutexGuard<'_, Option<Forms>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of a form.
fn len(parts: &[Bytes]) -> usize {
    parts.iter().map(Bytes::len).sum()
}
