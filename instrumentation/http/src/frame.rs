//! The frames that bodies consist of.

use bytes::Buf;
use http_body::Frame;

/// The bytes of data in `frame`; none if it is trailers.
pub(crate) fn data_len<D: Buf>(frame: &Frame<D>) -> usize {
    frame.data_ref().map_or(0, Buf::remaining)
}
