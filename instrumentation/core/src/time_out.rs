//! The errors that say that time ran out.
//!
//! An error is a time-out by itself if it is one of `std::io` that says so, or of a type that is called
//! `Elapsed`, `TimedOut`, `Timeout`, `TimeoutError`, `TimeoutExpired` or `DeadlineExceeded`, as those of
//! tower-http and tonic are. An `enum` is what its variant is called.
//!
//! Of a type that is no standard error nothing is known but its name. So a `TimeoutError` is believed only if
//! it holds nothing: one that does is likely to be an `enum` of more than that.

use std::{
    any::type_name,
    error::Error,
    fmt::{self, Write},
    io,
};

/// The names of types that say nothing but that time ran out.
const NAMES: [&str; 6] =
    ["DeadlineExceeded", "Elapsed", "TimedOut", "Timeout", "TimeoutError", "TimeoutExpired"];

/// The one of these names that an `enum` may have which knows other errors, too.
const AMBIGUOUS: &str = "TimeoutError";

/// Whether the name of the type `E` says that any error of it is a time-out.
pub fn is_called_so<E>() -> bool {
    let name = type_name::<E>().rsplit("::").next().unwrap_or_default();
    NAMES.contains(&name) && (name != AMBIGUOUS || size_of::<E>() == 0)
}

/// Whether `error` is a time-out, apart from its causes.
pub fn says_so(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref().is_some_and(|e: &io::Error| e.kind() == io::ErrorKind::TimedOut)
        || is_shown_so(error)
}

/// Whether the name with which an error shows itself for debugging is one of [`NAMES`].
///
/// A derived `Debug` is the name of the type, or of the variant of an `enum`, and then nothing, or
/// what is in it in parentheses or braces. Any other text only begins with a word.
fn is_shown_so(error: &dyn Error) -> bool {
    let mut start = Start::default();
    // What is written is never refused, or a `Debug` that relies on it would panic.
    let _ = write!(start, "{error:?}");
    start.name().is_some_and(|name| NAMES.contains(&name))
}

/// The start of what is written, longer than any of [`NAMES`] and what may follow it.
#[derive(Default)]
struct Start {
    bytes: [u8; 24],
    len: usize,
}

impl Start {
    /// The name that a derived `Debug` would have begun with.
    fn name(&self) -> Option<&str> {
        let text = &self.bytes[..self.len];
        let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric());
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let is_derived = rest.is_empty() || rest.starts_with(b"(") || rest.starts_with(b" {");
        str::from_utf8(name).ok().filter(|_| is_derived)
    }
}

impl Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let free = &mut self.bytes[self.len..];
        let taken = text.len().min(free.len());
        free[..taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.len += taken;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use super::*;

    /// An error that needs the whole of its text to be taken.
    struct Demanding;

    impl fmt::Debug for Demanding {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            writeln!(f, "Demanding {{ and long: {} }}", "x".repeat(100)).unwrap();
            write!(f, "of more than one line").unwrap();
            Ok(())
        }
    }

    impl fmt::Display for Demanding {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("demanding")
        }
    }

    impl Error for Demanding {}

    #[test]
    fn what_an_error_says_of_itself_is_never_refused() {
        // No panic, caught or not: a hook would be told of it, and may end the process.
        let text = format!("{Demanding:?}");
        let mut name = Start::default();
        assert_eq!(write!(name, "{Demanding:?}"), Ok(()), "{text}");
        let unwound = Arc::new(AtomicBool::new(false));
        let (thread, told) = (std::thread::current().id(), Arc::clone(&unwound));
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == thread {
                told.store(true, Ordering::Relaxed);
            }
            hook(panic);
        }));
        assert!(!says_so(&Demanding));
        assert!(!unwound.load(Ordering::Relaxed));
    }
}
