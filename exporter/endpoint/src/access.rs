//! Who may scrape.

mod answer;
mod error;
mod gate;
mod guard;
mod network;
mod rules;
mod tally;

use std::{fmt, net::IpAddr, path::PathBuf, sync::Arc};

use http::Extensions;

pub use self::{error::AccessError, gate::Gate};
#[allow(unused_imports, reason = "used by the feature `access`")]
pub(crate) use self::{
    guard::{Client, Guard, Refusal, Verdict},
    rules::Rules,
    tally::{Reload, Tally},
};

/// The rules of who may scrape, the same for a listener of the endpoint's own and in a router.
///
/// A client must satisfy all of these that are set: it comes from one of the
/// [networks](Self::allowed_networks), it has a certificate if the [web-config file](Self::web_config)
/// asks for one, and it has the password of a user or a token, if there is any.
///
/// ```
/// use kymo_endpoint::Access;
///
/// let access = Access::new()
///     .allowed_networks(["10.0.0.0/8", "::1"])
///     .basic_auth("prometheus", "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG");
/// ```
///
/// A mistake in them is an error of [`Endpoint::access`](crate::Endpoint::access). All but networks need the feature
/// `access` of kymo, or of this crate: without it they are such a mistake, and never let anybody in.
#[derive(Default)]
pub struct Access {
    pub(crate) web_config: Option<PathBuf>,
    pub(crate) users: Vec<(String, String)>,
    pub(crate) tokens: Vec<String>,
    pub(crate) token_files: Vec<PathBuf>,
    networks: Vec<String>,
    peer: Option<Arc<FindPeer>>,
    pub(crate) is_insecure: bool,
}

/// Finds the address that a request comes from.
type FindPeer = dyn Fn(&Extensions) -> Option<IpAddr> + Send + Sync;

impl Access {
    /// No rule yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Follows the web-config file of the Prometheus exporters at `path`, whose
    /// [documentation][toolkit] lists its keys: TLS, certificates of clients, users and their passwords,
    /// headers of answers, and how many requests are let in.
    ///
    /// The file, and each that it names, is looked at every second. If what is new cannot be followed,
    /// or would let in everybody, the old rules stay in force, and a warning says so.
    ///
    /// TLS is for the listener of the endpoint's own. In a router it is the application's, and an
    /// endpoint whose file requires certificates of clients answers 403 there.
    ///
    /// Some things differ from the exporters, in each of which less is let in: TLS 1.0 and 1.1, and a
    /// verification without an authority, are mistakes; suites and curves that ring lacks are left out;
    /// the limit of requests counts those that are let in.
    ///
    /// [toolkit]: https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
    pub fn web_config(mut self, path: impl Into<PathBuf>) -> Self {
        self.web_config = Some(path.into());
        self
    }

    /// Whether a [web-config file](Self::web_config) is named.
    pub fn has_web_config(&self) -> bool {
        self.web_config.is_some()
    }

    /// Lets in `user` with the password of which bcrypt made `hash`, such as by
    /// `htpasswd -nBC 10 "" | tr -d ':\n'`.
    ///
    /// One look at a password takes a tenth of a second with a cost of 10, on a thread of its own. What was
    /// found is remembered, so that a scraper costs one look in its life.
    pub fn basic_auth(mut self, user: impl Into<String>, hash: impl Into<String>) -> Self {
        self.users.push((user.into(), hash.into()));
        self
    }

    /// Lets in who has `token`, of at least 8 characters, as `Authorization: Bearer …`.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(token.into());
        self
    }

    /// Lets in who has the token in the file at `path`, without the white space around it.
    ///
    /// The file is looked at every second, as [that of the web configuration](Self::web_config) is.
    pub fn bearer_token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.token_files.push(path.into());
        self
    }

    /// Lets in who comes from one of `networks`, such as `10.0.0.0/8` or `192.0.2.1`.
    ///
    /// In a router, [`peer_from`](Self::peer_from) must say from where a request comes. Behind a proxy that is
    /// the proxy.
    pub fn allowed_networks<N: Into<String>>(
        mut self,
        networks: impl IntoIterator<Item = N>,
    ) -> Self {
        self.networks.extend(networks.into_iter().map(Into::into));
        self
    }

    /// Says how to find the address that a request comes from, where the endpoint is mounted in a router.
    ///
    /// With axum, serve by `into_make_service_with_connect_info::<SocketAddr>()`, and find it with
    /// `|request| Some(request.get::<ConnectInfo<SocketAddr>>()?.0.ip())`. A request whose address is
    /// unknown comes from no network, and shares its turns with all others of that kind.
    pub fn peer_from(
        mut self,
        find: impl Fn(&Extensions) -> Option<IpAddr> + Send + Sync + 'static,
    ) -> Self {
        self.peer = Some(Arc::new(find));
        self
    }

    /// Lets in everybody, where there is no other rule, also on an address that other machines reach.
    pub fn allow_insecure(mut self) -> Self {
        self.is_insecure = true;
        self
    }

    /// Puts the rules in force, for any number of endpoints.
    ///
    /// # Errors
    ///
    /// [`AccessError`], as [`Endpoint::access`](crate::Endpoint::access).
    pub fn enforce(self) -> Result<Gate, AccessError> {
        Guard::new(self).map(Gate)
    }

    /// The address that a request with these extensions comes from.
    pub(crate) fn find_peer(&self, extensions: &Extensions) -> Option<IpAddr> {
        self.peer.as_ref().and_then(|find| find(extensions))
    }
}

/// The rules in few words, without anything that is secret.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rules = Vec::new();
        rules.extend(self.web_config.as_ref().map(|path| path.display().to_string()));
        rules.extend(self.networks.iter().cloned());
        for (count, kind) in
            [(self.users.len(), "users"), (self.tokens.len() + self.token_files.len(), "tokens")]
        {
            if count > 0 {
                rules.push(format!("{kind}: {count}"));
            }
        }
        if rules.is_empty() { f.write_str("everybody") } else { f.write_str(&rules.join(", ")) }
    }
}

/// Nothing of it that is secret.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("web_config", &self.web_config)
            .field("users", &self.users.len())
            .field("tokens", &self.tokens.len())
            .field("token_files", &self.token_files)
            .field("networks", &self.networks)
            .field("is_insecure", &self.is_insecure)
            .finish_non_exhaustive()
    }
}
