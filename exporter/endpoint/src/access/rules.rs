//! The rules that are in force.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use http::{HeaderName, HeaderValue};

use super::{
    Access,
    error::AccessError,
    files::Files,
    network::Network,
    password::PasswordHash,
    rate::Rate,
    secret::{Secrets, Tag},
    tls::Tls,
    web_config::WebConfig,
};

/// Who is let in, and what each answer says beside itself.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// From where one may come; from everywhere if empty.
    pub(super) networks: Vec<Network>,
    /// By what name and password.
    pub(super) users: BTreeMap<String, PasswordHash>,
    /// Or by what token.
    pub(super) tokens: Vec<Tag>,
    pub(super) rate: Option<Rate>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// How the listener of its own encrypts; nothing if it does not.
    pub(crate) tls: Option<Arc<Tls>>,
}

impl Rules {
    /// Reads all that `access` names, through `files`.
    pub(super) fn load(
        access: &Access,
        secrets: &Secrets,
        files: &mut Files,
    ) -> Result<Self, AccessError> {
        let mut rules = Self::default();
        for network in &access.networks {
            let network = network.parse().map_err(of("allowed_networks"))?;
            rules.networks.push(network);
        }
        if let Some(path) = &access.web_config {
            rules.web_config(path, files)?;
        }
        for (user, hash) in &access.users {
            let hash = hash.parse().map_err(of("basic_auth"))?;
            rules.users.insert(user.clone(), hash);
        }
        for token in &access.tokens {
            rules
                .tokens
                .push(secrets.tag(token_text(token.as_bytes()).map_err(of("bearer_token"))?));
        }
        for path in &access.token_files {
            let content = files.read(path)?;
            let token = token_text(content.trim_ascii()).map_err(|remedy| {
                AccessError::Mistake { file: path.clone(), line: 1, key: String::new(), remedy }
            })?;
            rules.tokens.push(secrets.tag(token));
        }
        Ok(rules)
    }

    fn web_config(&mut self, path: &Path, files: &mut Files) -> Result<(), AccessError> {
        let content = files.read(path)?;
        let text = String::from_utf8_lossy(&content);
        let folder = path.parent().unwrap_or(Path::new(""));
        let fault = |mistake: super::error::Mistake| mistake.of(path.to_owned());
        let config = WebConfig::read(&text, folder).map_err(fault)?;
        let tls = config.tls.map(|section| Tls::load(&section, config.http2, files, fault));
        self.tls = tls.transpose()?.map(Arc::new);
        (self.users, self.rate, self.headers) = (config.users, config.rate, config.headers);
        Ok(())
    }

    /// Whether not everybody is let in.
    pub(super) fn guard(&self) -> bool {
        let knows_clients = self.tls.as_ref().is_some_and(|tls| tls.clients.are_known());
        self.asks_for_credentials() || !self.networks.is_empty() || knows_clients
    }

    pub(super) fn asks_for_credentials(&self) -> bool {
        !self.users.is_empty() || !self.tokens.is_empty()
    }

    /// Whether these say less than `old`, so that whoever wrote them cannot have meant it: nobody is kept
    /// out any more, or what was encrypted is not.
    pub(super) fn are_less_than(&self, old: &Self) -> bool {
        (old.guard() && !self.guard()) || (old.tls.is_some() && self.tls.is_none())
    }
}

/// The token that `text` is, which a header can carry.
fn token_text(text: &[u8]) -> Result<&[u8], String> {
    if text.len() < 8 || !text.iter().all(u8::is_ascii_graphic) {
        let remedy = "a token is at least 8 characters of ASCII, without spaces";
        return Err(remedy.to_owned());
    }
    Ok(text)
}

fn of(method: &'static str) -> impl Fn(String) -> AccessError {
    move |remedy| AccessError::Rule { method, remedy }
}
