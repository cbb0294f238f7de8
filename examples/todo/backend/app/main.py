from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Session, select

from app.database import get_session
from app.models import Task

app = FastAPI(title='Todo')


@app.get('/users/{user_id}/tasks')
def list_tasks(user_id: int, session: Session = Depends(get_session)) -> list[Task]:
    return list(session.exec(select(Task).where(Task.user_id == user_id)))


@app.post('/tasks', status_code=201)
def create_task(task: Task, session: Session = Depends(get_session)) -> Task:
    session.add(task)
    session.commit()
    session.refresh(task)
    return task


@app.post('/tasks/{task_id}/complete')
def complete_task(task_id: int, session: Session = Depends(get_session)) -> Task:
    task = session.get(Task, task_id)
    if task is None:
        raise HTTPException(status_code=404)
    task.completed = True
    session.commit()
    session.refresh(task)
    return task
