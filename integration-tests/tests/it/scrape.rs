//! Scrapes: their way through the exporter, and what Prometheus makes of them.

mod access;
mod attacks;
mod both_views;
mod declared;
mod environment;
mod formats;
mod judged;
mod lint;
mod native;
mod objectives;
mod odd_pages;
mod one_request;
mod prometheus;
mod targets;
