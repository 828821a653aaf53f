//! The pod.

use opentelemetry::KeyValue;

use super::machine::Machine;

/// The file in which the kubelet writes the namespace of a pod.
pub(super) const NAMESPACE: &str = "var/run/secrets/kubernetes.io/serviceaccount/namespace";

pub(super) fn attributes(machine: &Machine<'_>) -> Vec<KeyValue> {
    if !machine.is_pod() {
        return Vec::new();
    }
    let found = [
        ("k8s.container.name", machine.variable(&["K8S_CONTAINER_NAME", "CONTAINER_NAME"])),
        (
            "k8s.namespace.name",
            machine
                .variable(&["K8S_POD_NAMESPACE", "POD_NAMESPACE"])
                .or_else(|| machine.read(NAMESPACE)),
        ),
        ("k8s.node.name", machine.variable(&["K8S_NODE_NAME", "NODE_NAME"])),
        // Not the host's name: with the network of the host, that is the node's.
        ("k8s.pod.name", machine.variable(&["K8S_POD_NAME", "POD_NAME"])),
        ("k8s.pod.uid", machine.variable(&["K8S_POD_UID", "POD_UID"]).or_else(|| uid(machine))),
    ];
    let attribute = |(key, value): (&'static str, Option<String>)| Some(KeyValue::new(key, value?));
    found.into_iter().filter_map(attribute).collect()
}

fn uid(machine: &Machine<'_>) -> Option<String> {
    let mounts = machine.mounts();
    let of_mount = mounts.iter().find_map(|(from, at)| {
        // `/var/lib/kubelet/pods/<uid>/etc-hosts`.
        let pod = (at == "/etc/hosts").then(|| from.strip_suffix("/etc-hosts"))??;
        pod.rsplit('/').next().and_then(as_uid)
    });
    of_mount.or_else(|| {
        let groups = machine.groups();
        groups.iter().flat_map(|path| path.rsplit(['/', ':'])).find_map(|segment| {
            let slice = segment.strip_suffix(".slice").unwrap_or(segment);
            // `pod<uid>`, or with systemd `kubepods-burstable-pod<uid>`, `_` for `-`.
            as_uid(&slice.get(slice.rfind("pod")? + "pod".len()..)?.replace('_', "-"))
        })
    })
}

/// A UUID, or the hash by which the kubelet knows the pods of its own manifest.
fn as_uid(text: &str) -> Option<String> {
    let digits = text.bytes().filter(|byte| *byte != b'-');
    let is_uid =
        digits.clone().count() == 32 && digits.clone().all(|byte| byte.is_ascii_hexdigit());
    is_uid.then(|| text.to_owned())
}
