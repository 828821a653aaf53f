//! Prints `docs/conformance.md`.

use integration_tests::conformance;

fn main() {
    print!("{}", conformance::conformance_md());
}
