"""The product's settings, its home in a folder that goes when the tests end."""

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="leadpact-test-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["LEADPACT_HOME"] = _HOME
os.environ["LEADPACT_SECRET"] = "only for tests"
# The browser of the page tests leaves an event loop behind in this thread; nothing runs in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from leadpact.web.settings import *  # noqa: E402, F403 the settings of the product, all of them

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A request gives its connection back, so that no thread of a test's server keeps one for itself.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405

# In a file, as in the product: in memory a reader and a writer would not wait for each other.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_HOME, "test.sqlite3")}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] = (  # noqa: F405
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
