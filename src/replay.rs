//! Folds a history into a schema, for one database, and shows each step to the rules.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    database::Database,
    diagnostic::{Finding, OpaquePlace},
    facts::{
        dependents::{Dependent, dependents},
        obstacle::{Obstacle, obstacles},
        postgres::Uncast,
        reference::{Flaw, FlawKind, flaws},
        refusal::is_forgiven,
    },
    frontend::{self, Body, Direction, Script},
    history::{Broken, History, Migration},
    ir::{Name, Op, OpKind, OpaqueEffect},
    rules::{Check, Rule},
    schema::{Origin, Schema, Table, Touched, Type},
    source::{FileId, Sources, Span},
};

/// What is replayed, and what of it is looked at.
pub struct Plan<'a> {
    pub history: &'a History,
    pub database: Database,
    /// What the database held before; `None`: nobody says, and the history may start on a base
    /// that it did not make.
    pub base: Option<&'a [Op]>,
    /// By position: whether the migration is under review.
    pub review: &'a [bool],
    /// Each migration is a change of its own (`--since all`); otherwise those under review are one.
    pub alone: bool,
    /// Stop after this one, and run only what it needs.
    pub until: Option<usize>,
    pub rules: &'a [&'static Rule],
    pub sources: &'a Sources,
}

/// How a migration is read: by its frontend, against the schema as it stands.
pub type Lower<'a> = dyn FnMut(&Migration, Direction, &mut Schema) -> Script + 'a;

/// What a replay leaves behind.
pub struct Outcome {
    pub schema: Schema,
    pub findings: Vec<Found>,
    pub opaque: Vec<OpaquePlace>,
    /// Migrations that their tool cannot load.
    pub unloadable: Vec<Broken>,
    pub operations: usize,
    /// Migrations that no database of the target's kind runs, as far as that is known.
    pub impossible: Vec<usize>,
    /// What was reviewed as one change, where a rule asks what it does to code that runs.
    pub changed: Option<Changed>,
}

/// Everything that was reviewed together, and the schema before it.
pub struct Changed {
    pub applied: Vec<Applied>,
    pub before: Schema,
}

/// A finding, the rule that made it, and the migration it is about.
pub struct Found {
    pub rule: &'static Rule,
    pub migration: Option<usize>,
    pub finding: Finding,
}

/// One operation under review, as a rule sees it.
pub struct Step<'a> {
    pub op: &'a Op,
    /// All operations of the migration, of which this is one.
    pub ops: &'a [Op],
    pub index: usize,
    /// The migration's position in the history.
    pub migration: usize,
    pub history: &'a History,
    pub before: &'a Schema,
    /// For the wording of a fix: how the operation is written.
    pub sources: &'a Sources,
    /// Identifiers in the migration's own code, outside of its operations: what Python reads
    /// and writes there cannot be followed, but it is not nothing.
    pub code_words: &'a BTreeSet<String>,
}

impl Step<'_> {
    pub fn database(&self) -> Database {
        self.before.database()
    }

    /// The operations that follow in the same migration.
    pub fn rest(&self) -> &[Op] {
        &self.ops[self.index + 1..]
    }
}

/// An operation that was applied, with the table it was applied to as it was before.
pub struct Applied {
    pub migration: usize,
    pub op: Op,
    /// The table it is about, under the name that it is kept by.
    pub table: Option<Name>,
    /// That table before it is dropped, or loses a column.
    pub before: Option<Arc<Table>>,
    /// The column that it adds is there already.
    pub repeated: bool,
    /// Whether that table could hold rows at this point.
    pub held_rows: bool,
    /// Whether the table was made by the same change.
    pub new_table: bool,
}

/// Everything that is reviewed together, after it has been applied.
pub struct Change<'a> {
    pub applied: &'a [Applied],
    pub code_words: &'a BTreeSet<String>,
    pub history: &'a History,
    pub schema: &'a Schema,
}

/// A migration, and the attempt to take it back.
pub struct RoundTrip<'a> {
    pub migration: &'a Migration,
    pub history: &'a History,
    pub up: &'a Script,
    pub down: &'a Script,
    /// Whether any migration of this history has a way back.
    pub reversible: bool,
    /// What the upgrade changed, against what the downgrade left: `before` is the schema before
    /// the upgrade, `after` the one after the downgrade.
    pub tables: Vec<Touched<Table>>,
    pub types: Vec<Touched<Type>>,
    /// Whether the upgrade changed the schema at all.
    pub changed: bool,
    /// What a server refuses on the way back, with the operation of `down`.
    pub trouble: Vec<(&'a Op, Trouble)>,
    pub database: Database,
}

