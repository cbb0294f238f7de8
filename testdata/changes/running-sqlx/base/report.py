QUERY = """
    SELECT kind, count(*) FROM tasks GROUP BY kind
"""
