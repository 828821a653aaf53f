//! Clients that send one request after the other on connections that they keep.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use paths::BoxError;

/// So many connections are open, and wait for their answer at once.
const CONNECTIONS: usize = 8;
const REQUEST: &[u8] = b"GET /books/42 HTTP/1.1\r\nhost: localhost\r\n\r\n";
const END: &[u8] = b"\r\n\r\nDune";

pub struct Load(Vec<TcpStream>);

impl Load {
    pub fn connect(address: SocketAddr) -> Result<Self, BoxError> {
        let connect = |_| {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        Ok(Self((0..CONNECTIONS).map(connect).collect::<Result<_, BoxError>>()?))
    }

    /// Sends `requests`, and reads every answer to its end.
    pub fn send(&mut self, requests: u64) -> Result<(), BoxError> {
        for _ in 0..requests / CONNECTIONS as u64 {
            for stream in &mut self.0 {
                stream.write_all(REQUEST)?;
            }
            for stream in &mut self.0 {
                let mut answer = Vec::new();
                while !answer.ends_with(END) {
                    let mut part = [0; 1024];
                    let read = stream.read(&mut part)?;
                    if read == 0 {
                        let answer = String::from_utf8_lossy(&answer);
                        return Err(format!("the server hung up after {answer:?}").into());
                    }
                    answer.extend_from_slice(&part[..read]);
                }
                if !answer.starts_with(b"HTTP/1.1 200") {
                    return Err(String::from_utf8_lossy(&answer).into());
                }
            }
        }
        Ok(())
    }
}
