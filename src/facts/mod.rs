//! What servers do. Rules ask here; they never state a server's behaviour they looked up
//! themselves. Facts are held against recordings in plain tests, and against live servers
//! in the proofs.

pub mod catalog;
pub mod dependents;
pub mod obstacle;
pub mod postgres;
pub mod reference;
pub mod refusal;
pub mod sqlite;
