//! Expressions into values.

use std::{cell::RefCell, rc::Rc};

use ruff_python_ast::{
    CmpOp, Expr, FStringPart, InterpolatedStringElement, Number, Operator, UnaryOp,
};
use ruff_text_size::Ranged;

use super::{
    holes,
    machine::{MAX_SIZE, Machine},
    module::span_of,
    reflect::{LOADED_FROM, is_reflected},
    reflected_types, sets,
    value::{Body, Call, Callee, Function, Runtime, Scope, Text, Value},
};
use crate::diagnostic::brief;

/// The databases of SQLAlchemy itself; no driver has such a name in its own for another.
const DIALECTS: &[&str] = &["postgresql", "sqlite", "mysql", "mariadb", "oracle", "mssql"];

impl Machine<'_, '_> {
    pub(super) fn eval(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Value {
        if !self.step(span_of(scope.module.file, expr)) {
            return Value::unknown("it takes too many steps to follow");
        }
        let entered = self.enter();
        let value = if entered {
            self.expr(expr, scope)
        } else {
            Value::unknown("it is nested too deeply to follow")
        };
        self.leave();
        value
    }

    fn expr(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Value {
        match expr {
            Expr::NoneLiteral(_) => Value::None,
            Expr::BooleanLiteral(b) => Value::Bool(b.value),
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(int) => int
                    .as_i64()
                    .map_or_else(|| Value::unknown("the number is too large"), Value::Int),
                Number::Float(float) => Value::Float(*float),
                Number::Complex { .. } => Value::unknown("it is a complex number"),
            },
            Expr::StringLiteral(string) => self.string(string, scope),
            Expr::FString(string) => self.formatted(string, scope),
            Expr::Name(name) => self.lookup(name.id.as_str(), scope),
            Expr::List(list) => Value::list(self.elements(&list.elts, scope)),
            Expr::Tuple(tuple) => Value::Tuple(Rc::new(self.elements(&tuple.elts, scope))),
            Expr::Set(set) => Value::set_of(self.elements(&set.elts, scope)),
            Expr::Dict(dict) => {
                let mut items = Vec::new();
                for item in &dict.items {
                    let value = self.eval(&item.value, scope);
                    match &item.key {
                        Some(key) => items.push((self.eval(key, scope), value)),
                        None => {
                            if let Value::Dict(more) = value {
                                items.extend(more.borrow().iter().cloned());
                            }
                        }
                    }
                }
                Value::Dict(Rc::new(RefCell::new(items)))
            }
            Expr::Attribute(attribute) => {
                let base = self.eval(&attribute.value, scope);
                self.attribute(&base, attribute.attr.as_str())
            }
            Expr::Subscript(subscript) => {
                let base = self.eval(&subscript.value, scope);
                if let Expr::Slice(slice) = subscript.slice.as_ref() {
                    return self.slice(&base, slice, scope);
                }
                let key = self.eval(&subscript.slice, scope);
                if self.models
                    && let Some(made) = self.generic(&base, &key, span_of(scope.module.file, expr))
                {
                    return made;
                }
                if let (Value::Attribute(of), Some(name)) = (&base, key.as_str())
                    && matches!(of.1.as_str(), "c" | "columns")
                    && let Some(column) = self.reflected_column(&of.0, &name)
                {
                    return column;
                }
                subscripted(&base, &key)
            }
            Expr::Call(call) => self.call(call, scope),
            Expr::BinOp(binary) => {
                let left = self.eval(&binary.left, scope);
                let right = self.eval(&binary.right, scope);
                self.binary(&left, binary.op, &right)
            }
            Expr::UnaryOp(unary) => {
                let value = self.eval(&unary.operand, scope);
                match (unary.op, &value) {
                    (UnaryOp::Not, _) => value.truth().map_or_else(
                        || Value::unknown("its truth is not known"),
                        |t| Value::Bool(!t),
                    ),
                    (UnaryOp::USub, Value::Int(n)) => Value::Int(n.saturating_neg()),
                    (UnaryOp::USub, Value::Float(n)) => Value::Float(-n),
                    (UnaryOp::UAdd, _) => value,
                    _ => Value::unknown("it is an operator that is not followed"),
                }
            }
            Expr::BoolOp(op) => self.boolean(op, scope),
            Expr::Compare(compare) => self.compare(compare, scope),
            Expr::If(test) => match self.eval(&test.test, scope).truth() {
                Some(true) => self.eval(&test.body, scope),
                Some(false) => self.eval(&test.orelse, scope),
                None => {
                    let (a, b) = (self.eval(&test.body, scope), self.eval(&test.orelse, scope));
                    if a.equals(&b) == Some(true) {
                        a
                    } else {
                        Value::unknown("it depends on a condition that cannot be decided")
                    }
                }
            },
            Expr::Lambda(lambda) => {
                self.ring(scope);
                Value::Function(Rc::new(Function {
                    body: Body::Lambda {
                        parameters: lambda.parameters.clone(),
                        body: lambda.body.clone(),
                    },
                    scope: Rc::clone(scope),
                    bound: None,
                    property: false,
                }))
            }
            Expr::ListComp(comp) => {
                self.comprehension(&comp.generators, scope, &mut |machine, scope| {
                    machine.eval(&comp.elt, scope)
                })
            }
            Expr::SetComp(comp) => {
                let list = self.comprehension(&comp.generators, scope, &mut |machine, scope| {
                    machine.eval(&comp.elt, scope)
                });
                match list {
                    Value::List(items) => Value::set_of(items.borrow().clone()),
                    other => other,
                }
            }
            Expr::Generator(comp) => {
                self.comprehension(&comp.generators, scope, &mut |machine, scope| {
                    machine.eval(&comp.elt, scope)
                })
            }
            Expr::DictComp(comp) => {
                let pairs = self.comprehension(&comp.generators, scope, &mut |machine, scope| {
                    let key = comp.key.as_ref().map_or(Value::None, |key| machine.eval(key, scope));
                    Value::Tuple(Rc::new(vec![key, machine.eval(&comp.value, scope)]))
                });
                pairs_to_dict(&pairs)
            }
            Expr::Named(named) => {
                let value = self.eval(&named.value, scope);
                self.assign(&named.target, value.clone(), scope);
                value
            }
            Expr::Starred(starred) => self.eval(&starred.value, scope),
            Expr::Await(awaited) => self.eval(&awaited.value, scope),
            Expr::EllipsisLiteral(_) => Value::None,
            Expr::Yield(part) => self.yielded(part.value.as_deref(), scope),
            _ => Value::unknown("it is an expression that is not followed"),
        }
    }

    /// A literal keeps its place where its bytes are the text: not with escapes, and not where
    /// several literals are joined.
    fn string(&mut self, string: &ruff_python_ast::ExprStringLiteral, scope: &Rc<Scope>) -> Value {
        let text = string.value.to_str();
        let file = scope.module.file;
        let mut parts = string.value.iter();
        let origin = match (parts.next(), parts.next()) {
            (Some(only), None) => {
                let source = self.project.sources.file(file);
                let range = only.range();
                let written = source.slice(span_of(file, only));
                let open = written.find(['\'', '"']).map(|at| {
                    let quote = &written[at..=at];
                    at + if written[at..].starts_with(&quote.repeat(3)) { 3 } else { 1 }
                });
                let start = open.map(|open| range.start().to_usize() + open);
                start
                    .filter(|&start| source.text.get(start..start + text.len()) == Some(text))
                    .map(|start| (file, start as u32))
            }
            _ => None,
        };
        Value::Str(Text { text: Rc::from(text), origin })
    }

    fn formatted(&mut self, string: &ruff_python_ast::ExprFString, scope: &Rc<Scope>) -> Value {
        let mut text = String::new();
        let mut unknown = None;
        for part in string.value.iter() {
            match part {
                FStringPart::Literal(literal) => text.push_str(&literal.value),
                FStringPart::FString(formatted) => {
                    for element in &formatted.elements {
                        match element {
                            InterpolatedStringElement::Literal(literal) => {
                                text.push_str(&literal.value)
                            }
                            InterpolatedStringElement::Interpolation(hole) => {
                                let value = self.eval(&hole.expression, scope);
                                match display(&value) {
                                    Some(shown) => text.push_str(&shown),
                                    None => {
                                        text.push(holes::HOLE);
                                        unknown = unknown.or(Some(value));
                                    }
                                }
                            }
                        }
                        if text.len() > MAX_SIZE {
                            return Value::unknown("the string grows too long to follow");
                        }
                    }
                }
            }
        }
        match unknown {
            Some(value) => {
                let shape = brief(&text.replace(holes::HOLE, "{…}"));
                let what = super::machine::describe(&value);
                holes::text(&text, &format!("a part of `{shape}` is {what}"))
            }
            None => Value::str(&text),
        }
    }

    fn elements(&mut self, elements: &[Expr], scope: &Rc<Scope>) -> Vec<Value> {
        let mut values = Vec::new();
        for element in elements {
            match element {
                Expr::Starred(starred) => {
                    let value = self.eval(&starred.value, scope);
                    match self.iterate(&value) {
                        Some(items) => values.extend(items),
                        None => values.push(value),
                    }
                }
                _ => values.push(self.eval(element, scope)),
            }
            if values.len() > MAX_SIZE {
                break;
            }
        }
        values
    }

    /// The items of anything that a loop can run over.
    pub(super) fn iterate(&mut self, value: &Value) -> Option<Vec<Value>> {
        match value {
            Value::Class(class) if self.is_enum(class) => Some(self.enum_members(class)),
            Value::Attribute(of) => self.reflected(&of.0, &of.1),
            _ => value.items(),
        }
    }

    fn comprehension(
        &mut self,
        generators: &[ruff_python_ast::Comprehension],
        scope: &Rc<Scope>,
        element: &mut dyn FnMut(&mut Self, &Rc<Scope>) -> Value,
    ) -> Value {
        let mut found = Vec::new();
        let inner = Scope::inside(scope);
        match self.generate(generators, &inner, element, &mut found) {
            Some(()) => Value::list(found),
            None => Value::unknown("it is built from something that is not known"),
        }
    }

    fn generate(
        &mut self,
        generators: &[ruff_python_ast::Comprehension],
        scope: &Rc<Scope>,
        element: &mut dyn FnMut(&mut Self, &Rc<Scope>) -> Value,
        found: &mut Vec<Value>,
    ) -> Option<()> {
        let Some((first, rest)) = generators.split_first() else {
            found.push(element(self, scope));
            return (found.len() <= MAX_SIZE).then_some(());
        };
        let iterable = self.eval(&first.iter, scope);
        for item in self.iterate(&iterable)? {
            if !self.step(span_of(scope.module.file, &first.iter)) {
                return None;
            }
            self.assign(&first.target, item, scope);
            let mut keep = true;
            for condition in &first.ifs {
                keep &= self.eval(condition, scope).truth()?;
            }
            if keep {
                self.generate(rest, scope, element, found)?;
            }
        }
        Some(())
    }

    fn boolean(&mut self, op: &ruff_python_ast::ExprBoolOp, scope: &Rc<Scope>) -> Value {
        let and = op.op == ruff_python_ast::BoolOp::And;
        let mut unknown = false;
        let mut last = Value::None;
        for value in &op.values {
            last = self.eval(value, scope);
            match last.truth() {
                Some(truth) if truth != and => {
                    return if unknown && and { Value::Bool(false) } else { last };
                }
                Some(_) => {}
                None => unknown = true,
            }
        }
        if unknown { Value::unknown("its truth is not known") } else { last }
    }

    fn compare(&mut self, compare: &ruff_python_ast::ExprCompare, scope: &Rc<Scope>) -> Value {
        let mut left = self.eval(&compare.left, scope);
        let mut unknown = false;
        for (op, right) in compare.ops.iter().zip(compare.comparators.iter()) {
            let right = self.eval(right, scope);
            match self.holds(*op, &left, &right) {
                Some(true) => {}
                Some(false) => return Value::Bool(false),
                None => unknown = true,
            }
            left = right;
        }
        if unknown { Value::unknown("the comparison cannot be decided") } else { Value::Bool(true) }
    }

    fn holds(&mut self, op: CmpOp, left: &Value, right: &Value) -> Option<bool> {
        let ordered = |test: fn(std::cmp::Ordering) -> bool| -> Option<bool> {
            let order = match (left, right) {
                (Value::Int(a), Value::Int(b)) => a.cmp(b),
                (Value::Str(a), Value::Str(b)) => a.text.cmp(&b.text),
                (Value::Tuple(_), Value::Tuple(_)) => return None,
                _ => return None,
            };
            Some(test(order))
        };
        if let (Value::List(a), Value::List(b)) = (left, right)
            && let CmpOp::LtE | CmpOp::GtE = op
            && a.is_set
        {
            let (a, b) = if op == CmpOp::LtE { (a, b) } else { (b, a) };
            return sets::within(&a.borrow(), &b.borrow());
        }
        match op {
            CmpOp::Eq => left.equals(right),
            CmpOp::NotEq => left.equals(right).map(|e| !e),
            CmpOp::Is => is(left, right),
            CmpOp::IsNot => is(left, right).map(|same| !same),
            CmpOp::Lt => ordered(std::cmp::Ordering::is_lt),
            CmpOp::LtE => ordered(std::cmp::Ordering::is_le),
            CmpOp::Gt => ordered(std::cmp::Ordering::is_gt),
            CmpOp::GtE => ordered(std::cmp::Ordering::is_ge),
            CmpOp::In => self.contains(right, left),
            CmpOp::NotIn => self.contains(right, left).map(|e| !e),
        }
    }

    fn contains(&mut self, container: &Value, item: &Value) -> Option<bool> {
        if let (Value::Str(text), Some(part)) = (container, item.as_str()) {
            return Some(text.text.contains(&*part));
        }
        // `postgresql+…`: which driver is not known.
        if let (Value::Attribute(of), Some(part)) = (container, item.as_str())
            && matches!(of.0, Value::Runtime(Runtime::Dialect))
            && of.1 == "dialect_description"
        {
            let own = self.dialect().sqlalchemy().contains(&*part);
            return (own || DIALECTS.contains(&&*part)).then_some(own);
        }
        let mut unknown = false;
        for candidate in self.iterate(container)? {
            // `'a' in table.c` is about names.
            let candidate = match &candidate {
                Value::Call(column) if column.name() == "Column" && item.as_str().is_some() => {
                    column.args.first().cloned().unwrap_or(candidate)
                }
                _ => candidate,
            };
            match candidate.equals(item) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(false)
    }

    pub(super) fn binary(&mut self, left: &Value, op: Operator, right: &Value) -> Value {
        match (left, op, right) {
            // `str | None`.
            (
                Value::External(_) | Value::Class(_) | Value::None | Value::Call(_),
                Operator::BitOr,
                Value::External(_) | Value::Class(_) | Value::None | Value::Call(_) | Value::Str(_),
            ) if self.models => {
                let union = Callee::Method(Value::external("typing.Union"), "[]".to_owned());
                let span = crate::source::Span::top(crate::source::FileId(0));
                self.kept(union, vec![left.clone(), right.clone()], Vec::new(), span)
            }
            (Value::Int(a), Operator::Add, Value::Int(b)) => Value::Int(a.saturating_add(*b)),
            (Value::Int(a), Operator::Sub, Value::Int(b)) => Value::Int(a.saturating_sub(*b)),
            (Value::Int(a), Operator::Mult, Value::Int(b)) => Value::Int(a.saturating_mul(*b)),
            (Value::Int(a), Operator::Pow, Value::Int(b)) => u32::try_from(*b)
                .ok()
                .and_then(|b| a.checked_pow(b))
                .map_or_else(|| Value::unknown("the number is too large"), Value::Int),
            (Value::Int(a), Operator::FloorDiv, Value::Int(b)) if *b != 0 => {
                Value::Int(a.wrapping_div_euclid(*b))
            }
            (Value::Int(a), Operator::Mod, Value::Int(b)) if *b != 0 => {
                Value::Int(a.wrapping_rem_euclid(*b))
            }
            (Value::Str(a), Operator::Mod, b) => percent(&a.text, b),
            (Value::List(a), Operator::Add, b) => match b.items() {
                Some(more) => {
                    let mut all = a.borrow().clone();
                    all.extend(more);
                    all.truncate(MAX_SIZE);
                    Value::list(all)
                }
                None => Value::unknown("a list is joined with something unknown"),
            },
            (Value::Tuple(a), Operator::Add, Value::Tuple(b)) => {
                let mut all = a.to_vec();
                all.extend(b.iter().cloned());
                all.truncate(MAX_SIZE);
                Value::Tuple(Rc::new(all))
            }
            (
                Value::List(a),
                Operator::BitAnd | Operator::BitOr | Operator::BitXor | Operator::Sub,
                b,
            ) => match b.items() {
                Some(b) => sets::combined(&a.borrow(), op, &b),
                None => Value::unknown("a set is put together with something unknown"),
            },
            (Value::Str(a), Operator::Mult, Value::Int(n))
            | (Value::Int(n), Operator::Mult, Value::Str(a)) => {
                let times = usize::try_from(*n).unwrap_or(0);
                match a.text.len().checked_mul(times) {
                    Some(size) if size <= MAX_SIZE => Value::str(&a.text.repeat(times)),
                    _ => Value::unknown("the string grows too long to follow"),
                }
            }
            (_, Operator::Add, _) => match (left.as_str(), right.as_str()) {
                (Some(a), Some(b)) if a.len() + b.len() <= MAX_SIZE => {
                    Value::str(&format!("{a}{b}"))
                }
                (Some(_), Some(_)) => Value::unknown("the string grows too long to follow"),
                _ => holes::joined(left, right)
                    .unwrap_or_else(|| Value::unknown("it is put together from something unknown")),
            },
            (Value::Dict(a), Operator::BitOr, Value::Dict(b)) => {
                let mut all = a.borrow().clone();
                all.extend(b.borrow().iter().cloned());
                Value::Dict(Rc::new(RefCell::new(all)))
            }
            _ => Value::unknown("it is an operation that is not followed"),
        }
    }

    fn slice(
        &mut self,
        base: &Value,
        slice: &ruff_python_ast::ExprSlice,
        scope: &Rc<Scope>,
    ) -> Value {
        let mut bound = |expr: &Option<Box<Expr>>| match expr {
            None => Some(None),
            Some(expr) => match self.eval(expr, scope) {
                Value::Int(n) => Some(Some(n)),
                Value::None => Some(None),
                _ => None,
            },
        };
        let (Some(lower), Some(upper), true) =
            (bound(&slice.lower), bound(&slice.upper), slice.step.is_none())
        else {
            return Value::unknown("the slice is not followed");
        };
        let range = |len: usize| {
            let at = |n: i64| {
                if n < 0 {
                    len.saturating_sub(n.unsigned_abs() as usize)
                } else {
                    (n as usize).min(len)
                }
            };
            let (from, to) = (lower.map_or(0, at), upper.map_or(len, at));
            from..to.max(from)
        };
        match base {
            Value::Str(text) => {
                let chars: Vec<char> = text.text.chars().collect();
                Value::str(&chars[range(chars.len())].iter().collect::<String>())
            }
            Value::List(items) => {
                let items = items.borrow();
                Value::list(items[range(items.len())].to_vec())
            }
            Value::Tuple(items) => Value::Tuple(Rc::new(items[range(items.len())].to_vec())),
            _ => Value::unknown("what is sliced is not known"),
        }
    }

    pub(super) fn attribute(&mut self, base: &Value, name: &str) -> Value {
        if name == "tables"
            && let Some(tables) = &self.compared
        {
            let tables = tables.clone();
            if super::orm::is_metadata(self, base) {
                return tables;
            }
        }
        match base {
            Value::External(path) => external_attribute(path, name),
            Value::Module(module) => self
                .module_attribute(name, module)
                .unwrap_or_else(|| Value::unknown(&format!("`{name}` is not found in its module"))),
            Value::Member(member) => match name {
                "value" => member.2.clone(),
                "name" => Value::str(&member.1),
                _ => Value::unknown("it is an attribute of an Enum's member"),
            },
            Value::Class(class) => self.class_attribute(class, name),
            Value::Runtime(runtime) => self.runtime_attribute(*runtime, name),
            Value::Call(call) => match &call.callee {
                _ if is_reflected(call) => call
                    .kwarg(name)
                    .cloned()
                    .unwrap_or_else(|| Value::unknown("it is not known of a reflected object")),
                Callee::External(_) if reflected_types::option(base, name).is_some() => {
                    reflected_types::option(base, name).unwrap_or(Value::None)
                }
                Callee::External(_) if name == "table" && call.kwarg(LOADED_FROM).is_some() => {
                    call.kwarg("table").cloned().unwrap_or(Value::None)
                }
                Callee::External(_) if call.name() == "Table" && name == "primary_key" => {
                    let written = || Value::Attribute(Rc::new((base.clone(), name.to_owned())));
                    self.reflected_key(base).unwrap_or_else(written)
                }
                Callee::Class(_) if call.get(name).is_some() => {
                    call.get(name).unwrap_or(Value::None)
                }
                Callee::Class(class) if name == "impl" => {
                    let class = Rc::clone(class);
                    self.implementation(&class, call)
                }
                Callee::Class(class) => {
                    let class = Rc::clone(class);
                    if let Some(value) = self.field(&class, call, name) {
                        return value;
                    }
                    match self.class_member(&class, name) {
                        Some(Value::Function(function)) if function.property => {
                            let Value::Function(function) = bound(&function, base.clone()) else {
                                return Value::unknown("it is computed by a property");
                            };
                            self.call_function(&function, Vec::new(), Vec::new())
                        }
                        Some(Value::Function(function)) => bound(&function, base.clone()),
                        Some(value) => value,
                        // `db = Database()`, where that is a `SQLAlchemy`.
                        None if self.models
                            && super::orm::is_extension(base)
                            && super::orm::is_export(name) =>
                        {
                            Value::external(&format!("sqlalchemy.{name}"))
                        }
                        None => Value::Attribute(Rc::new((base.clone(), name.to_owned()))),
                    }
                }
                _ if self.models
                    && super::orm::is_extension(base)
                    && super::orm::is_export(name) =>
                {
                    Value::external(&format!("sqlalchemy.{name}"))
                }
                Callee::External(_) if call.name() == "MetaData" && name == "tables" => {
                    self.reflected_tables()
                }
                Callee::External(_) if call.name() == "Column" && name == "type" => {
                    call.args.get(1).cloned().unwrap_or_else(|| Value::unknown("it has no type"))
                }
                Callee::External(_) if name == "name" && call.name() != "Enum" => {
                    call.args.first().cloned().unwrap_or(Value::None)
                }
                _ => Value::Attribute(Rc::new((base.clone(), name.to_owned()))),
            },
            Value::Attribute(of) if of.1 == "metadata" && name == "tables" => {
                self.metadata_tables(base)
            }
            Value::Attribute(of) if matches!(of.1.as_str(), "c" | "columns") => self
                .reflected_column(&of.0, name)
                .unwrap_or_else(|| Value::Attribute(Rc::new((base.clone(), name.to_owned())))),
            Value::Row(row) => row.named(name).unwrap_or_else(|| base.clone()),
            Value::Result(rows) if name == "rowcount" => Value::Int(rows.items.len() as i64),
            Value::Unknown(_) => base.clone(),
            _ => Value::Attribute(Rc::new((base.clone(), name.to_owned()))),
        }
    }

    /// A field of an instance whose class only lists its fields: a dataclass, a NamedTuple.
    fn field(&mut self, class: &Rc<super::value::Class>, call: &Call, name: &str) -> Option<Value> {
        let mut fields = Vec::new();
        for stmt in &class.def.body {
            if let ruff_python_ast::Stmt::AnnAssign(assign) = stmt
                && let Expr::Name(field) = assign.target.as_ref()
            {
                fields.push(field.id.as_str());
            }
        }
        let at = fields.iter().position(|field| *field == name)?;
        call.arg(at, name).cloned()
    }

    fn class_attribute(&mut self, class: &Rc<super::value::Class>, name: &str) -> Value {
        if name == "__name__" {
            return Value::str(&class.name);
        }
        let member = self.class_member(class, name);
        if self.is_enum(class)
            && let Some(member) = self
                .enum_members(class)
                .into_iter()
                .find(|m| matches!(m, Value::Member(m) if m.1 == name))
        {
            return member;
        }
        match (member, name) {
            // `Model.id` is the column of the model's table, wherever it is written.
            (Some(Value::Call(call)), _) if matches!(call.name(), "Column" | "mapped_column") => {
                Value::Attribute(Rc::new((Value::Class(Rc::clone(class)), name.to_owned())))
            }
            (Some(value), _) => value,
            (None, "__tablename__") if class.is_table() && self.descends(class, &["SQLModel"]) => {
                Value::str(&class.name.to_lowercase())
            }
            (None, "__table__") => {
                Value::Attribute(Rc::new((Value::Class(Rc::clone(class)), name.to_owned())))
            }
            _ => Value::Attribute(Rc::new((Value::Class(Rc::clone(class)), name.to_owned()))),
        }
    }
}

/// `is`: what SQLAlchemy constructs is never None.
fn is(left: &Value, right: &Value) -> Option<bool> {
    let made = |value: &Value| match value {
        Value::Call(call) => {
            matches!(&call.callee, Callee::External(path) if path.starts_with("sqlalchemy"))
        }
        Value::Function(_) | Value::Class(_) | Value::Module(_) | Value::Batch(_) => true,
        _ => false,
    };
    match (left, right) {
        (value, Value::None) | (Value::None, value) if made(value) => Some(false),
        _ => left.equals(right),
    }
}

pub(super) fn bound(function: &Rc<Function>, to: Value) -> Value {
    let body = match &function.body {
        Body::Def(def) => Body::Def(Rc::clone(def)),
        Body::Lambda { parameters, body } => {
            Body::Lambda { parameters: parameters.clone(), body: body.clone() }
        }
    };
    Value::Function(Rc::new(Function {
        body,
        scope: Rc::clone(&function.scope),
        bound: Some(to),
        property: function.property,
    }))
}

/// Attributes of outside modules extend their path; some lead to what the migration runs in.
fn external_attribute(path: &str, name: &str) -> Value {
    match (path, name) {
        ("alembic.context", "config") => Value::external("alembic.context.config"),
        _ => Value::external(&format!("{path}.{name}")),
    }
}

fn subscripted(base: &Value, key: &Value) -> Value {
    match (base, key) {
        (Value::Dict(items), _) => {
            let items = items.borrow();
            let hit = items.iter().find(|(k, _)| k.equals(key) == Some(true));
            hit.map_or_else(
                || Value::unknown("the key is not in the dict"),
                |(_, value)| value.clone(),
            )
        }
        (Value::Row(row), key) if key.as_str().is_some() => key
            .as_str()
            .and_then(|key| row.named(&key))
            .unwrap_or_else(|| Value::unknown("the column is not in the row")),
        (_, Value::Int(n)) => {
            let Some(items) = base.items() else {
                return Value::unknown("what is indexed is not known");
            };
            let at = if *n < 0 {
                items.len().checked_sub(n.unsigned_abs() as usize)
            } else {
                usize::try_from(*n).ok()
            };
            at.and_then(|at| items.get(at).cloned())
                .unwrap_or_else(|| Value::unknown("the index is not in the list"))
        }
        // `Union[str, None]`, `Mapped[int]`: annotations in value position.
        (Value::External(_), _) => base.clone(),
        (Value::Attribute(attribute), _) if matches!(attribute.1.as_str(), "c" | "columns") => {
            let name = key.as_str().unwrap_or_default();
            Value::Attribute(Rc::new((base.clone(), name.to_string())))
        }
        _ => Value::unknown("what is indexed is not known"),
    }
}

/// What `str()` and f-strings print, where it is known.
pub(super) fn display(value: &Value) -> Option<String> {
    Some(match value {
        Value::Int(n) => n.to_string(),
        Value::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
        Value::None => "None".to_owned(),
        Value::Float(f) => f.to_string(),
        Value::Attribute(attribute) => attribute.1.clone(),
        Value::List(_) | Value::Tuple(_) => representation(value, 0)?,
        Value::Call(_) if reflected_types::display(value).is_some() => {
            reflected_types::display(value)?
        }
        _ => value.as_str()?.to_string(),
    })
}

/// What `repr()` prints, where it is known.
pub(super) fn representation(value: &Value, depth: usize) -> Option<String> {
    let (open, close, items) = match value {
        Value::List(items) if items.is_set => return None,
        Value::List(items) => ("[", "]", items.borrow().clone()),
        Value::Tuple(items) => ("(", ")", items.to_vec()),
        Value::Str(text) if !text.text.contains(['\'', '\\', '\n']) => {
            return Some(format!("'{}'", text.text));
        }
        Value::Int(_) | Value::Bool(_) | Value::None => return display(value),
        _ => return None,
    };
    if depth > 20 || items.len() > 2_000 {
        return None;
    }
    let parts: Option<Vec<String>> =
        items.iter().map(|item| representation(item, depth + 1)).collect();
    let comma = if open == "(" && items.len() == 1 { "," } else { "" };
    let text = format!("{open}{}{comma}{close}", parts?.join(", "));
    (text.len() <= MAX_SIZE).then_some(text)
}

/// `'…%s…' % (a, b)` and `'…%(x)s…' % {…}`.
fn percent(format: &str, values: &Value) -> Value {
    let reason = "a part of the string is not known";
    let (mut text, mut holed) = (String::new(), false);
    let mut rest = format;
    let list = match values {
        Value::Tuple(items) => items.to_vec(),
        Value::Dict(_) => Vec::new(),
        single => vec![single.clone()],
    };
    let mut next = list.iter();
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push('%');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('(') {
            let Some(close) = after.find(')') else { return Value::unknown(reason) };
            let shown = values.get(&after[..close]).as_ref().and_then(display);
            holed |= shown.is_none();
            text.push_str(&shown.unwrap_or_else(|| holes::HOLE.to_string()));
            rest = after.get(close + 2..).unwrap_or_default();
        } else {
            let shown = next.next().and_then(display);
            holed |= shown.is_none();
            text.push_str(&shown.unwrap_or_else(|| holes::HOLE.to_string()));
            rest = rest.get(1..).unwrap_or_default();
        }
        if text.len() > MAX_SIZE {
            return Value::unknown("the string grows too long to follow");
        }
    }
    text.push_str(rest);
    match holed {
        true => holes::text(&text, reason),
        false => Value::str(&text),
    }
}

pub(super) fn pairs_to_dict(pairs: &Value) -> Value {
    let Some(pairs) = pairs.items() else { return Value::unknown("the dict is not known") };
    let items = pairs.iter().filter_map(|pair| {
        let pair = pair.items()?;
        Some((pair.first()?.clone(), pair.get(1)?.clone()))
    });
    Value::Dict(Rc::new(RefCell::new(items.collect())))
}

impl Machine<'_, '_> {
    fn runtime_attribute(&mut self, runtime: Runtime, name: &str) -> Value {
        match (runtime, name) {
            (Runtime::Connection | Runtime::Context, "dialect") => Value::Runtime(Runtime::Dialect),
            (Runtime::Connection, "engine" | "bind" | "connection")
            | (Runtime::Context, "bind" | "connection") => Value::Runtime(Runtime::Connection),
            (Runtime::Dialect | Runtime::Connection, "name") => {
                Value::str(self.dialect().sqlalchemy())
            }
            (Runtime::Inspector(_), "bind" | "engine") => Value::Runtime(Runtime::Connection),
            (Runtime::Inspector(_), "dialect") => Value::Runtime(Runtime::Dialect),
            (Runtime::Context, "as_sql") => Value::Bool(false),
            (Runtime::Context, "version_table_schema") => self.version_schema(),
            (Runtime::Rows, "rowcount") => Value::Int(0),
            _ => Value::Attribute(Rc::new((Value::Runtime(runtime), name.to_owned()))),
        }
    }

    /// `Mapped[int]`, kept as a call whose arguments are the types.
    fn generic(&self, base: &Value, key: &Value, span: crate::source::Span) -> Option<Value> {
        if !matches!(base, Value::External(_) | Value::Class(_)) {
            return None;
        }
        let args = match key {
            Value::Tuple(items) => items.to_vec(),
            other => vec![other.clone()],
        };
        let callee = Callee::Method(base.clone(), "[]".to_owned());
        Some(self.kept(callee, args, Vec::new(), span))
    }

    /// A call that is kept as it is written.
    pub(super) fn kept(
        &self,
        callee: Callee,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
        span: crate::source::Span,
    ) -> Value {
        Value::Call(Rc::new(Call::new(callee, args, kwargs, span)))
    }
}
