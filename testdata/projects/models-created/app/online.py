def make_missing(connection, metadata):
    metadata.create_all(connection, checkfirst=True)
