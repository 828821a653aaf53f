//! Numbers that add up whatever the collector answers.

use std::collections::BTreeMap;

use kymo_push::{FlushError, metrics};
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, prop_oneof},
    prop_assert_eq, proptest,
};

use crate::{
    LONG, NEVER, Service, http,
    observed::Eye,
    receiver::{Answer, Receiver},
};

/// A step of a run: sales before an export, and the answer to it; `None` is success.
fn step() -> impl Strategy<Value = (u64, Answer, Option<&'static str>)> {
    let answer = prop_oneof![
        Just((Answer::Accept, None)),
        Just((Answer::Partial(1), Some("rejected"))),
        // More than there are: no collector should say so.
        Just((Answer::Partial(9), Some("rejected"))),
        Just((Answer::Status(400, None), Some("400"))),
        // What it says is none of OTLP: nobody knows whether it took anything.
        Just((Answer::Status(299, None), Some("foreign"))),
        Just((Answer::Status(599, None), Some("_OTHER"))),
        Just((Answer::Status(429, Some("86400")), Some("429"))),
    ];
    (1_u64..100, answer).prop_map(|(jobs, (answer, error))| (jobs, answer, error))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn each_point_ends_once_and_each_value_is_complete(steps in vec(step(), 1..12)) {
        let receiver = Receiver::start([Answer::Accept]);
        let service = Service::new(&http(receiver.http()), NEVER);
        let (eye, _provider) = Eye::watch(&service.push);
        let mut measured = 0;
        let mut ended: BTreeMap<Option<&str>, i64> = BTreeMap::new();
        for (exports, (jobs, answer, error)) in steps.into_iter().enumerate() {
            receiver.answer([answer]);
            service.jobs.add(jobs, &[]);
            measured += jobs;
            *ended.entry(error).or_default() += 1;

            let failed = service.push.flush(LONG).err().map(|error| match error {
                FlushError::Failed { kind, .. } => kind,
                other => panic!("{other}"),
            });
            prop_assert_eq!(failed.as_deref(), error);
            let arrived = receiver.arrived();
            prop_assert_eq!(arrived.len(), exports + 1);
            prop_assert_eq!(arrived[exports].sum("jobs"), i64::try_from(measured).ok());
        }

        let mut counted: BTreeMap<Option<String>, i64> = BTreeMap::new();
        for (name, attributes, value) in eye.series() {
            if name == metrics::DATA_POINT_EXPORTED.name {
                let error = attributes.first().map(|it| it.replace("error.type=", ""));
                counted.insert(error, value);
            }
        }
        let ended: BTreeMap<_, _> =
            ended.into_iter().map(|(error, count)| (error.map(str::to_owned), count)).collect();
        prop_assert_eq!(counted, ended);
    }
}