/// Why an operation of a downgrade fails.
pub enum Trouble {
    Missing(Flaw),
    Depends(Vec<Dependent>),
    Refused(Obstacle),
    Uncast(Uncast),
}

/// Something that was missing when an operation ran.
pub struct MissingAt {
    pub flaw: Flaw,
    pub op: Op,
    pub migration: usize,
    /// Other migrations follow: somebody's database has run this one.
    pub followed: bool,
    pub certain: bool,
    /// The name was a table's, which this statement dropped or renamed.
    pub gone: Option<Span>,
}

/// The end of a replay.
pub struct Ended<'a> {
    pub history: &'a History,
    pub schema: &'a Schema,
    /// What was there before the history is known.
    pub closed: bool,
    /// A database has run a migration that needs a table which none makes, or the first one needs
    /// several of them: there was something before the history.
    pub based: bool,
    pub missing: &'a [MissingAt],
    /// Where each table was made, at any time.
    pub made: &'a HashMap<Name, Vec<Span>>,
    /// Where each table was dropped or renamed away, at any time, whether it was known or not.
    pub freed: &'a HashMap<Name, Vec<Span>>,
}

/// Replays a history for one database.
pub fn replay(plan: &Plan<'_>, lower: &mut Lower<'_>) -> Outcome {
    let mut run = Run::new(plan);
    let wanted = plan.until.map(|at| plan.history.ancestors(at));
    for at in 0..plan.history.migrations.len() {
        if wanted.as_ref().is_none_or(|wanted| wanted[at]) {
            run.migration(at, lower);
        }
    }
    run.finish()
}

/// How far a walk goes, by positions in the history.
#[derive(Debug, Clone, Copy, Default)]
pub struct Walk {
    /// Up to this migration; `None`: to the heads.
    pub until: Option<usize>,
    /// And back to this one, or to the base; `None`: not at all.
    pub back_to: Option<Option<usize>>,
}

/// Where a walk has come to.
pub struct Walked<'a> {
    pub direction: Direction,
    /// The migration that was applied or taken back.
    pub migration: &'a Migration,
    pub schema: &'a Schema,
    /// Places so far that could not be read.
    pub opaque: usize,
}

/// How a walk ended before the base: the first migration, on the way back, that has no
/// downgrade, or refuses to be taken back.
pub struct Stopped {
    pub migration: usize,
    pub raises: bool,
}

