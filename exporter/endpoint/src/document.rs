//! A rendered document that many read.

use std::{
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::{
    dialect::Dialect,
    encoding::Encoding,
    excerpt::Excerpt,
    form::{Form, Forms, Known, Rendering, len},
};

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
    pages: Vec<Known>,
    /// The length in bytes of the form for humans, if it has that.
    overview: OnceLock<usize>,
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

impl Document {
    /// The document of these pages, each in another dialect.
    pub(crate) fn of(pages: Vec<Rendering>) -> Self {
        let (forms, pages) = Forms::of(pages);
        let [handed_out, read, paid] = [0; 3].map(AtomicU64::new);
        let (overview, parts) = (OnceLock::new(), Mutex::new(Some(forms)));
        Self { pages, overview, born: Instant::now(), handed_out, read, paid, parts }
    }

    /// Which of its pages is in this dialect.
    pub(crate) fn find(&self, dialect: Dialect) -> Option<usize> {
        self.pages.iter().position(|page| page.dialect == dialect)
    }

    /// The dialects of its pages.
    pub(crate) fn dialects(&self) -> impl Iterator<Item = Dialect> {
        self.pages.iter().map(|page| page.dialect)
    }

    /// What is known of a page of it.
    pub(crate) fn page(&self, page: usize) -> Option<&Known> {
        self.pages.get(page)
    }

    /// Whether nobody wanted all of it.
    pub(crate) fn is_partial(&self) -> bool {
        self.pages.iter().any(|page| page.contents.is_partial)
    }

    /// The encoding in which whoever wants this one reads a page: that of its source if there is no other.
    pub(crate) fn encoding(&self, page: usize, wanted: Encoding) -> Encoding {
        let len = self.page(page).and_then(|page| page.len(wanted));
        len.map_or(Encoding::Identity, |_| wanted)
    }

    /// Gives it the form for humans, unless it has one: once for all who look at it.
    pub(crate) fn show(&self, overview: impl FnOnce() -> Vec<Bytes>) {
        self.overview.get_or_init(|| {
            let parts = overview();
            let len = len(&parts);
            if let Some(forms) = &mut *self.forms() {
                forms.overview = parts.into();
            }
            len
        });
    }

    /// Its length in bytes in a form that it has, also when it was withdrawn.
    pub(crate) fn len(&self, form: Form) -> usize {
        let len = match form {
            Form::Page(page, encoding) => self.page(page).and_then(|page| page.len(encoding)),
            Form::Overview => self.overview.get().copied(),
        };
        len.unwrap_or(0)
    }

    /// The bytes that it takes in all forms.
    pub(crate) fn size(&self) -> usize {
        let overview = self.overview.get().copied().unwrap_or(0);
        self.pages.iter().map(Known::size).sum::<usize>() + overview
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
    pub(crate) fn part(&self, form: Form, index: usize, pace: Pace, now: Instant) -> Option<Bytes> {
        self.take(pace, now, |forms| forms.parts(form).get(index).cloned())
    }

    /// The next piece of an excerpt, as [`Document::part`] gives parts of the whole.
    pub(crate) fn piece(
        &self,
        form: Form,
        excerpt: &mut Excerpt,
        pace: Pace,
        now: Instant,
    ) -> Option<Bytes> {
        self.take(pace, now, |forms| excerpt.of(forms.parts(form)))
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
