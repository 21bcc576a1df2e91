# Files with a hostile text in each field (tests/Hostile), and what may not come of them. Dot-source it after Common.ps1.
$script:HostilePath = "$RepositoryRoot/tests/Hostile"
# The same as in tests/ContainerTrust.TestKit/HostileFields.cs.
$script:HostileText = "`e]0;pwned`a`e[31m`u{7f}`u{85}`u{9b}2J`u{202e}`u{2066}`u{200b}`u{ad}`u{feff}`u{2028}`u{2029}`u{e0041}`nFAKE LINE`rx"
$script:HostileFields = Get-Content -LiteralPath "$HostilePath/fields.json" -Raw | ConvertFrom-Json -AsHashtable

# A file with the text in a field.
function Get-HostileFile([string] $Carrier, [string] $Field, [string] $Transport = 'docker', [string] $Scope = 'evil.example.com') {
    $escaped = -join $(foreach ($rune in $HostileText.EnumerateRunes()) {
            if ($rune.IsAscii -and -not [System.Text.Rune]::IsControl($rune)) { "$rune" }
            elseif ($rune.IsBmp -or -not $Carrier.StartsWith('registries')) { -join ("$rune".ToCharArray() | ForEach-Object { '\u{0:x4}' -f [int]$_ }) }
            else { '\U{0:x8}' -f $rune.Value }
        })
    $HostileFields[$Carrier][$Field].Replace('@T@', $Transport).Replace('@S@', $Scope).Replace('@RAW@', $HostileText).Replace('@H@', $escaped)
}

# A host's root with a file of that kind, or a sound one.
function New-HostileRoot {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Carrier, [string] $Content)
    $root = New-TestRoot '{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.pgp","signedIdentity":{"type":"exactReference","dockerReference":"evil.example.com/app:v1"}}]}'
    if (-not $PSCmdlet.ShouldProcess($root)) { return }
    $null = New-Item -ItemType Directory -Path "$root/srv"
    Copy-Item -LiteralPath "$HostilePath/app" -Destination "$root/srv/app" -Recurse
    Copy-Item -LiteralPath "$HostilePath/signer.pgp" -Destination "$root/keys"
    $path = @{ 'policy' = 'etc/containers/policy.json'; 'registries.d' = 'etc/containers/registries.d/default.yaml'; 'registries.conf' = 'etc/containers/registries.conf'; 'manifest' = 'srv/app/manifest.json'; 'machineconfig' = 'config.json'; 'storage' = 'var/lib/containers/storage/overlay-images/images.json'; 'workload' = 'srv/workload.json'; 'quadlet' = "etc/containers/systemd/evil.$(@{ '[Kube]' = 'kube'; '[Build' = 'build' }[$Content.Substring(0, [Math]::Min(6, $Content.Length))] ?? 'container')" }[$Carrier]
    if ($path) { $null = New-Item -ItemType Directory -Path (Split-Path -Path "$root/$path") -Force }
    if ($path) { [System.IO.File]::WriteAllText("$root/$path", $Content) }
    $root
}

# A session whose every stream can be looked at.
function New-Session {
    [CmdletBinding(SupportsShouldProcess)]
    param()
    if (-not $PSCmdlet.ShouldProcess('session')) { return }
    $session = [powershell]::Create()
    $null = $session.AddScript("`$PSStyle.OutputRendering = 'PlainText'; Import-Module -Name '$ModulePath'").Invoke()
    $session
}

# What a script says to a person, whatever way, each with its place.
function Get-Said($Session, [string] $Script, [hashtable] $Parameters = @{}, [string[]] $View = 'ConciseView') {
    $Session.Commands.Clear()
    $Session.Streams.ClearStreams()
    $null = $Session.AddScript("param([hashtable] `$p) `$VerbosePreference = `$DebugPreference = 'Continue'; & { $Script }").AddParameter('p', $Parameters)
    try { $objects = $Session.Invoke() }
    catch { $Session.Streams.Error.Add($_.Exception.InnerException.ErrorRecord ?? $_) }
    foreach ($name in 'Warning', 'Verbose', 'Debug', 'Information') {
        foreach ($record in $Session.Streams.$name) { [pscustomobject]@{ Place = $name; Text = "$record" } }
    }
    foreach ($record in $Session.Streams.Progress) { [pscustomobject]@{ Place = 'Progress'; Text = "$($record.Activity) $($record.StatusDescription) $($record.CurrentOperation)" } }
    foreach ($record in $Session.Streams.Error) {
        [pscustomobject]@{ Place = 'Error'; Text = "$record $($record.Exception.Message) $($record.CategoryInfo) $($record.CategoryInfo.TargetName) $($record.FullyQualifiedErrorId)" }
        foreach ($name in $View) {
            $ErrorView = $name
            [pscustomobject]@{ Place = "Error, $name"; Text = $record | Out-String -Width 4000 }
        }
    }
    # As they are here, and as another session has them.
    Get-View (Get-Part $objects)
    $bags = foreach ($object in $objects) {
        if ($object.BaseObject -isnot [string]) { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($object, 8)) }
    }
    Get-View (Get-Part $bags)
}

