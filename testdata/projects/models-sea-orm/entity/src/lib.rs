pub mod cake;
pub mod cake_filling;
pub mod filling;
pub mod kinds;
pub mod order;
