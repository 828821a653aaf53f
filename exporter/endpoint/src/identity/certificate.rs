//! Reads the names and the expiry of a certificate.

use std::net::IpAddr;

/// The two facts of an X.509 certificate that the rules of access need, and rustls does not tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    /// The last second at which it is valid, in seconds since 1970.
    pub(super) not_after: i64,
    /// Its subject alternative names that are a DNS name, an address, an e-mail address or a URI, as Go
    /// writes them.
    pub(super) names: Vec<String>,
}

impl Certificate {
    /// Reads the certificate that `der` encodes; nothing if it encodes none (RFC 5280, section 4.1).
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut outer = Der(Der(der).element(SEQUENCE)?);
        let mut fields = Der(outer.element(SEQUENCE)?);
        fields.skip_if(VERSION)?;
        fields.element(INTEGER)?; // serial number
        fields.element(SEQUENCE)?; // algorithm of the signature
        fields.element(SEQUENCE)?; // issuer
        let mut validity = Der(fields.element(SEQUENCE)?);
        validity.next()?;
        let (tag, not_after) = validity.next()?;
        let not_after = time(tag, not_after)?;
        let mut names = Vec::new();
        while let Some((tag, content)) = fields.next() {
            if tag == EXTENSIONS {
                let mut extensions = Der(Der(content).element(SEQUENCE)?);
                while let Some((_, extension)) = extensions.next() {
                    let mut extension = Der(extension);
                    let is_names = extension.element(OBJECT)? == SUBJECT_ALTERNATIVE_NAME;
                    extension.skip_if(BOOLEAN)?;
                    let content = extension.element(OCTETS)?;
                    if is_names {
                        names.extend(alternative_names(content)?);
                    }
                }
            }
        }
        Some(Self { not_after, names })
    }
}

/// The names in the extension of alternative names (RFC 5280, section 4.2.1.6).
fn alternative_names(content: &[u8]) -> Option<Vec<String>> {
    let mut list = Der(Der(content).element(SEQUENCE)?);
    let mut names = Vec::new();
    while let Some((tag, content)) = list.next() {
        let text = || std::str::from_utf8(content).ok().map(str::to_owned);
        names.extend(match tag {
            EMAIL | DNS | URI => text(),
            ADDRESS => match *content {
                [a, b, c, d] => Some(IpAddr::from([a, b, c, d]).to_string()),
                _ => <[u8; 16]>::try_from(content).ok().map(|ip| IpAddr::from(ip).to_string()),
            },
            _ => None,
        });
    }
    Some(names)
}

/// Elements of DER, one after another.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The tag and the content of the next element; nothing at the end, or if it is cut short.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let length = match first {
            0..=0x7f => usize::from(first),
            // No certificate has four gigabytes.
            0x81..=0x84 => {
                let (bytes, after) = rest.split_at_checked(usize::from(first - 0x80))?;
                rest = after;
                bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The content of the next element if it has the tag.
    fn element(&mut self, expected: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == expected).map(|(_, content)| content)
    }

    /// Skips the next element if it has the tag; an absent one is fine.
    fn skip_if(&mut self, tag: u8) -> Option<()> {
        if self.0.first() == Some(&tag) {
            self.next()?;
        }
        Some(())
    }
}

/// Seconds since 1970 of a time in the forms that certificates use (RFC 5280, section 4.1.2.5).
fn time(tag: u8, content: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let is_whole = rest.len() == 10 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let part = |at: usize| rest.get(at..at + 2)?.parse::<i64>().ok();
    let (month, day) = (part(0).filter(|_| is_whole)?, part(2)?);
    if !(1..=12).contains(&month) {
        return None;
    }
    // Days since 1970 of a date: years begin in March, so that the leap day is their last.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = days + day_of_year - 719_468;
    Some(((days * 24 + part(4)?) * 60 + part(6)?) * 60 + part(8)?)
}

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const ADDRESS: u8 = 0x87;
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];

#[cfg(test)]
mod tests;
