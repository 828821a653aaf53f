use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::{Buf, Bytes, BytesMut};
use proptest::prelude::*;

use super::*;

fn frame(flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[flags][..], &length, payload].concat()
}

/// The name of the status that a body says whose bytes come in pieces of `cut`.
fn read(wire: Wire, body: &[u8], cut: usize) -> Option<&'static str> {
    let mut trailers = WebTrailers::of(wire).unwrap();
    let mut code = None;
    for piece in body.chunks(cut) {
        code = pass(&mut trailers, &Bytes::copy_from_slice(piece)).unwrap().or(code);
    }
    code.or(trailers.end()).map(Code::name)
}

/// As the layer does: what need not be seen is not looked at.
fn pass(trailers: &mut WebTrailers, data: &impl Buf) -> Result<Option<Code>, Unreadable> {
    if trailers.skip(data.remaining()) { Ok(None) } else { trailers.read(&Shown::of(data)) }
}

#[test]
fn the_status_is_found_however_it_is_written() {
    for (lines, expected) in [
        ("grpc-status:5\r\n", Some("NOT_FOUND")),
        ("grpc-status:5", Some("NOT_FOUND")),
        ("Grpc-Status: 0 \r\ngrpc-message: fine\r\n", Some("OK")),
        ("grpc-message:no\r\ngrpc-status:13\r\n", Some("INTERNAL")),
        ("grpc-status:5000000\r\n", Some("UNKNOWN")),
        ("grpc-status:\r\n", Some("UNKNOWN")),
        ("grpc-statuses:5\r\n", None),
        ("grpc-message: grpc-status:5\r\n", None),
        ("grpc-status-details-bin:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n", None),
        ("", None),
    ] {
        let body = [frame(0, b"Dune"), frame(0, b""), frame(0x80, lines.as_bytes())].concat();
        for cut in [1, 3, 7, 1000] {
            assert_eq!(read(Wire::Web, &body, cut), expected, "{lines:?} by {cut}");
        }
    }
}

#[test]
fn a_message_is_never_taken_for_trailers() {
    let message = frame(0x80, b"grpc-status:13\r\n");
    let body = [frame(0, &message), frame(1, &message), frame(0x80, b"grpc-status:0\r\n")].concat();
    assert_eq!(read(Wire::Web, &body, 5), Some("OK"));
    assert_eq!(read(Wire::Web, &frame(0, &message), 5), None);
}

#[test]
fn what_cannot_be_read_says_so() {
    let mut trailers = WebTrailers::of(Wire::Web).unwrap();
    let compressed = Bytes::from(frame(0x81, b"\x1f\x8b"));
    assert!(pass(&mut trailers, &compressed).is_err());

    // Of a chain, only the first half is shown without being taken.
    let mut trailers = WebTrailers::of(Wire::Web).unwrap();
    let halves = Bytes::from_static(&[0x80, 0, 0]).chain(Box::new(Opaque(&[0, 1, b'x'])));
    assert!(pass(&mut trailers, &halves).is_err());
    // One that shows all of its parts is read.
    let mut trailers = WebTrailers::of(Wire::Web).unwrap();
    let frame = frame(0x80, b"grpc-status:7");
    let (first, second) = frame.split_at(4);
    let code = pass(&mut trailers, &first.chain(second)).unwrap();
    assert_eq!(code.map(Code::name), Some("PERMISSION_DENIED"));
}

/// Where the next frame begins is known, whatever a message hides of itself.
#[test]
fn what_is_not_shown_of_a_message_is_not_missed() {
    let mut trailers = WebTrailers::of(Wire::Web).unwrap();
    let message = Bytes::from_static(&[0, 0, 0, 0, 3]).chain(Opaque(b"ab"));
    assert!(matches!(pass(&mut trailers, &message), Ok(None)));
    assert!(matches!(pass(&mut trailers, &Opaque(b"c")), Ok(None)));
    assert!(trailers.has_message());
    let last = Bytes::from(frame(0x80, b"grpc-status:7"));
    let code = pass(&mut trailers, &last).unwrap();
    assert_eq!(code.map(Code::name), Some("PERMISSION_DENIED"));

    // More than it has is of the next frame.
    let mut trailers = WebTrailers::of(Wire::Web).unwrap();
    let message = Bytes::from_static(&[0, 0, 0, 0, 2]).chain(Opaque(b"abc"));
    assert!(pass(&mut trailers, &message).is_err());
}

