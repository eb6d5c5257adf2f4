"""The keywords of sshd_config, where each may stand and what it takes.

Source: servconf.c of OpenSSH 9.2 with Debian's additions, tried on that program; release notes of OpenSSH 9.3 to 10.
A word that only another release or another vendor's sshd knows is known here: a file does not say which one reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FLAG = frozenset({"yes", "no"})
_FORWARDING = frozenset({"yes", "no", "all", "local", "remote"})
_LOCALS = frozenset(f"local{number}" for number in range(8))
WORDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        _of(
            "allowagentforwarding challengeresponseauthentication debianbanner disableforwarding dsaauthentication "
            "exposeauthinfo gssapiauthentication gssapicleanupcredentials gssapicleanupcreds gssapikeyexchange "
            "gssapistorecredentialsonrekey gssapistrictacceptorcheck hostbasedauthentication "
            "hostbasedusesnamefrompacketonly ignoreuserknownhosts kbdinteractiveauthentication keepalive "
            "kerberosauthentication kerberosorlocalpasswd kerberosticketcleanup passwordauthentication "
            "permitemptypasswords permittty permituserrc printlastlog printmotd pubkeyauthentication refuseconnection "
            "skeyauthentication streamlocalbindunlink strictmodes tcpkeepalive usedns usepam x11forwarding "
            "x11uselocalhost"
        ),
        _FLAG,
    ),
    "addressfamily": frozenset({"inet", "inet6", "any"}),
    "allowstreamlocalforwarding": _FORWARDING,
    "allowtcpforwarding": _FORWARDING,
    "compression": _FLAG | {"delayed"},
    "gatewayports": _FLAG | {"clientspecified"},
    "fingerprinthash": frozenset({"md5", "sha1", "sha256", "sha384", "sha512"}),
    "ignorerhosts": _FLAG | {"shosts-only"},
    "loglevel": _of("quiet fatal error info verbose debug debug1 debug2 debug3"),
    "permitrootlogin": _FLAG | {"without-password", "prohibit-password", "forced-commands-only"},
    "permittunnel": _FLAG | {"point-to-point", "ethernet"},
    "syslogfacility": _LOCALS | {"daemon", "user", "auth", "authpriv"},
}
"""What the keywords that take one of a few words take, whatever its case (but for ``EXACT``)."""
EXACT = frozenset({"permittunnel"})
NUMBERS = _of("clientalivecountmax maxauthtries maxsessions requiredrsasize x11displayoffset")
TIMES = frozenset({"clientaliveinterval", "logingracetime"})
_ONE_WORD = _of(
    "authorizedkeyscommanduser authorizedprincipalscommanduser authorizedprincipalsfile banner casignaturealgorithms "
    "chrootdirectory ciphers gssapikexalgorithms hostbasedacceptedalgorithms hostbasedacceptedkeytypes "
    "hostcertificate hostdsakey hostkey hostkeyagent hostkeyalgorithms kexalgorithms macs maxstartups modulifile "
    "permituserenvironment persourcemaxstartups persourcenetblocksize pidfile port pubkeyacceptedalgorithms "
    "pubkeyacceptedkeytypes rdomain revokedkeys securitykeyprovider streamlocalbindmask trustedusercakeys "
    "unusedconnectiontimeout xauthlocation"
)
SINGLE = frozenset(WORDS) | NUMBERS | TIMES | _ONE_WORD
"""Keywords after which one word stands and no more."""
_SEVERAL = _of(
    "acceptenv allowgroups allowusers authenticationmethods authorizedkeyscommand authorizedkeysfile "
    "authorizedprincipalscommand channeltimeout denygroups denyusers forcecommand include ipqos listenaddress "
    "logverbose match permitlisten permitopen pubkeyauthoptions "
    "rekeylimit setenv subsystem versionaddendum"
)
WARNED = _of(
    "afstokenpassing authorizedkeysfile2 checkmail gssapiusesessioncredcache gssusesessionccache kerberosgetafstoken "
    "kerberostgtpassing keyregenerationinterval pamauthenticationviakbdint permitblacklistedkeys protocol "
    "reversemappingcheck rhostsauthentication rhostsrsaauthentication rsaauthentication serverkeybits uselogin "
    "useprivilegeseparation verifyreversemapping"
)
"""No longer of any effect, or left out of some builds: sshd says so and starts."""
OTHERS = _of(
    # later releases
    "refuseconnection persourcepenalties persourcepenaltyexemptlist gssapidelegatecredentials pamservicename "
    "sshdauthpath sshdsessionpath "
    # Red Hat
    "authorizedkeyscommandrunas gssapienablek5users gssapiindicators kerberosuniqueccache kerberosusekuserok "
    "requiredauthentications1 requiredauthentications2 rsaminsize showpatchlevel "
    # FreeBSD and the HPN patches
    "disablemtaes hpnbuffersize hpndisabled noneenabled nonemacenabled tcprcvbuf tcprcvbufpoll useblacklist "
    "useblocklist"
)
"""Words of other releases and vendors than Debian's OpenSSH 9.2."""
KNOWN = SINGLE | _SEVERAL | WARNED | OTHERS
IN_MATCH = (
    _of(
        "acceptenv allowagentforwarding allowgroups allowstreamlocalforwarding allowtcpforwarding allowusers "
        "authenticationmethods authorizedkeyscommand authorizedkeyscommanduser authorizedkeysfile authorizedkeysfile2 "
        "authorizedprincipalscommand authorizedprincipalscommanduser authorizedprincipalsfile banner "
        "casignaturealgorithms challengeresponseauthentication channeltimeout chrootdirectory clientalivecountmax "
        "clientaliveinterval denygroups denyusers disableforwarding exposeauthinfo forcecommand gatewayports "
        "gssapiauthentication hostbasedacceptedalgorithms hostbasedacceptedkeytypes hostbasedauthentication "
        "hostbasedusesnamefrompacketonly ignorerhosts include ipqos kbdinteractiveauthentication kerberosauthentication "
        "loglevel logverbose match maxauthtries maxsessions passwordauthentication permitemptypasswords permitlisten "
        "permitopen permitrootlogin permittty permittunnel permituserrc pubkeyacceptedalgorithms "
        "pubkeyacceptedkeytypes pubkeyauthentication pubkeyauthoptions rdomain refuseconnection rekeylimit "
        "requiredrsasize revokedkeys rhostsrsaauthentication rsaauthentication setenv skeyauthentication "
        "streamlocalbindmask streamlocalbindunlink subsystem trustedusercakeys unusedconnectiontimeout x11displayoffset "
        "x11forwarding x11uselocalhost"
    )
    | OTHERS
)
"""Keywords that may stand in a Match block; ``subsystem`` since OpenSSH 9.5."""
CRITERIA = _of("user group host address localaddress localport rdomain invalid-user version")
"""What a Match line asks about, but for ``all``."""
BARE_CRITERIA = frozenset({"all", "canonical", "final", "invalid-user"})

