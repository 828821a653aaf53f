//! Prints `METRICS.md`.

use integration_tests::reference;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    print!("{}", reference::metrics_md().await);
}
