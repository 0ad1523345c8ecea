"""What a worker starts for a run: ``python -m flows.engine`` is Prefect's own engine, made ready with less work.

Most of the processor time of a province's run goes into loading Prefect anew; a fifth of the whole is spared here.
"""

import gc
import os
import runpy
from collections.abc import MutableMapping
from pathlib import Path

SELDOM = 100_000
"""New objects after which garbage is looked for. Python's 700 have it look through all that is being loaded."""
NOBODY = Path(__file__).with_name("nobody.pem")
"""A certificate authority that vouches for nobody: its key was never kept."""
OWN = ("SSL_CERT_FILE", "PREFECT_API_SSL_CERT_FILE", "PREFECT_API_TLS_INSECURE_SKIP_VERIFY")
"""With which an office says itself whom to trust."""


def prepare(environment: MutableMapping[str, str]) -> None:
    """Let garbage be looked for seldom, and spare a server without TLS the authorities that it has no use for.

    Prefect reads the file of all authorities anew for each client that it makes, many in one run. An address
    with https, and what the office has set, are left as they are. An http address that leads on to https is refused.
    """
    gc.set_threshold(SELDOM)
    if environment.get("PREFECT_API_URL", "").startswith("http://") and not any(map(environment.get, OWN)):
        environment["PREFECT_API_SSL_CERT_FILE"] = str(NOBODY)


if __name__ == "__main__":
    prepare(os.environ)
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