_KEY_TYPE = re.compile(
    r".*[*?].*|ssh-(dss|rsa|ed25519)(-cert-v0[01]@openssh\.com)?|ssh-xmss(-cert-v01)?@openssh\.com"
    r"|(rsa-sha2-(256|512)|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519|(webauthn-)?sk-ecdsa-sha2-nistp256)"
    r"((-cert-v01)?@openssh\.com)?"
)
"""A type of key, or a pattern of types."""
ALGORITHMS: Mapping[str, re.Pattern[str]] = {
    "ciphers": re.compile(
        r"3des-cbc|blowfish-cbc|cast128-cbc|arcfour(128|256)?|aes(128|192|256)-(cbc|ctr)|rijndael-cbc@lysator\.liu\.se"
        r"|aes(128|256)-gcm@openssh\.com|chacha20-poly1305@openssh\.com|acss@openssh\.org"
    ),
    "macs": re.compile(
        r"hmac-(md5|sha1|sha2-256|sha2-512)(-96)?(-etm@openssh\.com)?|hmac-ripemd160(-etm)?(@openssh\.com)?"
        r"|umac-(64|128)(-etm)?@openssh\.com"
    ),
    "kexalgorithms": re.compile(
        r"diffie-hellman-group(1-sha1|14-sha1|14-sha256|16-sha512|18-sha512|-exchange-sha1|-exchange-sha256)"
        r"|ecdh-sha2-nistp(256|384|521)|curve25519-sha256(@libssh\.org)?|sntrup761x25519-sha512(@openssh\.com)?"
        r"|sntrup4591761x25519-sha512@tinyssh\.org|mlkem768x25519-sha256"
    ),
    **dict.fromkeys(
        _of(
            "casignaturealgorithms hostbasedacceptedalgorithms hostbasedacceptedkeytypes hostkeyalgorithms "
            "pubkeyacceptedalgorithms pubkeyacceptedkeytypes"
        ),
        _KEY_TYPE,
    ),
}
"""Every algorithm that any release has known: one that was taken out is judged by its name."""
