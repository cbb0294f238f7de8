//! A call of `op` as it would be written on a batch context.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::{batch::table_argument, guard};

/// `op.alter_column('t', 'c', …)` as `batch_op.alter_column('c', …)`; `None` where the text is
/// no such call, or its table is not written in it.
pub fn in_batch(text: &str) -> Option<String> {
    if guard::refuse(text).is_some() {
        return None;
    }
    let parsed = ruff_python_parser::parse_expression(text).ok()?;
    let Expr::Call(call) = parsed.expr() else { return None };
    let Expr::Attribute(function) = call.func.as_ref() else { return None };
    let name = function.attr.as_str();
    let (at, keyword) = table_argument(name)?;
    let table = table_range(call, at, keyword)?;
    let all = call.arguments.args.iter().map(Ranged::range);
    let named = call.arguments.keywords.iter().filter(|k| {
        !matches!(k.arg.as_ref().map(|a| a.as_str()), Some("schema" | "source_schema"))
    });
    let kept = all.chain(named.map(Ranged::range)).filter(|range| *range != table);
    let written: Vec<&str> = kept.map(|range| &text[range]).collect();
    Some(format!("batch_op.{name}({})", written.join(", ")))
}

fn table_range(call: &ExprCall, at: usize, keyword: &str) -> Option<TextRange> {
    let arguments = &call.arguments;
    let named = arguments.find_keyword(keyword).map(Ranged::range);
    named.or_else(|| arguments.args.get(at).map(Ranged::range))
}

#[cfg(test)]
mod tests {
    use super::in_batch;

    #[test]
    fn the_table_is_the_contexts() {
        let call = "op.create_foreign_key('fk', 't', 'p', ['a'], ['id'], source_schema='x')";
        assert_eq!(
            in_batch(call).as_deref(),
            Some("batch_op.create_foreign_key('fk', 'p', ['a'], ['id'])")
        );
        let call = "op.alter_column('t', 'c', type_=sa.Text())";
        assert_eq!(in_batch(call).as_deref(), Some("batch_op.alter_column('c', type_=sa.Text())"));
        let call = "op.drop_constraint(table_name='t', constraint_name='u')";
        assert_eq!(
            in_batch(call).as_deref(),
            Some("batch_op.drop_constraint(constraint_name='u')")
        );
        assert_eq!(in_batch("helper('t')"), None);
    }
}
