//! Calls: operations, the project's functions, Python's own, and what is kept as written.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall, Operator};

use super::{
    eval::{bound, display, pairs_to_dict, representation},
    holes,
    machine::{MAX_SIZE, Machine, describe},
    module::span_of,
    reflect::is_reflected,
    reflected_types, sets,
    value::{Callee, List, Runtime, Scope, Text, Value},
};
use crate::{database::Dialect, ir::OpaqueEffect, source::Span};

/// The arguments of a call, evaluated.
pub(super) struct Args {
    pub(super) args: Vec<Value>,
    pub(super) kwargs: Vec<(String, Value)>,
    pub(super) span: Span,
}

impl Args {
    pub(super) fn kw(&self, name: &str) -> Option<&Value> {
        self.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// An argument by its place or its name.
    pub(super) fn arg(&self, at: usize, name: &str) -> Option<&Value> {
        self.kw(name).or_else(|| self.args.get(at))
    }

    pub(super) fn str(&self, at: usize, name: &str) -> Option<Rc<str>> {
        self.arg(at, name)?.as_str()
    }

    /// Whether an option that changes what is done has a value that is not known.
    pub(super) fn undecided(&self) -> bool {
        let schemas = ["schema", "source_schema", "referent_schema"];
        let mut schemas = schemas.iter().filter_map(|schema| self.kw(schema));
        // Not CONCURRENTLY: what is made is the same either way.
        let flags = [
            "nullable",
            "unique",
            "deferrable",
            "if_exists",
            "if_not_exists",
            "postgresql_not_valid",
            "postgresql_nulls_not_distinct",
        ];
        let mut given = flags.iter().filter_map(|flag| self.kw(flag));
        schemas.any(|value| !value.is_none() && value.as_str().is_none())
            || given.any(|value| value.truth().is_none())
    }

    /// A flag that was found decided.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.kw(name).and_then(Value::truth).unwrap_or(false)
    }
}

impl Machine<'_, '_> {
    pub(super) fn call(&mut self, call: &ExprCall, scope: &Rc<Scope>) -> Value {
        let span = span_of(scope.module.file, call);
        // A method of a value is looked at with its value.
        let (callee, method) = match call.func.as_ref() {
            Expr::Attribute(attribute) => {
                let base = self.eval(&attribute.value, scope);
                match base {
                    Value::Module(module) if attribute.attr.as_str() == "get" => {
                        (Value::Module(module), Some("get"))
                    }
                    Value::External(_) | Value::Module(_) | Value::Class(_) => {
                        (self.attribute(&base, attribute.attr.as_str()), None)
                    }
                    base => (base, Some(attribute.attr.as_str())),
                }
            }
            Expr::Name(name) if name.id.as_str() == "globals" => {
                return Value::Module(module_scope(scope));
            }
            Expr::Name(name) if name.id.as_str() == "super" => return self.parent(scope),
            func => (self.eval(func, scope), None),
        };
        let args = self.arguments(call, span, scope);
        match method {
            Some(name) => self.method(callee, name, args),
            None => self.invoke(callee, args),
        }
    }

    pub(super) fn arguments(&mut self, call: &ExprCall, span: Span, scope: &Rc<Scope>) -> Args {
        let mut args = Vec::new();
        for arg in &call.arguments.args {
            match arg {
                Expr::Starred(starred) => {
                    let value = self.eval(&starred.value, scope);
                    match self.iterate(&value) {
                        Some(items) => args.extend(items),
                        None => args.push(Value::unknown("the arguments are not known")),
                    }
                }
                _ => args.push(self.eval(arg, scope)),
            }
        }
        let mut kwargs = Vec::new();
        for keyword in &call.arguments.keywords {
            let value = self.eval(&keyword.value, scope);
            match &keyword.arg {
                Some(name) => kwargs.push((name.to_string(), value)),
                None => {
                    if let Value::Dict(items) = &value {
                        let items = items.borrow();
                        kwargs.extend(
                            items
                                .iter()
                                .filter_map(|(k, v)| Some((k.as_str()?.to_string(), v.clone()))),
                        );
                    }
                }
            }
        }
        args.truncate(MAX_SIZE);
        Args { args, kwargs, span }
    }

