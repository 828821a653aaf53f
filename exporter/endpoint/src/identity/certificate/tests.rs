use proptest::prelude::*;
use rcgen::{CertificateParams, CertifiedKey, KeyPair, SanType, date_time_ymd};

use super::*;

fn certificate(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = CertificateParams::default();
    change(&mut params);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

#[test]
fn what_a_certificate_says_is_read() {
    let der = certificate(|params| {
        params.subject_alt_names = vec![
            SanType::DnsName("*.example.net".try_into().unwrap()),
            SanType::Rfc822Name("a@example.net".try_into().unwrap()),
            SanType::URI("spiffe://example.net/scraper".try_into().unwrap()),
            SanType::IpAddress([192, 0, 2, 1].into()),
            SanType::IpAddress("2001:db8::1".parse().unwrap()),
        ];
    });
    let names = Certificate::read(&der).unwrap().names;
    let expected = [
        "*.example.net",
        "a@example.net",
        "spiffe://example.net/scraper",
        "192.0.2.1",
        "2001:db8::1",
    ];
    assert_eq!(names, expected);
    let CertifiedKey { cert, .. } = rcgen::generate_simple_self_signed(vec![]).unwrap();
    assert_eq!(Certificate::read(cert.der()).unwrap().names, Vec::<String>::new());
}

#[test]
fn the_end_of_a_certificate_is_in_seconds_since_1970() {
    // As `date -u -d … +%s` says; before 2050 it is written in another form.
    for (date, seconds) in [
        ((2026, 3, 1), 1_772_323_200),
        ((2028, 2, 29), 1_835_395_200),
        ((2049, 12, 31), 2_524_521_600),
        ((2050, 1, 1), 2_524_608_000),
        ((2100, 3, 1), 4_107_542_400),
        ((1969, 12, 31), -86_400),
    ] {
        let (year, month, day) = date;
        let der = certificate(|params| params.not_after = date_time_ymd(year, month, day));
        assert_eq!(Certificate::read(&der).unwrap().not_after, seconds, "{date:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(at in 0_usize..400, byte: u8, cut in 0_usize..400) {
        let mut der = certificate(|params| {
            params.subject_alt_names = vec![SanType::IpAddress([192, 0, 2, 1].into())];
        });
        if let Some(place) = der.get_mut(at) {
            *place = byte;
        }
        Certificate::read(&der);
        der.truncate(cut);
        Certificate::read(&der);
    }

    #[test]
    fn no_noise_makes_it_panic(noise: Vec<u8>) {
        Certificate::read(&noise);
    }
}
