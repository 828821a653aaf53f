//! Caches in a program that relies on them.

mod bookshop;
