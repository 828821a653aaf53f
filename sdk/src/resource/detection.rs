//! Detectors of the host, the process, the container and the pod: see
//! [`TelemetryBuilder::detect_host`].

mod container;
mod host;
mod kubernetes;
mod machine;
mod process;

use self::machine::Machine;
use crate::TelemetryBuilder;

/// Everything is found in a few small files and in variables: nobody is asked over a network, no
/// program is started, and what is not certain is absent. It is weaker than what the environment
/// and the program say.
impl TelemetryBuilder {
    /// Adds the host to the resource: `host.name`, `host.arch`, `os.type`, and outside of
    /// containers `host.id`.
    ///
    /// In a container, the name is that of the container.
    pub fn detect_host(mut self) -> Self {
        self.detectors.push(|environment| host::attributes(&Machine::of_process(environment)));
        self
    }

    /// Adds the process to the resource: `process.pid` and `process.executable.name`.
    ///
    /// Its arguments are left out: they may hold secrets.
    pub fn detect_process(mut self) -> Self {
        self.detectors.push(|_| process::attributes());
        self
    }

    /// Adds `container.id` to the resource, in a container of Docker, Podman, containerd, CRI-O or
    /// Amazon ECS.
    ///
    /// Absent where the container cannot see its own id, as mostly in Kubernetes with cgroup
    /// version 2.
    pub fn detect_container(mut self) -> Self {
        self.detectors.push(|environment| container::attributes(&Machine::of_process(environment)));
        self
    }

    /// Adds the pod to the resource: `k8s.namespace.name`, `k8s.pod.name`, `k8s.pod.uid`,
    /// `k8s.node.name` and `k8s.container.name`.
    ///
    /// The namespace and the uid are found in files. The others are in the variables
    /// `K8S_POD_NAME`, `K8S_NODE_NAME` and `K8S_CONTAINER_NAME`, or the same without `K8S_`, if
    /// the pod's specification sets them, by the downward API where it can. Absent outside of
    /// Kubernetes.
    pub fn detect_kubernetes(mut self) -> Self {
        self.detectors
            .push(|environment| kubernetes::attributes(&Machine::of_process(environment)));
        self
    }
}

#[cfg(test)]
mod tests;
