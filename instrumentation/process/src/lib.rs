//! Measures the process itself and its tokio runtime.
