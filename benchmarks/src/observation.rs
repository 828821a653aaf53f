//! The cost that looking for a trace adds to one observation that has none.

mod instrument;

use crate::callgrind;
use crate::promise::Promise;
use crate::subject::{BoxError, Subject};
use crate::table;
use instrument::{Kind, Observations};

const TIMES_UNDER_CALLGRIND: u64 = 20_000;
const KINDS: [(&str, Kind); 2] = [("histogram", Kind::Histogram), ("counter", Kind::Counter)];
/// The meters, by whose instruments they make: kymo's own come without the rules of views.
const METERS: [(&str, &str, &str); 2] =
    [("application", "of the application", "bookshop"), ("kymo", "of kymo", "kymo-bench")];
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

/// The subject called `observation/KIND/METER/FILTER`.
pub fn subject(kind: &str, meter: &str, filter: &str) -> Result<Box<dyn Subject>, BoxError> {
    let found = KINDS.iter().find(|(name, _)| *name == kind);
    let (_, kind) = found.ok_or_else(|| format!("there is no instrument {kind:?}"))?;
    let found = METERS.iter().find(|(name, ..)| *name == meter);
    let (.., meter) = found.ok_or_else(|| format!("there is no meter {meter:?}"))?;
    Ok(Box::new(Observations::new(*kind, meter, filter)?))
}
