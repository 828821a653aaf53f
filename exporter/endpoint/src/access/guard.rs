//! Who decides whether a request is let in.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
};

use http::{Extensions, HeaderMap, StatusCode};
use tokio::sync::oneshot;

use super::{Access, error::AccessError, rules::Rules, tally::Tally};
use crate::identity::{Clients, Files, Identity};

/// The rules of an [`Access`], in force.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) access: Access,
    /// What looks at who a client is.
    pub(crate) identity: Identity,
    pub(crate) rules: RwLock<Arc<Rules>>,
    pub(crate) tally: Tally,
}

/// Who asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Client {
    /// From where, if anybody knows.
    pub(crate) address: Option<IpAddr>,
    /// As whose it has its connection, if it is one of the listener's own and encrypted.
    pub(crate) certified: Option<Clients>,
}

impl Client {
    /// Whether a client of the listener's own would have its connection by `rules`.
    pub(crate) fn is_known_to(&self, rules: &Rules) -> bool {
        rules.demands.tls().map(|tls| &tls.clients) == self.certified.as_ref()
    }
}

/// Whether a request is let in.
pub(crate) enum Verdict {
    Admitted,
    Refused(Refusal),
    /// It is, if this says so.
    #[allow(dead_code, reason = "nobody waits without the feature `access`")]
    Waiting(oneshot::Receiver<bool>),
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// From where it comes, or nobody knows from where.
    Network,
    /// It did not get as far as a request.
    Handshake,
    /// It needs a certificate, and only the listener of its own can ask for one.
    Certificate,
    /// It needs a password or a token.
    Credentials,
    /// Its password will be looked at later.
    Busy,
    /// There are too many.
    Rate,
}

impl Guard {
    pub(crate) fn new(access: Access) -> Result<Arc<Self>, AccessError> {
        let identity = Identity::new()?;
        let mut files = Files::default();
        let rules = Rules::load(&access, &identity, &mut files)?;
        let (rules, tally) = (RwLock::new(Arc::new(rules)), Tally::default());
        let guard = Arc::new(Self { access, identity, rules, tally });
        files.watch(&guard)?;
        Ok(guard)
    }

    /// The rules in force.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether not everybody is let in, or everybody is meant to be.
    pub(crate) fn is_meant(&self) -> bool {
        self.access.is_insecure || self.rules().guard()
    }

    /// Whether somebody may connect from `address`.
    pub(crate) fn lets_connect(&self, address: IpAddr) -> bool {
        let networks = &self.rules().networks;
        networks.is_empty() || networks.iter().any(|network| network.contains(address))
    }

    /// Who asks by a request that has these extensions, in a router.
    pub(crate) fn client(&self, extensions: &Extensions) -> Client {
        Client { address: self.access.find_peer(extensions), certified: None }
    }

    /// Whether a request with these headers is let in by `rules`: those in force when it came, since others
    /// may be by now.
    pub(crate) fn judge(&self, rules: &Rules, client: &Client, headers: &HeaderMap) -> Verdict {
        let is_near = |address| rules.networks.iter().any(|network| network.contains(address));
        if !rules.networks.is_empty() && !client.address.is_some_and(is_near) {
            return Verdict::Refused(Refusal::Network);
        }
        self.identity.judge(&rules.demands, client, headers)
    }

    /// As [`judge`](Self::judge), once a password was looked at, or that took too long.
    pub(crate) fn conclude(&self, found: Option<bool>) -> Result<(), Refusal> {
        match found {
            Some(true) => {}
            Some(false) => return Err(Refusal::Credentials),
            None => return Err(Refusal::Busy),
        }
        match self.identity.admit(&self.rules().demands) {
            Verdict::Refused(refusal) => Err(refusal),
            _ => Ok(()),
        }
    }

    /// Somebody is not let in.
    pub(crate) fn refused(&self, refusal: Refusal) {
        self.tally.refused(refusal);
    }

    /// How the rules decided so far.
    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl Refusal {
    /// In the order of their numbers.
    pub(super) const ALL: [Self; 6] = [
        Self::Network,
        Self::Handshake,
        Self::Certificate,
        Self::Credentials,
        Self::Busy,
        Self::Rate,
    ];

    /// As metrics call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Handshake => "handshake",
            Self::Certificate => "certificate",
            Self::Credentials => "credentials",
            Self::Busy => "busy",
            Self::Rate => "rate",
        }
    }

    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Network | Self::Handshake | Self::Certificate => StatusCode::FORBIDDEN,
            Self::Credentials => StatusCode::UNAUTHORIZED,
            Self::Busy | Self::Rate => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Network => "The metrics are not shown to this address.\n",
            Self::Handshake | Self::Certificate => {
                "The metrics are shown to clients with a certificate, by their own listener.\n"
            }
            Self::Credentials => "The metrics are shown to those who have a password or a token.\n",
            Self::Busy => "Passwords are being looked at; scrape again later.\n",
            Self::Rate => "There are too many scrapes; scrape again later.\n",
        }
    }
}
