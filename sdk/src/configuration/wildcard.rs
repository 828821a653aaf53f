//! Patterns with `*` and `?`.

/// Whether `name` matches `pattern`, in which `*` stands for any number of characters and `?` for
/// one; others must be the `same`. It takes a time of the product of their lengths at most.
pub(crate) fn matches(pattern: &str, name: &str, same: impl Fn(char, char) -> bool) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where the last `*` was, and how much of the name it has taken.
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || same(*c, name[n]) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|rest| *rest == '*')
}
