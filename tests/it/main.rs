//! All tests that go through the public interface; most are loops over data.

mod baseline;
mod config;
mod emit;
mod fixtures;
mod formats;
mod generate;
mod git;
mod honest;
mod hostile;
mod init;
mod models;
mod outputs;
mod page;
mod pages;
mod proofs;
mod servers;
mod support;
mod tidy;
mod truth;
