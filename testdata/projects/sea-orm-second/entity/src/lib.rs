pub mod cake;
pub mod prelude;
