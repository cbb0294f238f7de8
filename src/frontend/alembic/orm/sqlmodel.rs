//! SQLModel: a column for each field (`sqlmodel.main.get_column_from_field`).

use std::rc::Rc;

use super::{
    super::{
        machine::Machine,
        value::{Call, Value},
    },
    annotations::{Annotation, call_of, generic, last},
    classes::Attribute,
};
use crate::source::Span;

/// Whether plain `datetime` is a timestamp with a time zone: from this version on
/// (`get_sqlalchemy_type` returns `UTCDateTime`).
pub(super) const AWARE_SINCE: [u32; 3] = [0, 0, 45];

/// What a field becomes.
pub(super) enum Field {
    Column(Value),
    /// A relationship, or no field at all.
    None,
    Unread(String),
}

impl Machine<'_, '_> {
    /// The column of one field. `aware`: plain `datetime` has a time zone.
    pub(super) fn sqlmodel_field(
        &mut self,
        attribute: &Attribute,
        annotation: &Annotation,
        aware: bool,
    ) -> Field {
        let span = attribute.span;
        if annotation.wrapper.as_deref() == Some("ClassVar") || attribute.name.starts_with('_') {
            return Field::None;
        }
        let is_field = |value: &&Value| matches!(value, Value::Call(call) if matches!(call.name(), "Field" | "FieldInfo"));
        let own = attribute.value.as_ref().filter(is_field);
        let inner = annotation.extras.iter().find(is_field);
        let fields: Vec<Rc<Call>> = [own, inner]
            .into_iter()
            .flatten()
            .filter_map(|v| if let Value::Call(call) = v { Some(Rc::clone(call)) } else { None })
            .collect();
        if matches!(&attribute.value, Some(Value::Call(call)) if matches!(call.name(), "Relationship" | "PrivateAttr" | "computed_field"))
        {
            return Field::None;
        }
        if let (Some(Value::Unknown(why)), None) = (&attribute.value, own)
            && matches!(annotation.ty, Value::Unknown(_))
        {
            return Field::Unread(format!("the field `{}` is not known: {why}", attribute.name));
        }
        let option = |name: &str| {
            fields.iter().find_map(|field| field.kwarg(name)).filter(|v| !undefined(v))
        };
        match option("sa_column") {
            Some(column @ Value::Call(_)) => return Field::Column(column.clone()),
            Some(Value::Unknown(why)) => {
                return Field::Unread(format!(
                    "the column of `{}` is not known: {why}",
                    attribute.name
                ));
            }
            _ => {}
        }
        let ty = match option("sa_type") {
            Some(ty) => ty.clone(),
            None => {
                let length = option("max_length").cloned().or_else(|| constrained(annotation));
                self.field_type(annotation, length, &option, aware, span)
            }
        };
        let mut args = vec![ty];
        let mut kwargs: Vec<(String, Value)> = Vec::new();
        for key in ["primary_key", "index", "unique"] {
            kwargs.extend(option(key).map(|value| (key.to_owned(), value.clone())));
        }
        let key = option("primary_key").and_then(Value::truth) == Some(true);
        let nullable = option("nullable").cloned();
        let nullable = nullable.unwrap_or(Value::Bool(!key && annotation.optional));
        kwargs.push(("nullable".to_owned(), nullable));
        if let Some(target) = option("foreign_key").filter(|v| !v.is_none()) {
            let action = option("ondelete").filter(|v| !v.is_none());
            let action = action.map(|v| ("ondelete".to_owned(), v.clone())).into_iter().collect();
            args.push(call_of("sqlalchemy.ForeignKey", vec![target.clone()], action, span));
        }
        let default = own.and_then(|_| fields[0].args.first()).or_else(|| option("default"));
        let default = default.or_else(|| option("default_factory"));
        let default = default.or(attribute.value.as_ref().filter(|v| !is_field(v)));
        // `...` marks a field that is required.
        if let Some(default) = default.filter(|v| !v.is_none()) {
            kwargs.push(("default".to_owned(), default.clone()));
        }
        if let Some(more) = option("sa_column_args").and_then(Value::items) {
            args.extend(more);
        }
        if let Some(Value::Dict(more)) = option("sa_column_kwargs") {
            for (key, value) in more.borrow().iter() {
                let Some(key) = key.as_str() else { continue };
                kwargs.retain(|(known, _)| **known != *key);
                kwargs.push((key.to_string(), value.clone()));
            }
        }
        Field::Column(call_of("sqlalchemy.Column", args, kwargs, span))
    }