/// One that names more slices than there are is not believed.
#[test]
fn data_that_counts_wrongly_is_read_as_far_as_it_shows() {
    struct Boasting(Bytes);

    impl Buf for Boasting {
        fn remaining(&self) -> usize {
            self.0.remaining()
        }

        fn chunk(&self) -> &[u8] {
            self.0.chunk()
        }

        fn chunks_vectored<'a>(&'a self, slices: &mut [std::io::IoSlice<'a>]) -> usize {
            slices[0] = std::io::IoSlice::new(&self.0);
            1000
        }

        fn advance(&mut self, count: usize) {
            self.0.advance(count);
        }
    }

    let mut trailers = WebTrailers::of(Wire::Web).unwrap();
    let last = Boasting(frame(0x80, b"grpc-status:7").into());
    let code = pass(&mut trailers, &last).unwrap();
    assert_eq!(code.map(Code::name), Some("PERMISSION_DENIED"));
}

#[test]
fn of_two_statuses_the_last_one_counts() {
    let body = frame(0x80, b"grpc-status:0\r\ngrpc-status:13\r\n");
    assert_eq!(read(Wire::Web, &body, 4), Some("INTERNAL"));
}

/// Shows one byte at a time.
struct Opaque(&'static [u8]);

impl Buf for Opaque {
    fn remaining(&self) -> usize {
        self.0.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.0[..self.0.len().min(1)]
    }

    fn advance(&mut self, count: usize) {
        self.0 = &self.0[count..];
    }
}

#[test]
fn plain_grpc_has_trailers_of_its_own() {
    assert!(WebTrailers::of(Wire::Plain).is_none());
}

proptest! {
    #[test]
    fn text_says_the_same_as_bytes_also_where_each_frame_is_padded(
        messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..4),
        code in 0_usize..17,
        cut in 1_usize..60,
    ) {
        let mut frames: Vec<_> = messages.iter().map(|message| frame(0, message)).collect();
        frames.push(frame(0x80, format!("grpc-status: {code}\r\n").as_bytes()));
        let whole = STANDARD.encode(frames.concat());
        let each: String = frames.iter().map(|frame| STANDARD.encode(frame)).collect();
        let expected = Some(crate::grpc::code::NAMES[code]);
        prop_assert_eq!(read(Wire::Web, &frames.concat(), cut), expected);
        prop_assert_eq!(read(Wire::WebText, whole.as_bytes(), cut), expected);
        prop_assert_eq!(read(Wire::WebText, each.as_bytes(), cut), expected);
        prop_assert_eq!(read(Wire::WebText, whole.trim_end_matches('=').as_bytes(), cut), expected);
    }

    /// Of which most is passed over.
    #[test]
    fn long_messages_say_the_same_in_text_be_it_with_gaps(
        lengths in proptest::collection::vec(0_usize..20_000, 1..4),
        gap in 0_usize..20_000,
        cut in 500_usize..9000,
    ) {
        let mut frames: Vec<_> = lengths.iter().map(|len| frame(0, &vec![0xa5; *len])).collect();
        frames.push(frame(0x80, b"grpc-status: 5\r\n"));
        let whole = STANDARD.encode(frames.concat());
        let each: String = frames.iter().map(|frame| STANDARD.encode(frame)).collect();
        for mut text in [whole, each] {
            prop_assert_eq!(read(Wire::WebText, text.as_bytes(), cut), Some("NOT_FOUND"));
            text.insert_str(gap.min(text.len()), "\r\n");
            prop_assert_eq!(read(Wire::WebText, text.as_bytes(), cut), Some("NOT_FOUND"));
        }
    }

    #[test]
    fn any_bytes_are_read(body in proptest::collection::vec(any::<u8>(), 0..300), text in any::<bool>()) {
        let wire = if text { Wire::WebText } else { Wire::Web };
        let mut trailers = WebTrailers::of(wire).unwrap();
        for piece in body.chunks(7) {
            let _ = pass(&mut trailers, &BytesMut::from(piece));
        }
        trailers.end();
    }
}
