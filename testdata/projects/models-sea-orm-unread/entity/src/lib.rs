pub mod broken;
pub mod computed;
pub mod constant;
pub mod key;
#[path = "elsewhere/tea.rs"]
pub mod tea;
