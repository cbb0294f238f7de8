"""Which real histories are replayed, and what a schema's facts are.

Shared by `scripts/corpus`, which scores, and `scripts/record`, which runs the histories on live
servers and writes down what these hold.
"""

import dataclasses
import pathlib
import re
import subprocess
import sys
import zipfile

HOME = pathlib.Path(__file__).resolve().parent.parent
CORPUS = HOME / "target" / "corpus"
RECORDINGS = HOME / "testdata" / "histories"
MODEL_RECORDINGS = HOME / "testdata" / "models"
DATABASES = {"postgresql": "postgres@16", "sqlite": "sqlite@3.45"}


@dataclasses.dataclass(frozen=True)
class History:
    """One history of one package."""

    name: str
    # `package==version` on PyPI, or `crate@version` on crates.io.
    spec: str
    # The folder of the tree below the package; `{dialect}` where each database has its own.
    tree: str
    # Where the migrations' metadata is: `module:attribute`, called where it can be. It has the
    # naming convention, if there is one.
    metadata: str = ""
    # The tables that the package makes before the first revision runs: `module:attribute` of a
    # metadata. They are recorded as a baseline schema.
    base: str = ""
    # The folders with revisions below the tree, where they are not `versions`.
    versions: tuple = ()
    recursive: bool = False
    dialects: tuple = ("postgresql", "sqlite")
    # Cheap enough, and from a registry: scored by every run of CI.
    ci: bool = False
    # SQL that the base of the history needs, by the revision that it has to precede.
    before: tuple = ()
    # More packages that running it needs.
    needs: tuple = ()
    # The project's own libraries that its revisions import, which a checkout has beside it.
    beside: tuple = ()
    # Python that has to run before the revisions are loaded.
    prepare: str = ""
    # Up to where, where not to all heads: as Alembic takes it, and the revision it means.
    target: tuple = ("heads", "")
    # Whether only those are installed, and none that the package itself names.
    alone: bool = False
    environment: tuple = ()


MLFLOW = ("sqlalchemy<3", "pyyaml", "protobuf", "cachetools", "packaging", "click", "cloudpickle", "databricks-sdk", "fastapi", "gitpython", "importlib_metadata", "opentelemetry-api", "opentelemetry-proto", "opentelemetry-sdk", "pydantic", "python-dotenv", "requests", "sqlparse", "typing-extensions", "uvicorn", "flask", "numpy", "pandas", "cryptography", "graphene", "Flask-CORS", "docker", "huey")
ZENML = ("sqlmodel", "sqlalchemy_utils", "passlib[bcrypt]", "python-dateutil", "jinja2", "fastapi", "pyjwt[crypto]", "python-multipart", "pymysql", "secure", "itsdangerous", "orjson", "uvicorn", "ipinfo", "tldextract", "kubernetes", "boto3")

LANGFLOW = """
import importlib.util, pathlib, re, sqlmodel, langflow
text = (pathlib.Path(langflow.__file__).parent / "alembic" / "env.py").read_text()
found = {}
exec(re.search(r"^NAMING_CONVENTION = \\{.*?^\\}", text, re.M | re.S).group(), found)
sqlmodel.SQLModel.metadata.naming_convention = found["NAMING_CONVENTION"]
"""