# Objects, and those of ours in them.
function Get-Part($Object, [int] $Depth = 4) {
    foreach ($item in $Object) {
        $item
        if ($Depth -eq 0 -or $item -is [string] -or "$($item.PSObject.TypeNames)" -notmatch 'ContainerTrust\.\w') { continue }
        foreach ($value in $item.PSObject.Properties.Value) {
            if ($value -is [string] -or $value -is [byte[]]) { continue }
            foreach ($member in $value) {
                if ($null -ne $member -and $member -isnot [enum] -and "$($member.PSObject.TypeNames)" -match 'ContainerTrust\.\w') { Get-Part $member ($Depth - 1) }
            }
        }
    }
}

# All views of objects.
function Get-View($Object) {
    foreach ($item in $Object) {
        $name = $item.PSObject.TypeNames[0]
        [pscustomobject]@{ Place = "$name as text"; Text = "$item" }
        foreach ($sentence in 'Reason', 'Reasons', 'ScopeReason', 'Message', 'Fix') {
            foreach ($text in $item.$sentence) { [pscustomobject]@{ Place = "$name.$sentence"; Text = $text } }
        }
    }
    foreach ($group in $Object | Group-Object -Property { $_.PSObject.TypeNames[0] }) {
        [pscustomobject]@{ Place = "$($group.Name), 80"; Text = $group.Group | Out-String -Width 80 }
        [pscustomobject]@{ Place = "$($group.Name), table, 80"; Text = $group.Group | Format-Table | Out-String -Width 80 }
        [pscustomobject]@{ Place = "$($group.Name), table"; Text = $group.Group | Format-Table | Out-String -Width 4000 }
        [pscustomobject]@{ Place = "$($group.Name), list"; Text = $group.Group | Format-List | Out-String -Width 4000 }
        [pscustomobject]@{ Place = "$($group.Name), wide"; Text = $group.Group | Format-Wide -Column 1 | Out-String -Width 4000 }
    }
}

# What of it must not be there.
function Get-Fault($Said) {
    foreach ($item in $Said) {
        $lines = $item.Text -replace '\r?\n', "`n"
        $bad = [regex]::Match($lines.Replace("`n", ''), '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]')
        # PowerShell cuts long lines where they are, at a width that is small.
        $line = $item.Place -notmatch ', 80$' -and $lines -match '(?m)^[\s|]*FAKE LINE'
        if ($bad.Success -or $line) { "$($item.Place): $(ConvertTo-Json $item.Text)" }
    }
}

# A registry whose every answer has the text in it; the same as in tests/ContainerTrust.Conformance.Tests/Cli/HostileFieldTests.cs.
function Start-HostileServer {
    [CmdletBinding(SupportsShouldProcess)]
    param([int] $Status)
    if (-not $PSCmdlet.ShouldProcess('server')) { return }
    $free = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $free.Start()
    $port = $free.LocalEndpoint.Port
    $free.Stop()
    $listener = [System.Net.HttpListener]::new()
    $listener.Prefixes.Add("http://127.0.0.1:$port/")
    $listener.Start()
    $shell = [powershell]::Create().AddScript({
            param($Listener, $Status, $Text)
            $json = ConvertTo-Json $Text
            $body = [System.Text.Encoding]::UTF8.GetBytes('{"errors":[{"code":@,"message":@,"detail":@}],"mediaType":@,"token":@}'.Replace('@', $json))
            while ($Listener.IsListening) {
                try {
                    $response = $Listener.GetContext().Response
                    $response.StatusCode = $Status
                    # A header has no control characters, and may have any octet above.
                    $response.Headers['Content-Type'] = "application/x`u{9b}2J"
                    $response.Headers['WWW-Authenticate'] = "Bearer realm=`"http://127.0.0.1:1/`u{9b}2J`",service=`"`u{9b}31m`""
                    $response.Headers['Location'] = "http://127.0.0.1:1/`u{9b}2J"
                    $response.OutputStream.Write($body)
                    $response.Close()
                }
                catch [System.Net.HttpListenerException], [System.ObjectDisposedException] { return }
            }
        }).AddArgument($listener).AddArgument($Status).AddArgument($HostileText)
    [pscustomobject]@{ Port = $port; Listener = $listener; Shell = $shell; Work = $shell.BeginInvoke() }
}

function Stop-HostileServer {
    [CmdletBinding(SupportsShouldProcess)]
    param($Server)
    if (-not $Server -or -not $PSCmdlet.ShouldProcess('server')) { return }
    $Server.Listener.Close()
    $null = $Server.Work.AsyncWaitHandle.WaitOne(5000)
    $Server.Shell.Dispose()
}
