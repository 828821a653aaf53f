//! A range of addresses.

use std::{net::IpAddr, str::FromStr};

/// The addresses that begin alike, such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    first: IpAddr,
    /// How many bits are alike.
    length: u8,
}

impl Network {
    /// Whether `address` is one of them; an IPv4 address that is written as IPv6 is an IPv4 address.
    pub(super) fn contains(self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.length);
                (first.to_bits() ^ address.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.length);
                (first.to_bits() ^ address.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Reads an address, or one with `/` and the number of bits.
impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let remedy =
            || format!("`{text}` is no network; write one such as 10.0.0.0/8 or 192.0.2.1");
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| remedy())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let length = match length {
            Some(length) if digits(length) => length.parse().map_err(|_| remedy())?,
            Some(_) => return Err(remedy()),
            None => most,
        };
        let network = Self { first, length };
        match (length > most, first.to_canonical() == first) {
            (true, _) => Err(remedy()),
            (_, false) => Err(format!("`{text}` is IPv4 in the words of IPv6; write it as IPv4")),
            _ => Ok(network),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_a_network_or_not() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.1.2.3/8", "10.255.0.1", "11.0.0.0"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            ("192.0.2.0/25", "192.0.2.127", "192.0.2.128"),
            ("0.0.0.0/0", "255.255.255.255", "::"),
            ("::/0", "2001:db8::1", "1.2.3.4"),
            ("2001:db8::/32", "2001:db8:ffff::", "2001:db9::"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "::ffff:11.0.0.1"),
            ("::1", "::1", "::2"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{network:?} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{network:?} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_an_error() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/+8", "host"] {
            assert!(text.parse::<Network>().unwrap_err().contains("10.0.0.0/8"), "{text}");
        }
        assert!("::ffff:10.0.0.0/104".parse::<Network>().unwrap_err().contains("IPv4"));
    }
}
