//! SQLAlchemy's types as the dialects' compilers write them.

use std::rc::Rc;

use ruff_python_ast::Expr;

use super::{
    instances::passed_on,
    machine::Machine,
    module::Item,
    value::{Call, Callee, Class, Runtime, Value},
};
use crate::{database::Dialect, ir::Name, types::SqlType};

/// An Enum type: its name in the database, and its labels in order.
pub(super) struct EnumType {
    pub(super) name: Name,
    pub(super) labels: Option<Vec<String>>,
    /// False for `create_type=False`.
    pub(super) create: bool,
}

/// The CHECK that a type brings along with `create_constraint=True`.
pub(super) struct TypeCheck {
    pub(super) name: Option<String>,
    /// The values as SQL, where they are known.
    pub(super) values: Option<Vec<String>>,
}

/// Types whose first argument is a length.
const SIZED: &[&str] =
    &["String", "VARCHAR", "AutoString", "Unicode", "NVARCHAR", "Varchar", "CHAR", "NCHAR"];

impl Machine<'_, '_> {
    /// The type as the target names it; unknown where it cannot be told.
    pub(super) fn sql_type(&mut self, value: &Value) -> SqlType {
        self.typed(value, 0).unwrap_or_else(SqlType::unknown)
    }

    fn typed(&mut self, value: &Value, depth: usize) -> Option<SqlType> {
        if depth > 12 {
            return None;
        }
        match value {
            Value::External(path) => self.named(path.rsplit('.').next()?, None, depth),
            Value::Call(call) => {
                let call = Rc::clone(call);
                self.called(&call, depth)
            }
            Value::Class(class) => {
                let class = Rc::clone(class);
                self.decorated(&class, None, depth)
            }
            // A decorator's `impl` is what it is in the database.
            Value::Attribute(of) if of.1 == "impl" => self.typed(&of.0, depth + 1),
            // `to_instance` calls what it can call.
            Value::Function(function) => {
                let made = self.call_function(&Rc::clone(function), Vec::new(), Vec::new());
                self.typed(&made, depth + 1)
            }
            // The type of a reflected column is kept as SQL's own name.
            Value::Str(text) => Some(match self.dialect() {
                Dialect::Postgres => SqlType::postgres(&text.text),
                Dialect::Sqlite => SqlType::sqlite(&text.text),
            }),
            _ => None,
        }
    }

    fn called(&mut self, call: &Rc<Call>, depth: usize) -> Option<SqlType> {
        match &call.callee {
            Callee::External(path) => {
                let name = path.rsplit('.').next()?.to_owned();
                self.named(&name, Some(call), depth)
            }
            Callee::Class(class) => {
                let class = Rc::clone(class);
                self.decorated(&class, Some(call), depth)
            }
            Callee::Method(base, name) => match name.as_str() {
                "with_variant" => {
                    let dialects =
                        call.args.iter().skip(1).filter_map(Value::as_str).collect::<Vec<_>>();
                    let ours = dialects.iter().any(|d| &**d == self.dialect().sqlalchemy());
                    let chosen = if ours { call.args.first()?.clone() } else { base.clone() };
                    self.typed(&chosen, depth + 1)
                }
                "type_descriptor" => self.typed(call.args.first()?, depth + 1),
                "evolve" | "copy" | "adapt" => self.typed(base, depth + 1),
                // `MutableDict.as_mutable(JSON)` watches a value; the type stays.
                "as_mutable" => self.typed(call.args.first()?, depth + 1),
                _ => None,
            },
        }
    }

