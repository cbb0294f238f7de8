revision = "broken"
down_revision = "merged"

def upgrade(:
    pass
