from alembic import op

revision = "2"
down_revision = "1"


def upgrade():
    op.drop_constraint(op.f("ck_teams_size"), "teams")
    # A function of the application gives this name.
    op.drop_constraint(op.f("fk_people_team_id"), "people")
    op.drop_index(op.f("ix_of_places_name"), "places")


def downgrade():
    op.create_index(op.f("ix_of_places_name"), "places", ["name"])
    op.create_check_constraint("size", "teams", "size > 0")
    op.create_foreign_key(None, "people", "teams", ["team_id"], ["id"])
