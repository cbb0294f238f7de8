class Settings:
    database_url: str = "sqlite:///./local.db"
