# The examples of docs/help, as they stand there, and what they print when they are run. Dot-source it after Common.ps1 and Images.ps1.
. $PSScriptRoot/Clusters.ps1
. $PSScriptRoot/HelpPages.ps1

# The examples of a page: Title, and Blocks of Code with the Output that the page shows after it ($null if it shows none).
function Get-HelpExample([string] $Path) {
    $example = $null
    $code = $null
    $text = $null
    foreach ($line in [System.IO.File]::ReadAllLines($Path)) {
        if ($null -ne $text) {
            if ($line -ne '```') { $text.Add($line) }
            else {
                if ($language -eq 'powershell') {
                    $code = [pscustomobject]@{ Code = $text -join "`n"; Output = $null }
                    $example.Blocks += @($code)
                }
                else { $code.Output = $text -join "`n" }
                $text = $null
            }
        }
        elseif ($line -match '^## ' -and $example) {
            $example
            $example = $null
        }
        elseif ($line -match '^### (Example \d+: .+)$') {
            if ($example) { $example }
            $example = [pscustomobject]@{ Page = [System.IO.Path]::GetFileNameWithoutExtension($Path); Title = $Matches[1]; Blocks = @() }
        }
        elseif ($example -and $line -match '^```(powershell|output)$') {
            $language = $Matches[1]
            $text = [System.Collections.Generic.List[string]]::new()
        }
    }
}

# Other hosts, registries, nodes of clusters and the user's own files are out of reach for a test; such examples are only parsed.
function Test-HelpExampleRunnable($Example) { -not ($Example.Blocks.Code -match '-HostName|-CurrentUser|docker://|-Node |oc apply') }

# Whether an example is about a cluster, for which kubectl is needed.
function Test-HelpExampleCluster($Example) { [bool]($Example.Blocks.Code -match 'Test-MachineConfigTrust') }

# A root of its own for an example. Each kind is made once, and then copied.
function Copy-HelpRoot {
    [CmdletBinding(SupportsShouldProcess)]
    param([switch] $Fresh)
    $kind = $Fresh ? 'fresh' : 'golden'
    if (-not $script:HelpRoots) { $script:HelpRoots = @{} }
    if (-not $script:HelpRoots[$kind]) { $script:HelpRoots[$kind] = New-HelpRoot -Fresh:$Fresh }
    $root = Join-Path ([System.IO.Path]::GetTempPath()) ('containertrust-' + [guid]::NewGuid().ToString('n'))
    if (-not $PSCmdlet.ShouldProcess($root)) { return }
    cp -a $script:HelpRoots[$kind] $root
    $script:TestRoots += @($root)
    $root
}

# The host that the examples are about.
function New-HelpRoot {
    [CmdletBinding(SupportsShouldProcess)]
    param([switch] $Fresh)
    $policy = @'
{
    "default": [{"type": "insecureAcceptAnything"}],
    "transports": {
        "docker-daemon": {
            "": [{"type": "insecureAcceptAnything"}]
        },
        "docker": {
            "registry.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/etc/pki/containers/build.asc"}],
            "registry.example.com/dev": [{"type": "insecureAcceptAnything"}],
            "quay.example.com": [{"type": "sigstoreSigned", "keyPath": "/etc/pki/containers/cosign.pub", "signedIdentity": {"type": "matchRepository"}}],
            "legacy.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/etc/pki/containers/old.asc"}]
        },
        "dir": {
            "/srv/images": [{"type": "reject"}]
        }
    }
}
'@
    $registries = @{
        'registry.example.com.yaml' = "docker:`n  registry.example.com:`n    lookaside: https://registry.example.com/sigstore`n    sigstore: https://registry.example.com/sigstore`n"
        'quay.example.com.yaml'     = "docker:`n  quay.example.com:`n    use-sigstore-attachments: true`n"
        'default.yaml'              = "default-docker:`n  lookaside-staging: file:///var/lib/containers/sigstore`n  sigstore-staging: file:///var/lib/containers/sigstore`n"
    }
    if (-not $PSCmdlet.ShouldProcess('a new root')) { return }
    $root = if ($Fresh) { New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}' } else { New-TestRoot $policy $registries }
    $null = New-Item -ItemType Directory -Path "$root/etc/pki/containers", "$root/etc/pki/rpm-gpg", "$root/home/.config/containers/registries.d", "$root/srv/images"
    Copy-Item -LiteralPath "$DataPath/signer.asc" -Destination "$root/etc/pki/containers/build.asc"
    Copy-Item -LiteralPath "$DataPath/second.asc" -Destination "$root/etc/pki/containers/release.asc"
    Copy-Item -LiteralPath "$DataPath/expired.asc" -Destination "$root/etc/pki/containers/old.asc"
    Copy-Item -LiteralPath "$DataPath/cosign.pub" -Destination "$root/etc/pki/containers/cosign.pub"
    Copy-Item -LiteralPath "$DataPath/ca.pem" -Destination "$root/etc/pki/containers/fulcio.pem"
    Copy-Item -LiteralPath "$DataPath/cosign.pub" -Destination "$root/home/SIGSTORE-redhat-release3"
    Copy-Item -LiteralPath "$DataPath/rekor.pub" -Destination "$root/home/REKOR-signing-key"
    Copy-Item -LiteralPath "$DataPath/rekor.pub", "$DataPath/roots.pem" -Destination "$root/etc/pki/containers"
    Copy-Item -LiteralPath "$DataPath/signer.asc" -Destination "$root/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release"
    Copy-Item -LiteralPath "$ImagePath/release" -Destination "$root/srv/release" -Recurse
    Copy-Item -LiteralPath "$ImagePath/release" -Destination "$root/srv/unsigned" -Recurse
    Remove-Item -LiteralPath "$root/srv/unsigned/signature-1"
    Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/srv/images/app" -Recurse
    Copy-Item -LiteralPath "$ImagePath/app/manifest.json", "$ImagePath/app/signature-1" -Destination "$root/home"
    Copy-Item -LiteralPath "$ImagePath/release.asc" -Destination "$root/home/pub.key"
    Copy-Item -LiteralPath "$ImagePath/bundle/trusted_root.json" -Destination "$root/home"
    New-Lookaside "$root/home/store" @{ app = "$ImagePath/app" }
    $releases = "$root/home/releases/$((Get-ManifestDigest "$ImagePath/release").Replace(':', '='))"
    $null = New-Item -ItemType Directory -Path $releases
    Copy-Item -LiteralPath "$ImagePath/release/signature-1" -Destination $releases
    [System.IO.File]::WriteAllText("$root/home/images.txt", "dir:/srv/release`ndir:/srv/images/app`n")
    [System.IO.File]::WriteAllText("$root/home/running.txt", "registry.example.com/parts@sha256:$('1' * 64)`nregistry.example.com/parts@sha256:$('9' * 64)`n")
    [System.IO.File]::WriteAllText("$root/etc/hostname", "$($Fresh ? 'host2' : 'host1').example.com`n")
    $root
}

