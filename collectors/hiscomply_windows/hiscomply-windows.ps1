# What one Windows host says of itself, as JSON Lines for hiscomply. Reads only; needs Windows PowerShell 5.1 and nothing else.
#   powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File hiscomply-windows.ps1 -AssetId SRV-01 > SRV-01.jsonl
# (the redirection by cmd.exe or a scheduled task; every line is plain ASCII, so no encoding can spoil it)
# A part that cannot be read becomes a line with _reason and no fields: it is set aside, never taken for "nothing there".
param(
    [string]$AssetId = $env:COMPUTERNAME,
    [string]$Kinds = 'host,patch_state,account,service,setting'
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$script:count = 0

function ConvertTo-AsciiJson($Record) {
    $json = ConvertTo-Json -InputObject $Record -Compress -Depth 3
    [regex]::Replace($json, '[^\x20-\x7E]', { param($found) '\u{0:x4}' -f [int][char]$found.Value })
}

function Write-Record($Record) {
    $script:count += 1
    $Record['_observed_at'] = $script:observed
    Write-Output (ConvertTo-AsciiJson $Record)
}

# Only names of errors, no messages: those are translated, and may quote anything.
function ConvertTo-Gap([string]$Kind, [string]$Part, $Problem) {
    $name = [string]$Problem.FullyQualifiedErrorId
    [ordered]@{ _kind = $Kind; _reason = ($Part + ': ' + ($name -replace '[^A-Za-z0-9_.,-]', ' ')) }
}

# A field that is not known is left out. $null where something is known to be none is set by the caller.
function Select-Known($Fields) {
    $known = [ordered]@{}
    foreach ($name in $Fields.Keys) { if ($null -ne $Fields[$name]) { $known[$name] = $Fields[$name] } }
    $known
}

function ConvertTo-Utc($Moment) {
    if ($null -eq $Moment) { return $null }
    ([datetime]$Moment).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
}

function Get-RegistryValue([string]$Path, [string]$Name) {
    if (-not (Test-Path -LiteralPath $Path)) { return $null }
    $item = Get-ItemProperty -LiteralPath $Path
    if ($item.PSObject.Properties.Name -contains $Name) { $item.$Name } else { $null }
}

# The leap indicator is the first figure of the first line in every language; 3 means not synchronised.
function Get-ClockState {
    try {
        $lines = @(w32tm.exe /query /status)
        if ($LASTEXITCODE -eq 0 -and [string]$lines[0] -match ':\s*([0-3])\s*\(') { return ($Matches[1] -ne '3') }
    } catch { return $null }
    return $null
}

function Get-HostRecord {
    $os = Get-CimInstance -ClassName Win32_OperatingSystem
    $revision = Get-RegistryValue 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' 'UBR'
    $version = [string]$os.Version
    if ($null -ne $revision) { $version = $version + '.' + [string]$revision }
    Select-Known ([ordered]@{
        _kind = 'host'; id = $AssetId; hostname = $env:COMPUTERNAME; os_id = 'windows'; os_version = $version
        os_name = [string]$os.Caption; kernel = [string]$os.Version; booted_at = (ConvertTo-Utc $os.LastBootUpTime)
        clock_synchronized = (Get-ClockState)
    })
}

function Get-PatchRecord {
    $dates = @(Get-HotFix | Where-Object { $null -ne $_.InstalledOn } | ForEach-Object { $_.InstalledOn } | Sort-Object)
    $last = $null
    if ($dates.Count -gt 0) { $last = ConvertTo-Utc $dates[-1] }
    $waits = (Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired') -or
        (Test-Path -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending')
    $fields = Select-Known ([ordered]@{ _kind = 'patch_state'; asset_id = $AssetId; last_patched_at = $last; reboot_required = $waits })
    if (-not $waits) { $fields['reboot_pending_since'] = $null }
    $fields
}

# SIDs of the members of the local administrators. Get-LocalGroupMember fails where a member's account is gone; ADSI does not.
function Get-AdministratorSid {
    try { return @(Get-LocalGroupMember -SID 'S-1-5-32-544' | ForEach-Object { $_.SID.Value }) } catch { $null = $_ }
    $sid = [Security.Principal.SecurityIdentifier]::new('S-1-5-32-544')
    $name = $sid.Translate([Security.Principal.NTAccount]).Value.Split('\')[-1]
    $group = [ADSI]('WinNT://' + $env:COMPUTERNAME + '/' + $name + ',group')
    @($group.psbase.Invoke('Members') | ForEach-Object {
        $bytes = $_.GetType().InvokeMember('objectSid', 'GetProperty', $null, $_, $null)
        [Security.Principal.SecurityIdentifier]::new([byte[]]$bytes, 0).Value
    })
}

function Get-AccountRecord {
    if ((Get-CimInstance -ClassName Win32_OperatingSystem).ProductType -eq 2) { throw 'DomainController' }
    $locks = @{}
    Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount=True' | ForEach-Object { $locks[[string]$_.SID] = [bool]$_.Lockout }
    $administrators = $null
    try { $administrators = @(Get-AdministratorSid) } catch { ConvertTo-Gap 'account' 'members of Administrators' $_ }
    foreach ($user in @(Get-LocalUser)) {
        $sid = [string]$user.SID.Value
        $fields = Select-Known ([ordered]@{
            _kind = 'account'; system_id = ('host:' + $AssetId); login = [string]$user.Name; enabled = [bool]$user.Enabled
            locked = $locks[$sid]; last_login = (ConvertTo-Utc $user.LastLogon); pwd_changed_at = (ConvertTo-Utc $user.PasswordLastSet)
        })
        $fields['uid'] = $null
        # 500 Administrator, 501 Guest, 503 DefaultAccount, 504 WDAGUtilityAccount: whatever they are called now
        if ($sid -match '-(500|501|503|504)$') { $fields['kind'] = 'default' }
        if ($null -ne $administrators) { $fields['privileged'] = ($administrators -contains $sid) }
        if ($null -eq $user.AccountExpires) { $fields['expires_at'] = $null }
        else { $fields['expires_at'] = ([datetime]$user.AccountExpires).ToString('yyyy-MM-dd', [Globalization.CultureInfo]::InvariantCulture) }
        if ($null -ne $user.PasswordLastSet) {
            if ($null -eq $user.PasswordExpires) { $fields['pwd_max_age_days'] = $null }
            else { $fields['pwd_max_age_days'] = [int]([datetime]$user.PasswordExpires - [datetime]$user.PasswordLastSet).TotalDays }
        }
        $fields
    }
}

function Get-ServiceRecord {
    $services = @(Get-CimInstance -ClassName Win32_Service -Property Name, StartMode, State)
    if ($services.Count -eq 0) { throw 'NoService' }
    foreach ($one in $services) {
        [ordered]@{
            _kind = 'service'; asset_id = $AssetId; name = [string]$one.Name
            startup = ([string]$one.StartMode).ToLowerInvariant(); state = ([string]$one.State).ToLowerInvariant()
        }
    }
}

function Get-BackupRecord {
    $most = 1000
    $jobs = @(Get-WBJob -Previous $most)
    # Windows gives the newest ones only: with as many as were asked for there may be earlier ones. A year of them is enough.
    if ($jobs.Count -ge $most) {
        $first = @($jobs | ForEach-Object { ([datetime]$_.StartTime).ToUniversalTime() } | Sort-Object)[0]
        if (([datetime]::UtcNow - $first).TotalDays -lt 366) {
            [ordered]@{ _kind = 'backup_job'; _reason = ('Windows Server Backup: only the newest ' + [string]$most + ' jobs, from ' + (ConvertTo-Utc $first)) }
        }
    }
    foreach ($job in @($jobs | Where-Object { [string]$_.JobType -eq 'Backup' })) {
        $fields = [ordered]@{ _kind = 'backup_job'; system_id = $AssetId; job = 'Windows Server Backup'; started = (ConvertTo-Utc $job.StartTime) }
        if ($null -eq $job.EndTime -or ([datetime]$job.EndTime).Year -lt 2000) { $fields['ended'] = $null; $fields['status'] = 'running' }
        else {
            $fields['ended'] = ConvertTo-Utc $job.EndTime
            # A job that ended with warnings may lack some of its files: then nothing is said of its status.
            if ($job.HResult -ne 0) { $fields['status'] = 'failed' }
            elseif (-not $job.DetailedHResult) { $fields['status'] = 'success' }
        }
        $fields
    }
}

function ConvertTo-Setting([string]$Part, [string]$Key, $Value) {
    $text = [string]$Value
    $fields = [ordered]@{
        _kind = 'setting'; file = ($AssetId + ':windows/' + $Part); format = 'windows_effective'; key = $Key; occurrence = 1; value = $text
        is_effective = $true; is_secret = $false; is_placeholder = $false; value_empty = ($text -eq ''); value_length = $text.Length
        parent = $null; section = $null; asset_id = $AssetId
    }
    if ($text -match '^-?[0-9]{1,15}$') { $fields['number'] = [long]$text }
    $fields
}

function Get-PasswordSetting {
    $computer = [ADSI]('WinNT://' + $env:COMPUTERNAME + ',computer')
    $names = 'MinPasswordLength', 'MaxPasswordAge', 'MinPasswordAge', 'PasswordHistoryLength', 'MaxBadPasswordsAllowed', 'AutoUnlockInterval', 'LockoutObservationInterval'
    foreach ($name in $names) {
        $value = $computer.$name.Value
        if ($null -eq $value) { throw 'PolicyUnreadable' }
        ConvertTo-Setting 'account_policy' $name $value
    }
}

function Get-FirewallSetting {
    foreach ($one in @(Get-NetFirewallProfile -PolicyStore ActiveStore)) { ConvertTo-Setting 'firewall' ([string]$one.Name + '.Enabled') $one.Enabled }
}

function Get-DriveSetting {
    foreach ($one in @(Get-BitLockerVolume)) { ConvertTo-Setting 'bitlocker' ([string]$one.MountPoint + '.ProtectionStatus') $one.ProtectionStatus }
}

function Get-AuditSetting {
    $lines = @(auditpol.exe /get /category:* /r)
    if ($LASTEXITCODE -ne 0) { throw 'AuditpolRefused' }
    foreach ($line in $lines) {
        if ([string]$line -match '\{([0-9A-Fa-f-]{36})\},([^,]*)') { ConvertTo-Setting 'audit_policy' $Matches[1].ToUpperInvariant() $Matches[2] }
    }
}

# A group policy stands in a place of its own, and takes the place of what is set here: its value goes under the same key.
function Get-RegistrySetting {
    $rdp = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
    $time = 'HKLM:\SOFTWARE\Policies\Microsoft\W32Time\Parameters'
    $places = @(
        @('HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server', 'fDenyTSConnections', $rdp),
        @('HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp', 'UserAuthentication', $rdp),
        @('HKLM:\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters', 'SMB1'),
        @('HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters', 'Type', $time),
        @('HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters', 'NtpServer', $time)
    )
    foreach ($place in $places) {
        $value = $null
        if ($place.Count -gt 2) { $value = Get-RegistryValue $place[2] $place[1] }
        if ($null -eq $value) { $value = Get-RegistryValue $place[0] $place[1] }
        if ($null -ne $value) { ConvertTo-Setting 'registry' ($place[0].Substring(6) + '\' + $place[1]) $value }
    }
}

# Every record says when it was true: a file that is copied, or put back, later does not become new by that.
$script:observed = ConvertTo-Utc ([datetime]::UtcNow)
$wanted = @($Kinds.Split(','))
$steps = @(
    @('host', 'system', { Get-HostRecord }),
    @('patch_state', 'updates', { Get-PatchRecord }),
    @('account', 'local accounts', { Get-AccountRecord }),
    @('service', 'services', { Get-ServiceRecord }),
    @('setting', 'account policy', { Get-PasswordSetting }),
    @('setting', 'firewall', { Get-FirewallSetting }),
    @('setting', 'BitLocker', { Get-DriveSetting }),
    @('setting', 'audit policy', { Get-AuditSetting }),
    @('setting', 'registry', { Get-RegistrySetting }),
    @('backup_job', 'Windows Server Backup', { Get-BackupRecord })
)
foreach ($step in $steps) {
    if ($wanted -contains $step[0]) {
        # gathered first: a step that fails half-way gives its gap and no half of its records
        try {
            $found = @(& $step[2])
            # no step of a sound host is empty: auditpol in a form that is not known, say
            if ($found.Count -eq 0) { throw 'NothingFound' }
        } catch { $found = @(ConvertTo-Gap $step[0] $step[1] $_) }
        foreach ($one in $found) { Write-Record $one }
    }
}
Write-Output (ConvertTo-AsciiJson ([ordered]@{ kind = '_end'; records = $script:count }))
