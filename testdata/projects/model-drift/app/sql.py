"""No table is declared here, but what a default of one comes to."""

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import functions


@compiles(functions.localtimestamp)
def localtimestamp(element, compiler, **kw):
    return "CURRENT_DATE"
