"""The product's settings, with what makes tests fast and closed."""

import os
import tempfile

os.environ.setdefault("MYTHOS_HOME", tempfile.mkdtemp(prefix="mythos-tests-"))

from mythos.settings import *  # noqa: E402, F403
from mythos.settings import DATABASES, MIDDLEWARE, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")
if DATABASES["default"]["ENGINE"] == "mythos.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["MYTHOS_HOME"], "test.sqlite3")}
