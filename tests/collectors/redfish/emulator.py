"""OpenStack's Redfish emulator with TLS and a login. ``faults.json`` changes its answers, read at every request.

Started as ``python emulator.py FOLDER PORT``; it has no power supplies and no conditions, which faults.json adds.
"""

import json
import sys
from pathlib import Path

from flask import Response, request
from sushy_tools.emulator.main import app

ID = "27946b59-9e44-4fa7-8e91-f3527a1ef094"
SYSTEM = f"/redfish/v1/Systems/{ID}"


def configure(folder: Path) -> None:
    drives = [{"Id": name, "Name": name, "CapacityBytes": 10**12, "Protocol": "SAS"} for name in ("D1", "D2")]
    controllers = [{"MemberId": "0", "Name": "RAID", "SpeedGbps": 12}]
    storage = {"Id": "1", "Name": "RAID", "StorageControllers": controllers, "Drives": ["D1", "D2"]}
    app.configure(
        extra_config={
            "SUSHY_EMULATOR_FAKE_DRIVER": True,
            "SUSHY_EMULATOR_STATE_DIR": str(folder),
            "SUSHY_EMULATOR_AUTH_FILE": str(folder / "htpasswd"),
            "SUSHY_EMULATOR_FAKE_SYSTEMS": [
                {
                    "uuid": ID,
                    "name": "his-db-01",
                    "power_state": "On",
                    "external_notifier": False,
                    "nics": [{"mac": "00:5c:52:31:3a:9c", "ip": "127.0.0.1"}],
                }
            ],
            "SUSHY_EMULATOR_STORAGE": {ID: [storage]},
            "SUSHY_EMULATOR_DRIVES": {(ID, "1"): drives},
            "SUSHY_EMULATOR_VOLUMES": {(ID, "1"): []},
        }
    )


def changed(body: dict, changes: dict) -> dict:
    for path, value in changes.items():
        place = body
        *above, last = path.split(".")
        for key in above:
            place = place[int(key)] if key.isdigit() else place.setdefault(key, {})
        place[last] = value
    return body


def serve(folder: Path, port: int) -> None:
    @app.after_request
    def faults(answer: Response) -> Response:
        with (folder / "methods").open("a") as log:
            log.write(request.method + "\n")
        found = json.loads((folder / "faults.json").read_text(encoding="utf-8")).get(request.path)
        if isinstance(found, int):
            answer.status_code = found
        elif found and "=" in found:
            answer.status_code = 200
            answer.set_data(json.dumps(found["="]))
        elif found and answer.is_json:
            answer.set_data(json.dumps(changed(answer.get_json(), found)))
        return answer

    context = (str(folder / "cert.pem"), str(folder / "key.pem"))
    app.run(host="127.0.0.1", port=port, ssl_context=context)


if __name__ == "__main__":
    configure(Path(sys.argv[1]))
    serve(Path(sys.argv[1]), int(sys.argv[2]))
