BeforeDiscovery {
    $formats = @(
        @{ Name = 'html'; Format = 'Html'; Pattern = '^<!DOCTYPE html>' }
        @{ Name = 'xml'; Format = 'JUnit'; Pattern = '^<\?xml' }
        @{ Name = 'json'; Format = 'Json'; Pattern = '^\{\s+"format": "containertrust-compliance"' }
    )
    $spellings = foreach ($format in $formats) {
        foreach ($spelling in $format.Format.ToLowerInvariant(), $format.Format.ToUpperInvariant()) { @{ Spelling = $spelling; Pattern = $format.Pattern } }
    }
}
BeforeAll {
    . $PSScriptRoot/Common.ps1

    # The file that decides belongs to whoever runs the tests.
    $owner = @{ ExcludeRule = 'FileOwnedByOther' }
    $strict = '{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}]}}}'
    $store = @{ 'r.yaml' = "docker:`n  registry.example.com:`n    lookaside: https://store.example.com/sigs`n" }
    function Get-GoodRoot {
        $root = New-TestRoot $strict $store
        chmod -R go-w $root
        $root
    }
}
AfterAll { Remove-TestRoot }

Describe 'Test-ImageTrust' {
    It 'finds nothing on a host that is as it should be' {
        $result = Test-ImageTrust -Root (Get-GoodRoot) @owner
        $result.Findings | Should -BeNullOrEmpty
        $result.Compliant | Should -BeTrue
        $result | Should -BeOfType ([ContainerTrust.ImageTrustCompliance])
        $result.CheckedRules.Count | Should -BeGreaterThan 25
        $result.ExcludedRules | Should -Be 'FileOwnedByOther'
        $result.PolicyPath | Should -Be '/etc/containers/policy.json'
        ([datetimeoffset]::UtcNow - $result.CheckedAt).TotalMinutes | Should -BeLessThan 5
        Test-ImageTrust -Root (Get-GoodRoot) @owner -Quiet | Should -BeTrue
    }

    It 'gives fixes that fix what was found' {
        $root = Get-GoodRoot
        Set-ImageTrust -Default -Type Accept -Root $root
        Set-ImageTrust busybox, "it's.example.com/team" -Type Accept -Force -Root $root
        [System.IO.File]::WriteAllText("$root/etc/containers/registries.conf", "[[registry]]`nlocation = 'registry.example.com'`n[[registry.mirror]]`nlocation = 'mirror.example.net:5000'`n")
        chmod 666 "$root/keys/signer.asc"
        $before = Test-ImageTrust -Root $root @owner
        $before.Compliant | Should -BeFalse
        $before.Findings.RuleId | Should -Contain 'MirrorWithoutSignatures'
        foreach ($fix in $before.Findings.Fix) { & ([scriptblock]::Create($fix)) }
        # What a fix made can be found itself, such as a rejected scope that is never reached.
        foreach ($fix in (Test-ImageTrust -Root $root @owner).Findings.Fix) { & ([scriptblock]::Create($fix)) }
        $after = Test-ImageTrust -Root $root @owner
        $after.Findings | Should -BeNullOrEmpty
        $after.Compliant | Should -BeTrue
    }

    It 'says with -Quiet one thing, also where nothing could be looked at' {
        Test-ImageTrust -Root (New-TestRoot) -Quiet | Should -BeFalse
        Test-ImageTrust -Root (New-TestRoot '{ broken') -Quiet | Should -BeFalse
        $answer = Test-ImageTrust -Root /nonexistent-root -Quiet -ErrorVariable problem -ErrorAction SilentlyContinue
        $answer | Should -BeFalse
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'RootNotFound,*'
        { Test-ImageTrust -Root /nonexistent-root } | Should -Throw -ErrorId 'RootNotFound,*'
    }

    It 'makes a finding of a policy that is missing or broken' {
        (Test-ImageTrust -Root (New-TestRoot)).Findings.RuleId | Should -Contain 'PolicyMissing'
        $broken = Test-ImageTrust -Root (New-TestRoot '{ "default": [ }')
        $broken.Compliant | Should -BeFalse
        ($broken.Findings | Where-Object RuleId -EQ PolicyInvalid).Message | Should -Match 'policy\.json:1:\d+'
    }

    It 'takes -ExpiringWithin as days or as a time span' {
        foreach ($value in 3650, '3650', ([timespan]::FromDays(3650)), 3650.0) {
            $null = Test-ImageTrust -Root (Get-GoodRoot) @owner -ExpiringWithin $value
        }
        { Test-ImageTrust -Root (Get-GoodRoot) -ExpiringWithin ([timespan]::FromDays(-1)) } | Should -Throw -ErrorId 'InvalidExpiringWithin,*'
        { Test-ImageTrust -Root (Get-GoodRoot) -ExpiringWithin -1 } | Should -Throw
    }

    It 'leaves rules out by wildcards, and never those that everything hangs on' {
        $result = Test-ImageTrust -Root (New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}') -ExcludeRule default*, File*
        $result.Compliant | Should -BeTrue
        $result.ExcludedRules | Should -Be 'DefaultAcceptsAnything', 'FileWritableByOthers', 'FileOwnedByOther', 'FileUnreadableByUsers'
        { Test-ImageTrust -Root (Get-GoodRoot) -ExcludeRule PolicyMissing } | Should -Throw -ErrorId 'RuleNotExcludable,*'
        { Test-ImageTrust -Root (Get-GoodRoot) -ExcludeRule Nonsense } | Should -Throw -ErrorId 'RuleNotFound,*'
    }

    It 'completes the rules' {
        $line = 'Test-ImageTrust -ExcludeRule KeyW'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'KeyWeak'
    }

    It 'compares with <_>' -ForEach 'entries from the pipeline', 'entries in an array', 'a file', 'a directory', 'CLIXML', 'a document with entries' {
        $golden = Get-GoodRoot
        $here = Get-GoodRoot
        Set-ImageTrust extra.example.com -Type Reject -Root $here
        $compare = switch ($_) {
            'entries from the pipeline' { { param($r) Get-ImageTrust -Root $golden | Test-ImageTrust -Root $r @owner } }
            'entries in an array' { { param($r) Test-ImageTrust (Get-ImageTrust -Root $golden) -Root $r @owner } }
            'a file' { { param($r) Test-ImageTrust -Baseline "$golden/etc/containers/policy.json" -Root $r @owner } }
            'a directory' { { param($r) Get-Item -LiteralPath $golden | Test-ImageTrust -Root $r @owner } }
            'CLIXML' { Get-ImageTrust -Root $golden | Export-Clixml -LiteralPath "$golden/trust.xml"; { param($r) Test-ImageTrust -Baseline (Import-Clixml -LiteralPath "$golden/trust.xml") -Root $r @owner } }
            'a document with entries' { { param($r) Test-ImageTrust -Baseline ([pscustomobject]@{ Name = 'mc'; Trust = @(Get-ImageTrust -Root $golden) }) -Root $r @owner } }
        }
        (& $compare $golden).Findings | Should -BeNullOrEmpty
        $found = & $compare $here
        $found.Findings.RuleId | Should -Be 'BaselineScopeExtra'
        $found.Findings[0].Scope | Should -Be 'extra.example.com'
    }

    It 'refuses a baseline that is empty or none' {
        $root = Get-GoodRoot
        { Test-ImageTrust -Root $root -Baseline @() } | Should -Throw -ErrorId 'EmptyBaseline,*'
        { Test-ImageTrust -Root $root -Baseline $null } | Should -Throw -ErrorId 'EmptyBaseline,*'
        { @() | Test-ImageTrust -Root $root } | Should -Throw -ErrorId 'EmptyBaseline,*'
        # This host is not checked in the place of hosts that did not come.
        { @() | Test-ImageTrust -Baseline "$root/etc/containers/policy.json" } | Should -Throw -ErrorId 'EmptyBaseline,*'
        @() | Test-ImageTrust -Baseline "$root/etc/containers/policy.json" -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
        { Test-ImageTrust -InputObject @() -Root $root } | Should -Throw -ErrorId 'EmptyBaseline,*'
        { Test-ImageTrust -Root $root -Baseline 42 } | Should -Throw -ErrorId 'InvalidBaseline,*'
        { Test-ImageTrust -Root $root -Baseline "$root/none.json" } | Should -Throw -ErrorId 'BaselineNotFound,*'
        @() | Test-ImageTrust -Root $root -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'comes back live from CLIXML and from a job, and not if it was tampered with' {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}'
        $result = Test-ImageTrust -Root $root
        $result | Export-Clixml -LiteralPath "$root/result.xml"
        $back = Import-Clixml -LiteralPath "$root/result.xml"
        $back | Should -BeOfType ([ContainerTrust.ImageTrustCompliance])
        $back.Findings[0] | Should -BeOfType ([ContainerTrust.ImageTrustFinding])
        ConvertTo-FieldText $back | Should -Be (ConvertTo-FieldText $result)
        $text = [System.IO.File]::ReadAllText("$root/result.xml")
        $text | Should -Match '<B N="Compliant">false</B>'
        [System.IO.File]::WriteAllText("$root/result.xml", $text.Replace('<B N="Compliant">false</B>', '<B N="Compliant">true</B>'))
        { Import-Clixml -LiteralPath "$root/result.xml" | Export-ImageTrustReport "$root/r.html" } | Should -Throw -ErrorId 'InvalidInputObject,*'
        "$root/r.html" | Should -Not -Exist
    }

    It 'shows counts in a table and findings in a list, without what steers a terminal' {
        $result = Test-ImageTrust -Root (New-TestRoot "{`"default`":[{`"type`":`"reject`"}],`"transports`":{`"docker`":{`"a\u001b[31m`":[{`"type`":`"insecureAcceptAnything`"}]}}}")
        $table = $result | Format-Table | Out-String
        $table | Should -Match 'Status\s+ComputerName\s+Errors\s+Warnings\s+Notes'
        $list = $result | Format-List | Out-String -Width 400
        $list | Should -Match 'Findings\s+: .*ScopeAcceptsAnything'
        $list + ($result.Findings | Out-String -Width 400) + ($result.Findings | Format-List | Out-String -Width 400) | Should -Not -Match "`e\[31m"
    }
}