    /// A class of the project: `TypeDecorator` with its `impl`, or a `load_dialect_impl` that
    /// decides by dialect, or a `UserDefinedType` that names itself.
    fn decorated(
        &mut self,
        class: &Rc<Class>,
        call: Option<&Rc<Call>>,
        depth: usize,
    ) -> Option<SqlType> {
        if self.is_enum(class) {
            return None;
        }
        if let Some(written) = self.compiled(class) {
            return self.typed(&written, depth + 1);
        }
        let init = self.class_member(class, "__init__").is_some();
        let this = match call {
            Some(call) => Value::Call(Rc::clone(call)),
            // SQLAlchemy makes an instance of a type that is given as its class.
            None => {
                let span = crate::source::Span::top(class.scope.module.file);
                self.instance(class, Vec::new(), Vec::new(), span)
            }
        };
        let Value::Call(instance) = &this else { return None };
        if let Some(Value::Function(function)) = self.class_member(class, "load_dialect_impl") {
            let dialect = Value::Runtime(Runtime::Dialect);
            let args = vec![this.clone(), dialect];
            let result = self.call_function(&function, args, Vec::new());
            if let Some(ty) = self.typed(&result, depth + 1) {
                return Some(ty);
            }
        }
        if let Some(Value::Function(function)) = self.class_member(class, "get_col_spec") {
            let result = self.call_function(&function, vec![this.clone()], Vec::new());
            return self.typed(&Value::str(&result.as_str()?), depth + 1);
        }
        // `impl = String` and a base from outside take what the class passes on.
        let (args, kwargs) = passed_on(instance, init);
        let with_args = |of: &Value| match of {
            Value::External(path) => {
                let callee = Callee::External(Rc::clone(path));
                Value::Call(Rc::new(Call::new(callee, args.clone(), kwargs.clone(), instance.span)))
            }
            other => other.clone(),
        };
        let named = instance.get("impl").or_else(|| self.class_member(class, "impl"));
        if let Some(implementation) = named {
            return self.typed(&with_args(&implementation), depth + 1);
        }
        class.bases.iter().find_map(|base| match base {
            Value::Class(base) => self.decorated(base, Some(instance), depth + 1),
            other => self.typed(&with_args(other), depth + 1),
        })
    }

