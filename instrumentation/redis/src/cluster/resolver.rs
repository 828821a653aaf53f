//! How nodes learn where to count.
//!
//! A cluster's connection opens those to its nodes by a function that is told an address and a
//! configuration, both of its own making. What the program can put into the latter is a resolver,
//! which is asked for every address, also a numeric one, by the very future that opens the
//! connection: so it leaves there what the node counts with.

use std::{cell::Cell, net::SocketAddr};

use redis::{ErrorKind, RedisError, RedisFuture, io::AsyncDNSResolver};

use super::redirects::Redirects;

tokio::task_local! {
    /// The count of the connection that is being opened.
    static LEFT: Cell<Option<Redirects>>;
}

/// The output of `connecting`, and the count that its resolver left.
pub(crate) async fn redirects_of<T>(connecting: impl Future<Output = T>) -> (T, Option<Redirects>) {
    let scope = async { (connecting.await, LEFT.with(Cell::take)) };
    LEFT.scope(Cell::new(None), scope).await
}

type Addresses<'a> = Box<dyn Iterator<Item = SocketAddr> + Send + 'a>;

/// Looks names up as another, and leaves what counts redirects.
pub(crate) struct Resolver<R> {
    lookup: R,
    redirects: Redirects,
}

impl<R> Resolver<R> {
    pub(crate) fn new(lookup: R, redirects: Redirects) -> Self {
        Self { lookup, redirects }
    }
}

impl<R: AsyncDNSResolver> AsyncDNSResolver for Resolver<R> {
    fn resolve<'a, 'b: 'a>(&'a self, host: &'b str, port: u16) -> RedisFuture<'a, Addresses<'a>> {
        // Not so where something else than a node is being opened.
        let _ = LEFT.try_with(|left| left.set(Some(self.redirects.clone())));
        self.lookup.resolve(host, port)
    }
}

/// Looks names up as the system does; what `redis` does by itself, and shows to nobody.
pub(crate) struct SystemResolver;

impl AsyncDNSResolver for SystemResolver {
    fn resolve<'a, 'b: 'a>(&'a self, host: &'b str, port: u16) -> RedisFuture<'a, Addresses<'a>> {
        Box::pin(async move {
            let mut found = tokio::net::lookup_host((host, port)).await?.peekable();
            if found.peek().is_none() {
                let kind = ErrorKind::InvalidClientConfig;
                return Err(RedisError::from((kind, "No address found for host")));
            }
            // It borrows the name, for no reason.
            let found: Vec<_> = found.collect();
            Ok(Box::new(found.into_iter()) as Addresses<'a>)
        })
    }
}
