//! Passwords of which only a hash is known.

use std::{fmt, str::FromStr};

use bcrypt::HashParts;

/// The bcrypt hash of a password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PasswordHash(String);

impl PasswordHash {
    /// Whether it is made of `password`: a tenth of a second of work, or much more.
    ///
    /// As everywhere with bcrypt, only the first 72 bytes of a password count.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        bcrypt::verify(password, &self.0).unwrap_or(false)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FromStr for PasswordHash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: HashParts = text.parse().map_err(|_| {
            "this is no hash of bcrypt; make one, such as by `htpasswd -nBC 10 '' | tr -d ':\\n'`"
        })?;
        if !COSTS.contains(&parts.get_cost()) {
            let (least, most) = (COSTS.start(), COSTS.end());
            return Err(format!(
                "the cost of this hash is {}: one look at a password would take too long, or none; \
                 make it with a cost from {least} to {most}, such as 10",
                parts.get_cost()
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A hash can be guessed at.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(_)")
    }
}

/// From the least that bcrypt has, to what takes a quarter of a minute.
const COSTS: std::ops::RangeInclusive<u32> = 4..=18;