    pub(super) fn invoke(&mut self, callee: Value, args: Args) -> Value {
        match callee {
            Value::Function(function) => self.call_function(&function, args.args, args.kwargs),
            Value::External(path) => self.external(&path, args),
            Value::Class(class) => {
                if self.is_enum(&class) {
                    let wanted = args.args.first().cloned().unwrap_or(Value::None);
                    let hit = self
                        .enum_members(&class)
                        .into_iter()
                        .find(|m| m.equals(&wanted) == Some(true));
                    return hit.unwrap_or_else(|| Value::unknown("it is no member of the Enum"));
                }
                self.instance(&class, args.args, args.kwargs, args.span)
            }
            Value::Attribute(attribute) => {
                let (base, name) = (attribute.0.clone(), attribute.1.clone());
                self.method(base, &name, args)
            }
            Value::Unknown(reason) => Value::Unknown(reason),
            Value::Runtime(Runtime::Connection) => Value::Runtime(Runtime::Connection),
            _ => Value::unknown("what is called is not known"),
        }
    }

    fn external(&mut self, path: &str, args: Args) -> Value {
        if let Some(name) = path.strip_prefix("alembic.op.") {
            return self.operation(name, args);
        }
        if let Some(name) = path.strip_prefix("builtins.") {
            return self.builtin(name, args);
        }
        let last = path.rsplit('.').next().unwrap_or(path);
        match last {
            "inspect" | "from_engine" | "Inspector" if path.starts_with("sqlalchemy") => {
                Value::Runtime(Runtime::Inspector(self.new_inspector()))
            }
            "is_offline_mode" => Value::Bool(false),
            "conv" if path.starts_with("sqlalchemy") => self.conventional_name(args),
            "import_module" if path.starts_with("importlib") => {
                let module = args.str(0, "name").and_then(|name| self.project.absolute(&name));
                module.map_or_else(|| Value::unknown("the module is not here"), Value::Module)
            }
            "sub" if path == "re.sub" => {
                let text = |at: usize| args.args.get(at).and_then(Value::as_str);
                let made = match (text(0), text(1), text(2)) {
                    (Some(pattern), Some(by), Some(text)) => {
                        super::orm::substituted(&pattern, &by, &text)
                    }
                    _ => None,
                };
                made.map_or_else(
                    || Value::unknown("the regular expression is not followed"),
                    |made| Value::str(&made),
                )
            }
            "get_bind" if path.starts_with("alembic") => Value::Runtime(Runtime::Connection),
            "get_context" if path.starts_with("alembic") => Value::Runtime(Runtime::Context),
            "Session" | "sessionmaker" | "scoped_session" | "create_engine" => {
                Value::Runtime(Runtime::Connection)
            }
            // lazy_object_proxy and its like: what the function returns, when it is asked for.
            "Proxy" | "SimpleLazyObject" if !args.args.is_empty() => {
                let function = args.args[0].clone();
                self.invoke(
                    function,
                    Args { args: Vec::new(), kwargs: Vec::new(), span: args.span },
                )
            }
            "partial" if path.starts_with("functools") => {
                args.args.first().cloned().unwrap_or(Value::None)
            }
            // An environment that sets nothing, as the database is one without rows.
            "get" | "getenv" if matches!(path, "os.environ.get" | "os.getenv") => {
                args.arg(1, "default").cloned().unwrap_or(Value::None)
            }
            "product" | "chain" if path.starts_with("itertools") => self.itertools(last, &args),
            "copy" | "deepcopy" if path.starts_with("copy.") => {
                match args.args.into_iter().next() {
                    Some(Value::List(items)) => Value::list(items.borrow().clone()),
                    Some(value) => value,
                    None => Value::None,
                }
            }
            "OrderedDict" | "defaultdict" if path.starts_with("collections") => {
                Value::dict(Vec::new())
            }
            "dedent" | "cleandoc" => match args.args.first().and_then(Value::as_str) {
                Some(text) => Value::str(&text),
                None => Value::unknown("the text is not known"),
            },
            _ => {
                let made =
                    self.kept(Callee::External(Rc::from(path)), args.args, args.kwargs, args.span);
                if matches!(last, "Index" | "UniqueConstraint")
                    && self.models
                    && self.loose.len() < 10_000
                {
                    self.loose.push(made.clone());
                }
                if last == "Table" && self.declared.len() < 1_000 {
                    self.declared.push(made.clone());
                }
                made
            }
        }
    }

