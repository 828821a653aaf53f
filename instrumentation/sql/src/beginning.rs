//! The beginning of a text.

/// The longest beginning of `text` that has at most `bytes` bytes, and no half of a character.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_character_is_halved_and_none_left_out_that_fits(text in ".{0,12}", bytes in 0_usize..40) {
            let beginning = beginning(&text, bytes);
            let mut expected = String::new();
            for character in text.chars() {
                if expected.len() + character.len_utf8() > bytes {
                    break;
                }
                expected.push(character);
            }
            prop_assert_eq!(beginning, expected);
        }
    }
}
