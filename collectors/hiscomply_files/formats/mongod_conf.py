"""mongod.conf: YAML under a name that does not say so."""

from __future__ import annotations

import re
from typing import ClassVar

from hiscomply_files.formats.yaml import Yaml
from hiscomply_files.names import posix


class MongodConf(Yaml):
    """``mongod.conf``, ``mongos.conf`` and the like."""

    name: ClassVar[str] = "mongod_conf"

    def recognises(self, path: str, head: bytes) -> bool:
        """True by the file's name, also ``mongod.yaml``."""
        name = posix(path).name.lower()
        return re.fullmatch(r"mongo(d|s|db)([._-][\w-]+)?\.(conf|cfg|ya?ml)", name) is not None
