# What files, registries, clusters and hosts say, and files that are none.
BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Hostile.ps1
    $rows = foreach ($carrier in $HostileFields.Keys) {
        foreach ($field in $HostileFields[$carrier].Keys) { @{ Carrier = $carrier; Field = $field } }
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    . $PSScriptRoot/Hostile.ps1
    $session = New-Session
}
AfterAll {
    $session.Dispose()
    Remove-TestRoot
}

Describe 'Files that are none' {
    It 'are refused by Get-MachineConfigTrust: <_>' -ForEach 'pipe', '/dev/zero', '/dev/null' {
        $path = $_
        if ($path -eq 'pipe') {
            $path = "$(New-TestRoot)/pipe"
            mkfifo $path
        }

        Get-MachineConfigTrust -LiteralPath $path -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NotARegularFile,*'
        $problem[0].Exception.Message | Should -Match ([regex]::Escape($path))
    }
}

Describe 'A hostile text' {
    It 'in a field reaches no stream and no view: <Carrier>, <Field>' -ForEach $rows {
        $places = @{ Transport = 'dir'; Scope = '/srv' }, @{ Transport = 'docker'; Scope = 'evil.example.com' }
        if ($HostileFields[$Carrier][$Field] -notmatch '@T@') { $places = $places[0] }
        foreach ($place in $places) {
            $root = New-HostileRoot $Carrier (Get-HostileFile $Carrier $Field @place)
            $said = switch ($Carrier) {
                'machineconfigpool' {
                    [System.IO.File]::WriteAllText("$root/oc", "#!/bin/sh`ncat <<'END'`n$(Get-HostileFile $Carrier $Field)`nEND`n")
                    chmod +x "$root/oc"
                    Get-Said $session 'Test-MachineConfigTrust 51-worker -ClientPath "$($p.Root)/oc"' @{ Root = $root }
                }
                'machineconfig' { Get-Said $session 'Get-MachineConfigTrust -LiteralPath $p.File' @{ File = "$root/config.json" } }
                'manifest' { Get-Said $session 'Test-ImageSignature dir:/srv/app -Root $p.Root; Get-ReleaseImage dir:/srv/app -Root $p.Root -SkipSignatureCheck' @{ Root = $root } }
                { $_ -in 'storage', 'workload', 'quadlet' } { Get-Said $session 'Test-ImageEnforcement -Root $p.Root -WorkloadPath /srv/workload.json -MaximumRetryCount 0 -TimeoutSec 1 -ImageTimeoutSec 3; Test-ImageEnforcement -Root $p.Root -Suggest -MaximumRetryCount 0 -TimeoutSec 1 -ImageTimeoutSec 3' @{ Root = $root } }
                'registries.conf' { Get-Said $session 'Test-ImageSignature app -Root $p.Root -MaximumRetryCount 0 -ImageTimeoutSec 5; Test-ImageTrust -Root $p.Root' @{ Root = $root } }
                default {
                    Get-Said $session @'
                    Get-ImageTrust -Root $p.Root
                    Get-ImageTrust -Reference evil.example.com/app:v1 -Root $p.Root
                    Test-ImageTrust -Root $p.Root
                    Test-ImageSignature dir:/srv/app -Root $p.Root
                    New-MachineConfigTrust -Root $p.Root -IncludeRegistriesD -Force
                    New-MachineConfigTrust -Root $p.Root -AsButane -Force
                    Get-ImageTrust -Root $p.Root | ConvertTo-ClusterImagePolicy -Root $p.Root
                    Remove-ImageTrust evil.example.com -Root $p.Root -Confirm:$false
                    Set-ImageTrust b.example.com -Type Reject -Root $p.Root -PassThru
'@ @{ Root = $root }
                }
            }
            $said.Count | Should -BeGreaterThan 0
            Get-Fault $said | Should -BeNullOrEmpty
        }
    }

    It 'stays as it is in the value of an object' {
        $root = New-HostileRoot policy (Get-HostileFile policy 'scope')
        (Get-ImageTrust -Root $root -Transport docker).Registry | Should -BeExactly "evil.example.com/$HostileText"
        $root = New-HostileRoot policy (Get-HostileFile policy 'keyPath')
        (Get-ImageTrust -Root $root -Transport docker).Requirements[0].KeyPath | Should -BeExactly "/keys/$HostileText"
    }

    It 'reaches the streams spelled out' {
        $root = New-HostileRoot policy (Get-HostileFile policy 'keyPath' dir /srv)
        $said = Get-Said $session 'Get-ImageTrust -Root $p.Root; Test-ImageSignature dir:/srv/app -Root $p.Root; Get-ImageTrust $p.Text -Root $p.Root' @{ Root = $root; Text = $HostileText } -View ConciseView, NormalView, CategoryView
        Get-Fault $said | Should -BeNullOrEmpty
        foreach ($place in 'Warning', 'Error', 'Error, ConciseView', 'Error, NormalView', 'Error, CategoryView', 'ContainerTrust.ImageTrust, list', 'ContainerTrust.ImageSignatureResult, table') {
            ($said | Where-Object Place -EQ $place).Text -join '' | Should -Match '\\u001b' -Because $place
        }
    }

    It 'in the name of a file, a user id or a claim does neither' {
        $root = New-HostileRoot
        [System.IO.File]::WriteAllText("$root/etc/containers/registries.d/$HostileText.yaml", "docker:`n  evil.example.com:`n    lookaside: https://evil.example.com/sigs`n")
        Move-Item -LiteralPath "$root/srv/app" -Destination "$root/srv/$HostileText"
        $said = Get-Said $session 'Get-ImageTrust -Root $p.Root; Test-ImageTrust -Root $p.Root; Test-ImageSignature "dir:/srv/$($p.Text)" -Root $p.Root; Set-ImageTrust evil.example.com -Type Reject -SignatureStore https://a.example.com -Root $p.Root' @{ Root = $root; Text = $HostileText }
        Get-Fault $said | Should -BeNullOrEmpty
        $said.Text -join '' | Should -Match '\\u001b\[31m\\u007f.+Signer|UserIds' -Because 'the key is shown'
    }

    It 'as an argument does neither: <_>' -ForEach @(
        'Get-ImageTrust $p.Text -Root $p.Root'
        'Get-ImageTrust -Reference $p.Text -Root $p.Root'
        'Get-ImageTrust -Root $p.Root -PolicyPath "/$($p.Text)"'
        'Get-ImageTrust -Root "/$($p.Text)"'
        'Set-ImageTrust $p.Text -Type Reject -Root $p.Root'
        'Set-ImageTrust a.example.com -Type SignedBy -KeyPath "/keys/$($p.Text)" -Root $p.Root'
        'Remove-ImageTrust $p.Text -Root $p.Root'
        'Test-ImageSignature $p.Text -Root $p.Root'
        'Test-ImageTrust -Baseline "/$($p.Text)" -Root $p.Root'
        'Get-MachineConfigTrust -LiteralPath "/$($p.Text)"'
        'New-MachineConfigTrust -Root $p.Root -Name $p.Text'
        '[pscustomobject]@{ ComputerName = $p.Text } | Export-ImageTrustReport -Path "$($p.Root)/r.html"'
        'Get-ImageTrust -HostName $p.Text'
    ) {
        Get-Fault (Get-Said $session $_ @{ Root = (New-HostileRoot); Text = $HostileText }) | Should -BeNullOrEmpty
    }

    It 'reaches no question of -WhatIf, and no report' {
        $root = New-HostileRoot policy (Get-HostileFile policy 'scope')
        $other = New-HostileRoot policy (Get-HostileFile policy 'subjectEmail' dir /srv)
        $result = Invoke-ChildSession @"
            Import-Module -Name '$ModulePath'
            Get-ImageTrust -Root '$root' -Transport docker | Remove-ImageTrust -Root '$root' -WhatIf
            Reset-ImageTrust -Root '$root' -WhatIf
            Get-ImageTrust -Root '$other' -Transport dir | Set-ImageTrust -Root '$other' -Force -WhatIf
            foreach (`$name in 'r.html', 'r.xml', 'r.json') { Test-ImageTrust -Root '$root' | Export-ImageTrustReport -Path ('$root/' + `$name) }
"@
        $result.Output -join "`n" | Should -Match 'What if: .*\\u001b\[31m'
        Get-Fault @(@{ Place = '-WhatIf'; Text = $result.Output -join "`n" }) | Should -BeNullOrEmpty
        foreach ($name in 'r.html', 'r.xml', 'r.json') {
            Get-Fault @(@{ Place = $name; Text = [System.IO.File]::ReadAllText("$root/$name") }) | Should -BeNullOrEmpty
        }
        [xml]::new().Load("$root/r.xml")
    }

    It 'of a cluster does neither, as <Kind>' -ForEach @(
        @{ Kind = 'an answer'; Body = { "cat <<'END'`n$(Get-HostileFile machineconfig 'name')`nEND" } }
        @{ Kind = 'a complaint'; Body = { "printf '%s\n' 'error: $HostileText' >&2; exit 1" } }
        @{ Kind = 'no JSON'; Body = { "printf '%s\n' '$HostileText'" }; IsSilent = $true }
    ) {
        $root = New-TestRoot
        foreach ($name in 'kubectl', 'oc') {
            [System.IO.File]::WriteAllText("$root/$name", "#!/bin/sh`n$(& $Body)`n")
            chmod +x "$root/$name"
        }
        $said = Get-Said $session @'
        $path = $env:PATH
        $env:PATH = "$($p.Root):$path"
        try { Get-MachineConfigTrust -Name 51-worker-rh-registry-trust; Get-MachineConfigTrust } finally { $env:PATH = $path }
        Test-MachineConfigTrust worker -ClientPath "$($p.Root)/oc"
'@ @{ Root = $root }
        $said.Count | Should -BeGreaterThan 0
        Get-Fault $said | Should -BeNullOrEmpty
        if (-not $IsSilent) { $said.Text -join '' | Should -Match '\\u001b' -Because 'it comes through' }
    }

    It 'of a host does neither, as <Kind>' -ForEach @(
        @{ Kind = 'a complaint of ssh'; Body = { "printf '%s\n' '$HostileText' >&2; exit 255" } }
        @{ Kind = 'a banner'; Body = { "printf '%s\n' '$HostileText'; exit 1" } }
        @{ Kind = 'a complaint of its shell'; Body = { "printf '%s\n' '$HostileText' >&2; exit 127" } }
    ) {
        $root = New-TestRoot
        [System.IO.File]::WriteAllText("$root/ssh", "#!/bin/sh`n$(& $Body)`n")
        chmod +x "$root/ssh"
        $said = Get-Said $session @'
        $path = $env:PATH
        $env:PATH = "$($p.Root):$path"
        try {
            Get-ImageTrust -HostName a.example.com, b.example.com
            $job = Test-ImageTrust -HostName a.example.com, b.example.com -AsJob
            $job | Wait-Job | Receive-Job
            $job.ChildJobs
        }
        finally { $env:PATH = $path }
'@ @{ Root = $root }
        ($said | Where-Object Place -EQ 'Error').Count | Should -BeGreaterOrEqual 4
        Get-Fault $said | Should -BeNullOrEmpty
    }

    It 'of a registry does neither: <_>' -ForEach 401, 404, 500, 302, 200 {
        $server = Start-HostileServer $_
        try {
            $root = New-HostileRoot
            $said = Get-Said $session @'
            Test-ImageSignature "docker://127.0.0.1:$($p.Port)/app:v1" -Root $p.Root -SkipCertificateCheck -MaximumRetryCount 0 -ImageTimeoutSec 10
            Get-ReleaseImage "127.0.0.1:$($p.Port)/app:v1" -Root $p.Root -SkipSignatureCheck -SkipCertificateCheck -MaximumRetryCount 0 -ImageTimeoutSec 10
'@ @{ Root = $root; Port = $server.Port }
        }
        finally { Stop-HostileServer $server }
        $said.Text -join '' | Should -Match "127\.0\.0\.1:$($server.Port)"
        Get-Fault $said | Should -BeNullOrEmpty
    }

    It 'is not completed' {
        $root = New-HostileRoot policy (Get-HostileFile policy 'scope')
        $line = "Get-ImageTrust -Root '$root' -Registry "
        $found = (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches
        Get-Fault @($found | ForEach-Object { @{ Place = 'completion'; Text = "$($_.CompletionText) $($_.ListItemText) $($_.ToolTip)" } }) | Should -BeNullOrEmpty
    }
}

