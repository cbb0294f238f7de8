//! Whole checks in process: how the cost grows with the history.

use std::{fmt::Write as _, fs, hint::black_box, path::PathBuf};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use miglint::{
    check::{self, Request},
    database::Database,
    review::Since,
    rules,
};

/// A history of Alembic revisions: each tenth makes a table, the others change it.
fn alembic(count: usize) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("alembic-{count}"));
    let versions = root.join("alembic/versions");
    fs::create_dir_all(&versions).expect("a folder");
    fs::write(root.join("alembic/env.py"), "from alembic import context\n").expect("env.py");
    for n in 0..count {
        let parent = if n == 0 { "None".to_owned() } else { format!("'{}'", n - 1) };
        let table = n / 10;
        let (up, down) = match n % 10 {
            0 => (
                format!(
                    "op.create_table('t{table}', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('name', sa.String(50)))"
                ),
                format!("op.drop_table('t{table}')"),
            ),
            1 => (
                format!("op.create_index('ix{table}', 't{table}', ['name'])"),
                format!("op.drop_index('ix{table}', table_name='t{table}')"),
            ),
            _ => (
                format!("op.add_column('t{table}', sa.Column('c{n}', sa.Text(), nullable=True))"),
                format!("op.drop_column('t{table}', 'c{n}')"),
            ),
        };
        let text = format!(
            "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '{n}'\ndown_revision = {parent}\n\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n"
        );
        fs::write(versions.join(format!("{n:06}.py")), text).expect("a revision");
    }
    root
}

fn sql(count: usize) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sql-{count}"));
    let folder = root.join("migrations");
    fs::create_dir_all(&folder).expect("a folder");
    for n in 0..count {
        let mut text = String::new();
        let table = n / 10;
        let _ = match n % 10 {
            0 => writeln!(
                text,
                "CREATE TABLE t{table} (id bigserial PRIMARY KEY, name varchar(50));"
            ),
            1 => writeln!(text, "CREATE INDEX t{table}_name ON t{table} (name);"),
            _ => writeln!(text, "ALTER TABLE t{table} ADD COLUMN c{n} integer;"),
        };
        fs::write(folder.join(format!("{n:06}_step.sql")), text).expect("a migration");
    }
    root
}

/// A project of 150 tables in 40 modules of models, with a mixin, enums and relationships, and
/// the revision that makes them.
fn models() -> PathBuf {
    const MODULES: usize = 40;
    const TABLES: usize = 150;
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("models");
    for folder in ["alembic/versions", "app/models"] {
        fs::create_dir_all(root.join(folder)).expect("a folder");
    }
    let write = |path: &str, text: &str| fs::write(root.join(path), text).expect("a file");
    write(
        "alembic/env.py",
        "from alembic import context\nfrom app.models import Base\n\ncontext.configure(target_metadata=Base.metadata)\n",
    );
    write(
        "app/base.py",
        "import enum\nfrom datetime import datetime\nfrom sqlalchemy import func\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\nclass State(enum.Enum):\n    NEW = 'new'\n    OLD = 'old'\n\n\nclass Stamped:\n    id: Mapped[int] = mapped_column(primary_key=True)\n    created_at: Mapped[datetime] = mapped_column(server_default=func.now())\n",
    );
    write("app/__init__.py", "");
    let mut modules = vec![String::new(); MODULES];
    let mut up = String::new();
    for n in 0..TABLES {
        let text = &mut modules[n % MODULES];
        let parent = n.saturating_sub(1);
        let _ = writeln!(
            text,
            "\n\nclass Table{n}(Stamped, Base):\n    __tablename__ = 'table_{n}'\n\n    name: Mapped[str] = mapped_column(String(50), index=True)\n    state: Mapped[State]\n    note: Mapped[str | None] = mapped_column(Text())\n    amount: Mapped[int] = mapped_column(server_default='0')\n    ratio: Mapped[float | None]\n    parent_id: Mapped[int | None] = mapped_column(ForeignKey('table_{parent}.id', ondelete='CASCADE'))\n    parent: Mapped['Table{parent}'] = relationship()"
        );
        let _ = writeln!(
            up,
            "    op.create_table('table_{n}', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('name', sa.String(50), nullable=False))"
        );
    }
    let mut package = String::from("from app.base import Base\n");
    for (at, text) in modules.iter().enumerate() {
        let head = "from sqlalchemy import ForeignKey, String, Text\nfrom sqlalchemy.orm import Mapped, mapped_column, relationship\nfrom app.base import Base, Stamped, State\n";
        write(&format!("app/models/part_{at}.py"), &format!("{head}{text}"));
        let _ = writeln!(package, "from app.models.part_{at} import *");
    }
    write("app/models/__init__.py", &package);
    write(
        "alembic/versions/1.py",
        &format!(
            "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '1'\ndown_revision = None\n\n\ndef upgrade():\n{up}"
        ),
    );
    root
}

fn run(root: &std::path::Path) -> usize {
    run_rules(root, rules::RULES.to_vec())
}

fn run_rules(root: &std::path::Path, rules: Vec<&'static rules::Rule>) -> usize {
    let opened = check::open(root).expect("the project");
    let request = Request {
        root: root.to_owned(),
        only: Vec::new(),
        since: Since::All,
        databases: vec![Database::POSTGRES],
        rules,
        baseline: None,
        today: jiff::civil::date(2026, 11, 25),
    };
    check::check(&opened, &request).expect("a report").summary.operations
}

fn checks(criterion: &mut Criterion) {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(check::STACK).build().expect("threads");
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10);
    for (name, count, root) in [
        ("alembic", 1, alembic(1)),
        ("alembic", 1_000, alembic(1_000)),
        ("alembic", 10_000, alembic(10_000)),
        ("sql", 1_000, sql(1_000)),
    ] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new(name, count), |bencher| {
            bencher.iter(|| pool.install(|| run(black_box(&root))));
        });
    }
    // What models add to a check is what lies between the two.
    let root = models();
    let asks = |rule: &&&'static rules::Rule| matches!(rule.check, rules::Check::Models(_));
    let drift = rules::RULES.iter().filter(asks).count();
    assert!(drift > 0, "no rule asks for the models");
    let without: Vec<_> = rules::RULES.iter().filter(|rule| !asks(rule)).copied().collect();
    for (name, rules) in [("models, not asked", without), ("models", rules::RULES.to_vec())] {
        group.throughput(Throughput::Elements(150));
        group.bench_function(BenchmarkId::new(name, 150), |bencher| {
            bencher.iter(|| pool.install(|| run_rules(black_box(&root), rules.clone())));
        });
    }
    group.finish();
}

criterion_group!(benches, checks);
criterion_main!(benches);
