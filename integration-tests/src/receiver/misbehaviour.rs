//! Answers that are right, but hard to bear.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{BufMut, Bytes, BytesMut};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame};
use prost::encoding::encode_varint;
use tokio::time::{Sleep, sleep};
use tonic::Status;

use super::connection::Body;

/// The same answer, one byte at a time, with a pause before each.
pub(super) async fn drip(response: Response<Body>, pause: Duration) -> Response<Body> {
    let (mut head, mut body) = response.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    let mut frames = VecDeque::new();
    while let Some(Ok(frame)) = body.frame().await {
        match frame.into_data() {
            Ok(data) => {
                frames.extend((0..data.len()).map(|at| Frame::data(data.slice(at..=at))));
            }
            Err(trailers) => frames.push_back(trailers),
        }
    }
    let drops = Drops { frames, pause, sleep: Box::pin(sleep(pause)) };
    Response::from_parts(head, drops.boxed_unsync())
}

/// The same answer with a message of about that many bytes, whether anyone reads them or not.
pub(super) fn huge(response: Response<Body>, bytes: u32) -> Response<Body> {
    let (mut head, _) = response.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    let grpc = head.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/grpc");
    // The answer's field 1, whose field 2 is a text.
    let mut message = BytesMut::new();
    let mut text = BytesMut::new();
    text.put_u8(0x12);
    encode_varint(u64::from(bytes), &mut text);
    message.put_u8(0x0a);
    encode_varint(text.len() as u64 + u64::from(bytes), &mut message);
    message.extend_from_slice(&text);
    let mut start = BytesMut::new();
    if grpc {
        start.put_u8(0);
        start.put_u32(u32::try_from(message.len()).expect("a few bytes") + bytes);
    }
    start.extend_from_slice(&message);
    let chunks = Chunks { start: Some(start.freeze()), left: bytes as usize, trailers: grpc };
    Response::from_parts(head, chunks.boxed_unsync())
}

struct Drops {
    frames: VecDeque<Frame<Bytes>>,
    pause: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl HttpBody for Drops {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        std::task::ready!(self.sleep.as_mut().poll(context));
        self.sleep = Box::pin(sleep(self.pause));
        Poll::Ready(self.frames.pop_front().map(Ok))
    }
}

struct Chunks {
    start: Option<Bytes>,
    left: usize,
    trailers: bool,
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(start) = self.start.take() {
            return Poll::Ready(Some(Ok(Frame::data(start))));
        }
        if self.left > 0 {
            let size = self.left.min(CHUNK.len());
            self.left -= size;
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&CHUNK[..size])))));
        }
        let ok = (HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"));
        let trailers = std::mem::take(&mut self.trailers);
        Poll::Ready(trailers.then(|| Ok(Frame::trailers(HeaderMap::from_iter([ok])))))
    }
}

static CHUNK: [u8; 64 * 1024] = [b'x'; 64 * 1024];
