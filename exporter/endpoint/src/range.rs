//! A range of ports.

use std::{io, net::SocketAddr, ops::RangeInclusive};

use crate::listen_error::Objection;

/// Whether there is a port in `ports`, and none that means any.
pub(crate) fn check(ports: &RangeInclusive<u16>) -> Result<(), Objection> {
    let is_any = *ports.start() == 0 && *ports.end() != 0;
    if ports.is_empty() || is_any { Err(Objection::NoRange) } else { Ok(()) }
}

/// What `bind` gives on the first of `ports` that this process can have, on the first of `addresses` that
/// this machine has.
///
/// Not the first on any of them: two processes must not have one port, on an address each.
pub(crate) async fn first_free<T>(
    addresses: &[SocketAddr],
    ports: &RangeInclusive<u16>,
    bind: impl AsyncFn(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    let mut problem = io::Error::from(io::ErrorKind::AddrNotAvailable);
    'addresses: for address in addresses {
        for port in ports.clone() {
            // Its scope is in the address alone.
            let mut address = *address;
            address.set_port(port);
            match bind(address).await {
                Err(error) if is_taken(&error) => problem = error,
                // It is so with each port.
                Err(error) => {
                    problem = error;
                    continue 'addresses;
                }
                bound => return bound,
            }
        }
        return Err(problem);
    }
    Err(problem)
}

/// Whether another port may be free: some systems keep ranges for themselves, which nobody may have.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};

    use super::*;

    /// The port that is found on the first of two addresses, where each that is not free has its error.
    async fn found(ports: RangeInclusive<u16>, taken: &[(u16, io::ErrorKind)]) -> io::Result<u16> {
        let addresses = ["127.0.0.1:1", "[::1]:1"].map(|address| address.parse().unwrap());
        let bind = async |address: SocketAddr| {
            assert!(address.is_ipv4(), "this machine has the first");
            let error = taken.iter().find(|(port, _)| *port == address.port());
            error.map_or(Ok(address.port()), |(_, kind)| Err((*kind).into()))
        };
        first_free(&addresses, &ports, bind).await
    }

    #[tokio::test]
    async fn a_port_that_nobody_may_have_is_as_good_as_taken() {
        assert_eq!(found(9464..=9466, &[]).await.unwrap(), 9464);
        let taken = [(9464, PermissionDenied), (9465, AddrInUse)];
        assert_eq!(found(9464..=9466, &taken).await.unwrap(), 9466);
        let all = |last| [(9464, PermissionDenied), (9465, AddrInUse), (9466, last)];
        for last in [AddrInUse, PermissionDenied] {
            assert_eq!(found(9464..=9466, &all(last)).await.unwrap_err().kind(), last);
        }
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_passed_over_and_a_scope_is_kept() {
        let scoped: SocketAddr = "[fe80::1%3]:1".parse().unwrap();
        let addresses = ["192.0.2.1:1".parse().unwrap(), scoped];
        let bind = async |address: SocketAddr| {
            if address.is_ipv4() { Err(AddrNotAvailable.into()) } else { Ok(address) }
        };
        let found = first_free(&addresses, &(9464..=9465), bind).await.unwrap();
        assert_eq!(found.to_string(), "[fe80::1%3]:9464");
    }

    #[test]
    fn a_range_has_a_port_and_none_that_means_any() {
        let (first, last) = (9470, 9464);
        check(&(first..=last)).unwrap_err();
        check(&(0..=10)).unwrap_err();
        check(&(0..=0)).unwrap();
        check(&(9464..=9464)).unwrap();
    }
}