    fn itertools(&mut self, name: &str, args: &Args) -> Value {
        let lists: Option<Vec<Vec<Value>>> = args.args.iter().map(|a| self.iterate(a)).collect();
        let Some(lists) = lists else { return Value::unknown("what is combined is not known") };
        if name == "chain" {
            return Value::list(lists.into_iter().flatten().take(MAX_SIZE).collect());
        }
        let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
        for list in lists {
            if rows.len().saturating_mul(list.len()) > MAX_SIZE {
                return Value::unknown("there are too many combinations");
            }
            let extended = rows.iter().flat_map(|row| {
                list.iter()
                    .map(|item| row.iter().cloned().chain([item.clone()]).collect::<Vec<_>>())
            });
            rows = extended.collect();
        }
        Value::list(rows.into_iter().map(|row| Value::Tuple(Rc::new(row))).collect())
    }

    fn builtin(&mut self, name: &str, args: Args) -> Value {
        let unknown = || Value::unknown(&format!("`{name}` is not followed"));
        let first = args.args.first().cloned().unwrap_or(Value::None);
        let args_span = args.span;
        match name {
            "len" => {
                self.iterate(&first).map_or_else(unknown, |items| Value::Int(items.len() as i64))
            }
            "str" => display(&first).map_or_else(unknown, |text| Value::str(&text)),
            "repr" => representation(&first, 0).map_or_else(unknown, |text| Value::str(&text)),
            "int" => match (&first, first.as_str()) {
                (Value::Int(_), _) => first,
                (Value::Bool(b), _) => Value::Int(i64::from(*b)),
                (_, Some(text)) => text.trim().parse().map_or_else(|_| unknown(), Value::Int),
                _ => unknown(),
            },
            "bool" => first.truth().map_or_else(unknown, Value::Bool),
            "exec" if self.home.is_some() && !self.models => {
                let reason = "the code that `exec` runs is not followed";
                self.opaque(args_span, reason, OpaqueEffect::Anything);
                Value::None
            }
            "list" | "set" | "frozenset" | "sorted" | "reversed" | "tuple" | "iter" => {
                let is_set = matches!(name, "set" | "frozenset");
                if args.args.is_empty() {
                    return if is_set {
                        Value::set_of(Vec::new())
                    } else {
                        Value::list(Vec::new())
                    };
                }
                let Some(mut items) = self.iterate(&first) else { return unknown() };
                if is_set {
                    return Value::set_of(items);
                }
                match name {
                    "sorted" => {
                        sort(&mut items);
                        if args.flag("reverse") {
                            items.reverse();
                        }
                    }
                    "reversed" => items.reverse(),
                    _ => {}
                }
                if name == "tuple" { Value::Tuple(Rc::new(items)) } else { Value::list(items) }
            }
            "dict" => {
                let base = if args.args.is_empty() { Value::dict(Vec::new()) } else { first };
                let result = if let Value::Dict(items) = &base {
                    Value::Dict(Rc::new(std::cell::RefCell::new(items.borrow().clone())))
                } else {
                    pairs_to_dict(&base)
                };
                if let Value::Dict(items) = &result {
                    items
                        .borrow_mut()
                        .extend(args.kwargs.iter().map(|(k, v)| (Value::str(k), v.clone())));
                }
                result
            }
            "range" => range(&args.args).unwrap_or_else(unknown),
            "enumerate" => {
                let Some(items) = self.iterate(&first) else { return unknown() };
                let start = match args.arg(1, "start") {
                    Some(Value::Int(n)) => *n,
                    _ => 0,
                };
                let pairs = items
                    .into_iter()
                    .zip(start..)
                    .map(|(item, n)| Value::Tuple(Rc::new(vec![Value::Int(n), item])));
                Value::list(pairs.collect())
            }
            "zip" => {
                let lists: Option<Vec<Vec<Value>>> =
                    args.args.iter().map(|a| self.iterate(a)).collect();
                let Some(lists) = lists else { return unknown() };
                let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
                let rows = (0..shortest)
                    .map(|at| Value::Tuple(Rc::new(lists.iter().map(|l| l[at].clone()).collect())));
                Value::list(rows.collect())
            }
            "any" | "all" => {
                let Some(items) = self.iterate(&first) else { return unknown() };
                let mut undecided = false;
                for item in items {
                    match item.truth() {
                        Some(truth) if truth == (name == "any") => return Value::Bool(truth),
                        Some(_) => {}
                        None => undecided = true,
                    }
                }
                if undecided { unknown() } else { Value::Bool(name == "all") }
            }
            "map" | "filter" => {
                let Some(items) = args.args.get(1).and_then(|list| self.iterate(list)) else {
                    return unknown();
                };
                let mut out = Vec::new();
                for item in items {
                    let result = self.invoke(
                        first.clone(),
                        Args { args: vec![item.clone()], kwargs: Vec::new(), span: args.span },
                    );
                    if name == "map" {
                        out.push(result);
                    } else if result.truth() != Some(false) {
                        out.push(item);
                    }
                }
                Value::list(out)
            }
            "next" => self
                .iterate(&first)
                .and_then(|items| items.first().cloned().or(args.args.get(1).cloned()))
                .unwrap_or_else(unknown),
            "max" | "min" => unknown(),
            "getattr" => match args.str(1, "name") {
                Some(attribute) => match self.attribute(&first, &attribute) {
                    Value::Attribute(_)
                        if args.args.len() > 2 && !matches!(first, Value::Call(_)) =>
                    {
                        args.args[2].clone()
                    }
                    value => value,
                },
                None => unknown(),
            },
            "isinstance" => match (&first, args.args.get(1)) {
                (_, Some(classes @ (Value::Tuple(_) | Value::List(_)))) => {
                    let mut answer = Value::Bool(false);
                    for class in classes.items().unwrap_or_default() {
                        let args = vec![first.clone(), class];
                        let one = Args { args, kwargs: Vec::new(), span: args_span };
                        match self.builtin(name, one).truth() {
                            Some(true) => return Value::Bool(true),
                            Some(false) => {}
                            None => answer = unknown(),
                        }
                    }
                    answer
                }
                (Value::Call(call), Some(Value::External(class))) if is_reflected(call) => {
                    Value::Bool(class.rsplit('.').next() == Some(call.name()))
                }
                (value, Some(class)) if reflected_types::is_instance(value, class).is_some() => {
                    reflected_types::is_instance(value, class).map_or_else(unknown, Value::Bool)
                }
                (value, Some(Value::External(class))) if class.starts_with("builtins.") => {
                    is_builtin(value, class).map_or_else(unknown, Value::Bool)
                }
                // A reflected type is never SQLAlchemy's "no type".
                (Value::Str(_), Some(Value::External(class))) if class.ends_with(".NullType") => {
                    Value::Bool(false)
                }
                (Value::Runtime(Runtime::Dialect), Some(Value::External(class))) => {
                    let mut parts = class.rsplit('.');
                    let last = parts.next().unwrap_or_default();
                    // `postgresql.dialect` is the class, too.
                    let name =
                        if last == "dialect" { parts.next().unwrap_or_default() } else { last };
                    match name {
                        "sqlite" => Value::Bool(self.dialect() == Dialect::Sqlite),
                        "postgresql" => Value::Bool(self.dialect() == Dialect::Postgres),
                        "mysql" | "mssql" | "oracle" => Value::Bool(false),
                        "SQLiteDialect" => Value::Bool(self.dialect() == Dialect::Sqlite),
                        "PGDialect" => Value::Bool(self.dialect() == Dialect::Postgres),
                        "MySQLDialect" | "MSDialect" | "OracleDialect" => Value::Bool(false),
                        _ => unknown(),
                    }
                }
                _ => unknown(),
            },
            "hasattr" | "issubclass" | "callable" => unknown(),
            "print" | "setattr" => Value::None,
            "type" => Value::unknown("its type is not followed"),
            _ => self.kept(Callee::External(Rc::from(name)), args.args, args.kwargs, args.span),
        }
    }