HISTORIES = [
    History("airflow", "apache-airflow-core==3.3.2", "airflow/migrations", "airflow.models.base:Base.metadata", ci=True),
    History("airflow-fab", "apache-airflow-providers-fab==3.10.2", "airflow/providers/fab/migrations", "airflow.providers.fab.auth_manager.models:Model.metadata"),
    History("prefect", "prefect==3.9.1", "prefect/server/database/_migrations", "prefect.server.database.orm_models:Base.metadata", versions=("versions/{dialect}",), ci=True),
    History("langflow", "langflow-base==1.13.0", "langflow/alembic", "sqlmodel:SQLModel.metadata", prepare=LANGFLOW),
    History("mlflow", "mlflow==3.18.0", "mlflow/store/db_migrations", base="mlflow.store.tracking.dbmodels.initial_models:Base.metadata", ci=True, alone=True, needs=MLFLOW),
    History("mlflow-auth", "mlflow==3.18.0", "mlflow/server/auth/db/migrations", ci=True, alone=True, needs=MLFLOW),
    History("neutron", "neutron==29.0.0", "neutron/db/migration/alembic_migrations", recursive=True, metadata="neutron.db.migration.models.head:get_metadata", dialects=("postgresql",), beside=("neutron-lib==5.0.1",), ci=True),
    History("open-webui", "open-webui==0.12.4", "open_webui/migrations", "open_webui.models.auths:Base.metadata", environment=(("WEBUI_SECRET_KEY", "secret"),)),
    History("phoenix", "arize-phoenix==20.26.1", "phoenix/db/migrations", "phoenix.db.models:Base.metadata", ci=True),
    History("zenml", "zenml==0.98.0", "zenml/zen_stores/migrations", "sqlmodel:SQLModel.metadata", dialects=("sqlite",), ci=True, needs=ZENML),
    History("dstack", "dstack==0.22.5", "dstack/_internal/server/migrations", "dstack._internal.server.models:BaseModel.metadata", recursive=True, needs=("sqlalchemy_utils", "aiosqlite", "alembic-postgresql-enum")),
    History("optuna", "optuna==5.0.0", "optuna/storages/_rdb/alembic", "optuna.storages._rdb.models:BaseModel.metadata", ci=True),
    History("aiida", "aiida-core==2.9.4", "aiida/storage/psql_dos/migrations", "aiida.storage.psql_dos.models.base:get_orm_metadata", dialects=("postgresql",), target=("main@head", "main_0002"), ci=True),
    History("keystone", "keystone==30.0.0", "keystone/common/sql/migrations", prepare="import keystone.conf; keystone.conf.configure()"),
    History("nova-main", "nova==34.0.0", "nova/db/main/migrations"),
    History("nova-api", "nova==34.0.0", "nova/db/api/migrations"),
    History("cinder", "cinder==29.0.0", "cinder/db/migrations"),
    History("aim-storage", "aim==3.29.1", "aim/storage/migrations"),
    History("aim-web", "aim==3.29.1", "aim/web/migrations", dialects=("sqlite",)),
    History("blazar", "blazar==18.0.0", "blazar/db/migration/alembic_migrations"),
    History("ckan", "ckan==2.12.0", "ckan/migration", dialects=("postgresql",)),
    History("cloudkitty-hash", "cloudkitty==25.0.0", "cloudkitty/rating/hash/db/sqlalchemy/alembic", "cloudkitty.rating.hash.db.sqlalchemy.models:Base.metadata"),
    History("cloudkitty-state", "cloudkitty==25.0.0", "cloudkitty/storage_state/alembic"),
    History("conda-store", "conda-store-server==2025.2.2", "conda_store_server/_internal/alembic"),
    History("designate", "designate==23.0.0", "designate/storage/sqlalchemy/alembic"),
    History("fides", "ethyca-fides==2.78.2", "fides/api/alembic/migrations", "fides.api.db.base:Base.metadata", dialects=("postgresql",)),
    History("glance", "glance==33.0.0", "glance/db/sqlalchemy/alembic_migrations"),
    History("heat", "openstack-heat==27.0.1", "heat/db/migrations"),
    History("ironic", "ironic==39.0.0", "ironic/db/sqlalchemy/alembic", dialects=("postgresql",)),
    History("magnum", "magnum==23.0.0", "magnum/db/sqlalchemy/alembic", dialects=("postgresql",)),
    History("manila", "manila==23.0.1", "manila/db/migrations/alembic", dialects=("postgresql",)),
    History("masakari", "masakari==22.0.0", "masakari/db/sqlalchemy/migrations"),
    History("mistral", "mistral==23.0.0", "mistral/db/sqlalchemy/migration/alembic_migrations", dialects=("postgresql",)),
    History("octavia", "octavia==19.0.0", "octavia/db/migration/alembic_migrations", dialects=("postgresql",)),
    History("placement", "openstack-placement==16.0.0", "placement/db/sqlalchemy/alembic"),
    History("quetz", "quetz-server==0.10.4", "quetz/migrations"),
    History("zou", "zou==1.0.97", "zou/migrations", dialects=("postgresql",), environment=(("SECRET_KEY", "not the default"),)),
    History("lemmy", "lemmy_db_schema@1.0.0-test-fix-publish-3", "migrations", dialects=("postgresql",), ci=True),
    History("atuin-client", "atuin-client@18.24.4", "migrations", dialects=("sqlite",), ci=True),
    History("atuin-server", "atuin-server-postgres@18.20.1", "migrations", dialects=("postgresql",), ci=True),
    History("atuin-server-sqlite", "atuin-server-sqlite@18.20.1", "migrations", dialects=("sqlite",), ci=True),
    History("minotari", "minotari_wallet@6.3.0-pre.2", "migrations", dialects=("sqlite",), ci=True),
]


