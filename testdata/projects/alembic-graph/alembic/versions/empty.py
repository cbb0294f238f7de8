revision = "empty"
down_revision = "merged"
