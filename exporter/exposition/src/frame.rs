//! The place of a family in a buffer.

/// A buffer that is only ever appended to, and the family at its end.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) out: &'a mut Vec<u8>,
    /// The offsets at which the header of the family begins and ends.
    header: usize,
    body: usize,
    /// Whether samples of it were passed on.
    is_passed_on: bool,
}

impl<'a> Frame<'a> {
    /// A frame at the end of `out`.
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Frame { header: out.len(), body: out.len(), out, is_passed_on: false }
    }

    /// Says that the header of the family ends here.
    pub(crate) fn end_header(&mut self) {
        self.body = self.out.len();
    }

    /// Ends the family, and says whether it has a sample; its header is taken back otherwise.
    pub(crate) fn end_family(&mut self) -> bool {
        let has_samples = self.has_samples();
        if !has_samples {
            self.out.truncate(self.header);
        }
        self.is_passed_on = false;
        self.header = self.out.len();
        self.body = self.header;
        has_samples
    }

    /// Gives `take` whatever stays as it is, and removes it: all but the header of a family without
    /// samples, which may go yet.
    pub(crate) fn pass_on(&mut self, take: impl FnOnce(&[u8])) {
        let has_samples = self.has_samples();
        let settled = if has_samples { self.out.len() } else { self.header };
        take(&self.out[..settled]);
        self.out.drain(..settled);
        self.is_passed_on = has_samples;
        self.header = 0;
        self.body = self.body.saturating_sub(settled);
    }

    /// Gives `take` the families that are complete, and removes them.
    pub(crate) fn pass_on_families(&mut self, take: impl FnOnce(&[u8])) {
        let settled = self.header;
        take(&self.out[..settled]);
        self.out.drain(..settled);
        // A large family leaves no more memory to small ones than they need.
        if self.out.capacity() > LARGE {
            self.out.shrink_to(LARGE);
        }
        self.header = 0;
        self.body -= settled;
    }

    /// Where the header of the family begins.
    pub(crate) fn header(&self) -> usize {
        self.header
    }

    fn has_samples(&self) -> bool {
        self.is_passed_on || self.out.len() > self.body
    }
}

/// Bytes that most families fit into.
const LARGE: usize = 1 << 20;
