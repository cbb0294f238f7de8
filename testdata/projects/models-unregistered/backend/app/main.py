from app.models.invitation import Invitation
from app.models.medal import Medal
from app.models.seat import Seat