    /// `@compiles(Type, "sqlite")` beside the class: the text that a function returns.
    fn compiled(&mut self, class: &Rc<Class>) -> Option<Value> {
        let module = Rc::clone(&class.scope.module);
        let dialect = self.dialect().sqlalchemy();
        for item in &module.items {
            let Item::Function(def) = item else { continue };
            let ours = def.decorator_list.iter().any(|decorator| {
                let Expr::Call(call) = &decorator.expression else { return false };
                let called = match call.func.as_ref() {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(attribute) => attribute.attr.as_str(),
                    _ => return false,
                };
                let of = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id.as_str() == class.name);
                let on = |expr: &Expr| matches!(expr, Expr::StringLiteral(text) if text.value.to_str() == dialect);
                called == "compiles"
                    && call.arguments.args.first().is_some_and(of)
                    && call.arguments.args.iter().skip(1).any(on)
            });
            if ours {
                let value = self.function(Rc::clone(def), &class.scope);
                let Value::Function(function) = value else { return None };
                let unknown = || Value::unknown("it is SQLAlchemy's compiler");
                let result = self.call_function(&function, vec![unknown(), unknown()], Vec::new());
                return result.as_str().map(|text| Value::str(&text));
            }
        }
        None
    }

    fn named(&mut self, name: &str, call: Option<&Rc<Call>>, depth: usize) -> Option<SqlType> {
        let arg = |at: usize, key: &str| call.and_then(|c| c.arg(at, key)).cloned();
        let int = |value: Option<Value>| match value {
            Some(Value::Int(n)) => Some(n.to_string()),
            _ => None,
        };
        let timezone = call.is_some_and(|c| {
            c.flag("timezone") == Some(true)
                || c.args.first().is_some_and(|a| matches!(a, Value::Bool(true)))
        });
        let postgres = self.dialect() == Dialect::Postgres;
        let pick = |pg: &str, lite: &str| SqlType::named(if postgres { pg } else { lite });
        let sized = |pg: &str, lite: &str, size: Option<String>| {
            let mut ty = pick(pg, lite);
            ty.args.extend(size);
            ty
        };
        // A size that is given and not known makes the type unknown, not unlimited.
        let unsized_ =
            |value: Option<Value>| value.is_some_and(|v| !matches!(v, Value::Int(_) | Value::None));
        if unsized_(arg(0, "length")) && SIZED.contains(&name) {
            return None;
        }
        if name == "as_mutable" {
            return self.typed(&arg(0, "sqltype")?, depth + 1);
        }
        Some(match name {
            "String" | "VARCHAR" | "AutoString" | "Unicode" | "NVARCHAR" | "Varchar"
            | "VARCHAR2" => sized("character varying", "VARCHAR", int(arg(0, "length"))),
            "EmailType" => sized(
                "character varying",
                "VARCHAR",
                Some(int(arg(0, "length")).unwrap_or("255".to_owned())),
            ),
            "ChoiceType" => sized("character varying", "VARCHAR", Some("255".to_owned())),
            "LocaleType" => sized("character varying", "VARCHAR", Some("10".to_owned())),
            "IPAddressType" | "TimezoneType" => {
                sized("character varying", "VARCHAR", Some("50".to_owned()))
            }
            "CHAR" | "NCHAR" => sized(
                "character",
                "CHAR",
                Some(int(arg(0, "length")).unwrap_or_else(|| "1".to_owned()))
                    .filter(|l| postgres || l != "1"),
            ),
            // SQLite takes the length; PostgreSQL refuses one (42601).
            "Text" | "TEXT" | "UnicodeText" if !postgres => {
                sized("text", "TEXT", int(arg(0, "length")))
            }
            "Text" | "TEXT" | "UnicodeText" | "CLOB" | "URLType" | "LONGTEXT" | "MEDIUMTEXT"
            | "TINYTEXT" => pick("text", "TEXT"),
            "JSONType" => pick("json", "JSON"),
            "StringEncryptedType" => pick("character varying", "VARCHAR"),
            "EncryptedType" => pick("bytea", "BLOB"),
            // oslo.db's decorators.
            "SoftDeleteInteger" => pick("integer", "INTEGER"),
            "JsonEncodedDict" | "JsonEncodedList" | "JsonEncodedType" => pick("text", "TEXT"),
            "Integer" | "INTEGER" | "INT" => pick("integer", "INTEGER"),
            "BigInteger" | "BIGINT" => pick("bigint", "BIGINT"),
            "SmallInteger" | "SMALLINT" => pick("smallint", "SMALLINT"),
            "TINYINT" | "MEDIUMINT" => pick("smallint", name),
            "Boolean" | "BOOLEAN" => pick("boolean", "BOOLEAN"),
            "Float" | "FLOAT" => {
                let precision = int(arg(0, "precision")).and_then(|p| p.parse::<u32>().ok());
                if precision.is_some_and(|p| p <= 24) {
                    pick("real", "FLOAT")
                } else {
                    pick("double precision", "FLOAT")
                }
            }
            "REAL" => pick("real", "REAL"),
            "Double" | "DOUBLE" => pick("double precision", "DOUBLE"),
            "DOUBLE_PRECISION" => pick("double precision", "DOUBLE PRECISION"),
            "Numeric" | "NUMERIC" | "DECIMAL" => {
                let mut ty = pick("numeric", if name == "DECIMAL" { "DECIMAL" } else { "NUMERIC" });
                if let Some(precision) = int(arg(0, "precision")) {
                    let scale = int(arg(1, "scale"));
                    ty.args = if postgres {
                        vec![precision, scale.unwrap_or("0".to_owned())]
                    } else {
                        std::iter::once(precision).chain(scale).collect()
                    };
                }
                ty
            }
            "DateTime" | "DATETIME" | "TIMESTAMP" | "TIMESTAMPAware" | "ArrowType"
            | "DATETIME2" => {
                let mut ty = match (postgres, timezone) {
                    (true, true) => SqlType::named("timestamp with time zone"),
                    (true, false) => SqlType::named("timestamp without time zone"),
                    (false, _) => SqlType::named(if name.starts_with("TIMESTAMP") {
                        "TIMESTAMP"
                    } else {
                        "DATETIME"
                    }),
                };
                if postgres {
                    ty.args.extend(int(arg(1, "precision")));
                }
                ty
            }
            "Date" | "DATE" => pick("date", "DATE"),
            "Time" | "TIME" => match (postgres, timezone) {
                (true, true) => SqlType::named("time with time zone"),
                _ => pick("time without time zone", "TIME"),
            },
            "Interval" => pick("interval", "DATETIME"),
            "INTERVAL" => pick("interval", "INTERVAL"),
            "LargeBinary" | "BLOB" | "BINARY" | "VARBINARY" | "BYTEA" | "PickleType"
            | "LONGBLOB" | "MEDIUMBLOB" | "PasswordType" => pick(
                "bytea",
                if name == "BYTEA" || name == "BINARY" || name == "VARBINARY" {
                    name
                } else {
                    "BLOB"
                },
            ),
            "Uuid" | "UUID" | "UUIDType" | "GUID" if postgres => SqlType::named("uuid"),
            "Uuid" => SqlType::with_args("CHAR", &["32"]),
            "UUID" => SqlType::with_args("CHAR", &["32"]),
            // sqlalchemy_utils: `binary=True` is its default.
            "UUIDType" => match arg(0, "binary").and_then(|b| b.truth()) {
                Some(false) => SqlType::with_args("CHAR", &["32"]),
                _ => SqlType::with_args("BINARY", &["16"]),
            },
            "GUID" => SqlType::with_args("CHAR", &["36"]),
            "JSON" | "JsonType" => pick("json", "JSON"),
            "JSONB" => pick("jsonb", "JSONB"),
            "ARRAY" => {
                let item = arg(0, "item_type")?;
                let element = self.typed(&item, depth + 1)?;
                let dims = match arg(2, "dimensions")
                    .or_else(|| call.and_then(|c| c.kwarg("dimensions")).cloned())
                {
                    Some(Value::Int(n)) => u8::try_from(n).unwrap_or(1).max(1),
                    _ => 1,
                };
                SqlType { dims: element.dims.saturating_add(dims.min(1)), ..element }
            }
            "Enum" | "ENUM" => {
                let call = call?;
                let labels = self.labels(call);
                let native = call.flag("native_enum") != Some(false);
                let length = int(call.kwarg("length").cloned());
                if postgres && native {
                    let name = self.enum_type(&Value::Call(Rc::clone(call)))?.name;
                    return Some(SqlType::named(&name.to_string()));
                }
                let longest = labels?.iter().map(|l| l.chars().count()).max();
                // A length of 0 is not written.
                let longest = longest.filter(|length| *length > 0).map(|l| l.to_string());
                sized("character varying", "VARCHAR", length.or(longest))
            }
            "TSVECTOR" | "TSVectorType" => pick("tsvector", "TEXT"),
            "INET" => pick("inet", "INET"),
            "CIDR" => pick("cidr", "CIDR"),
            "MACADDR" => pick("macaddr", "MACADDR"),
            "CITEXT" | "CIText" => pick("citext", "CITEXT"),
            "HSTORE" => pick("hstore", "HSTORE"),
            "OID" => pick("oid", "OID"),
            "MONEY" => pick("money", "MONEY"),
            "XML" => pick("xml", "XML"),
            "LtreeType" | "LTREE" => pick("ltree", "TEXT"),
            "BIT" => {
                let varying = call.is_some_and(|c| c.flag("varying") == Some(true));
                sized(
                    if varying { "bit varying" } else { "bit" },
                    "BIT",
                    int(arg(0, "length")).or(Some("1".to_owned())),
                )
            }
            "INT4RANGE" | "INT8RANGE" | "NUMRANGE" | "TSRANGE" | "TSTZRANGE" | "DATERANGE" => {
                SqlType::named(&name.to_lowercase())
            }
            "Vector" | "VECTOR" | "HALFVEC" | "HalfVector" => sized(
                if name.to_lowercase().starts_with("half") { "halfvec" } else { "vector" },
                "VECTOR",
                int(arg(0, "dim")),
            ),
            "Geometry" => pick("geometry", "GEOMETRY"),
            "Geography" => pick("geography", "GEOGRAPHY"),
            _ => return None,
        })
    }

    /// An Enum's labels: given as strings, or the names of an Enum class's members unless
    /// `values_callable` takes their values.
    pub(super) fn labels(&mut self, call: &Rc<Call>) -> Option<Vec<String>> {
        let mut labels = Vec::new();
        for arg in &call.args {
            match arg {
                Value::Class(class) if self.is_enum(class) => {
                    let members = self.enum_members(class);
                    let taken = call.kwarg("values_callable").cloned().filter(|v| !v.is_none());
                    for member in members {
                        let Value::Member(member) = member else { continue };
                        match taken {
                            Some(_) => labels.push(member.2.as_str()?.to_string()),
                            None => labels.push(member.1.clone()),
                        }
                    }
                }
                Value::None => {}
                other => labels.push(other.as_str()?.to_string()),
            }
        }
        Some(labels)
    }

    /// The native Enum type that a value declares on PostgreSQL.
    pub(super) fn enum_type(&mut self, value: &Value) -> Option<EnumType> {
        let value = self.variant(value)?;
        let Value::Call(call) = &value else { return None };
        if let Callee::Class(class) = &call.callee {
            let inner = self.implementation(&Rc::clone(class), call);
            return self.enum_type(&inner);
        }
        if call.name() == "ARRAY" {
            return self.enum_type(call.args.first()?);
        }
        if !matches!(call.name(), "Enum" | "ENUM") || call.flag("native_enum") == Some(false) {
            return None;
        }
        let name = match call.kwarg("name").and_then(Value::as_str) {
            Some(name) => name.to_string(),
            None => match call.args.first()? {
                Value::Class(class) => class.name.to_lowercase(),
                _ => return None,
            },
        };
        let schema = call.kwarg("schema").and_then(Value::as_str);
        let call = Rc::clone(call);
        Some(EnumType {
            name: Name::new(schema.as_deref(), &name),
            labels: self.labels(&call),
            create: call.flag("create_type") != Some(false),
        })
    }

    /// `Enum(…, create_constraint=True)` where the target keeps it as a text, and
    /// `Boolean(create_constraint=True)` where the target has none (`SchemaType`).
    pub(super) fn type_check(&mut self, value: &Value) -> Option<TypeCheck> {
        let value = self.variant(value)?;
        let Value::Call(call) = &value else { return None };
        if call.flag("create_constraint") != Some(true) {
            return None;
        }
        let given = call.kwarg("name").and_then(Value::as_str).map(|name| name.to_string());
        let lite = self.dialect() == Dialect::Sqlite;
        match call.name() {
            "Enum" | "ENUM" if lite || call.flag("native_enum") == Some(false) => {
                let class = match call.args.first() {
                    Some(Value::Class(class)) => Some(class.name.to_lowercase()),
                    _ => None,
                };
                let labels = self.labels(&Rc::clone(call));
                let values = labels.map(|l| l.iter().map(|l| crate::quote::text(l)).collect());
                Some(TypeCheck { name: given.or(class), values })
            }
            "Boolean" | "BOOLEAN" if lite => {
                let values = Some(vec!["0".to_owned(), "1".to_owned()]);
                Some(TypeCheck { name: given, values })
            }
            _ => None,
        }
    }

    /// What `with_variant` picks for the target.
    fn variant(&mut self, value: &Value) -> Option<Value> {
        let Value::Call(call) = value else { return Some(value.clone()) };
        let Callee::Method(base, name) = &call.callee else { return Some(value.clone()) };
        if name != "with_variant" {
            return Some(value.clone());
        }
        let ours = call
            .args
            .iter()
            .skip(1)
            .filter_map(Value::as_str)
            .any(|d| &*d == self.dialect().sqlalchemy());
        if ours { call.args.first().cloned() } else { self.variant(base) }
    }
}
