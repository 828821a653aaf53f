//! Who decides whether a request is let in.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use http::{Extensions, HeaderMap, StatusCode};
use tokio::sync::oneshot;

use super::{
    Access,
    checker::{Check, Checker, Finding, Peer},
    credentials::Credentials,
    error::AccessError,
    files::Files,
    rate::Bucket,
    rules::Rules,
    secret::Secrets,
    tally::Tally,
    tls::Clients,
    watch,
};
use crate::deadline::Deadline;

/// The rules of an [`Access`], in force.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(super) access: Access,
    pub(super) secrets: Secrets,
    rules: RwLock<Arc<Rules>>,
    checker: Checker,
    bucket: Bucket,
    tally: Tally,
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
        rules.tls.as_ref().map(|tls| &tls.clients) == self.certified.as_ref()
    }
}

/// Whether a request is let in.
pub(crate) enum Verdict {
    Admitted,
    Refused(Refusal),
    /// It is, if this says so.
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
        let secrets = Secrets::new().ok_or_else(|| AccessError::Rule {
            method: "access",
            remedy: "the system has no randomness to guard secrets with".to_owned(),
        })?;
        let mut files = Files::default();
        let rules = Rules::load(&access, &secrets, &mut files)?;
        let guard = Arc::new(Self {
            access,
            secrets,
            rules: RwLock::new(Arc::new(rules)),
            checker: Checker::new(),
            bucket: Bucket::default(),
            tally: Tally::default(),
        });
        if !files.is_empty() {
            watch::start(&guard, files).map_err(|source| AccessError::Thread { source })?;
        }
        Ok(guard)
    }

    /// The rules in force.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace(&self, rules: Rules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
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
        let must_be_certified =
            rules.tls.as_ref().is_some_and(|tls| tls.clients.must_have_certificates());
        if must_be_certified && client.certified.is_none() {
            return Verdict::Refused(Refusal::Certificate);
        }
        if !rules.asks_for_credentials() {
            return self.admit(rules);
        }
        match Credentials::of(headers) {
            Some(Credentials::Bearer(token)) => {
                let is_right = self.secrets.tag(&token).is_one_of(&rules.tokens);
                if is_right { self.admit(rules) } else { Verdict::Refused(Refusal::Credentials) }
            }
            Some(Credentials::Basic { user, password }) => {
                let until = Deadline::of(headers, Instant::now()).answer;
                self.look_at(rules, client, &user, password, until)
            }
            None => Verdict::Refused(Refusal::Credentials),
        }
    }

    fn look_at(
        &self,
        rules: &Rules,
        client: &Client,
        user: &str,
        password: Vec<u8>,
        until: Instant,
    ) -> Verdict {
        // Nobody learns from the time it takes whether there is such a user: a name that nobody has is
        // always compared with the same hash, of somebody.
        let known = rules.users.get(user);
        let other = || {
            let index = self.secrets.tag(user.as_bytes()).index(rules.users.len());
            rules.users.values().nth(index)
        };
        let Some(hash) = known.or_else(other) else {
            return Verdict::Refused(Refusal::Credentials);
        };
        let check = Check {
            tag: self.secrets.tag_of(&[user.as_bytes(), hash.as_bytes(), &password]),
            peer: Peer::of(client.address),
            hash: hash.clone(),
            password,
            is_known: known.is_some(),
            until,
            askers: Vec::new(),
        };
        match self.checker.ask(check) {
            Finding::Right => self.admit(rules),
            Finding::Wrong => Verdict::Refused(Refusal::Credentials),
            Finding::Waiting(answer) => Verdict::Waiting(answer),
            Finding::Busy => Verdict::Refused(Refusal::Busy),
        }
    }

    /// Lets a request in that nothing but the rate speaks against: only those count for it, so that
    /// whoever is kept out takes nobody's turn.
    fn admit(&self, rules: &Rules) -> Verdict {
        match rules.rate {
            Some(rate) if !self.bucket.lets_in(rate, Instant::now()) => {
                Verdict::Refused(Refusal::Rate)
            }
            _ => Verdict::Admitted,
        }
    }

    /// As [`judge`](Self::judge), once a password was looked at, or that took too long.
    pub(crate) fn conclude(&self, found: Option<bool>) -> Result<(), Refusal> {
        match found {
            Some(true) => {}
            Some(false) => return Err(Refusal::Credentials),
            None => return Err(Refusal::Busy),
        }
        match self.admit(&self.rules()) {
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
