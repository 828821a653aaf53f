//! The cost that looking for a trace adds to one observation that has none.

use paths::BoxError;
use paths::callgrind;
use paths::observation::{KINDS, METERS};

use crate::promise::Promise;
use crate::table;

const TIMES_UNDER_CALLGRIND: u64 = 20_000;
/// Whose instruments the promise is about.
const PROMISED: &str = METERS[0].0;
const LIMIT: f64 = 20.0;

/// Prints the table and returns what it promises.
pub fn table() -> Result<Vec<Promise>, BoxError> {
    let mut rows = Vec::new();
    let mut promises = Vec::new();
    for (kind, _) in KINDS {
        for (meter, title, _) in METERS {
            let count = |filter: &str| {
                callgrind::cost(
                    &format!("observation/{kind}/{meter}/{filter}"),
                    TIMES_UNDER_CALLGRIND,
                )
            };
            let (off, on) = (count("off")?, count("on")?);
            let added = on.over(off).instructions;
            let what = format!("a bound {kind} {title}");
            rows.push(vec![
                what.clone(),
                format!("{:.0}", off.instructions),
                format!("{added:.0}"),
            ]);
            if meter == PROMISED {
                let what =
                    format!("exemplars: instructions of one observation without a trace, {what}");
                promises.push(Promise::at_most(LIMIT, what, added));
            }
        }
    }
    table::print("Exemplars: one observation without a trace", 1, &COLUMNS, &rows);
    Ok(promises)
}

const COLUMNS: [&str; 3] = ["observed by", "instructions without exemplars", "added"];
