"""Passwords that stand in a command line without a word that says so: ``mysqldump -pSECRET``, ``sqlplus his/SECRET@orcl``."""

from __future__ import annotations

from hiscomply.patterns import late

_ARGUMENTS = r"\b[^\n|;&]{0,300}?\s"
_TOOLS = "|".join(
    (
        r"sshpass\s++-p\s*+",
        rf"(?:redis|valkey)-cli{_ARGUMENTS}-a\s++",
        rf"(?:mysql(?:dump|admin|check|import|show|binlog|pump)?|mariadb(?:-[a-z]+)?){_ARGUMENTS}-p",
        rf"(?:mongo|mongosh|mongo(?:dump|restore|export|import)){_ARGUMENTS}-p\s*+",
        rf"(?:docker|podman|nerdctl)\s++login{_ARGUMENTS}-p\s*+",
        rf"ldap(?:search|add|modify|delete|whoami|passwd){_ARGUMENTS}-w\s*+",
        rf"(?:sqlcmd|osql|bcp|isql|zip|unzip){_ARGUMENTS}-P\s*+",
        rf"curl{_ARGUMENTS}(?:-u|--user)\s*+[\"']?[^\s:\"']++:",
        rf"lftp{_ARGUMENTS}-u\s*+[^\s,]++,",
        rf"(?:smbclient|rpcclient){_ARGUMENTS}-U\s*+[\"']?[^\s%\"']++%",
    )
)
_WORD = r"""(?P<secret>'[^'\n]++'|"[^"\n]++"|[^\s"'|;&@]++)"""
COMMANDS = (
    # no port mapping (-p80:80), no path, nothing that a shell fills in
    late(rf"(?P<head>\b(?:{_TOOLS}))(?![\d.]++:\d|$|-|[|;&]){_WORD}"),
    late(
        rf"(?P<head>\b(?:sqlplus|expdp|impdp|exp|imp|sqlldr|rman){_ARGUMENTS}(?:\w++=)?[\"']?[\w$#]++/)"
        r"(?P<secret>[^\s@/\"']++)(?=@)"
    ),
    late(
        r"""(?P<head>\becho\s++["']?(?:[\w-]++:)?)(?P<secret>[^\s"'|:]++)(?=["']?\s*\|\s*(?:sudo\s+)?(?:chpasswd|passwd\s))"""
    ),
)
