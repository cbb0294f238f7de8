from app.models.hero import Hero
from app.models.teams.team import Team