    fn field_type<'a>(
        &mut self,
        annotation: &Annotation,
        length: Option<Value>,
        option: &dyn Fn(&str) -> Option<&'a Value>,
        aware: bool,
        span: Span,
    ) -> Value {
        let sized = |length: Option<Value>| {
            let length = length.filter(|l| !l.is_none());
            let length = length.map(|l| ("length".to_owned(), l)).into_iter().collect();
            call_of("sqlmodel.AutoString", Vec::new(), length, span)
        };
        let zoned = |zone: bool| {
            let zone = vec![("timezone".to_owned(), Value::Bool(zone))];
            call_of("sqlalchemy.DateTime", Vec::new(), zone, span)
        };
        match &annotation.ty {
            Value::Class(class) if self.is_enum(class) => {
                call_of("sqlalchemy.Enum", vec![annotation.ty.clone()], Vec::new(), span)
            }
            // A subclass of `str`, `int` and so on counts as that.
            Value::Class(class) => {
                let of = PLAIN.iter().find(|(name, _)| self.descends(class, &[name]));
                match of {
                    Some((_, "AutoString")) => sized(length),
                    Some((_, ty)) => Value::external(ty),
                    None => Value::unknown("its type is not one of SQLModel's"),
                }
            }
            Value::Call(call) if matches!(call.name(), "constr" | "conint" | "confloat") => {
                match call.name() {
                    "constr" => sized(length.or_else(|| call.kwarg("max_length").cloned())),
                    "conint" => Value::external("sqlalchemy.Integer"),
                    _ => Value::external("sqlalchemy.Float"),
                }
            }
            Value::External(path) => match last(path) {
                "datetime" => {
                    let plain = annotation.extras.iter().rev().find_map(zone_of);
                    zoned(plain.unwrap_or(aware))
                }
                "AwareDatetime" | "PastDatetime" | "FutureDatetime" => zoned(aware),
                "NaiveDatetime" => zoned(false),
                "Decimal" => {
                    let mut kwargs = Vec::new();
                    for (key, of) in [("precision", "max_digits"), ("scale", "decimal_places")] {
                        kwargs.extend(option(of).map(|value| (key.to_owned(), value.clone())));
                    }
                    call_of("sqlalchemy.Numeric", Vec::new(), kwargs, span)
                }
                name => match PLAIN.iter().find(|(known, _)| *known == name) {
                    Some((_, "AutoString")) => sized(length),
                    Some((_, ty)) => Value::external(ty),
                    None => Value::unknown("its type is not one of SQLModel's"),
                },
            },
            ty => match generic(ty) {
                Some(_) => Value::unknown("its type is not one of SQLModel's"),
                None => Value::unknown("its type is not known"),
            },
        }
    }
}

/// The types that SQLModel knows, in the order in which it asks; Pydantic's own names are
/// aliases of them.
const PLAIN: &[(&str, &str)] = &[
    ("str", "AutoString"),
    ("EmailStr", "AutoString"),
    ("StrictStr", "AutoString"),
    ("IPv4Address", "AutoString"),
    ("IPv4Network", "AutoString"),
    ("IPv6Address", "AutoString"),
    ("IPv6Network", "AutoString"),
    ("Path", "AutoString"),
    ("FilePath", "AutoString"),
    ("DirectoryPath", "AutoString"),
    ("float", "sqlalchemy.Float"),
    ("StrictFloat", "sqlalchemy.Float"),
    ("PositiveFloat", "sqlalchemy.Float"),
    ("NonNegativeFloat", "sqlalchemy.Float"),
    ("bool", "sqlalchemy.Boolean"),
    ("StrictBool", "sqlalchemy.Boolean"),
    ("int", "sqlalchemy.Integer"),
    ("StrictInt", "sqlalchemy.Integer"),
    ("PositiveInt", "sqlalchemy.Integer"),
    ("NonNegativeInt", "sqlalchemy.Integer"),
    ("NegativeInt", "sqlalchemy.Integer"),
    ("date", "sqlalchemy.Date"),
    ("PastDate", "sqlalchemy.Date"),
    ("FutureDate", "sqlalchemy.Date"),
    ("timedelta", "sqlalchemy.Interval"),
    ("time", "sqlalchemy.Time"),
    ("bytes", "sqlalchemy.LargeBinary"),
    ("UUID", "sqlalchemy.Uuid"),
    ("UUID1", "sqlalchemy.Uuid"),
    ("UUID3", "sqlalchemy.Uuid"),
    ("UUID4", "sqlalchemy.Uuid"),
    ("UUID5", "sqlalchemy.Uuid"),
];

/// `Annotated[str, StringConstraints(max_length=9)]`, `Annotated[str, MaxLen(9)]`.
fn constrained(annotation: &Annotation) -> Option<Value> {
    annotation.extras.iter().find_map(|extra| {
        let Value::Call(call) = extra else { return None };
        match call.name() {
            "StringConstraints" | "Field" | "constr" => call.kwarg("max_length").cloned(),
            "MaxLen" => call.arg(0, "max_length").cloned(),
            _ => None,
        }
    })
}

/// `Annotated[datetime, AwareDatetime]`.
fn zone_of(extra: &Value) -> Option<bool> {
    let name = match extra {
        Value::External(path) => last(path),
        Value::Call(call) => call.name(),
        _ => return None,
    };
    match name {
        "AwareDatetime" => Some(true),
        "NaiveDatetime" => Some(false),
        _ => None,
    }
}

fn undefined(value: &Value) -> bool {
    matches!(value, Value::External(path) if matches!(last(path), "Undefined" | "PydanticUndefined"))
}
