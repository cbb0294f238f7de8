from app.models.priority import Priority
from app.models.task import Task, TaskHistory
from app.models.tag import Tag, TaskTag
from app.models.user import User

__all__ = ['Priority', 'Tag', 'Task', 'TaskHistory', 'TaskTag', 'User']
