//! The first bytes of what something shows.

use std::{
    fmt::{self, Arguments, Write},
    str,
};

/// The first `N` bytes of a text, on the stack; what comes after them need not even be formatted.
pub(crate) struct Prefix<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Prefix<N> {
    pub(crate) fn of(shown: Arguments<'_>) -> Self {
        let mut prefix = Self { bytes: [0; N], len: 0 };
        // It ends in an error where the text is longer.
        let _ = prefix.write_fmt(shown);
        prefix
    }

    /// As much of it as is whole characters.
    pub(crate) fn text(&self) -> &str {
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        let whole = str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        str::from_utf8(&bytes[..whole]).unwrap_or_default()
    }
}

impl<const N: usize> Write for Prefix<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.bytes[self.len..];
        let fits = room.len().min(text.len());
        room[..fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.len += fits;
        if fits == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_all_of_the_characters_that_fit(one: String, two: String) {
            let prefix = Prefix::<16>::of(format_args!("{one}{two}"));
            let whole = format!("{one}{two}");
            prop_assert_eq!(prefix.text(), &whole[..whole.floor_char_boundary(16)]);
        }
    }
}