Describe 'Export-ImageTrustReport' {
    BeforeAll {
        $directory = New-TestRoot
        $good = Test-ImageTrust -Root (Get-GoodRoot) @owner
        $bad = Test-ImageTrust -Root (New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}')
    }

    It 'writes <Format>, by the name or by -Format' -ForEach $formats {
        $good, $bad | Export-ImageTrustReport "$directory/report.$Name"
        [System.IO.File]::ReadAllText("$directory/report.$Name") | Should -Match $Pattern
        $file = $good, $bad | Export-ImageTrustReport "$directory/report.out" -Format $Format -PassThru
        $file | Should -BeOfType ([System.IO.FileInfo])
        [System.IO.File]::ReadAllText($file.FullName) | Should -Match $Pattern
        (Get-ChildItem -LiteralPath $directory -Filter *.new) | Should -BeNullOrEmpty
    }

    It 'takes -Format <Spelling>' -ForEach $spellings {
        $good | Export-ImageTrustReport "$directory/report.case" -Format $Spelling
        [System.IO.File]::ReadAllText("$directory/report.case") | Should -Match $Pattern
    }

    It 'turns no writing around in JSON' {
        $root = New-TestRoot ('{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io/' + [char]0x202e + 'x":[{"type":"insecureAcceptAnything"}]}}}')
        $result = Test-ImageTrust -Root $root @owner
        $result | Export-ImageTrustReport "$directory/bidi.json"
        $text = [System.IO.File]::ReadAllText("$directory/bidi.json")
        $text.Contains([char]0x202e) | Should -BeFalse
        ($text | ConvertFrom-Json).hosts[0].findings.scope | Should -Contain 'quay.io/\u202ex'
    }

    It 'has hosts that could not be checked, by name, by error, and from the pipeline' {
        $failed = try { Get-ImageTrust -Root /nonexistent-root } catch { $_ }
        & { $good; Write-Error -Message 'unreachable' -TargetObject 'web9' -ErrorAction Continue } 2>&1 | Export-ImageTrustReport "$directory/u.json" -UncheckedHost db1 -ErrorRecord $failed
        $report = Get-Content -LiteralPath "$directory/u.json" -Raw | ConvertFrom-Json
        $report.compliant | Should -BeFalse
        $report.unchecked.computerName | Should -Be 'web9', '/nonexistent-root', 'db1'
        $report.summary.unchecked | Should -Be 3
    }

    It 'has each host that could not be checked, also two of one name, and no error of it a second time' {
        $down = foreach ($i in 1, 2) { [ContainerTrust.ImageTrustCompliance]::NotChecked('localhost', 'HostUnreachable', "port $i is closed.", 'Warning') }
        & { $good; $down; Write-Error -Message 'unreachable' -TargetObject 'localhost' -ErrorAction Continue } 2>&1 | Export-ImageTrustReport "$directory/d.json" -UncheckedHost localhost
        $report = Get-Content -LiteralPath "$directory/d.json" -Raw | ConvertFrom-Json
        $report.unchecked.computerName | Should -HaveCount 2
        $report.unchecked.reason | Should -Match 'port [12] is closed'
        $report.compliant | Should -BeFalse
    }

    It 'takes bags from another session' {
        $bag = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($bad, 3))
        $bag | Export-ImageTrustReport "$directory/bag.json"
        (Get-Content -LiteralPath "$directory/bag.json" -Raw | ConvertFrom-Json).hosts[0].findings[0].ruleId | Should -Be 'DefaultAcceptsAnything'
    }

    It 'refuses a report of nothing, and things that are not a result' {
        { @() | Export-ImageTrustReport "$directory/none.html" } | Should -Throw -ErrorId 'EmptyReport,*'
        { $good, 'web1' | Export-ImageTrustReport "$directory/none.html" } | Should -Throw -ErrorId 'InvalidInputObject,*'
        { $good, $null | Export-ImageTrustReport "$directory/none.html" } | Should -Throw -ErrorId 'InvalidInputObject,*'
        { $good | Export-ImageTrustReport "$directory/none.txt" } | Should -Throw -ErrorId 'UnknownReportFormat,*'
        { $good | Export-ImageTrustReport "$directory/none/r.html" } | Should -Throw -ErrorId 'ReportNotWritten,*'
        "$directory/none.html" | Should -Not -Exist
    }

    It 'writes into a device or pipe, and never replaces it' -Skip:(-not $IsLinux) {
        & mkfifo "$directory/pipe"
        { $good | Export-ImageTrustReport "$directory/pipe" -Format Html } | Should -Throw -ErrorId 'ReportNotWritten,*'
        & stat -c %F "$directory/pipe" | Should -Be 'fifo'
        & mknod -m 666 "$directory/null" c 1 3 2>$null
        if ($LASTEXITCODE -ne 0) {
            Set-ItResult -Skipped -Because 'devices cannot be made here'
            return
        }
        $good | Export-ImageTrustReport "$directory/null" -Format Html
        & stat -c %F "$directory/null" | Should -Be 'character special file'
    }

    It 'writes nothing with -WhatIf, and takes paths relative to the location' {
        $good | Export-ImageTrustReport "$directory/what.html" -WhatIf
        "$directory/what.html" | Should -Not -Exist
        Push-Location -LiteralPath $directory
        try { $good | Export-ImageTrustReport here.html } finally { Pop-Location }
        "$directory/here.html" | Should -Exist
    }
}

