//! Exemplars, as a collector gets them.

use kymo_core::{ExemplarFilter, ExemplarSlots, Exemplars, Serving, Trace};
use opentelemetry::InstrumentationScope;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;

use crate::{
    LONG, NEVER, Service, grpc, http,
    receiver::{Answer, Arrived, Receiver},
};

const SENT: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// How many exemplars the counter has.
fn exemplars(arrived: &Arrived) -> usize {
    let scopes = arrived.request.resource_metrics.iter().flat_map(|it| &it.scope_metrics);
    let metrics = scopes.flat_map(|it| &it.metrics).filter(|it| it.name == "jobs");
    let counted = metrics.map(|it| match &it.data {
        Some(Data::Sum(sum)) => sum.data_points.iter().map(|point| point.exemplars.len()).sum(),
        _ => 0,
    });
    counted.sum()
}

#[test]
fn an_exemplar_goes_with_each_push_until_one_has_arrived_and_with_none_after_that() {
    for is_grpc in [false, true] {
        let refused = tonic::Status::invalid_argument("no");
        let refused = if is_grpc { Answer::Grpc(refused) } else { Answer::Status(400, None) };
        let receiver = Receiver::start([refused, Answer::Partial(1), Answer::Accept]);
        let destination = if is_grpc { grpc(receiver.grpc()) } else { http(receiver.http()) };
        let service = Service::new(&destination, NEVER);
        let kept = Exemplars::new(ExemplarFilter::TraceBased).unwrap();
        let scope = InstrumentationScope::builder("service").build();
        let jobs = kept.metric(&scope, "jobs", "", ExemplarSlots::One);
        service.push.show_exemplars(kept);
        let work = || {
            let _serving = Serving::enter(Trace::of_traceparent(SENT));
            service.jobs.add(1, &[]);
            jobs.observe(|| 1.0, &[], || []);
        };
        work();
        for _ in 0..4 {
            drop(service.push.flush(LONG));
        }
        work();
        service.push.flush(LONG).unwrap();
        service.push.flush(LONG).unwrap();
        let arrived = receiver.arrived();
        let told: Vec<_> = arrived.iter().map(exemplars).collect();
        assert_eq!(told, [1, 1, 1, 0, 1, 0], "gRPC: {is_grpc}");
    }
}