    /// `x.create(bind)` and `x.drop(bind)` of something unknown: it is some table or type.
    fn makes_something(&mut self, name: &str, args: &Args, of: &Value) {
        let effect = match name {
            "create" | "create_all" => OpaqueEffect::Others,
            "drop" | "drop_all" => OpaqueEffect::Anything,
            _ => return,
        };
        let bind = args.kw("bind").or(args.args.first());
        if matches!(bind, Some(Value::Runtime(Runtime::Connection))) && !self.models {
            let reason = format!("what `{name}` is called on is not known: {}", describe(of));
            self.opaque(args.span, &reason, effect);
        }
    }

    pub(super) fn method(&mut self, base: Value, name: &str, args: Args) -> Value {
        match &base {
            Value::Str(text) => {
                let text = Rc::clone(&text.text);
                self.string_method(&text, name, &args)
            }
            Value::List(items) => {
                let items = Rc::clone(items);
                self.list_method(&items, name, &args)
            }
            Value::Dict(items) => {
                let items = Rc::clone(items);
                dict_method(&items, name, &args)
            }
            // `globals().get(name, default)`.
            Value::Module(module) => {
                let module = Rc::clone(module);
                let found = args.str(0, "key").and_then(|key| self.module_name(&key, &module));
                found.or_else(|| args.args.get(1).cloned()).unwrap_or(Value::None)
            }
            Value::Tuple(items) => match name {
                "index" | "count" => Value::unknown("the position is not followed"),
                _ => Value::Tuple(Rc::clone(items)),
            },
            Value::Runtime(runtime) => {
                let runtime = *runtime;
                self.runtime_method(runtime, name, args)
            }
            Value::Batch(number) => {
                let number = *number;
                self.batch_operation(number, name, args)
            }
            Value::Result(rows) => self.result_method(rows, name),
            Value::Row(row) => super::rows::row_method(row, name, &args),
            Value::Function(function) if matches!(name, "__call__") => {
                let function = Rc::clone(function);
                self.call_function(&function, args.args, args.kwargs)
            }
            Value::Attribute(of) => {
                let of = Rc::clone(of);
                let found = self.collection_method(&of, name);
                found.unwrap_or_else(|| self.kept_method(base, name, args))
            }
            Value::Class(_) | Value::Call(_) => self.kept_method(base, name, args),
            Value::Unknown(_) => {
                if matches!(name, "execute" | "create" | "drop")
                    && args.args.first().is_some_and(|a| a.as_str().is_some())
                {
                    return self.execute(&args);
                }
                // `tables[name].insert()`: of whatever table, it is a statement about rows.
                if matches!(name, "insert" | "update" | "delete") {
                    let verb = Callee::External(Rc::from(format!("sqlalchemy.{name}")));
                    return self.kept(verb, vec![base], Vec::new(), args.span);
                }
                self.makes_something(name, &args, &base);
                base
            }
            _ => Value::unknown("the method is not followed"),
        }
    }

