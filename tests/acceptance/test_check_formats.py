"""A check of files asks nothing that only a running server can tell, and still passes nothing that it could not read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.acceptance.checked_tree import Tree, pack_cache, tree

__all__ = ["pack_cache", "tree"]


def test_a_file_that_cannot_be_read_raises_no_question_about_servers(tree: Tree) -> None:
    tree.write("nginx.conf", "server {\n listen 80\n")
    answer = tree.check()
    assert answer.code == 3
    assert any("config_file_readable" in line for line in answer.out.splitlines())
    assert not any(word in answer.out for word in ("windows_", "dicom_", "_effective_", "directory_"))


def test_a_policy_on_a_server_that_is_named_is_asked_and_does_not_pass(tree: Tree) -> None:
    tree.write("nginx.conf", "server {\n listen 80\n")
    answer = tree.check("--policy", "windows_smb1_off")
    assert answer.code == 3
    assert "windows_smb1_off" in answer.out


def test_a_check_of_files_loads_no_collector_but_the_one_of_files(tmp_path: Path) -> None:
    (tmp_path / "sshd_config").write_text("PermitRootLogin no\n")
    told = (
        "import sys; from hiscomply.cli.main import main\n"
        "try: main(['check', '.'])\n"
        "finally: print([name for name in sys.modules if name.startswith('hiscomply_') and '.collector' in name])"
    )
    ran = subprocess.run([sys.executable, "-c", told], cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout.splitlines()[-1] == "['hiscomply_files.collector']", ran.stderr