Describe 'The samples' {
    BeforeAll {
        $samples = "$RepositoryRoot/samples/compliance"
        $directory = New-TestRoot
        # The script finds the module by its name.
        $modules = Split-Path -Path (Split-Path -Path (Split-Path -Path $ModulePath))
        function Invoke-Sample([string] $Arguments) {
            Invoke-ChildSession "`$env:PSModulePath = '$modules' + [System.IO.Path]::PathSeparator + `$env:PSModulePath; & '$samples/Test-Fleet.ps1' -ReportDirectory '$directory/fleet' $Arguments; exit `$LASTEXITCODE"
        }
    }

    It 'Test-Fleet.ps1 ends with 3 for a host that is not compliant, with 0 for one that is, and with 1 where it fails' {
        $result = Invoke-Sample "-Root '$(New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}')'"
        $result.ExitCode | Should -Be 3
        $result.Output[-1] | Should -Match '^0 of 1 hosts are compliant'
        $result.Output -match '^\S+: Error DefaultAcceptsAnything: ' | Should -HaveCount 1
        "$directory/fleet/report.html", "$directory/fleet/report.xml", "$directory/fleet/report.json" | Should -Exist
        $good = Get-GoodRoot
        (Invoke-Sample "-Root '$good' -ExcludeRule FileOwnedByOther -Baseline '$good/etc/containers/policy.json'").ExitCode | Should -Be 0
        (Invoke-Sample "-Root '$good' -Baseline '$good/none.json'").ExitCode | Should -Be 1
    }

    It 'Test-Fleet.ps1 takes from a scheduler two hosts, a file with hosts, and what ssh needs' {
        Set-Content -LiteralPath "$directory/hosts" -Value '# all', '', 'c.invalid # the third'
        $encoded = "-ReportDirectory '$directory/fleet' -HostName a.invalid,b.invalid -HostFile '$directory/hosts' -KeyFilePath /none/key -Port 2222 -Options ConnectTimeout=1,ProxyJump=none"
        $env:PSModulePath = $modules + [System.IO.Path]::PathSeparator + $env:PSModulePath
        $output = & sh -c "'$PowerShellPath' -NoProfile -NonInteractive -File '$samples/Test-Fleet.ps1' $encoded" 2>&1
        $LASTEXITCODE | Should -Be 3
        $output[-1] | Should -Match '^0 of 3 hosts are compliant'
        foreach ($name in 'a.invalid', 'b.invalid', 'c.invalid') { $output -match "^${name}: not checked: " | Should -HaveCount 1 }
        $report = Get-Content -LiteralPath "$directory/fleet/report.json" -Raw
        foreach ($name in 'a.invalid', 'b.invalid', 'c.invalid') { $report | Should -Match ([regex]::Escape($name)) }
        Set-Content -LiteralPath "$directory/hosts" -Value '# none'
        $output = & sh -c "'$PowerShellPath' -NoProfile -NonInteractive -File '$samples/Test-Fleet.ps1' -ReportDirectory '$directory/fleet' -HostFile '$directory/hosts'" 2>&1
        $LASTEXITCODE | Should -Be 1
        "$output" | Should -BeLike '*There is no host in*'

        # This host is not checked in place of those that were meant.
        foreach ($arguments in "-HostName ''", "-HostName ,", "-Root ''") {
            $output = & sh -c "'$PowerShellPath' -NoProfile -NonInteractive -File '$samples/Test-Fleet.ps1' -ReportDirectory '$directory/fleet' $arguments" 2>&1
            $LASTEXITCODE | Should -Be 1 -Because $arguments
        }

        # A host is one, however often it is named, and names of both kinds are not glued together.
        Set-Content -LiteralPath "$directory/hosts" -Value 'b.invalid'
        $output = & sh -c "'$PowerShellPath' -NoProfile -NonInteractive -File '$samples/Test-Fleet.ps1' -ReportDirectory '$directory/fleet' -HostName b.invalid -HostFile '$directory/hosts' -Options ConnectTimeout=1" 2>&1
        $output[-1] | Should -Match '^0 of 1 hosts are compliant'
    }

    It 'test-host.sh ends as the command does' {
        $command = "$RepositoryRoot/out/cli/containertrust"
        if (-not (Test-Path -LiteralPath $command)) { Set-ItResult -Skipped -Because 'the command is not published' }
        $env:CONTAINERTRUST = $command
        try {
            $null = sh "$samples/test-host.sh" "$directory/host" --root (New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}')
            $LASTEXITCODE | Should -Be 3
            "$directory/host/report.html", "$directory/host/report.xml", "$directory/host/report.json" | Should -Exist
            $null = sh "$samples/test-host.sh" "$directory/host" --root (Get-GoodRoot) --exclude FileOwnedByOther
            $LASTEXITCODE | Should -Be 0
            $null = sh "$samples/test-host.sh" "$directory/host" --root /nonexistent-root 2>&1
            $LASTEXITCODE | Should -Be 1
            $null = sh "$samples/test-host.sh" "$directory/host" --exclude Nonsense 2>&1
            $LASTEXITCODE | Should -Be 2
        }
        finally { Remove-Item -LiteralPath Env:/CONTAINERTRUST }
    }

    It 'units are as systemd wants them' {
        if (-not (Get-Command -Name systemd-analyze -CommandType Application -ErrorAction SilentlyContinue)) { Set-ItResult -Skipped -Because 'systemd-analyze is not installed' }
        # The script is not where the unit will find it, and the path of the repository may have spaces.
        $units = New-TestRoot
        Copy-Item -LiteralPath "$samples/test-host.sh" -Destination $units
        foreach ($unit in 'service', 'timer') {
            $text = [System.IO.File]::ReadAllText("$samples/containertrust-compliance.$unit")
            [System.IO.File]::WriteAllText("$units/containertrust-compliance.$unit", $text.Replace('/usr/local/libexec/containertrust/', "$units/"))
        }
        $said = systemd-analyze verify --man=no "$units/containertrust-compliance.service" "$units/containertrust-compliance.timer" 2>&1
        $said -match 'containertrust' | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }
}