    fn string_method(&mut self, text: &str, name: &str, args: &Args) -> Value {
        let arg = |at: usize| args.args.get(at).and_then(Value::as_str);
        let unknown = || Value::unknown("a part of the string is not known");
        match (name, arg(0), arg(1)) {
            ("lower", ..) => Value::str(&text.to_lowercase()),
            ("upper", ..) => Value::str(&text.to_uppercase()),
            ("capitalize", ..) => {
                let mut chars = text.chars();
                let first: String =
                    chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
                Value::str(&format!("{first}{}", chars.as_str().to_lowercase()))
            }
            ("strip", None, _) => Value::str(text.trim()),
            ("strip", Some(set), _) => Value::str(text.trim_matches(|c| set.contains(c))),
            ("rstrip", set, _) => Value::str(text.trim_end_matches(|c: char| {
                set.as_ref().map_or(c.is_whitespace(), |s| s.contains(c))
            })),
            ("lstrip", set, _) => Value::str(text.trim_start_matches(|c: char| {
                set.as_ref().map_or(c.is_whitespace(), |s| s.contains(c))
            })),
            ("replace", Some(from), Some(to))
                if !from.is_empty() && text.len() * (to.len() + 1) <= MAX_SIZE =>
            {
                Value::str(&text.replace(&*from, &to))
            }
            // One text, or several in a tuple.
            ("startswith" | "endswith", ..) if args.args.len() == 1 => {
                let parts = match (arg(0), &args.args[0]) {
                    (Some(part), _) => vec![part],
                    (None, Value::Tuple(items)) => {
                        match items.iter().map(Value::as_str).collect() {
                            Some(parts) => parts,
                            None => return unknown(),
                        }
                    }
                    _ => return unknown(),
                };
                Value::Bool(parts.iter().any(|part| match name {
                    "startswith" => text.starts_with(&**part),
                    _ => text.ends_with(&**part),
                }))
            }
            ("removeprefix", Some(part), _) => {
                Value::str(text.strip_prefix(&*part).unwrap_or(text))
            }
            ("removesuffix", Some(part), _) => {
                Value::str(text.strip_suffix(&*part).unwrap_or(text))
            }
            ("split", None, _) => {
                Value::list(text.split_whitespace().take(MAX_SIZE).map(Value::str).collect())
            }
            ("split", Some(by), _) if !by.is_empty() => {
                Value::list(text.split(&*by).take(MAX_SIZE).map(Value::str).collect())
            }
            ("rsplit", Some(by), _)
                if !by.is_empty() && matches!(args.args.get(1), Some(Value::Int(1))) =>
            {
                Value::list(match text.rsplit_once(&*by) {
                    Some((left, right)) => vec![Value::str(left), Value::str(right)],
                    None => vec![Value::str(text)],
                })
            }
            ("partition" | "rpartition", Some(by), _) if !by.is_empty() => {
                let first = name == "partition";
                let found = if first { text.split_once(&*by) } else { text.rsplit_once(&*by) };
                let parts = match found {
                    Some((left, right)) => [left, &*by, right],
                    None if first => [text, "", ""],
                    None => ["", "", text],
                };
                Value::Tuple(Rc::new(parts.map(Value::str).to_vec()))
            }
            ("splitlines", ..) => {
                Value::list(text.lines().take(MAX_SIZE).map(Value::str).collect())
            }
            ("encode" | "decode", ..) => Value::str(text),
            ("join", ..) => {
                let Some(items) = args.args.first().and_then(|list| self.iterate(list)) else {
                    return unknown();
                };
                let parts: Option<Vec<String>> = items.iter().map(display).collect();
                let Some(parts) = parts else { return unknown() };
                let size: usize = parts.iter().map(|p| p.len() + text.len()).sum();
                if size > MAX_SIZE {
                    Value::unknown("the string grows too long to follow")
                } else {
                    Value::str(&parts.join(text))
                }
            }
            ("format", ..) => format(text, args).unwrap_or_else(unknown),
            _ => Value::unknown("the string method is not followed"),
        }
    }

