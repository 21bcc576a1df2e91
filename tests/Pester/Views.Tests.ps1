# What is shown at 80 and 120 columns, and what scripts can make of what is shown.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    $long = 'registry.example.com/a/very/long/path/of/repositories/app'
    $policy = '{"default":[{"type":"reject"}],"transports":{"docker":{"registry.redhat.io":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}],"' + $long + '":[{"type":"insecureAcceptAnything"}]},"docker-daemon":{"":[{"type":"insecureAcceptAnything"}]}}}'
    $root = New-TestRoot $policy @{ 'a.yaml' = "default-docker:`n  lookaside: https://registry.redhat.io/containers/sigstore/with/a/path`n" }
    $entries = Get-ImageTrust -Root $root
    $digest = 'sha256:' + ('ab' * 32)
    function New-Verdict([string] $Image, [bool] $IsValid, [string] $Reason) {
        [ContainerTrust.ImageSignatureResult]@{ ComputerName = 'web1'; Image = $Image; ManifestDigest = $digest; IsValid = $IsValid; Reason = $Reason
            Requirements = [ContainerTrust.RequirementVerdict[]]@(); Signatures = [ContainerTrust.ImageSignature[]]@() }
    }
    $reason = 'The signature is good, but it is for another manifest. Signature: /var/lib/containers/sigstore/app@sha256=1234/signature-1.'
    $verdicts = (New-Verdict "docker://$long@$digest" $false $reason), (New-Verdict 'dir:/srv/app' $true 'Signed by Release Signer <release@example.com> for registry.example.com/app:v1.')
    $null = $entries, $verdicts | Out-String
    # As the cmdlets give objects of several hosts.
    function Get-Fleet($Objects) {
        foreach ($item in $Objects) {
            # A record of its own: names of types stay with the object itself.
            $copy = $item.'<Clone>$'()
            $copy.PSObject.TypeNames.Insert(0, "$($item.GetType().FullName)#Fleet")
            $copy
        }
    }
    function Get-Line($Objects, [int] $Width) { @($Objects | Out-String -Width $Width -Stream | ForEach-Object TrimEnd | Where-Object { $_ }) }
}
AfterAll { Remove-TestRoot }

Describe 'A table of <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
    It 'has every column of <Kind>, each at least as wide as its heading' -TestCases @(
        @{ Kind = 'entries'; Objects = { $entries }; Columns = 'Scope', 'Type', 'Signer', 'Store' }
        @{ Kind = 'entries of a fleet'; Objects = { Get-Fleet $entries }; Columns = 'ComputerName', 'Scope', 'Type', 'Signer', 'Store' }
        @{ Kind = 'verdicts'; Objects = { $verdicts }; Columns = 'IsValid', 'Image', 'Reason' }
        @{ Kind = 'verdicts of a fleet'; Objects = { Get-Fleet $verdicts }; Columns = 'IsValid', 'ComputerName', 'Image', 'Reason' }
        @{ Kind = 'compliance'; Objects = { Test-ImageTrust -Root $root }; Columns = 'Status', 'ComputerName', 'Errors', 'Warnings', 'Notes', 'CheckedAt' }
        @{ Kind = 'findings'; Objects = { (Test-ImageTrust -Root $root).Findings }; Columns = 'Severity', 'RuleId', 'Message' }
        @{ Kind = 'keys'; Objects = { $entries.Keys }; Columns = 'Fingerprint', 'Expires', 'UserIds' }
        @{ Kind = 'rules'; Objects = { Get-ImageTrustRule }; Columns = 'Severity', 'Id', 'HasFix', 'Title' }
    ) {
        $lines = Get-Line (& $Objects) $Width
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual $Width
        $heading = $lines.Where({ $_ -match "^\s*$($Columns[0]) " }, 'First')[0]
        ($heading -split '\s+') -ne '' | Should -Be $Columns
        # A dash for each letter: a column that was cut would have fewer.
        ($lines[[array]::IndexOf($lines, $heading) + 1] -split '\s+' -ne '').Length | Should -Be $Columns.Length
    }

    It 'shows the verdict, and the reason from its cause on, in lines that end between words' {
        $lines = Get-Line $verdicts $Width
        $lines -match '^False +registry\S*\u2026\S*@abababa\u2026 +The signature is good, but it' | Should -HaveCount 1
        $lines -match '^True +dir:/srv/app +Signed by Release' | Should -HaveCount 1
        $text = ($lines | Select-Object -Skip 2 | ForEach-Object { $_.Substring([Math]::Min($_.Length, 43)).Trim() }) -join ' '
        foreach ($word in 'another', 'manifest.', 'Signature:', 'Release') { $text | Should -BeLike "*$word*" }
    }

    It 'cuts scopes in the middle and stores at the end' {
        $lines = Get-Line $entries $Width
        $lines -match '^registry\S*\u2026\S*repositories/app +Accept' | Should -HaveCount 1
        $lines -match '^registry.redhat.io +SignedBy +signer@example.com +https://registr' | Should -HaveCount 1
    }
}

