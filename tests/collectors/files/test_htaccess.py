"""``.htaccess``: which folder a server lets override what, and what is not known of it."""

from __future__ import annotations

import pytest

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.formats.apache_conf import ApacheConf
from hiscomply_files.software.apache import Apache

MAIN, HTACCESS = "etc/httpd/conf/httpd.conf", "srv/www/app/.htaccess"
ON = "Options +Indexes\n"


def found(files: dict[str, str], unread: tuple[str, ...] = ()) -> list[Configuration]:
    read = {
        path: ReadFile(path, "apache_conf", list(ApacheConf().parse(text))) for path, text in files.items()
    }
    lost = dict.fromkeys(unread, Text("坏", "broken"))
    return [one for one in Apache().configurations(read, lost) if one.software == "apache_htaccess"]


def listing(files: dict[str, str], unread: tuple[str, ...] = ()) -> list[tuple[str | None, bool, bool]]:
    """Value, whether it is certain, and whether something is missing, of each file that counts."""
    return [
        (value.value, value.is_certain, bool(one.missing))
        for one in found(files, unread)
        for value in one.values
        if value.key == "web.directory_listing"
    ]


def section(folder: str, allowed: str) -> str:
    return f"<Directory {folder}>\nAllowOverride {allowed}\n</Directory>\n"


def test_none_everywhere_leaves_the_file_alone_wherever_it_lies() -> None:
    for path in (HTACCESS, "site/.htaccess", "webapp/public/.htaccess"):
        assert found({MAIN: section("/", "None"), path: ON}) == []
        assert found({MAIN: "Listen 80\n", path: ON}) == []  # the default
        assert found({"web/httpd.conf": section("/", "None"), path: ON}) == []


@pytest.mark.parametrize(
    ("allowed", "value"),
    [
        ("All", "on"), ("options", "on"), ("FileInfo Options", "on"), ("Options=Indexes", "on"),
        ("Options=MultiViews,Indexes", "on"), ("Options=MultiViews", "off"), ("Indexes", "off"),
        ("FileInfo AuthConfig Limit Nonfatal=All", "off"),
    ],
)  # fmt: skip
def test_the_class_of_options_lets_it_list(allowed: str, value: str) -> None:
    assert listing({MAIN: section("/srv/www", allowed), HTACCESS: ON}) == [(value, True, False)]


def test_nothing_is_sure_without_a_server_or_with_one_that_is_not_whole() -> None:
    for files, unread in (
        ({HTACCESS: ON}, ()),
        ({HTACCESS: ON}, (MAIN,)),
        ({HTACCESS: ON, MAIN: section("/srv", "None") + "Include /elsewhere/x.conf\n"}, ()),
        ({HTACCESS: ON, MAIN: section("~ ^/srv", "All")}, ()),
        ({HTACCESS: ON, MAIN: section("${ROOT}", "All")}, ()),
        ({HTACCESS: ON, MAIN: section("/srv/*/app", "All")}, ()),
        ({HTACCESS: ON, MAIN: section("/srv", "All") + "AccessFileName .acl\n"}, ()),
        (
            {
                HTACCESS: ON,
                MAIN: "<Directory /srv>\nAllowOverride None\nAllowOverrideList Options\n</Directory>",
            },
            (),
        ),
        ({"webapp/.htaccess": ON, MAIN: section("/srv", "All")}, ()),
    ):
        assert listing(files, unread) == [("on", False, True)], files


def test_what_changes_nothing_is_sure_without_a_server() -> None:
    assert listing({HTACCESS: "RewriteEngine on\n"}) == [("off", True, False)]
    assert listing({HTACCESS: "Options -Indexes\n"}) == [("off", True, False)]


def test_hosts_that_disagree_leave_it_open_and_hosts_that_agree_do_not() -> None:
    host = "<VirtualHost *:80>\n{}</VirtualHost>\n"
    all_, none = (host.format(section("/srv", word)) for word in ("All", "None"))
    assert listing({MAIN: all_ + none, HTACCESS: ON}) == [("on", False, True)]
    assert listing({MAIN: all_ + all_, HTACCESS: ON}) == [("on", True, False)]


def test_the_server_of_the_nearest_machine_decides() -> None:
    files = {
        MAIN: section("/", "None"),
        f"hosts/b/{MAIN}": section("/srv", "All"),
        f"hosts/b/{HTACCESS}": ON,
    }
    assert listing(files) == [("on", True, False)]


def test_a_file_that_cannot_be_read_is_missing_unless_it_is_ignored() -> None:
    (one,) = found({MAIN: section("/srv", "All")}, (HTACCESS,))
    assert (one.file, [*one.values], [text.en for text in one.missing]) == (HTACCESS, [], ["broken"])
    assert found({MAIN: section("/srv", "None")}, (HTACCESS,)) == []


def test_it_is_no_part_of_the_server_itself() -> None:
    read = {
        path: ReadFile(path, "apache_conf", list(ApacheConf().parse(text)))
        for path, text in {
            MAIN: section("/srv", "All"),
            HTACCESS: "Options +Indexes\n<IfModule x>\n</IfModule>\n",
        }.items()
    }
    servers = [one for one in Apache().configurations(read, {}) if one.software != "apache_htaccess"]
    assert [one.software for one in servers] == ["apache", "apache_server"]
    assert not any(one.missing for one in servers)
    assert {value.file for one in servers for value in one.values} == {MAIN}