    fn list_method(&mut self, items: &Rc<List>, name: &str, args: &Args) -> Value {
        let first = args.args.first().cloned();
        match (name, first) {
            ("append" | "add", Some(value)) => {
                let known = name == "add" && {
                    let own = items.borrow();
                    own.len() <= 2_000 && own.iter().any(|item| item.equals(&value) == Some(true))
                };
                if items.borrow().len() < MAX_SIZE && !known {
                    items.borrow_mut().push(value);
                }
                Value::None
            }
            ("extend" | "update", Some(more)) => {
                if let Some(more) = self.iterate(&more) {
                    let room = MAX_SIZE.saturating_sub(items.borrow().len());
                    items.borrow_mut().extend(more.into_iter().take(room));
                }
                Value::None
            }
            ("insert", _) => {
                if let (Some(Value::Int(at)), Some(value)) = (args.args.first(), args.args.get(1)) {
                    let at = usize::try_from(*at).unwrap_or(0).min(items.borrow().len());
                    items.borrow_mut().insert(at, value.clone());
                }
                Value::None
            }
            ("remove" | "discard", Some(value)) => {
                let kept = items
                    .borrow()
                    .iter()
                    .filter(|item| item.equals(&value) != Some(true))
                    .cloned()
                    .collect();
                *items.borrow_mut() = kept;
                Value::None
            }
            ("pop", None) => items.borrow_mut().pop().unwrap_or(Value::None),
            ("copy", _) if items.is_set => Value::set_of(items.borrow().clone()),
            ("copy", _) => Value::list(items.borrow().clone()),
            (
                "difference"
                | "intersection"
                | "union"
                | "symmetric_difference"
                | "issubset"
                | "issuperset",
                Some(other),
            ) => {
                let Some(other) = self.iterate(&other) else {
                    return Value::unknown("a set is not known");
                };
                let own = items.borrow();
                let decided = |known: Option<bool>| {
                    known.map_or_else(|| Value::unknown("a set is not known in full"), Value::Bool)
                };
                let op = match name {
                    "issubset" => return decided(sets::within(&own, &other)),
                    "issuperset" => return decided(sets::within(&other, &own)),
                    "difference" => Operator::Sub,
                    "intersection" => Operator::BitAnd,
                    "union" => Operator::BitOr,
                    _ => Operator::BitXor,
                };
                sets::combined(&own, op, &other)
            }
            ("sort", None) if args.kwargs.is_empty() => {
                sort(&mut items.borrow_mut());
                Value::None
            }
            ("reverse", _) => {
                items.borrow_mut().reverse();
                Value::None
            }
            ("clear", _) => {
                items.borrow_mut().clear();
                Value::None
            }
            ("sort", _) => Value::None,
            // A literal list stands for the rows of a reflected thing now and then.
            ("all" | "fetchall" | "scalars", _) => Value::List(Rc::clone(items)),
            _ => Value::unknown("the list method is not followed"),
        }
    }

