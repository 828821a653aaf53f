//! What is scraped: its way, and what Prometheus makes of it.

mod both_views;
mod declared;
mod environment;
mod lint;
mod prometheus;
mod road;
