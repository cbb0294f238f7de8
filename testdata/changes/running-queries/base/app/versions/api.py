"""SELECT doc FROM tasks"""


def versions(connection):
    """SELECT doc FROM tasks"""
    connection.execute("SELECT versioned FROM tasks")
