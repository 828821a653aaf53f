//! Where strings, names in quotes and comments end.
//!
//! Each takes the bytes behind the opening sign and says how many belong to it, the closing sign
//! included; what nothing closes has no end.

use crate::dialect::Dialect;

/// How many bytes in a row are such.
pub(crate) fn run_len(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> usize {
    looked_at(bytes.iter().take_while(|byte| is_such(**byte)).count())
}

/// How a quote can stand inside a string, beside being doubled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    None,
    Backslash,
}

/// A string that was read.
pub(crate) struct StringEnd {
    pub(crate) len: usize,
    pub(crate) is_closed: bool,
    /// A backslash stood before a quote: with the other [`Escape`] it ends elsewhere.
    pub(crate) has_escaped_quote: bool,
}

pub(crate) fn string(bytes: &[u8], quote: u8, escape: Escape) -> StringEnd {
    let mut end = StringEnd { len: 0, is_closed: false, has_escaped_quote: false };
    let mut is_escaped = false;
    while let Some(&byte) = bytes.get(end.len) {
        end.len += 1;
        if byte == b'\\' {
            is_escaped = !is_escaped;
            continue;
        }
        let was_escaped = std::mem::take(&mut is_escaped);
        if byte != quote {
            continue;
        }
        end.has_escaped_quote |= was_escaped;
        if was_escaped && escape == Escape::Backslash {
            continue;
        }
        if bytes.get(end.len) != Some(&quote) {
            end.is_closed = true;
            break;
        }
        end.len += 1;
    }
    looked_at(end.len);
    end
}

/// A name that ends with `end`, which may be doubled, but for a bracket; `None` without its end.
pub(crate) fn quoted_len(bytes: &[u8], end: u8) -> Option<usize> {
    let mut len = 0;
    while let Some(&byte) = bytes.get(len) {
        len += 1;
        if byte == end {
            if end == b']' || bytes.get(len) != Some(&end) {
                return Some(looked_at(len));
            }
            len += 1;
        }
    }
    looked_at(len);
    None
}

/// A text that ends with `tag`; `None` without it.
pub(crate) fn dollar_quoted_len(bytes: &[u8], tag: &[u8]) -> Option<usize> {
    // A tag holds a dollar only at its ends, so a search that failed in the middle of one tag can
    // go on where it failed: no byte is compared more than twice.
    let mut at = 0;
    loop {
        at += run_len(&bytes[at..], |byte| byte != b'$');
        let same = bytes[at..].iter().zip(tag).take_while(|(a, b)| a == b).count();
        at += looked_at(same);
        if same == tag.len() {
            return Some(at);
        }
        if at == bytes.len() {
            return None;
        }
    }
}

/// Where a comment ends.
pub(crate) enum CommentEnd {
    /// Behind so many bytes.
    At(usize),
    /// Nowhere: it is not closed.
    Missing,
    /// The dialects disagree.
    Doubtful,
}

pub(crate) fn block_comment_end(bytes: &[u8], dialect: Dialect) -> CommentEnd {
    let mut depth = 1_u32;
    let mut len = 0;
    if dialect == Dialect::Other && matches!(bytes, [b'!', ..] | [b'M', b'!', ..]) {
        let has_an_end = bytes.windows(2).any(|pair| pair == b"*/");
        return if has_an_end { CommentEnd::Doubtful } else { CommentEnd::Missing };
    }
    while let Some(&byte) = bytes.get(len) {
        match (byte, bytes.get(len + 1)) {
            (b'*', Some(b'/')) => {
                len += 2;
                depth -= 1;
                if depth == 0 {
                    return CommentEnd::At(looked_at(len));
                }
            }
            (b'/', Some(b'*')) if dialect == Dialect::Postgres => {
                len += 2;
                depth += 1;
            }
            (b'/', Some(b'*')) if dialect == Dialect::Other => return CommentEnd::Doubtful,
            _ => len += 1,
        }
    }
    looked_at(len);
    // SQLite takes the end of the text for the end of the comment.
    if dialect == Dialect::Sqlite { CommentEnd::At(len) } else { CommentEnd::Missing }
}

/// Says how many bytes were looked at, so that a test can tell that they are not too many.
pub(crate) fn looked_at(bytes: usize) -> usize {
    #[cfg(test)]
    LOOKED_AT.set(LOOKED_AT.get() + bytes);
    bytes
}

#[cfg(test)]
thread_local! {
    /// Bytes that were looked at on this thread.
    pub(crate) static LOOKED_AT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