@dataclasses.dataclass(frozen=True)
class Models:
    """The models that belong to a history."""

    # The history that they belong to.
    name: str
    # Python that imports what env.py imports, and binds `metadata`.
    code: str
    # More packages that it needs.
    needs: tuple = ()
    # More packages whose classes the models are made of, which a checkout has beside them.
    beside: tuple = ()


OSLO = "import importlib; m = importlib.import_module({!r}); metadata = getattr(m, {!r}).metadata"

KEYSTONE = """
import importlib, os, keystone
root = os.path.dirname(keystone.__file__)
for folder, _, files in os.walk(root):
    if folder.endswith("backends") and "sql.py" in files:
        importlib.import_module("keystone" + folder[len(root):].replace("/", ".") + ".sql")
from keystone.common.sql import core
metadata = core.ModelBase.metadata
"""

MODELS = [
    Models("airflow", "import airflow.models as m; m.import_all_models(); from airflow.models.base import Base; metadata = Base.metadata"),
    Models("airflow-fab", "from airflow.providers.fab.auth_manager.models.db import FABDBManager; metadata = FABDBManager.metadata"),
    Models("prefect", "from prefect.server.database.dependencies import provide_database_interface; metadata = provide_database_interface().Base.metadata"),
    Models("langflow", "from langflow.services.database.service import SQLModel; metadata = SQLModel.metadata; metadata.naming_convention = NAMING", beside=("lfx==1.13.0",)),
    Models("mlflow", "import mlflow.store.tracking.dbmodels.models, mlflow.store.model_registry.dbmodels.models; from mlflow.store.db.base_sql_model import Base; metadata = Base.metadata"),
    Models("mlflow-auth", "from mlflow.server.auth.db.models import Base; metadata = Base.metadata"),
    Models("neutron", "from neutron.db.migration.models import head; metadata = head.get_metadata()"),
    Models("open-webui", "from open_webui.models.auths import Auth; import open_webui.models.calendar, open_webui.models.chat_messages, open_webui.models.chats; metadata = Auth.metadata"),
    Models("phoenix", "from phoenix.db.models import Base; metadata = Base.metadata"),
    Models("zenml", "import zenml.zen_stores.schemas; from sqlmodel import SQLModel; metadata = SQLModel.metadata"),
    Models("dstack", "from dstack._internal.server.models import BaseModel; metadata = BaseModel.metadata"),
    Models("optuna", "from optuna.storages._rdb.models import BaseModel; metadata = BaseModel.metadata"),
    Models("aiida", "from aiida.storage.psql_dos.models.base import get_orm_metadata; metadata = get_orm_metadata()"),
    Models("keystone", KEYSTONE),
    Models("nova-main", OSLO.format("nova.db.main.models", "BASE")),
    Models("nova-api", OSLO.format("nova.db.api.models", "BASE")),
    Models("cinder", OSLO.format("cinder.db.models", "BASE")),
    Models("aim-storage", OSLO.format("aim.storage.structured.sql_engine.models", "Base")),
    Models("aim-web", "from aim.web.api.dashboards import models; from aim.web.api.dashboard_apps import models; from aim.web.api.reports import models; from aim.web.api.db import Base; metadata = Base.metadata"),
    Models("blazar", "from blazar.db.sqlalchemy import model_base, models; metadata = model_base.BlazarBase.metadata"),
    Models("ckan", "import ckan.model; from ckan.model.meta import metadata"),
    Models("cloudkitty-hash", OSLO.format("cloudkitty.rating.hash.db.sqlalchemy.models", "Base")),
    Models("cloudkitty-state", OSLO.format("cloudkitty.storage_state.models", "Base")),
    Models("conda-store", OSLO.format("conda_store_server._internal.orm", "Base")),
    Models("fides", "from fides.api.models.sql_models import Base; from fides.api.db.base import Base; metadata = Base.metadata"),
    Models("glance", "from glance.db.sqlalchemy import models, models_metadef; metadata = models.BASE.metadata; [metadata._add_table(t.name, t.schema, t) for t in models_metadef.BASE_DICT.metadata.sorted_tables]"),
    Models("heat", OSLO.format("heat.db.models", "BASE")),
    Models("ironic", OSLO.format("ironic.db.sqlalchemy.models", "Base")),
    Models("magnum", OSLO.format("magnum.db.sqlalchemy.models", "Base")),
    Models("manila", OSLO.format("manila.db.sqlalchemy.models", "ManilaBase")),
    Models("masakari", OSLO.format("masakari.db.sqlalchemy.models", "BASE")),
    Models("placement", OSLO.format("placement.db.sqlalchemy.models", "BASE")),
    Models("quetz", OSLO.format("quetz.db_models", "Base")),
    Models("zou", "import zou.app.models; import pkgutil, importlib; [importlib.import_module('zou.app.models.' + m.name) for m in pkgutil.iter_modules(zou.app.models.__path__)]; from zou.app import db; metadata = db.metadata"),
]


