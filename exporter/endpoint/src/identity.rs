//! As whom a client comes: by its certificate, a password or a token.

mod certificate;
mod checker;
mod client_verifier;
mod credentials;
mod demands;
mod encrypted;
mod files;
mod http2;
mod mistake;
mod password;
mod rate;
mod secret;
mod suites;
mod tls;
mod watch;
mod web_config;

use std::time::Instant;

use http::HeaderMap;

use self::{
    checker::{Check, Checker, Finding, Peer},
    credentials::Credentials,
    rate::Bucket,
    secret::Secrets,
};
pub(crate) use self::{demands::Demands, files::Files, tls::Clients};
use crate::{
    access::{AccessError, Client, Refusal, Verdict},
    deadline::Deadline,
};

/// What looks at who a client is.
#[derive(Debug)]
pub(crate) struct Identity {
    secrets: Secrets,
    checker: Checker,
    bucket: Bucket,
}

impl Identity {
    pub(crate) fn new() -> Result<Self, AccessError> {
        let secrets = Secrets::new().ok_or_else(|| AccessError::Rule {
            method: "access",
            remedy: "the system has no randomness to guard secrets with".to_owned(),
        })?;
        Ok(Self { secrets, checker: Checker::new(), bucket: Bucket::default() })
    }

    /// Whether a request of `client` with these headers is let in by `demands`.
    pub(crate) fn judge(&self, demands: &Demands, client: &Client, headers: &HeaderMap) -> Verdict {
        let must_be_certified =
            demands.tls().is_some_and(|tls| tls.clients.must_have_certificates());
        if must_be_certified && client.certified.is_none() {
            return Verdict::Refused(Refusal::Certificate);
        }
        if !demands.ask_for_credentials() {
            return self.admit(demands);
        }
        match Credentials::of(headers) {
            Some(Credentials::Bearer(token)) => {
                let is_right = self.secrets.tag(&token).is_one_of(&demands.tokens);
                if is_right { self.admit(demands) } else { Verdict::Refused(Refusal::Credentials) }
            }
            Some(Credentials::Basic { user, password }) => {
                let until = Deadline::of(headers, Instant::now()).answer;
                self.look_at(demands, client, &user, password, until)
            }
            None => Verdict::Refused(Refusal::Credentials),
        }
    }

    fn look_at(
        &self,
        demands: &Demands,
        client: &Client,
        user: &str,
        password: Vec<u8>,
        until: Instant,
    ) -> Verdict {
        // Nobody learns from the time it takes whether there is such a user: a name that nobody has is
        // always compared with the same hash, of somebody.
        let known = demands.users.get(user);
        let other = || {
            let index = self.secrets.tag(user.as_bytes()).index(demands.users.len());
            demands.users.values().nth(index)
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
            Finding::Right => self.admit(demands),
            Finding::Wrong => Verdict::Refused(Refusal::Credentials),
            Finding::Waiting(answer) => Verdict::Waiting(answer),
            Finding::Busy => Verdict::Refused(Refusal::Busy),
        }
    }

    /// Lets a request in that nothing but the rate speaks against: only those count for it, so that
    /// whoever is kept out takes nobody's turn.
    pub(crate) fn admit(&self, demands: &Demands) -> Verdict {
        match demands.rate {
            Some(rate) if !self.bucket.lets_in(rate, Instant::now()) => {
                Verdict::Refused(Refusal::Rate)
            }
            _ => Verdict::Admitted,
        }
    }
}
