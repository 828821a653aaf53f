//! The strict readers of Python's `prometheus_client`.

use std::fs;

use crate::tool;

/// Reads the document of its argument, and prints how many samples it has.
const SCRIPT: &str = "\
import sys
from prometheus_client import parser as text
from prometheus_client.openmetrics import parser as openmetrics
read = openmetrics if sys.argv[1] == 'openmetrics' else text
with open(sys.argv[2], newline='', encoding='utf-8') as file:
    families = list(read.text_string_to_metric_families(file.read()))
print(sum(len(family.samples) for family in families))
";

/// How many samples the reader of OpenMetrics, or of text, finds in a document.
///
/// # Errors
///
/// What it objects to.
///
/// # Panics
///
/// Without the reader, which `scripts/tools` puts where it is found.
pub fn samples(document: &str, is_openmetrics: bool) -> Result<usize, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (script, page) = (folder.path().join("read.py"), folder.path().join("page"));
    fs::write(&script, SCRIPT).expect("a writable folder");
    fs::write(&page, document).expect("a writable folder");
    let output = tool::command("prometheus-client", "prometheus-client")
        .arg(script)
        .arg(if is_openmetrics { "openmetrics" } else { "text" })
        .arg(page)
        .output()
        .expect("Python starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let count = said.trim().parse().ok().filter(|_| output.status.success());
    count.ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
