"""A folder of drop-ins that could not be entered: what it may hold is not known, and nothing passes on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.corpus.judging import judged, policies, worst

NGINX = (
    "events { }\nhttp {\n include /etc/nginx/conf.d/*.conf;\n server { listen 80; server_tokens off; }\n}\n"
)
UNIT = "[Service]\nUser=his\nNoNewPrivileges=yes\nExecStart=/opt/his/run\n"


@pytest.mark.parametrize(
    ("policy", "file", "text", "folder"),
    [
        ("web_version_hidden", "etc/nginx/nginx.conf", NGINX, "etc/nginx/conf.d"),
        (
            "sysctl_kernel_messages_restricted",
            "usr/lib/sysctl.d/10-his.conf",
            "kernel.dmesg_restrict = 1\n",
            "etc/sysctl.d",
        ),
        (
            "services_gain_no_privileges",
            "etc/systemd/system/his.service",
            UNIT,
            "etc/systemd/system/his.service.d",
        ),
        (
            "journal_kept_on_disk",
            "etc/systemd/journald.conf",
            "[Journal]\nStorage=persistent\n",
            "etc/systemd/journald.conf.d",
        ),
        ("sudo_password_required", "etc/sudoers", "@includedir /etc/sudoers.d\n", "etc/sudoers.d"),
    ],
)
def test_what_passed_without_the_folder_is_unknown_with_it(
    tmp_path: Path, policy: str, file: str, text: str, folder: str
) -> None:
    tree = tmp_path / "tree" / "machine"
    (tree / file).parent.mkdir(parents=True)
    (tree / file).write_text(text, encoding="utf-8")
    outside = tmp_path / "outside"
    outside.mkdir()
    (tree / folder).parent.mkdir(parents=True, exist_ok=True)
    (tree / folder).symlink_to(outside)
    assert worst(judged([policies()[policy]], tmp_path / "tree")) == "unknown"


def test_a_folder_that_holds_no_drop_ins_is_no_matter(tmp_path: Path) -> None:
    tree = tmp_path / "tree" / "machine"
    (tree / "etc/nginx").mkdir(parents=True)
    (tree / "etc/nginx/nginx.conf").write_text(NGINX.replace("include", "# include"), encoding="utf-8")
    outside = tmp_path / "outside"
    outside.mkdir()
    (tree / "var/log").mkdir(parents=True)
    (tree / "var/log/nginx").symlink_to(outside)
    assert worst(judged([policies()["web_version_hidden"]], tmp_path / "tree")) == "pass"