/// Applies a history step by step, and then takes it back. Nothing is judged.
pub fn walk(
    plan: &Plan<'_>,
    lower: &mut Lower<'_>,
    back_to: Option<Option<usize>>,
    visit: &mut dyn FnMut(&Walked<'_>),
) -> (Schema, Option<Stopped>) {
    let mut run = Run::new(plan);
    let wanted = plan.until.map(|at| plan.history.ancestors(at));
    let is_wanted = |at: &usize| wanted.as_ref().is_none_or(|wanted| wanted[*at]);
    let ups: Vec<usize> = (0..plan.history.migrations.len()).filter(is_wanted).collect();
    for &at in &ups {
        run.migration(at, lower);
        let migration = &plan.history.migrations[at];
        let (schema, opaque) = (&run.schema, run.opaque.len());
        visit(&Walked { direction: Direction::Up, migration, schema, opaque });
    }
    let Some(back_to) = back_to else { return (run.schema, None) };
    let kept = back_to.map(|at| plan.history.ancestors(at));
    for at in ups.into_iter().rev() {
        if kept.as_ref().is_some_and(|kept| kept[at]) {
            continue;
        }
        let migration = &plan.history.migrations[at];
        run.schema.enter(at as u32, 0, migration.id_span);
        let script = lower(migration, Direction::Down, &mut run.schema);
        if matches!(script.body, Body::Absent | Body::Raises) {
            let raises = script.body == Body::Raises;
            return (run.schema, Some(Stopped { migration: at, raises }));
        }
        run.note_opaque(&script.ops);
        for op in &script.ops {
            run.take_for_granted(op);
            run.schema.apply(op);
        }
        run.schema.commit();
        let (schema, opaque) = (&run.schema, run.opaque.len());
        visit(&Walked { direction: Direction::Down, migration, schema, opaque });
    }
    (run.schema, None)
}

struct Run<'a, 'p> {
    plan: &'p Plan<'a>,
    schema: Schema,
    findings: Vec<Found>,
    opaque: BTreeSet<OpaquePlace>,
    unloadable: Vec<Broken>,
    operations: usize,
    impossible: Vec<usize>,
    applied: Vec<Applied>,
    code_words: BTreeSet<String>,
    based: bool,
    missing: Vec<MissingAt>,
    made: HashMap<Name, Vec<Span>>,
    freed: HashMap<Name, Vec<Span>>,
    /// Migrations whose downgrade was tried, with whether one is written.
    round_trips: Vec<(usize, Vec<Finding>, &'static Rule)>,
    /// The schema before the first migration under review, where it is asked for.
    before: Option<Schema>,
}

impl<'a, 'p> Run<'a, 'p> {
    fn new(plan: &'p Plan<'a>) -> Run<'a, 'p> {
        let start = Origin { migration: 0, change: 0, span: Span::top(FileId(0)) };
        let mut run = Run {
            plan,
            schema: Schema::new(plan.database, start),
            findings: Vec::new(),
            opaque: BTreeSet::new(),
            unloadable: Vec::new(),
            operations: 0,
            impossible: Vec::new(),
            applied: Vec::new(),
            code_words: BTreeSet::new(),
            based: false,
            missing: Vec::new(),
            made: HashMap::new(),
            freed: HashMap::new(),
            round_trips: Vec::new(),
            before: None,
        };
        run.base(plan.base.unwrap_or_default());
        run
    }

    /// What was there before: all of it in use, and none of it under review.
    fn base(&mut self, ops: &[Op]) {
        self.note_opaque(ops);
        for op in ops {
            self.remember(op);
            self.schema.apply(op);
        }
        self.schema.fill();
        self.schema.commit();
    }

    fn migration(&mut self, at: usize, lower: &mut Lower<'_>) {
        let plan = self.plan;
        let migration = &plan.history.migrations[at];
        let reviewed = plan.review.get(at).copied().unwrap_or(false);
        let change = match (reviewed, plan.alone) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => u32::try_from(at).unwrap_or(u32::MAX - 1) + 1,
        };
        self.schema.enter(at as u32, change, migration.id_span);
        let asked = || plan.rules.iter().any(|rule| matches!(rule.check, Check::Running(_)));
        if reviewed && !plan.alone && self.before.is_none() && asked() {
            self.before = Some(self.schema.clone());
        }
        let mut script = lower(migration, Direction::Up, &mut self.schema);
        self.follow(&mut script);
        self.operations += script.ops.len();
        if let Some((span, error)) = &script.error {
            self.unloadable.push(Broken {
                span: *span,
                message: format!("revision `{}` has a syntax error: {error}", migration.id),
                help: "Alembic cannot load it, and stops before it runs any.".to_owned(),
                related: Vec::new(),
            });
        }
        self.note_opaque(&script.ops);
        if script.ops.iter().any(|op| crate::facts::sqlite::never(&self.schema, op)) {
            self.impossible.push(at);
        }
        if reviewed {
            let words = code_words(plan.sources, &script);
            self.review(at, &script, &words);
            self.round_trip(at, &script, lower);
            self.code_words.extend(words);
            if plan.alone {
                self.end_change();
            }
        } else {
            for op in &script.ops {
                if is_forgiven(&self.schema, op) {
                    continue;
                }
                self.take_for_granted(op);
                self.remember(op);
                self.schema.apply(op);
            }
        }
        self.schema.commit();
    }

    /// Puts what a routine of the history does in the place of its call.
    fn follow(&self, script: &mut Script) {
        let known = || self.schema.routines().into_iter().cloned().collect::<Vec<_>>();
        script.ops = frontend::sql::followed(std::mem::take(&mut script.ops), known);
    }

    fn note_opaque(&mut self, ops: &[Op]) {
        for op in ops {
            if let OpKind::Opaque(opaque) = &op.kind {
                self.opaque.insert(OpaquePlace { span: op.span, reason: opaque.reason.clone() });
            }
        }
    }

    /// What ran on a database must have found its tables there: a history whose first
    /// migrations alter tables it never made starts on a base of its own.
    fn take_for_granted(&mut self, op: &Op) {
        for flaw in flaws(&self.schema, op) {
            match flaw.kind {
                FlawKind::Table { table } => {
                    self.based = true;
                    self.schema.assume(&table);
                }
                FlawKind::Referenced { table } if self.schema.database().is_postgres() => {
                    self.based = true;
                    self.schema.assume(&table);
                }
                FlawKind::Column { table, .. } | FlawKind::ReferencedColumn { table, .. } => {
                    let opened = OpKind::Opaque(crate::ir::Opaque {
                        reason: String::new(),
                        effect: OpaqueEffect::Table(table),
                    });
                    self.schema.apply(&Op { kind: opened, ..op.clone() });
                }
                _ => {}
            }
        }
    }

    /// A table that is missing is said once: after that, it is one of which nothing is known.
    fn go_on_without(&mut self, op: &Op) {
        for flaw in flaws(&self.schema, op) {
            if let FlawKind::Table { table } = flaw.kind {
                self.schema.assume(&table);
            }
        }
    }

    fn remember(&mut self, op: &Op) {
        if let OpKind::RenameTable { table, .. }
        | OpKind::DropTable { table, if_exists: false, .. } = &op.kind
        {
            self.freed.entry(self.schema.resolve(table)).or_default().push(op.span);
        }
        let made = match &op.kind {
            OpKind::CreateTable(create) => self.schema.resolve(&create.table),
            OpKind::RenameTable { table, to } => table.sibling(to),
            OpKind::SetSchema { table, schema } => Name::new(schema.as_deref(), &table.name),
            OpKind::CreateView { name, .. } => name.clone(),
            _ => return,
        };
        self.made.entry(made).or_default().push(op.span);
    }

    fn review(&mut self, at: usize, script: &Script, words: &BTreeSet<String>) {
        // What the base lacks has run nowhere yet, whatever follows it.
        let followed = self.plan.alone && !self.plan.history.children(at).is_empty();
        for (index, op) in script.ops.iter().enumerate() {
            if is_forgiven(&self.schema, op) {
                continue;
            }
            let flaws = flaws(&self.schema, op);
            let sound = flaws.is_empty();
            for flaw in flaws {
                let gone = match &flaw.kind {
                    FlawKind::Table { table } | FlawKind::Referenced { table } => {
                        self.schema.gone(table)
                    }
                    _ => None,
                };
                self.missing.push(MissingAt {
                    flaw,
                    op: op.clone(),
                    migration: at,
                    followed,
                    certain: op.certain,
                    gone,
                });
            }
            let step = Step {
                op,
                ops: &script.ops,
                index,
                migration: at,
                history: self.plan.history,
                before: &self.schema,
                sources: self.plan.sources,
                code_words: words,
            };
            for rule in self.plan.rules {
                if let Check::Op(check) = rule.check {
                    let mut out = Vec::new();
                    check(&step, &mut out);
                    self.findings.extend(out.into_iter().map(|finding| Found {
                        rule,
                        migration: Some(at),
                        finding,
                    }));
                }
            }
            let target = op.kind.table().and_then(|name| self.schema.table(name).found());
            let (held_rows, new_table) = target
                .map_or((true, false), |t| (self.schema.may_hold_rows(t), self.schema.is_new(t)));
            let repeated = matches!((&op.kind, target), (OpKind::AddColumn { column, .. }, Some(t)) if t.column(&column.name).found().is_some());
            let table = target.map(|t| t.name.clone());
            let before = match &op.kind {
                OpKind::DropColumn { table, .. } | OpKind::DropTable { table, .. } => {
                    self.schema.shared_table(table)
                }
                _ => None,
            };
            self.applied.push(Applied {
                migration: at,
                op: op.clone(),
                table,
                before,
                repeated,
                held_rows,
                new_table,
            });
            self.remember(op);
            match followed {
                _ if sound => {}
                true => self.take_for_granted(op),
                false => self.go_on_without(op),
            }
            self.schema.apply(op);
        }
    }

    /// Runs the downgrade on the upgraded schema, compares, and puts the schema back.
    fn round_trip(&mut self, at: usize, up: &Script, lower: &mut Lower<'_>) {
        let checks: Vec<_> = self
            .plan
            .rules
            .iter()
            .filter_map(|rule| match rule.check {
                Check::Downgrade(check) => Some((*rule, check)),
                _ => None,
            })
            .collect();
        if checks.is_empty() {
            return;
        }
        let migration = &self.plan.history.migrations[at];
        let start = crate::schema::Mark::default();
        let upgraded = self.schema.mark();
        let tables = self.schema.touched_tables(start);
        let changed = tables.iter().any(|t| match (&t.before, &t.after) {
            (Some(before), Some(after)) => !before.is_defined_as(after),
            (before, after) => before.is_some() != after.is_some(),
        }) || differs(&self.schema.touched_types(start));
        let mut down = lower(migration, Direction::Down, &mut self.schema);
        self.follow(&mut down);
        let mut trouble = Vec::new();
        for op in &down.ops {
            if is_forgiven(&self.schema, op) {
                continue;
            }
            let missing =
                flaws(&self.schema, op).into_iter().map(|flaw| (op, Trouble::Missing(flaw)));
            trouble.extend(missing.filter(|_| op.certain));
            let blocked = dependents(&self.schema, op);
            if !blocked.is_empty() && op.certain {
                trouble.push((op, Trouble::Depends(blocked)));
            } else if op.certain && trouble.is_empty() {
                // What an earlier step should have taken away may only be in the way of this one.
                let refused = obstacles(&self.schema, op).into_iter().next();
                trouble.extend(refused.map(|obstacle| (op, Trouble::Refused(obstacle))));
            }
            let uncast = Uncast::of(&self.schema, &op.kind).filter(|_| op.certain);
            trouble.extend(uncast.map(|uncast| (op, Trouble::Uncast(uncast))));
            self.schema.apply(op);
        }
        self.note_opaque(&down.ops);
        let trip = RoundTrip {
            migration,
            history: self.plan.history,
            up,
            down: &down,
            reversible: down.body != Body::Absent,
            tables: self.schema.touched_tables(start),
            types: self.schema.touched_types(start),
            changed,
            trouble,
            database: self.plan.database,
        };
        for (rule, check) in checks {
            let mut out = Vec::new();
            check(&trip, &mut out);
            self.round_trips.push((at, out, rule));
        }
        self.schema.rollback(upgraded);
    }

    fn end_change(&mut self) {
        let change = Change {
            applied: &self.applied,
            code_words: &self.code_words,
            history: self.plan.history,
            schema: &self.schema,
        };
        for rule in self.plan.rules {
            if let Check::Change(check) = rule.check {
                let mut out = Vec::new();
                check(&change, &mut out);
                let of = |span: Span| {
                    let hit = change.applied.iter().find(|a| a.op.span == span);
                    hit.or(change.applied.last()).map(|a| a.migration)
                };
                let found = out.into_iter().map(|finding| Found {
                    rule,
                    migration: of(finding.primary.span),
                    finding,
                });
                self.findings.extend(found);
            }
        }
        self.code_words.clear();
        if self.plan.alone {
            self.applied.clear();
        }
    }

    /// How many tables the beginning of the history needs that nothing makes. One may be a slip;
    /// several are a base. What comes later stands on a beginning that needed none.
    fn unmade(&self) -> usize {
        let migrations = &self.plan.history.migrations;
        let begins = |at: usize| migrations[at].parents.is_empty();
        let needed = self.missing.iter().filter_map(|missing| match &missing.flaw.kind {
            FlawKind::Table { table } | FlawKind::Referenced { table } => Some((missing, table)),
            _ => None,
        });
        let unmade = needed.filter(|(missing, table)| {
            let unmade = missing.gone.is_none() && !self.made.contains_key(*table);
            missing.certain && unmade && begins(missing.migration)
        });
        unmade.map(|(_, table)| table).collect::<BTreeSet<_>>().len()
    }

    fn finish(mut self) -> Outcome {
        self.end_change();
        let ended = Ended {
            history: self.plan.history,
            schema: &self.schema,
            closed: self.plan.base.is_some(),
            based: self.plan.base.is_none() && (self.based || self.unmade() > 1),
            missing: &self.missing,
            made: &self.made,
            freed: &self.freed,
        };
        for rule in self.plan.rules {
            if let Check::Ended(check) = rule.check {
                let mut out = Vec::new();
                check(&ended, &mut out);
                self.findings.extend(out.into_iter().map(|(at, finding)| Found {
                    rule,
                    migration: Some(at),
                    finding,
                }));
            }
        }
        for (at, findings, rule) in std::mem::take(&mut self.round_trips) {
            self.findings.extend(findings.into_iter().map(|finding| Found {
                rule,
                migration: Some(at),
                finding,
            }));
        }
        Outcome {
            schema: self.schema,
            findings: self.findings,
            opaque: self.opaque.into_iter().collect(),
            unloadable: self.unloadable,
            operations: self.operations,
            impossible: self.impossible,
            changed: self.before.map(|before| Changed { applied: self.applied, before }),
        }
    }
}

fn differs<T: PartialEq>(touched: &[Touched<T>]) -> bool {
    touched.iter().any(|t| t.before != t.after)
}

/// The identifiers of the code that works with rows itself, outside of the operations
/// that were read: in the body, and in the functions of the file that it may call. Code without
/// a session, a query or an `execute` has none to speak of.
fn code_words(sources: &Sources, script: &Script) -> BTreeSet<String> {
    let Some(span) = script.span else { return BTreeSet::new() };
    let file = sources.file(span.file);
    let rust = file.path.ends_with(".rs");
    if !file.path.ends_with(".py") && !rust {
        return BTreeSet::new();
    }
    let mut covered: Vec<(usize, usize)> = script
        .ops
        .iter()
        .filter(|op| {
            op.span.file == span.file
                && !matches!(op.kind, OpKind::Opaque(_) | OpKind::Rebuild { .. })
        })
        .map(|op| (op.span.start as usize, op.span.end as usize))
        .collect();
    covered.sort_unstable();
    if rust {
        return frontend::row_words(&file.text, &covered);
    }
    let mut words = BTreeSet::new();
    for (from, to) in functions(&file.text) {
        let (mut at, mut text) = (from, String::new());
        for &(start, end) in covered.iter().filter(|(start, end)| *start < to && *end > from) {
            text.push_str(file.text.get(at..start).unwrap_or_default());
            at = at.max(end);
        }
        text.push_str(file.text.get(at..to).unwrap_or_default());
        if !WORKS_WITH_ROWS.iter().any(|word| text.contains(word)) {
            continue;
        }
        let code = text.lines().map(|line| line.split(" #").next().unwrap_or(line));
        let code = code.filter(|line| !line.trim_start().starts_with('#'));
        words.extend(
            code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
                .filter(|word| word.len() > 1)
                .map(str::to_owned),
        );
    }
    words
}

/// What code that reads or writes rows calls.
const WORKS_WITH_ROWS: &[&str] = &["execute", "session", "Session", "query", "connection", "bind"];

/// Where each function that stands at the left margin begins and ends; `downgrade` is left out.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut open = None;
    let mut quote = None;
    for line in text.split_inclusive('\n') {
        // A text of several lines may begin at the margin, too.
        let code = quote.is_none();
        quote = quoted_after(line, quote);
        let margin = code && line.starts_with(|c: char| c.is_alphabetic() || c == '@');
        if margin && let Some(from) = open.take() {
            found.push((from, at));
        }
        let way_back = line.starts_with("def downgrade");
        if margin && (line.starts_with("def ") || line.starts_with("async def ")) && !way_back {
            open = Some(at);
        }
        at += line.len();
    }
    found.extend(open.map(|from| (from, at)));
    found
}

/// Which three quotes are open behind a line.
fn quoted_after(line: &str, mut open: Option<&'static str>) -> Option<&'static str> {
    const QUOTES: [&str; 2] = ["\"\"\"", "'''"];
    let mut rest = line;
    loop {
        let next = match open {
            Some(quote) => rest.find(quote).map(|at| (at, None)),
            None => {
                let found = QUOTES.iter().filter_map(|&q| Some((rest.find(q)?, Some(q))));
                found.min_by_key(|(at, _)| *at)
            }
        };
        let Some((at, quote)) = next else { return open };
        open = quote;
        rest = &rest[at + 3..];
    }
}