    /// Methods of what is kept as written: of classes, of SQLAlchemy's constructs.
    fn kept_method(&mut self, base: Value, name: &str, args: Args) -> Value {
        if let Some(value) = self.parent_method(&base, name, &args) {
            return value;
        }
        if self.models && super::orm::is_extension(&base) && super::orm::is_export(name) {
            let mut args = args;
            // `db.Table('t', …)`: the metadata is the extension's.
            let given = matches!(args.args.get(1), Some(Value::Call(c)) if c.name() == "MetaData");
            if name == "Table" && !args.args.is_empty() && !given {
                let own = Value::Attribute(Rc::new((base.clone(), "metadata".to_owned())));
                args.args.insert(1, own);
            }
            return self.external(&format!("sqlalchemy.{name}"), args);
        }
        if let Value::Call(call) = &base
            && let Callee::Class(class) = &call.callee
        {
            let class = Rc::clone(class);
            if let Some(Value::Function(function)) = self.class_member(&class, name) {
                return match bound(&function, base.clone()) {
                    Value::Function(function) => {
                        self.call_function(&function, args.args, args.kwargs)
                    }
                    other => other,
                };
            }
        }
        // `dialect.identifier_preparer.quote('name')`.
        if let Value::Attribute(of) = &base
            && of.1 == "identifier_preparer"
            && let ("quote" | "quote_identifier" | "format_table", Some(word)) =
                (name, args.args.first().and_then(Value::as_str))
        {
            return Value::str(&crate::quote::name(&word, self.dialect()));
        }
        // `re.compile(…).sub('_', name)`.
        if let (Value::Call(call), "sub") = (&base, name)
            && call.name() == "compile"
            && let Some(pattern) = call.args.first().and_then(Value::as_str)
            && let [by, text, ..] = &args.args[..]
            && let (Some(by), Some(text)) = (by.as_str(), text.as_str())
            && let Some(made) = super::orm::substituted(&pattern, &by, &text)
        {
            return Value::str(&made);
        }
        if let (Value::Call(call), "compile") = (&base, name)
            && matches!(call.name(), "true" | "false")
        {
            return Value::str(self.truth_word(call.name() == "true"));
        }
        if matches!(name, "create" | "drop" | "create_all" | "drop_all")
            && self.create_or_drop(&base, name, &args)
        {
            return Value::None;
        }
        if let Value::Call(call) = &base
            && call.name() == "Table"
            && matches!(name, "append_column" | "append_constraint")
            && !self.models
        {
            let part = match self.uncertain {
                0 => args.args.into_iter().next().unwrap_or(Value::None),
                _ => Value::unknown("it is added under a condition that cannot be decided"),
            };
            call.append(part);
            return Value::None;
        }
        if let Value::Call(call) = &base
            && matches!(call.name(), "text" | "sql")
            && matches!(name, "bindparams" | "execution_options" | "columns")
        {
            return base.clone();
        }
        // `select(…).execute(conn)`, a Query's own ending: rows of an empty database.
        if matches!(name, "all" | "first" | "one_or_none" | "scalar" | "fetchall") {
            return self.runtime_method(Runtime::Rows, name, args);
        }
        self.kept(Callee::Method(base, name.to_owned()), args.args, args.kwargs, args.span)
    }
}

/// `isinstance(x, str)`; `None`: not known.
fn is_builtin(value: &Value, class: &str) -> Option<bool> {
    let own = match value {
        Value::Unknown(_) | Value::External(_) | Value::Call(_) | Value::Attribute(_) => {
            return None;
        }
        Value::Str(_) => "str",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::List(list) if list.is_set => "set",
        Value::List(_) => "list",
        Value::Tuple(_) => "tuple",
        Value::Dict(_) => "dict",
        _ => "",
    };
    let wanted = class.trim_start_matches("builtins.");
    // A view of a dict's keys and the like is kept as a list.
    let is_set = |class: &str| matches!(class, "set" | "frozenset");
    if own == "list" && is_set(wanted) || own == "set" && wanted == "frozenset" {
        return None;
    }
    Some(own == wanted || own == "bool" && wanted == "int")
}