def folder(history, beside=()):
    """The package's files, unpacked, and those of packages beside it; downloaded where they are not
    here yet."""
    return wheel(history.spec, (*history.beside, *beside)) if "==" in history.spec else crate(history.spec)


def wheel(spec, beside=()):
    where = CORPUS / "+".join(each.replace("==", "-") for each in (spec, *beside))
    if not where.is_dir():
        downloads = CORPUS / "wheels" / where.name
        downloads.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--python-version", "3.12.8", "-d", downloads, spec, *beside]
        subprocess.run(command, check=True)
        for file in downloads.glob("*.whl"):
            with zipfile.ZipFile(file) as archive:
                archive.extractall(where)
            file.unlink()
    return where


def crate(spec):
    name, version = spec.split("@")
    home = pathlib.Path.home() / ".cargo/registry/src"
    for _ in range(2):
        found = list(home.glob(f"*/{name}-{version}"))
        if found:
            return found[0]
        # Outside of a package, so that `cargo info` looks the crate up and unpacks it.
        subprocess.run(["cargo", "info", "--quiet", spec], cwd="/", check=True, stdout=subprocess.DEVNULL)
    raise SystemExit(f"{spec} was not unpacked")


# What the tools themselves keep.
OWN_TABLES = {"alembic_version", "__diesel_schema_migrations", "_sqlx_migrations", "seaql_migrations", "sqlite_sequence"}


def pg_type(text):
    text = re.sub(r"\s+", " ", (text or "").strip().lower().replace('"', ""))
    return re.sub(r"^public\.", "", re.sub(r" collate .*$", "", text))


def facts(schema, dialect):
    """A schema, as `miglint schema --output-format json` prints it, as a set of lines.

    On SQLite constraints have no names that the catalog knows, and a key's columns are nullable
    for historical reasons: neither is a fact there.
    """
    postgres = dialect == "postgresql"
    normal = pg_type if postgres else lambda t: re.sub(r"\s+", "", (t or "").upper())
    named = (lambda thing: f" {thing.get('name')}") if postgres else (lambda thing: "")
    words = lambda names: "(" + ", ".join("…" if name is None else name for name in names or ()) + ")"
    out = set()
    for name, table in schema["tables"].items():
        if name in OWN_TABLES:
            continue
        key = (table.get("primary_key") or {}).get("columns") or []
        out.add(f"table {name}")
        for column in table["columns"]:
            line = f"column {name} {column['name']} {normal(column['type'])}"
            if not column["nullable"] and (postgres or column["name"] not in key):
                line += " not null"
            default = column.get("default")
            if column.get("computed"):
                line += " generated"
            elif column.get("identity"):
                line += " identity"
            elif default is not None and str(default).lower() != "null":
                line += " default"
            out.add(line)
        if key:
            out.add(f"primary key {name}{named(table['primary_key'])} {words(key)}")
        for fk in table.get("foreign_keys", []):
            target = fk["ref_table"]
            if fk.get("ref_schema") not in (None, "public", "main"):
                target = f"{fk['ref_schema']}.{target}"
            line = f"foreign key {name}{named(fk)} {words(fk['columns'])} to {target} {words(fk.get('ref_columns'))}"
            for key_word in ("ondelete", "onupdate"):
                action = ((fk.get("options") or {}).get(key_word) or "").upper().replace("NO ACTION", "")
                line += f" {key_word} {action}" if action else ""
            out.add(line)
        for unique in table.get("unique_constraints", []):
            # SQLite keeps no second index for what the key says already.
            if not postgres and list(unique["columns"]) == list(key):
                continue
            out.add(f"unique {name}{named(unique)} {words(unique['columns'])}")
        for index in table.get("indexes", []):
            unique = "unique index" if index.get("unique") else "index"
            where = " where" if index.get("where") is not None else ""
            out.add(f"{unique} {name} {index['name']} {words(index.get('columns'))}{where}")
        for check in table.get("check_constraints", []):
            if check.get("name"):
                out.add(f"check {name} {check['name']}")
    for view in schema.get("views", {}):
        out.add(f"view {view}")
    if postgres:
        for enum in schema.get("enums", []):
            prefix = "" if enum.get("schema") in (None, "public") else enum["schema"] + "."
            out.add(f"enum {prefix}{enum['name']} {words(enum['labels'])}")
    return out
