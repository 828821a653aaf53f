//! The metrics of this process.

use opentelemetry::metrics::MeterProvider;

use crate::{key, metrics, registrar::Registrar, scope, start};

/// The metrics of this process, by the OpenTelemetry [process conventions].
///
/// Registering them twice at one provider changes nothing: both observe the same values of the
/// same series.
///
/// [process conventions]: https://opentelemetry.io/docs/specs/semconv/system/process-metrics/
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is measured before `register()`"]
pub struct ProcessMetrics {
    classic_names: bool,
}

impl ProcessMetrics {
    /// The metrics of the conventions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Emits the same under the names that Prometheus client libraries have always used as well,
    /// such as `process_cpu_seconds_total`, for dashboards that rely on them.
    ///
    /// A process collector of the `prometheus` crate emits these names too: one of both is enough.
    pub fn classic_names(mut self) -> Self {
        self.classic_names = true;
        self
    }

    /// Observes the process whenever a reader of `meters` collects, for as long as they live.
    ///
    /// What this machine does not tell is absent.
    pub fn register(&self, meters: &dyn MeterProvider) {
        let meter = scope::meter(meters);
        let mut registrar = Registrar::new(&meter);
        conventional(&mut registrar);
        if self.classic_names {
            classic(&mut registrar);
        }
    }
}

fn conventional(registrar: &mut Registrar<'_>) {
    registrar.real_counter(&metrics::CPU_TIME, |reading, to| {
        if let Some(usage) = reading.usage {
            to.observe(usage.user, &[key::CPU_MODE.of("user")]);
            to.observe(usage.system, &[key::CPU_MODE.of("system")]);
        }
    });
    registrar.up_down_counter(&metrics::MEMORY_USAGE, |reading| reading.resident_memory);
    registrar.up_down_counter(&metrics::MEMORY_VIRTUAL, |reading| reading.virtual_memory);
    registrar.counter(&metrics::DISK_IO, |reading, to| {
        if let Some(disk) = reading.disk {
            to.observe(disk.read, &[key::DISK_IO_DIRECTION.of("read")]);
            to.observe(disk.written, &[key::DISK_IO_DIRECTION.of("write")]);
        }
    });
    registrar.up_down_counter(&metrics::THREAD_COUNT, |reading| reading.threads);
    registrar.up_down_counter(&metrics::FILE_DESCRIPTOR_COUNT, |reading| reading.file_descriptors);
    registrar.counter(&metrics::CONTEXT_SWITCHES, |reading, to| {
        if let Some(usage) = reading.usage {
            let kind = key::CONTEXT_SWITCH_TYPE;
            to.observe(usage.voluntary_switches, &[kind.of("voluntary")]);
            to.observe(usage.involuntary_switches, &[kind.of("involuntary")]);
        }
    });
    registrar.counter(&metrics::PAGING_FAULTS, |reading, to| {
        if let Some(usage) = reading.usage {
            to.observe(usage.major_faults, &[key::PAGING_FAULT_TYPE.of("major")]);
            to.observe(usage.minor_faults, &[key::PAGING_FAULT_TYPE.of("minor")]);
        }
    });
    registrar.gauge(&metrics::UPTIME, |reading| reading.uptime);
}

fn classic(registrar: &mut Registrar<'_>) {
    registrar.real_counter(&metrics::CLASSIC_CPU_SECONDS, |reading, to| {
        if let Some(usage) = reading.usage {
            to.observe(usage.user + usage.system, &[]);
        }
    });
    registrar.up_down_counter(&metrics::CLASSIC_OPEN_FDS, |reading| reading.file_descriptors);
    registrar.up_down_counter(&metrics::CLASSIC_MAX_FDS, |reading| reading.limits.open_files);
    registrar.up_down_counter(&metrics::CLASSIC_VIRTUAL_MEMORY, |reading| reading.virtual_memory);
    registrar.up_down_counter(&metrics::CLASSIC_VIRTUAL_MEMORY_MAX, |reading| {
        reading.limits.address_space
    });
    registrar.up_down_counter(&metrics::CLASSIC_RESIDENT_MEMORY, |reading| reading.resident_memory);
    registrar.up_down_counter(&metrics::CLASSIC_THREADS, |reading| reading.threads);
    // Fixed now: a wall clock that is set later must not make the process look restarted.
    if let Some(start) = start::since_epoch() {
        registrar.gauge(&metrics::CLASSIC_START_TIME, move |_| Some(start));
    }
}
