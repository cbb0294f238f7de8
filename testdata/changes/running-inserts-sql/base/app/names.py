def add(cursor, name):
    cursor.execute("INSERT INTO scripted (name) VALUES (%s)", (name,))


def load(cursor, name):
    cursor.execute("CREATE TEMP TABLE hidden (name text)")
    cursor.execute("INSERT INTO hidden (name) VALUES (%s)", (name,))