/// Numbers and texts in their order.
fn sort(items: &mut [Value]) {
    items.sort_by_key(|item| match item {
        Value::Int(number) => (Some(*number), None),
        other => (None, other.as_str()),
    });
}

/// The outermost scope: the module's own names.
fn module_scope(scope: &Rc<Scope>) -> Rc<Scope> {
    let mut at = Rc::clone(scope);
    while let Some(parent) = at.parent.clone() {
        at = parent;
    }
    at
}

fn range(args: &[Value]) -> Option<Value> {
    let ints: Option<Vec<i64>> =
        args.iter().map(|a| if let Value::Int(n) = a { Some(*n) } else { None }).collect();
    let (from, to, step) = match ints?.as_slice() {
        [to] => (0, *to, 1),
        [from, to] => (*from, *to, 1),
        [from, to, step] => (*from, *to, *step),
        _ => return None,
    };
    let step = usize::try_from(step).ok().filter(|s| *s > 0)?;
    let count = usize::try_from(to.saturating_sub(from)).unwrap_or(0) / step;
    (count <= MAX_SIZE).then(|| Value::list((from..to).step_by(step).map(Value::Int).collect()))
}

/// `'{} {name}'.format(…)`; `None` where a part is not known.
fn format(text: &str, args: &Args) -> Option<Value> {
    let (mut out, mut holed) = (String::new(), false);
    let mut rest = text;
    let mut auto = 0;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..at + 1];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return None;
        }
        let close = rest.find('}')?;
        let field = rest[..close].split([':', '!']).next().unwrap_or_default();
        rest = &rest[close + 1..];
        let value = if field.is_empty() {
            auto += 1;
            args.args.get(auto - 1)?.clone()
        } else if let Ok(position) = field.parse::<usize>() {
            args.args.get(position)?.clone()
        } else {
            args.kw(field)?.clone()
        };
        let shown = display(&value);
        holed |= shown.is_none();
        out.push_str(&shown.unwrap_or_else(|| holes::HOLE.to_string()));
        if out.len() > MAX_SIZE {
            return None;
        }
    }
    out.push_str(rest);
    if holed {
        return Some(holes::text(&out, "a part of the string is not known"));
    }
    Some(Value::Str(Text { text: Rc::from(out), origin: None }))
}

fn dict_method(
    items: &Rc<std::cell::RefCell<Vec<(Value, Value)>>>,
    name: &str,
    args: &Args,
) -> Value {
    let find = |key: &Value| {
        items
            .borrow()
            .iter()
            .find(|(k, _)| k.equals(key) == Some(true))
            .map(|(_, value)| value.clone())
    };
    let fallback = || args.args.get(1).cloned().unwrap_or(Value::None);
    match (name, args.args.first()) {
        ("get", Some(key)) => find(key).unwrap_or_else(fallback),
        ("pop", Some(key)) => {
            let found = find(key).unwrap_or_else(fallback);
            let kept = items
                .borrow()
                .iter()
                .filter(|(k, _)| k.equals(key) != Some(true))
                .cloned()
                .collect();
            *items.borrow_mut() = kept;
            found
        }
        ("setdefault", Some(key)) => find(key).unwrap_or_else(|| {
            let value = fallback();
            items.borrow_mut().push((key.clone(), value.clone()));
            value
        }),
        ("items", _) => {
            let pairs = items
                .borrow()
                .iter()
                .map(|(k, v)| Value::Tuple(Rc::new(vec![k.clone(), v.clone()])))
                .collect();
            Value::list(pairs)
        }
        ("keys", _) => Value::list(items.borrow().iter().map(|(k, _)| k.clone()).collect()),
        ("values", _) => Value::list(items.borrow().iter().map(|(_, v)| v.clone()).collect()),
        ("copy", _) => Value::Dict(Rc::new(std::cell::RefCell::new(items.borrow().clone()))),
        ("update", Some(Value::Dict(more))) => {
            let more = more.borrow().clone();
            items.borrow_mut().extend(more);
            Value::None
        }
        _ => Value::unknown("the dict method is not followed"),
    }
}
