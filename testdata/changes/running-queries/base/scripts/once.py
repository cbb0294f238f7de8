SQL = "UPDATE tasks SET scripted = 'x'"
