"""Runs before app.models.teams.team, and loads what that does not."""

from .badge import Badge
