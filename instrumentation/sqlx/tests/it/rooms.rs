//! A query walks down through the folders of this crate, and never back up.

use std::{fs, path::Path};

/// From the top.
const ROOMS: [&str; 4] = ["handles", "recording", "rows", "database"];

#[test]
fn no_folder_knows_one_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (depth, room) in ROOMS.iter().enumerate() {
        let mut files = 0;
        read(&source.join(room), &mut |path, text| {
            files += 1;
            for above in &ROOMS[..depth] {
                let is_known = text.lines().any(|line| {
                    let line = line.trim_start();
                    line.starts_with(&format!("{above}::"))
                        || line.contains(&format!("crate::{above}::"))
                        || line.contains(&format!("crate::{{{above}::"))
                        || line.contains(&format!(" {above}::"))
                });
                assert!(!is_known, "{} knows what is in {above}", path.display());
            }
        });
        assert!(files > 0, "{room} is empty");
    }
}

fn read(folder: &Path, file: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, file);
        } else {
            file(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
