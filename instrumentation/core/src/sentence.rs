use std::{error::Error, fmt};

/// Writes `error` as a person reads it, with those of its causes that it does not name itself.
///
/// It is what the errors of kymo show for debugging, because that is what a `main` prints that returns
/// an error: the sentence with its remedy, and not the fields.
///
/// # Errors
///
/// When `f` takes no more.
pub fn sentence(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut told = error.to_string();
    f.write_str(&told)?;
    let mut cause = error.source();
    while let Some(error) = cause {
        let further = error.to_string();
        if !told.contains(&further) {
            write!(f, ": {further}")?;
            told = further;
        }
        cause = error.source();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Told(&'static str, Option<Box<Told>>);

    impl fmt::Display for Told {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Told {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|error| -> &(dyn Error + 'static) { error })
        }
    }

    #[test]
    fn every_cause_is_told_once() {
        struct Shown(Told);

        impl fmt::Debug for Shown {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                sentence(&self.0, f)
            }
        }

        let refused = Told("refused", Some(Box::new(Told("port 7 is taken", None))));
        let named = Told("cannot listen (refused)", Some(Box::new(refused)));
        let shown = format!("{:?}", Shown(named));
        assert_eq!(shown, "cannot listen (refused): port 7 is taken");
    }
}
