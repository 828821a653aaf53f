//! The laws, for everything that is measured.

mod cache;
mod give_up;
mod grpc;
mod http;
mod http_client;
mod migrations;
mod opening;
mod redis;
mod repository;
mod reqwest;
mod sea_orm;
mod sqlx;
mod work;
