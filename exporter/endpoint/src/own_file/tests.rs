use std::os::unix::fs::symlink;

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_is_there_until_it_is_dropped_and_is_for_everybody_to_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let own = OwnFile::write(&path, "text").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "text");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(names(folder.path()), ["a.json"], "nothing else is left");
    drop(own);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_file_that_another_has_replaced_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let old = OwnFile::write(&path, "same").unwrap();
    let new = OwnFile::write(&path, "same").unwrap();
    drop(old);
    assert_eq!(fs::read_to_string(&path).unwrap(), "same", "it is the new one's");
    drop(new);
    assert!(!path.exists());

    // A file that was removed cannot lend its identity to the next one.
    let old = OwnFile::write(&path, "same").unwrap();
    for _ in 0..16 {
        fs::remove_file(&path).unwrap();
        fs::write(&path, "another").unwrap();
    }
    drop(old);
    assert_eq!(fs::read_to_string(&path).unwrap(), "another");
}

#[test]
fn what_others_put_into_the_folder_is_neither_followed_nor_opened() {
    let folder = tempfile::tempdir().unwrap();
    let aim = folder.path().join("aim");
    fs::write(&aim, "a letter").unwrap();
    let path = folder.path().join("a.json");
    // The name of a draft of old, and the name itself.
    symlink(&aim, folder.path().join("a.new")).unwrap();
    symlink(&aim, &path).unwrap();
    let own = OwnFile::write(&path, "text").unwrap();
    assert_eq!(fs::read_to_string(&aim).unwrap(), "a letter");
    assert_eq!(fs::read_to_string(&path).unwrap(), "text");
    drop(own);
    // Nobody can wait in a pipe: nothing that is there is opened.
    let pipe = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(pipe.success());
    drop(OwnFile::write(&path, "text").unwrap());
    assert!(!path.exists());
}

#[test]
fn a_file_that_cannot_have_its_name_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs::create_dir(&path).unwrap();
    OwnFile::write(&path, "text").unwrap_err();
    assert_eq!(names(folder.path()), ["a.json"], "a folder that was there");
}
