//! As whom a client must come.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use http::{HeaderName, HeaderValue};

use super::{
    Identity, files::Files, mistake::Mistake, password::PasswordHash, rate::Rate, secret::Tag,
    tls::Tls, web_config::WebConfig,
};
use crate::access::{Access, AccessError};

/// As whom a client must come, and what a web-config file says beside that.
#[derive(Debug, Default)]
pub(crate) struct Demands {
    /// By what name and password.
    pub(super) users: BTreeMap<String, PasswordHash>,
    /// Or by what token.
    pub(super) tokens: Vec<Tag>,
    pub(super) rate: Option<Rate>,
    headers: Vec<(HeaderName, HeaderValue)>,
    tls: Option<Arc<Tls>>,
}

impl Demands {
    /// Reads all that `access` names, through `files`.
    pub(crate) fn load(
        access: &Access,
        identity: &Identity,
        files: &mut Files,
    ) -> Result<Self, AccessError> {
        let mut demands = Self::default();
        if let Some(path) = &access.web_config {
            demands.web_config(path, files)?;
        }
        for (user, hash) in &access.users {
            let hash = hash.parse().map_err(of("basic_auth"))?;
            demands.users.insert(user.clone(), hash);
        }
        let secrets = &identity.secrets;
        for token in &access.tokens {
            let token = token_text(token.as_bytes()).map_err(of("bearer_token"))?;
            demands.tokens.push(secrets.tag(token));
        }
        for path in &access.token_files {
            let content = files.read(path)?;
            let token = token_text(content.trim_ascii()).map_err(|remedy| {
                AccessError::Mistake { file: path.clone(), line: 1, key: String::new(), remedy }
            })?;
            demands.tokens.push(secrets.tag(token));
        }
        Ok(demands)
    }

    fn web_config(&mut self, path: &Path, files: &mut Files) -> Result<(), AccessError> {
        let content = files.read(path)?;
        let text = String::from_utf8_lossy(&content);
        let folder = path.parent().unwrap_or(Path::new(""));
        let fault = |mistake: Mistake| mistake.of(path.to_owned());
        let config = WebConfig::read(&text, folder).map_err(fault)?;
        let tls = config.tls.map(|section| Tls::load(&section, config.http2, files, fault));
        self.tls = tls.transpose()?.map(Arc::new);
        (self.users, self.rate, self.headers) = (config.users, config.rate, config.headers);
        Ok(())
    }

    /// Whether not everybody is let in.
    pub(crate) fn guard(&self) -> bool {
        let know_clients = self.tls.as_ref().is_some_and(|tls| tls.clients.are_known());
        self.ask_for_credentials() || know_clients
    }

    pub(super) fn ask_for_credentials(&self) -> bool {
        !self.users.is_empty() || !self.tokens.is_empty()
    }

    /// How the listener of its own encrypts; nothing if it does not.
    pub(crate) fn tls(&self) -> Option<&Arc<Tls>> {
        self.tls.as_ref()
    }

    /// The headers of every answer.
    pub(crate) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// What would let in a client that has no credentials.
    pub(crate) fn challenges(&self) -> impl Iterator<Item = HeaderValue> {
        let basic = (!self.users.is_empty()).then_some(BASIC);
        basic.into_iter().chain((!self.tokens.is_empty()).then_some(BEARER))
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

const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"metrics\", charset=\"UTF-8\"");
const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"metrics\"");
