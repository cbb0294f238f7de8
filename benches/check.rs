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

fn run(root: &std::path::Path) -> usize {
    let opened = check::open(root).expect("the project");
    let request = Request {
        root: root.to_owned(),
        only: Vec::new(),
        since: Since::All,
        databases: vec![Database::POSTGRES],
        rules: rules::RULES.to_vec(),
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
    group.finish();
}

criterion_group!(benches, checks);
criterion_main!(benches);
