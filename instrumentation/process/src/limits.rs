//! The limits of the process.

/// The most that the process may use; absent where it is unlimited or not known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Limits {
    /// File descriptors at one time; the soft limit, which is the one that is enforced.
    pub(crate) open_files: Option<u64>,
    /// In bytes.
    pub(crate) address_space: Option<u64>,
}

impl Limits {
    /// Asks `getrlimit`.
    // Elsewhere they have other types.
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    pub(crate) fn take() -> Self {
        use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};

        let soft = |resource| match getrlimit(resource) {
            Ok((soft, _)) if soft != RLIM_INFINITY => Some(soft),
            _ => None,
        };
        Self { open_files: soft(Resource::RLIMIT_NOFILE), address_space: soft(Resource::RLIMIT_AS) }
    }

    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    pub(crate) fn take() -> Self {
        Self::default()
    }
}
