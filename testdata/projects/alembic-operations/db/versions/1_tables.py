"""What both databases take."""

import sqlalchemy as sa
from alembic import op

revision = '1'
down_revision = None
branch_labels = ('main',)


def upgrade():
    op.create_table(
        'owners',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('email', sa.String(100), nullable=False, unique=True),
        sa.Column('age', sa.SmallInteger(), sa.CheckConstraint('age > 0', name='old_enough')),
        sa.Column('made', sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        comment='people',
        if_not_exists=True,
    )
    op.create_table(
        'items',
        sa.Column('id', sa.BigInteger(), autoincrement=False),
        sa.Column('part', sa.Integer(), nullable=False),
        sa.Column('owner_id', sa.Integer(), sa.ForeignKey('owners.id', name='items_owner', ondelete='CASCADE', onupdate='CASCADE')),
        sa.Column('state', sa.Enum('new', 'old', name='state'), server_default='new'),
        sa.Column('price', sa.Numeric(10, 2), server_default=sa.text('0')),
        sa.Column('body', sa.JSON()),
        sa.Column('blob', sa.LargeBinary()),
        sa.Column('label', sa.String(30), index=True),
        sa.PrimaryKeyConstraint('id', 'part', name='items_key'),
        sa.UniqueConstraint('part', 'label', name='items_part_label'),
        sa.CheckConstraint('price >= 0', name='items_price'),
        sa.Index('items_state', 'state'),
        mysql_engine='InnoDB',
        mysql_charset='utf8',
    )
    op.add_column('items', sa.Column('note', sa.Text(), nullable=True, comment='free'))
    op.add_column('items', sa.Column('flag', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('items_note', 'items', ['note', sa.text('price DESC')], if_not_exists=True)
    op.create_index('items_lower', 'items', [sa.text('lower(note)')], unique=False)
    op.create_index('items_flagged', 'items', ['flag'], unique=True, postgresql_where=sa.text('flag'), sqlite_where=sa.text('flag'))
    op.drop_index('items_note', table_name='items', if_exists=True)
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.add_column(sa.Column('extra', sa.Integer(), nullable=True))
        batch_op.alter_column('note', new_column_name='remark', existing_type=sa.Text(), existing_nullable=True)
        batch_op.drop_column('blob')
    with op.batch_alter_table('owners', recreate='auto') as batch_op:
        batch_op.alter_column('age', existing_type=sa.SmallInteger(), type_=sa.Integer(), nullable=True, server_default='18')
        batch_op.create_unique_constraint('owners_age', ['age', 'email'])
        batch_op.create_check_constraint('owners_adult', 'age >= 18')
        batch_op.create_index('owners_made', ['made'])
    with op.batch_alter_table('owners') as batch_op:
        batch_op.drop_index('owners_made')
    owners = sa.table('owners', sa.column('email', sa.String()), sa.column('age', sa.Integer()))
    op.bulk_insert(owners, [{'email': 'a@example.org', 'age': 20}, {'email': 'b@example.org', 'age': 30}])
    op.execute(owners.update().where(owners.c.age == 20).values(age=21))
    op.execute("UPDATE owners SET age = 22 WHERE age = 21")
    op.get_bind().execute(sa.text('DELETE FROM owners WHERE age = 30'))
    op.create_table('drafts', sa.Column('id', sa.Integer(), primary_key=True))
    op.rename_table('drafts', 'papers')
    op.create_table('scratch', sa.Column('id', sa.Integer(), primary_key=True))
    op.drop_table('scratch', if_exists=True)


def downgrade():
    op.drop_table('papers')
    op.drop_table('items')
    op.drop_table('owners')
    sa.Enum(name='state').drop(op.get_bind(), checkfirst=True)