Describe 'The ways to a person' {
    It 'are banned for all but one class: PowerShell''s streams and questions' {
        $banned = Get-Content -LiteralPath "$RepositoryRoot/src/BannedSymbols.Sinks.txt" | ForEach-Object { ($_ -split ';')[0] }
        $methods = [System.Management.Automation.Cmdlet].GetMethods('Public,Instance,DeclaredOnly') | Where-Object Name -Match '^(Write(?!Object)|Should|ThrowTerminatingError)'
        $methods.Count | Should -BeGreaterThan 12
        foreach ($method in $methods) {
            $count = $method.GetParameters().Count
            $banned | Where-Object { $_.StartsWith("M:System.Management.Automation.Cmdlet.$($method.Name)(") -and ($_ -split ',').Count -eq $count } |
                Should -Not -BeNullOrEmpty -Because "$method"
        }
    }

    It 'have a view for each type, of each kind, that shows no member as it is' {
        $format = [xml]'<Configuration/>'
        foreach ($file in Get-ChildItem -LiteralPath "$RepositoryRoot/src/ContainerTrust" -Filter *.format.ps1xml) {
            $null = $format.DocumentElement.AppendChild($format.ImportNode(([xml](Get-Content -LiteralPath $file.FullName -Raw)).DocumentElement, $true))
        }
        $format.SelectNodes('//PropertyName').Count | Should -Be 0 -Because 'a member as it is may steer the terminal'
        foreach ($block in $format.SelectNodes('//TableColumnItem/ScriptBlock | //ListItem/ScriptBlock | //WideItem/ScriptBlock').InnerText) {
            $block | Should -Match '^\[ContainerTrust\.Commands\.Objects\.\w+\]::\w+\(\$_[^;]*\)$|^\[ContainerTrust\.PrintableText\]::Lines\(\[string\]\$_\.\w+\)$|^if \(\$_\.\w+\) \{ \[ContainerTrust\.Commands\.Objects\.\w+\]::\w+\(\$_, ''\w+''\) \} else \{ \[ContainerTrust\.Commands\.Objects\.\w+\]::\w+\(\$_, ''\w+''\) \}$|^if \(\$_\.\w+\) \{ \(\[datetime\]|^if \(\$null -ne \$_\.Mode\) \{ \[Convert\]::ToString\(\[int\]|\)\.Count$|::Type\(\$_, \$PSStyle\) \}\)$'
        }
        $null = Import-Module -Name $ModulePath
        $types = [ContainerTrust.ImageTrust].Assembly.GetExportedTypes() | Where-Object { $_.IsClass -and -not $_.IsAbstract }
        $types.Count | Should -BeGreaterThan 15
        foreach ($type in $types) {
            foreach ($control in 'TableControl', 'ListControl', 'WideControl') {
                foreach ($name in $type.FullName, "Deserialized.$($type.FullName)") {
                    $format.SelectNodes("//View[ViewSelectedBy/TypeName='$name']/$control").Count | Should -BeGreaterThan 0 -Because "$name needs a $control"
                }
            }
        }
    }
}
