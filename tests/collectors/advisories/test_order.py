"""Keys sort as dpkg and rpm order the versions: the known cases, and what the programs themselves say."""

from __future__ import annotations

import random
import subprocess

import pytest
from tests.servers.running import needs

from hiscomply_advisories.order import apk_key, dpkg_key, rpm_key, rpm_text

DPKG = [
    ("1.0", "=", "1.0-0"),
    ("1.0", "=", "0:1.0"),
    ("1.0", "=", "1.00"),
    ("1.0", "=", "01.0"),
    ("1.", "=", "1.0"),
    ("1.0a", "=", "1.0a0"),
    ("1.0", "<", "1.0-1"),
    ("1.0-1", "<", "1.0-1.1"),
    ("1.0-9", "<", "1.0-10"),
    ("9", "<", "10"),
    ("9:9", "<", "10:0"),
    ("2.0", "<", "1:1.0"),
    ("1.0~~", "<", "1.0~~a"),
    ("1.0~~a", "<", "1.0~"),
    ("1.0~", "<", "1.0"),
    ("1.0", "<", "1.0a"),
    ("1.0~rc1-1", "<", "1.0-1"),
    ("1.0-1~bpo1", "<", "1.0-1"),
    ("1.0-1", "<", "1.0-1+b1"),
    ("1.0-1+b1", "<", "1.0-1+deb12u1"),
    ("1.0a", "<", "1.0+"),
    ("1.0+", "<", "1.0."),
    ("1.0Z", "<", "1.0a"),
    ("1.0-1-1", ">", "1.0-1"),
    ("20220101", ">", "2.5"),
    ("1.000000000000000000000000000000000000000000000000000000000000000000001", "=", "1.1"),
    ("1." + "9" * 70, "<", "1.1" + "0" * 70),
]
RPM = [
    ("1.0", "=", "1.0"),
    ("1.0", "=", "1_0"),
    ("1.0", "=", "1.00"),
    ("1.0.", "=", "1.0"),
    ("2.0", ">", "1.0"),
    ("2.0.1a", ">", "2.0.1"),
    ("5.5p1", "<", "5.5p10"),
    ("10xyz", "<", "10.1xyz"),
    ("xyz10", "<", "xyz10.1"),
    ("xyz.4", "<", "8"),
    ("5.6p1", "<", "6.5p1"),
    ("6.0.rc1", ">", "6.0"),
    ("10b2", ">", "10a1"),
    ("1.0a", "<", "1.0aa"),
    ("7.4.052", "=", "7.4.52"),
    ("2_0", "=", "2.0"),
    ("a+", "=", "a_"),
    ("1.0~rc1", "<", "1.0"),
    ("1.0~rc1~git123", "<", "1.0~rc1"),
    ("1.0^", ">", "1.0"),
    ("1.0^git1", "<", "1.0^git2"),
    ("1.0^git1", "<", "1.01"),
    ("1.0^20160101", "<", "1.0.1"),
    ("1.0~rc1^git1", ">", "1.0~rc1"),
    ("1.0^git1~pre", "<", "1.0^git1"),
]
APK = [
    ("1.2.3-r0", "<", "1.2.3-r1"),
    ("1.2.9", "<", "1.2.10"),
    ("1.2", "<", "1.2.0"),
    ("1.2a", ">", "1.2"),
    ("1.2_rc1", "<", "1.2"),
    ("1.2_alpha", "<", "1.2_beta"),
    ("1.2_p1", ">", "1.2"),
    ("1.2_p1", "<", "1.2.1"),
    ("1.01", "<", "1.1"),
    ("3.3.2-r0", "=", "3.3.2"),
]


def sign(a: str, b: str) -> str:
    return "<" if a < b else ">" if a > b else "="


@pytest.mark.parametrize(("a", "order", "b"), DPKG)
def test_dpkg_orders(a: str, order: str, b: str) -> None:
    assert sign(dpkg_key(a), dpkg_key(b)) == order


@pytest.mark.parametrize(("a", "order", "b"), RPM)
def test_rpm_orders(a: str, order: str, b: str) -> None:
    assert sign(rpm_text(a), rpm_text(b)) == order


@pytest.mark.parametrize(("a", "order", "b"), APK)
def test_apk_orders(a: str, order: str, b: str) -> None:
    assert sign(apk_key(a), apk_key(b)) == order


@pytest.mark.parametrize(
    ("a", "order", "b"),
    [
        ("1.0-1", "=", "0:1.0-1"),
        ("1:1.0-1", ">", "2.0-1"),
        (":1.0-1", "=", "1.0-1"),
        ("1.0-1.el9", "<", "1.0-1.el9_1"),
        ("1.0-1~rc", "<", "1.0-1"),
        ("1.0", "<", "1.0-1"),
    ],
)
def test_rpm_compares_epoch_version_and_release(a: str, order: str, b: str) -> None:
    assert sign(rpm_key(a), rpm_key(b)) == order


def test_a_last_version_without_release_means_all_its_releases() -> None:
    assert rpm_key("1.0-99.el9") < rpm_key("1.0", is_open=True) < rpm_key("1.0.1-1")


@pytest.mark.parametrize("text", ["", "-1", "1.0 1", "版本", "a:1", "1.0/2"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        dpkg_key(text)


def made_up(seed: int, alphabet: str, size: int) -> str:
    drawn = random.Random(seed)
    return "".join(drawn.choice(alphabet) for _ in range(drawn.randint(1, size)))


def debian_version(seed: int) -> str:
    drawn = random.Random(seed)
    epoch = drawn.choice(["", "", "0:", "1:"])
    return f"{epoch}{drawn.randint(0, 3)}{made_up(seed, '01a.+~b', 5)}-{made_up(seed + 1, '01ab+~.', 4)}"


@needs("dpkg", package="dpkg")
def test_a_thousand_pairs_are_ordered_as_dpkg_orders_them() -> None:
    pairs = [(debian_version(2 * n), debian_version(2 * n + 9001)) for n in range(1000)]
    script = "\n".join(
        f"dpkg --compare-versions '{a}' lt '{b}' && echo '<' || "
        f"{{ dpkg --compare-versions '{a}' eq '{b}' && echo '=' || echo '>'; }}"
        for a, b in pairs
    )
    said = subprocess.run(["sh"], input=script, text=True, capture_output=True, check=True).stdout.split()
    assert said == [sign(dpkg_key(a), dpkg_key(b)) for a, b in pairs]


@needs("rpm", package="rpm")
def test_five_thousand_pairs_are_ordered_as_rpm_orders_them(tmp_path) -> None:
    pairs = [(made_up(2 * n, "01a.+~^b_z9Z", 6), made_up(2 * n + 1, "01a.+~^b_z9Z", 6)) for n in range(5000)]
    script = tmp_path / "order.lua"
    script.write_text("".join(f"print(rpm.vercmp('{a}', '{b}') .. '\\n')\n" for a, b in pairs))
    said = subprocess.run(
        ["rpm", "--eval", f'%{{lua: dofile("{script}")}}'], text=True, capture_output=True, check=True
    ).stdout.split()
    assert [{"-1": "<", "0": "=", "1": ">"}[one] for one in said] == [
        sign(rpm_text(a), rpm_text(b)) for a, b in pairs
    ]
