//! The container.

use opentelemetry::KeyValue;

use super::machine::Machine;

pub(super) fn attributes(machine: &Machine<'_>) -> Vec<KeyValue> {
    id(machine).map(|id| KeyValue::new("container.id", id)).into_iter().collect()
}

/// The id of the innermost container around this process.
pub(super) fn id(machine: &Machine<'_>) -> Option<String> {
    let of_group = machine.groups().iter().find_map(|path| in_group(path).map(str::to_owned));
    of_group.or_else(|| {
        // There, what is mounted is of the pod's sandbox, which is a container of its own.
        if machine.is_pod() {
            return None;
        }
        machine.mounts().iter().find_map(|(from, at)| in_mount(from, at).map(str::to_owned))
    })
}

/// The id in the path of a control group, such as `/docker/<id>`,
/// `/system.slice/docker-<id>.scope` or `/ecs/<task>/<id>`.
fn in_group(path: &str) -> Option<&str> {
    let is_of_ecs = path.starts_with("/ecs/");
    path.rsplit('/').find_map(|segment| {
        if is_of_ecs && is_id_of_fargate(segment) {
            return Some(segment);
        }
        let name = segment.strip_suffix(".scope").unwrap_or(segment);
        name.rsplit(['-', ':']).next().filter(|id| is_id(id))
    })
}

/// The id in the path of a file that Docker or Podman mounts into a container.
fn in_mount<'a>(from: &'a str, at: &str) -> Option<&'a str> {
    if !["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"].contains(&at) {
        return None;
    }
    let (parent, below) =
        from.split_once("/containers/").or_else(|| from.split_once("/overlay-containers/"))?;
    let below = below.strip_prefix("overlay-containers/").unwrap_or(below);
    let id = below.split('/').next()?;
    (!parent.contains("sandboxes") && is_id(id)).then_some(id)
}

fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(is_digit)
}

/// `<task>-<number>`.
fn is_id_of_fargate(text: &str) -> bool {
    let Some((task, number)) = text.split_once('-') else { return false };
    task.len() == 32
        && task.bytes().all(is_digit)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}
