//! The beginning of a text.

/// The longest beginning of `text` that has at most `bytes` bytes, and no half of a character.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_is_halved_and_none_left_out_that_fits() {
        let beginnings = ["", "", "é", "éa", "éa", "éa", "éa€", "éa€"];
        for (bytes, expected) in beginnings.into_iter().enumerate() {
            assert_eq!(beginning("éa€", bytes), expected, "{bytes}");
        }
    }
}
