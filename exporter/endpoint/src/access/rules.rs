//! The rules that are in force.

use super::{Access, error::AccessError, network::Network};
use crate::identity::{Demands, Files, Identity};

/// Who is let in, and what each answer says beside itself.
#[derive(Debug)]
pub(crate) struct Rules {
    /// From where one may come; from everywhere if empty.
    pub(super) networks: Vec<Network>,
    /// As whom.
    pub(crate) demands: Demands,
}

impl Rules {
    /// Reads all that `access` names, through `files`.
    pub(crate) fn load(
        access: &Access,
        identity: &Identity,
        files: &mut Files,
    ) -> Result<Self, AccessError> {
        let networks = access.networks.iter().map(|network| network.parse()).collect();
        let of = |remedy| AccessError::Rule { method: "allowed_networks", remedy };
        let networks: Vec<_> = Result::map_err(networks, of)?;
        Ok(Self { networks, demands: Demands::load(access, identity, files)? })
    }

    /// Whether not everybody is let in.
    pub(crate) fn guard(&self) -> bool {
        self.demands.guard() || !self.networks.is_empty()
    }
}
