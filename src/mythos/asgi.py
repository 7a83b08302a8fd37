"""The ASGI application that `mythos up` serves."""

import os
import warnings
from typing import cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mythos.settings")
# Static files are small and read whole; whitenoise hands them over as plain iterators.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
_django = get_asgi_application()
from mythos.api.kept import App, KeptAnswers  # noqa: E402 - the apps must be there first
from mythos.mcp.http import McpOverHttp  # noqa: E402

application = McpOverHttp(KeptAnswers(cast("App", _django)))
