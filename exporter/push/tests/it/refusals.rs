//! Receivers that take no request that is compressed with zstd.

use kymo_push::{Compression, Destination, FlushError};

use crate::{
    LONG, NEVER, Service, grpc, http,
    receiver::{Answer, Receiver},
};

#[test]
fn a_receiver_without_zstd_is_asked_once_and_its_refusal_names_the_compression() {
    let http: fn(&Receiver) -> Destination = |receiver| http(receiver.http());
    let grpc: fn(&Receiver) -> Destination = |receiver| grpc(receiver.grpc());
    for (destination, expected) in [(http, "415"), (grpc, "UNIMPLEMENTED")] {
        let receiver = Receiver::start([Answer::WithoutZstd]);
        let zstd = destination(&receiver).compression(Compression::Zstd);
        let service = Service::new(&zstd, NEVER);
        service.jobs.add(1, &[]);
        let error = service.push.flush(LONG).unwrap_err();
        let FlushError::Failed { kind, reason } = &error else { panic!("{error}") };
        assert_eq!(kind, expected, "{reason}");
        assert!(reason.ends_with("; the request was compressed with zstd"), "{reason}");
        assert_eq!(receiver.told(), 1, "{expected}");

        let gzip = destination(&receiver).compression(Compression::Gzip);
        let service = Service::new(&gzip, NEVER);
        service.jobs.add(1, &[]);
        service.push.flush(LONG).unwrap();
    }
}
