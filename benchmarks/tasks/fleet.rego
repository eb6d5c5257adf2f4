# The eight conditions of fleet_pack for OPA and Regorus. Times are seconds since 1970.
# Array comprehensions, since sets of the same rows take both engines longer and more memory.
# null sorts below every number in Rego, so a time that is not known has to be asked for by hand; a condition
# that forgets it (or asks `not account.mfa`) lets it fail or pass by accident.
package fleet

import rego.v1

as_of := 1782777600

day := 86400

accounts_in_use := [[host.id, account.login, account.last_login] |
	some host in data.hosts
	some account in host.accounts
	account.enabled == true
	account.kind != "service"
	account.last_login != null
	account.last_login < as_of - (45 * day)
]

passwords_changed_in_time := [[host.id, account.login, account.pwd_changed_at] |
	some host in data.hosts
	some account in host.accounts
	account.enabled == true
	account.kind == "human"
	account.pwd_changed_at != null
	account.pwd_changed_at < as_of - (90 * day)
]

privileged_with_second_factor := [[host.id, account.login] |
	some host in data.hosts
	some account in host.accounts
	account.enabled == true
	account.privileged == true
	account.mfa == false
]

ends_in_time(account) if {
	account.expires_at != null
	account.expires_at <= as_of + (180 * day)
}

external_accounts_end := [[host.id, account.login, account.expires_at] |
	some host in data.hosts
	some account in host.accounts
	account.enabled == true
	account.kind in {"vendor", "trainee"}
	not ends_in_time(account)
]

service_accounts_owned := [[host.id, account.login] |
	some host in data.hosts
	some account in host.accounts
	account.enabled == true
	account.kind == "service"
	account.owner == null
]

default_accounts_off := [[host.id, account.login] |
	some host in data.hosts
	some account in host.accounts
	account.kind == "default"
	account.enabled == true
]

vendors_under_agreement := [[host.id, account.login] |
	some host in data.hosts
	some account in host.accounts
	account.enabled == true
	account.kind == "vendor"
	account.nda == false
]

expiry_set(account) if {
	account.pwd_max_age_days != null
	account.pwd_max_age_days <= 90
}

password_expiry_set := [[host.id, account.login, account.pwd_max_age_days] |
	some host in data.hosts
	some account in host.accounts
	account.enabled == true
	account.kind != "service"
	not expiry_set(account)
]
