def revision_name():
    return 1
