//! kymo, as its README sets it up.

use ::kymo::Telemetry;

use super::{Measured, Record, Variant, provider};
use crate::exposition;

pub const VARIANT: Variant = Variant {
    name: "kymo",
    title: "kymo",
    measures: "duration, active, request and response size, to the end of the body",
    build: |router| {
        let telemetry = Telemetry::for_service("bench").prometheus().build()?;
        let router = router.layer(telemetry.http());
        let bridge = telemetry.bridge().ok_or("no bridge")?.clone();
        let expose = move || {
            let _provider = &telemetry; // its last clone shuts the reader down
            exposition::text(&bridge)
        };
        Ok(Measured {
            router,
            record: Some(Record { expose: Box::new(expose), count: provider::COUNT }),
        })
    },
};
