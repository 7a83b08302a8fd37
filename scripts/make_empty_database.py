"""Write the empty database that first starts copy, from the migrations."""

import gzip
import os
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "src" / "mythos" / "cli" / "data" / "empty-database.gz"

with tempfile.TemporaryDirectory() as home:
    os.environ |= {"MYTHOS_HOME": home, "DJANGO_SETTINGS_MODULE": "mythos.settings"}
    os.environ.pop("MYTHOS_DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    copy = Path(home) / "copy.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(gzip.compress(copy.read_bytes(), mtime=0))
    connection.close()
