//! Every metric this crate emits, in parts, each with how its instruments are read.

mod build;
mod classic;
mod process;
mod runtime;

use kymo_core::{MetricSpec, Scope};

pub use self::{build::*, classic::*, process::*, runtime::*};

/// Every metric declared in this crate.
pub const ALL: &[MetricSpec] = &joined::<COUNT>(PARTS);

const PARTS: &[&[MetricSpec]] = &[process::ALL, classic::ALL, build::ALL, runtime::ALL];

const COUNT: usize =
    process::ALL.len() + classic::ALL.len() + build::ALL.len() + runtime::ALL.len();

/// The instrumentation scope of all of them.
pub(crate) const SCOPE: Scope = Scope::of_crate(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// All metrics of `parts`, of which there are `N`: the compiler refuses any other number.
const fn joined<const N: usize>(parts: &[&[MetricSpec]]) -> [MetricSpec; N] {
    let mut all = [BUILD_INFO; N];
    let (mut len, mut part) = (0, 0);
    while part < parts.len() {
        let mut metric = 0;
        while metric < parts[part].len() {
            all[len] = parts[part][metric];
            len += 1;
            metric += 1;
        }
        part += 1;
    }
    assert!(len == N, "a part is missing");
    all
}