# Runs examples in one session of their own and returns what each code block prints. /mnt/golden is the host that they are about, which is also
# what they work on where they name no root; /mnt/new is another one.
function Invoke-HelpExample([object[]] $Example) {
    $work = foreach ($item in $Example) { @{ Golden = Copy-HelpRoot; New = Copy-HelpRoot -Fresh; Blocks = @($item.Blocks.Code) } }
    $file = Join-Path $work[0].Golden 'examples.clixml'
    $work | Export-Clixml -LiteralPath $file -Depth 5
    $cluster = if ($Example.Where({ Test-HelpExampleCluster $_ })) { Start-TestCluster production=inherited, staging=overridden, test=updating }
    # Should an example forget its root, it must find neither this host's files nor this user's.
    $child = Invoke-ChildSession @"
        `$env:HOME = '$($work[0].Golden)/home'
        `$env:KUBECONFIG = '$($cluster.Kubeconfig)'
        `$env:CONTAINERS_POLICY_JSON = '$($work[0].Golden)/home/policy.json'
        Import-Module '$ModulePath'
        `$work = Import-Clixml -LiteralPath '$file'
        `$ErrorActionPreference = 'Continue'
        foreach (`$item in `$work) {
            Set-Location -LiteralPath "`$(`$item.Golden)/home"
            `$global:PSDefaultParameterValues = @{ '*-*Image*:Root' = `$item.Golden }
            foreach (`$text in `$item.Blocks) {
                '<<<block>>>'
                `$code = [scriptblock]::Create(`$text.Replace('/mnt/golden', `$item.Golden).Replace('/mnt/new', `$item.New))
                `$records = & { try { & `$code } catch { `$_ } } 2>&1 3>&1 4>&1
                # PowerShell finds a table's widths within 300 ms; what it loads at first may take longer on a loaded machine.
                `$null = `$records | Out-String -Width 120
                `$printed = `$records | ForEach-Object {
                    if (`$_ -is [System.Management.Automation.WarningRecord]) { "WARNING: `$_" }
                    elseif (`$_ -is [System.Management.Automation.VerboseRecord]) { "VERBOSE: `$_" }
                    elseif (`$_ -is [System.Management.Automation.ErrorRecord]) { "`$(`$_.InvocationInfo.MyCommand.Name): `$(`$_.Exception.Message)" }
                    else { `$_ }
                } | Out-String -Width 120
                if (`$text -notlike '*/mnt/*') { `$printed = `$printed.Replace(" under `$(`$item.Golden)", '') }
                '<<<more>>>'
                `$printed.Replace(`$item.Golden, '/mnt/golden').Replace(`$item.New, '/mnt/new')
            }
        }
"@
    Stop-TestCluster $cluster
    if ($child.ExitCode -ne 0) { throw "The examples could not be run:`n$($child.Output -join "`n")" }
    $blocks = @(($child.Output -join "`n") -split '(?m)^<<<block>>>\n' | Select-Object -Skip 1)
    $next = 0
    for ($i = 0; $i -lt $Example.Count; $i++) {
        foreach ($code in $work[$i].Blocks) {
            # -WhatIf speaks to the host, before the code's own output is printed.
            $said = $blocks[$next++] -replace '(?m)^<<<more>>>\n?', ''
            if ($code -notlike '*/mnt/*') { $said = $said.Replace(" under $($work[$i].Golden)", '') }
            [pscustomobject]@{ Page = $Example[$i].Page; Title = $Example[$i].Title; Code = $code; Output = ConvertTo-PlainOutput $said }
        }
    }
}

# Without the blanks that no reader sees, and with one moment and one user for all changes that are on record.
function ConvertTo-PlainOutput([string] $Text) {
    $plain = (($Text -split '\r?\n').TrimEnd() -join "`n").Trim("`n")
    $plain = $plain -replace '\b\d{8}T\d{6}Z-[0-9a-f]{6}\b', '20270101T120000Z-1a2b3c' -replace '\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ', '2027-01-01 12:00:00Z'
    $plain -replace '(?<=(20270101T120000Z-1a2b3c|12:00:00Z) by )[\w.-]+', 'root'
}
