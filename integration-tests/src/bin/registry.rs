//! Writes the files of `registry`.

use std::{fs, io, path::Path};

use integration_tests::registry;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../registry");
    fs::create_dir_all(&folder)?;
    registry::files().into_iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))
}
