pub use super::cake::Entity as Cake;
