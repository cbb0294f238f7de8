//! `composite(Point, mapped_column("x"), mapped_column("y"))`: one attribute, several columns.

use std::rc::Rc;

use super::{
    super::{
        machine::Machine,
        value::{Call, Value},
    },
    annotations::Annotation,
    classes::{Kind, column_of, completed},
};
use crate::source::Span;

/// Columns of one attribute, each with the call that it was made by.
type Columns = Vec<(Option<Rc<Call>>, Value)>;

impl Machine<'_, '_> {
    /// The columns that a composite declares itself: named and typed by the fields of its
    /// dataclass where they do not say (`CompositeProperty._setup_for_dataclass`). Those that it
    /// only mentions are attributes of the class anyway.
    pub(super) fn composite(
        &mut self,
        call: &Rc<Call>,
        annotation: Option<&Annotation>,
        map: &[(Value, Value)],
        span: Span,
    ) -> Result<Columns, String> {
        let given = call.args.first().filter(|arg| !declares(arg));
        let class = given.or(annotation.map(|annotation| &annotation.ty));
        let fields: Vec<(String, Annotation)> = match class {
            Some(Value::Class(class)) => {
                let class = Rc::clone(class);
                let attributes = self.attributes(&class);
                let typed = attributes.into_iter().filter_map(|a| Some((a.name, a.annotation?)));
                typed.map(|(name, expr)| (name, self.annotation(&expr, &class.scope))).collect()
            }
            _ => Vec::new(),
        };
        let skipped = usize::from(given.is_some());
        let args: Vec<Value> = call.args.iter().skip(skipped).cloned().collect();
        if args.is_empty() && fields.is_empty() {
            return Err("its class is not known".to_owned());
        }
        let mut found = Vec::new();
        for at in 0..args.len().max(fields.len()) {
            let field = fields.get(at);
            let own = match args.get(at) {
                // Fields without a column of their own get one.
                None => None,
                Some(arg) => match column_of(self, arg, 0) {
                    Kind::Column(own) => Some(own),
                    Kind::Other => continue,
                    Kind::Unknown(why) => return Err(why),
                },
            };
            let own_name = |call: &Rc<Call>| {
                call.kwarg("name").or_else(|| call.args.first()).and_then(Value::as_str).is_some()
            };
            let name = match field {
                Some((name, _)) => name,
                None if own.as_ref().is_some_and(own_name) => "",
                None => return Err("its class is not known".to_owned()),
            };
            let annotation = field.map(|(_, annotation)| annotation);
            found.push((own.clone(), completed(self, name, own.as_ref(), annotation, map, span)));
        }
        Ok(found)
    }
}

/// Whether an argument is a column, or the name of one.
fn declares(arg: &Value) -> bool {
    match arg {
        Value::Call(call) => matches!(call.name(), "Column" | "mapped_column" | "MappedColumn"),
        Value::Str(_) | Value::Attribute(_) => true,
        _ => false,
    }
}
