//! Answers those who are not let in, and adds headers to every answer.

use http::{HeaderValue, Response, header};

use super::guard::{Guard, Refusal};
use crate::{body::ScrapeBody, future::text};

impl Guard {
    /// Says why a request is not let in, and what would let it in.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Response<ScrapeBody> {
        self.refused(refusal);
        let mut response = text(refusal.status(), refusal.sentence());
        let headers = response.headers_mut();
        match refusal {
            Refusal::Credentials => {
                for challenge in self.rules().demands.challenges() {
                    headers.append(header::WWW_AUTHENTICATE, challenge);
                }
            }
            Refusal::Busy | Refusal::Rate => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Refusal::Network | Refusal::Handshake | Refusal::Certificate => {}
        }
        response
    }

    /// Adds the headers that the rules give to every answer.
    pub(crate) fn dress(&self, response: &mut Response<ScrapeBody>) {
        for (name, value) in self.rules().demands.headers() {
            response.headers_mut().insert(name, value.clone());
        }
    }
}
