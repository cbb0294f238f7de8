URL = "postgresql+asyncpg://app@localhost/app"
TEST = "sqlite:///:memory:"
