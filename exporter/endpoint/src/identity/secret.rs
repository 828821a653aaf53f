//! Secrets that are compared and remembered, and never kept.

use ring::{
    hmac::{self, HMAC_SHA256, Key},
    rand::SystemRandom,
};
use subtle::ConstantTimeEq;

/// A key that this process made up, so that nobody outside can say what becomes of a secret.
#[derive(Debug)]
pub(super) struct Secrets(Key);

/// A fingerprint of a secret: equal for equal secrets, and nothing leads back from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Tag([u8; 32]);

impl Secrets {
    /// Nothing if the system has no randomness.
    pub(super) fn new() -> Option<Self> {
        Key::generate(HMAC_SHA256, &SystemRandom::new()).ok().map(Self)
    }

    pub(super) fn tag(&self, secret: &[u8]) -> Tag {
        self.tag_of(&[secret])
    }

    /// The tag of several, which is that of no others.
    pub(super) fn tag_of(&self, secrets: &[&[u8]]) -> Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for secret in secrets {
            context.update(&(secret.len() as u64).to_be_bytes());
            context.update(secret);
        }
        let mut tag = [0; 32];
        for (to, from) in tag.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        Tag(tag)
    }
}

impl Tag {
    /// Whether it is one of `tags`, in a time that tells neither which nor how nearly.
    pub(super) fn is_one_of(&self, tags: &[Self]) -> bool {
        let mut is_one = subtle::Choice::from(0);
        for tag in tags {
            is_one |= self.0.ct_eq(&tag.0);
        }
        is_one.into()
    }

    /// One of `count` numbers, always the same for this tag.
    pub(super) fn index(&self, count: usize) -> usize {
        let first =
            self.0.iter().take(4).fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        first.checked_rem(count).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_again_and_no_other_is() {
        let secrets = Secrets::new().unwrap();
        let known = [secrets.tag(b"one"), secrets.tag(b"two")];
        assert!(secrets.tag(b"two").is_one_of(&known));
        assert!(!secrets.tag(b"three").is_one_of(&known) && !secrets.tag(b"two").is_one_of(&[]));
        assert_ne!(secrets.tag_of(&[b"ab", b"c"]), secrets.tag_of(&[b"a", b"bc"]));
        assert_ne!(Secrets::new().unwrap().tag(b"one"), known[0], "a key of each its own");
    }
}
