//! Pushes OpenTelemetry metrics over OTLP or to the console, from a thread of its own.
