//! The header `traceparent`.

use crate::Trace;

/// The bytes of a header of version 0, which those of later versions begin with.
const LENGTH: usize = 55;
/// The flag of those who keep the trace.
const SAMPLED: u8 = 1;

/// The span that `header` names, if its trace is sampled and it keeps to W3C Trace Context, section 3.2.
pub(crate) fn parse(header: &[u8]) -> Option<Trace> {
    let (known, rest) = header.split_at_checked(LENGTH)?;
    let [version] = hexadecimal(known, 0)?;
    let trace_id: [u8; 16] = hexadecimal(known, 3)?;
    let span_id: [u8; 8] = hexadecimal(known, 36)?;
    let [flags] = hexadecimal(known, 53)?;
    let has_dashes = [2, 35, 52].iter().all(|&at| known[at] == b'-');
    let has_end = match version {
        0 => rest.is_empty(),
        // Forbidden.
        0xff => false,
        // Later versions may say more, behind another dash.
        _ => rest.first().is_none_or(|&next| next == b'-'),
    };
    if !has_dashes || !has_end || flags & SAMPLED == 0 {
        return None;
    }
    Trace::new(trace_id, span_id)
}

/// The bytes whose lower-case digits begin at `at`.
fn hexadecimal<const N: usize>(text: &[u8], at: usize) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.get(at..at + 2 * N)?.chunks_exact(2)) {
        *byte = digit(digits[0])? << 4 | digit(digits[1])?;
    }
    Some(bytes)
}

fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_sampled_header_names_its_span() {
        let trace = parse(SENT.as_bytes()).unwrap();
        assert_eq!(
            u128::from_be_bytes(trace.trace_id()),
            0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736
        );
        assert_eq!(u64::from_be_bytes(trace.span_id()), 0x00f0_67aa_0ba9_02b7);
        // Other flags are others' concern.
        assert_eq!(parse(SENT.replace("-01", "-ff").as_bytes()), Some(trace));
        for later in ["cc", "01"] {
            let sent = SENT.replacen("00", later, 1);
            assert_eq!(parse(sent.as_bytes()), Some(trace));
            assert_eq!(parse(format!("{sent}-what-the-future").as_bytes()), Some(trace));
            assert_eq!(parse(format!("{sent}.what").as_bytes()), None);
        }
    }

    #[test]
    fn a_broken_header_names_none() {
        let broken = [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ];
        for header in broken {
            assert_eq!(parse(header.as_bytes()), None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn the_numbers_come_back_as_they_were_sent(trace: [u8; 16], span: [u8; 8], flags: u8) {
            let (trace_id, span_id) = (u128::from_be_bytes(trace), u64::from_be_bytes(span));
            let sent = format!("00-{trace_id:032x}-{span_id:016x}-{flags:02x}");
            let expected = Trace::new(trace, span).filter(|_| flags % 2 == 1);
            prop_assert_eq!(parse(sent.as_bytes()), expected);
            if let Some(read) = expected {
                prop_assert_eq!((read.trace_id(), read.span_id()), (trace, span));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(header in proptest::collection::vec(any::<u8>(), 0..70)) {
            parse(&header);
        }
    }
}
