from app.models.base import Base
from app.models.heroes import Hero, Power, Status, normalize, teams