Describe 'Sentences of <Width> columns' -ForEach @{ Width = 80 }, @{ Width = 120 } {
    # As in a window: PowerShell leaves its last column free, and takes what is a letter too long to a line of its own.
    It 'break between words in a window: <Kind>' -ForEach @(
        @{ Kind = 'findings'; Line = "(Test-ImageTrust -Root '{0}').Findings"; Least = 3 }
        @{ Kind = 'rules'; Line = 'Get-ImageTrustRule'; Least = 30 }
        @{ Kind = 'changes'; Line = "Set-ImageTrust a.example.com, registry.redhat.io -KeyPath /keys/signer.asc, /keys/second.asc -SignatureStore https://store.example.com/sigs -Root '{0}' -PassThru -WhatIf:`$false -WarningAction Ignore"; Least = 4 }
        @{ Kind = 'differences'; Line = "Compare-ImageTrust '{0}' -Root '{1}'"; Least = 3 }
    ) {
        if (-not (Get-Command -Name script, stty -CommandType Application -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'script is not installed'; return }
        $here, $there = (New-TestRoot $policy), (New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}')
        $file = "$here/window.ps1"
        Set-Content -LiteralPath $file -Value "`$PSStyle.OutputRendering = 'PlainText'; Import-Module '$ModulePath'; $($Line -f $here, $there) | Out-Default"
        $text = script -qec "stty cols $Width rows 50; '$PowerShellPath' -NoProfile -NonInteractive -NoLogo -File '$file'" /dev/null | Out-String
        $lines = @($text -replace '\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r' -split "`n" | ForEach-Object TrimEnd | Where-Object { $_ })
        $lines.Count | Should -BeGreaterThan $Least
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessThan $Width
        # What PowerShell itself breaks off inside a word.
        $lines -match '^\s{20,}[a-z]$' | Should -BeNullOrEmpty
    }
}

Describe 'Headings' {
    It 'of <Kind> stand in one line, in columns that hold them' -ForEach @(
        @{ Kind = 'sections'; Objects = { (Get-ImageTrust registry.redhat.io -Root $stored).Section }; Headings = 'SignatureStore', 'SignatureStoreStaging', 'UseSigstoreAttachments' }
        @{ Kind = 'origins'; Objects = { $entries[0].Origin }; Headings = 'ComputerName', 'HostName', 'Root', 'PolicyPath' }
        @{ Kind = 'requirements'; Objects = { $entries.Requirements }; Headings = 'Type', 'KeyPath', 'SignedIdentity' }
    ) {
        $stored = New-TestRoot $policy
        Set-ImageTrust registry.redhat.io -SignatureStore https://a-long-name-of-a-store.registry.example.com/with/a/path/of/its/own/sigs -Root $stored
        $lines = Get-Line (& $Objects | Format-Table) 80
        ($lines[0].Trim() -split '\s+') | Should -Be $Headings
        $lines -match 'insecureAcceptA\S*\u2026' | Should -BeNullOrEmpty
    }

    It 'the status of a rollout is never cut' {
        foreach ($status in [enum]::GetNames([ContainerTrust.MachineConfigTrustStatus])) {
            $result = [ContainerTrust.MachineConfigTrustResult]@{ Role = 'worker'; Name = '51-worker-rh-registry-trust'; Status = $status; Reasons = [string[]]@('The policy of the operator has changed since.'); Nodes = [ContainerTrust.MachineConfigTrustNode[]]@(); MissingStores = [string[]]@() }
            (Get-Line ($result | Format-Table) 80) -match "^$status " | Should -HaveCount 1
        }
    }

    It 'the reason of a difference comes before what was not read' {
        $stored = New-TestRoot $policy
        Export-ImageTrust -InputObject $entries -Path "$stored/e.json"
        Set-ImageTrust registry.redhat.io -SignatureStore https://other.example.com -Root $stored
        $difference = Compare-ImageTrust "$stored/e.json" -Root $stored | Where-Object Registry -EQ registry.redhat.io
        $difference.Verdict | Should -Be 'Different'
        $difference.Reasons[0] | Should -Be 'Signatures are looked for in different stores.'
    }
}

Describe 'What is shown' {
    It 'can be filtered by' {
        ($entries | Where-Object Type -EQ SignedBy).Registry | Should -Be 'registry.redhat.io'
        ($entries | Where-Object Scope -EQ default).IsDefault | Should -BeTrue
        ($entries | Where-Object Scope -EQ docker-daemon:).Transport | Should -Be 'docker-daemon'
        ($entries | Where-Object Signer -EQ signer@example.com).Registry | Should -Be 'registry.redhat.io'
        ($entries | Where-Object Store -Like https://registry.redhat.io/*).Count | Should -Be 3
        ($entries | Sort-Object Scope | Format-Table Scope, Type | Out-String) | Should -BeLike "*$long*"
        (Test-ImageTrust -Root $root | Where-Object Warnings -GT 0).Compliant | Should -BeFalse
    }

    It 'is coloured as $PSStyle says, and plain where output is' {
        $was = $PSStyle.OutputRendering
        try {
            $PSStyle.OutputRendering = 'Ansi'
            $text = $verdicts, $entries, (Test-ImageTrust -Root $root) | ForEach-Object { $_ | Format-Table | Out-String }
            foreach ($word in "$($PSStyle.Foreground.Red)False", "$($PSStyle.Foreground.Green)True", "$($PSStyle.Foreground.Red)Reject", "$($PSStyle.Foreground.Yellow)Accept") {
                "$text" | Should -BeLike "*$($word.Replace('[', '`['))*"
            }
            $PSStyle.OutputRendering = 'PlainText'
            $verdicts, $entries | ForEach-Object { $_ | Format-Table | Out-String } | Should -Not -Match "`e"
        }
        finally { $PSStyle.OutputRendering = $was }
    }

    It 'says of keys and findings whose they are' {
        $entries.Keys[0].Scope | Should -Be 'registry.redhat.io'
        $entries.Keys[0].ComputerName | Should -Be $entries[0].ComputerName
        Get-Line $entries.Keys 80 | Should -Contain "   Scope: registry.redhat.io on $($entries[0].ComputerName)"
        $findings = (Test-ImageTrust -Root $root).Findings
        $findings.ComputerName | Select-Object -Unique | Should -Be $entries[0].ComputerName
        ($findings | ConvertTo-Csv)[0] | Should -BeLike '"ComputerName",*'
        $path = "$root/findings.xml"
        $findings | Export-Clixml -LiteralPath $path
        (Import-Clixml -LiteralPath $path)[0] | Should -Be $findings[0]
    }
}

Describe 'In a script' {
    BeforeAll {
        $file = "$root/second.ps1"
        function Invoke-Script([string] $Text) {
            Set-Content -LiteralPath $file -Value "Import-Module '$ModulePath'; `$PSStyle.OutputRendering = 'PlainText'; $Text"
            & $PowerShellPath -NoProfile -NonInteractive -File $file 2>&1 | ForEach-Object { "$_" }
        }
    }

    It 'an object that follows those of another kind is not dumped whole' {
        $lines = Invoke-Script "Test-ImageTrust -Root '$root'; `$e = Get-ImageTrust registry.redhat.io -Root '$root'; `$e; `$e.Keys; `$e.Requirements; Get-ImageTrustRule KeyWeak; `$e | New-MachineConfigTrust -OpenShiftVersion 4.20 -WarningAction Ignore"
        $lines -match '^Scope +: registry.redhat.io' | Should -HaveCount 1
        $lines -match '^Signer +: signer@example.com' | Should -HaveCount 1
        $lines -match 'Definition|base64|apiVersion|CanPrimarySign|LookasideSection' | Should -BeNullOrEmpty
        @($lines -match '\S').Count | Should -BeLessThan 40
    }

    It 'what follows those of another kind cannot steer the terminal, and shows no password' {
        $odd = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"a\u001b[2Jb":[{"type":"reject"}],"quay.io":[{"type":"reject"}]}}}' @{ 'a.yaml' = "docker:`n  quay.io:`n    lookaside: https://user:secret@store.example.com/sigs`n" }
        $lines = Invoke-Script "Get-ImageTrustRule KeyWeak; Get-ImageTrust -Transport docker -Root '$odd' -WarningAction Ignore"
        "$lines" | Should -Not -Match "`e\[2J|secret"
        $lines -match 'Store +: https://store.example.com/sigs' | Should -HaveCount 1
    }
}

