//! The files of the repository are those that are made now.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use crate::tools::root;

#[tokio::test]
async fn the_repository_has_what_is_made_of_the_constants_and_nothing_else() {
    let made = dashboards::committed().await;
    for (path, text) in &made {
        if env::var_os("KYMO_BOARDS").is_some_and(|value| value == "overwrite") {
            fs::write(root().join(path), text).unwrap();
        }
        let kept = fs::read_to_string(root().join(path)).unwrap_or_default();
        assert!(kept == *text, "{path} is out of date; run `cargo run -p dashboards`");
    }
    let made: BTreeSet<_> = made.iter().map(|(path, _)| root().join(path)).collect();
    for folder in ["dashboards", "dashboards/native", "rules", "rules/native"] {
        for file in files(&root().join(folder)) {
            assert!(made.contains(&file), "{} is not made any more", file.display());
        }
    }
    assert!(made.len() > 20, "{made:?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|it| it == "json" || it == "yml")).collect()
}