Describe 'The default property sets' {
    It 'are there for every public type that cmdlets give' {
        $types = [ContainerTrust.ImageTrust].Assembly.GetExportedTypes() | Where-Object { $_.IsClass -and -not $_.IsAbstract }
        $types.Count | Should -BeGreaterThan 25
        foreach ($type in $types) {
            foreach ($name in $type.FullName, "Deserialized.$($type.FullName)") {
                (Get-TypeData -TypeName $name).DefaultDisplayPropertySet.ReferencedProperties | Should -Not -BeNullOrEmpty -Because $name
            }
        }
    }
}

Describe 'Errors' {
    It 'recommend what their message does: <Id>' -TestCases @(
        @{ Id = 'RuleNotFound'; Code = { Get-ImageTrustRule None }; Action = 'Run Get-ImageTrustRule without an id to see them all.' }
        @{ Id = 'ParametersNotTogether'; Code = { Test-ImageSignature a.example.com/b -TrustedRootPath x -KeyPath y -As podman6 -Root $root }; Action = 'Leave out -As or -TrustedRootPath.' }
        @{ Id = 'ShortNameUnresolved'; Code = { Test-ImageSignature app -Root $root }; Action = 'Write the full name.' }
        @{ Id = 'UnknownReportFormat'; Code = { Test-ImageTrust -Root $root | Export-ImageTrustReport "$root/x" }; Action = 'Specify -Format Json, JUnit, Html, Xccdf, Cklb or OpenMetrics, or a name that ends in .json, .xml, .html, xccdf.xml, .cklb or .prom.' }
        @{ Id = 'InvalidInputObject'; Code = { $null | Export-ImageTrustReport "$root/x.json" }; Action = 'Give results of Test-ImageTrust, and error records of hosts that could not be checked. No report was written.' }
    ) {
        $failure = try { & $Code 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | Select-Object -First 1 } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.ErrorDetails.RecommendedAction | Should -Be $Action
        $failure.Exception.Message | Should -Not -Match '[a-z] [A-Z][a-z]+ results of'
    }
}
