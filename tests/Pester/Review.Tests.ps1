# What an expert of PowerShell found on the first day with the module, each fault with its own reproduction. What it takes hosts for is in
# ReviewFleet.Tests.ps1.
BeforeDiscovery {
    $vendorKey = Join-Path $PSScriptRoot '../../../shared/corpus/openshift-release/keyrings/redhat.txt'
}
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    $vendorKey = Join-Path $PSScriptRoot '../../../shared/corpus/openshift-release/keyrings/redhat.txt'
    $reject = '{"default":[{"type":"reject"}]}'
    function Get-Completion([string] $Line) { @([System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText) }
    function Get-Line($Objects, [int] $Width = 80) { @($Objects | Out-String -Width $Width -Stream | ForEach-Object TrimEnd | Where-Object { $_ }) }
    function Set-Trust([string] $Root, [string] $Key, [string] $Store) {
        Set-ImageTrust r.example.com -KeyPath $Key -SignatureStore $Store -Root $Root -WarningAction SilentlyContinue
    }
    function Get-Message([scriptblock] $Code) {
        try { & $Code 2>&1 3>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] -or $_ -is [System.Management.Automation.WarningRecord] } | ForEach-Object { "$_" } }
        catch { "$_" }
    }
}
AfterAll { Remove-TestRoot }

Describe 'F1: entries as values' {
    BeforeAll {
        $a, $b = (New-TestRoot $reject), (New-TestRoot $reject)
        Set-Trust $a /keys/signer.asc https://a.example.com
        Set-Trust $b /keys/second.asc https://evil.example.com
        $one, $two = (Get-ImageTrust r.example.com -Root $a), (Get-ImageTrust r.example.com -Root $b)
    }

    It 'F1: Compare-Object finds the hosts that trust different keys and stores' {
        $differences = Compare-Object (Get-ImageTrust -Root $a) (Get-ImageTrust -Root $b)
        $differences.SideIndicator | Sort-Object | Should -Be '<=', '=>'
        $differences.InputObject.Registry | Should -Be 'r.example.com', 'r.example.com'
        Compare-Object (Get-ImageTrust -Root $a) (Get-ImageTrust -Root $a) | Should -BeNullOrEmpty
    }

    It 'F1: <_> -Unique throws away what is equal and nothing else' -ForEach 'Sort-Object', 'Select-Object' {
        (@(Get-ImageTrust -Root $a) + @(Get-ImageTrust -Root $b) | & $_ -Unique).Count | Should -Be 3
        (@(Get-ImageTrust -Root $a) + @(Get-ImageTrust -Root $a) | & $_ -Unique).Count | Should -Be 2
    }

    It 'F1: the same entry read twice is equal, for -eq, -contains, hashtables and groups' {
        $again = Get-ImageTrust r.example.com -Root $a
        $one -eq $again | Should -BeTrue
        $one -eq $two | Should -BeFalse
        , $one -contains $again | Should -BeTrue
        @{ $one = 'found' }[$again] | Should -Be 'found'
        @{ $one = 'found' }[$two] | Should -BeNullOrEmpty
        @($one, $again, $two | Group-Object).Count | Should -Be 2
    }

    It 'F1: a difference in <Part> alone is one' -ForEach @(
        @{ Part = 'a key'; Key = '/keys/second.asc'; Store = 'https://a.example.com' }
        @{ Part = 'a store'; Key = '/keys/signer.asc'; Store = 'https://b.example.com' }
    ) {
        $other = New-TestRoot $reject
        Set-Trust $other $Key $Store
        $one -eq (Get-ImageTrust r.example.com -Root $other) | Should -BeFalse
    }
}

Describe 'F3: entries of another place' {
    It 'F3: <Cmdlet> acts where the entry was read, below a root' -ForEach @(
        @{ Cmdlet = 'Remove-ImageTrust'; Act = { $args[0] | Where-Object Type -EQ Accept | Remove-ImageTrust -WarningAction SilentlyContinue } }
        @{ Cmdlet = 'Set-ImageTrust'; Act = { $args[0] | Where-Object Type -EQ Accept | Set-ImageTrust -Type Reject } }
    ) {
        $here = if (Test-Path /etc/containers/policy.json) { Get-Stamp /etc/containers/policy.json }
        $root = New-TestRoot $reject
        Set-ImageTrust kp.example.com -Type Accept -Root $root -WarningAction SilentlyContinue
        & $Act (Get-ImageTrust -Root $root)
        (Get-ImageTrust -Root $root | Where-Object Type -EQ Accept) | Should -BeNullOrEmpty
        if ($here) { Get-Stamp /etc/containers/policy.json | Should -Be $here }
    }

    It 'F3: what was read from a named file is changed there, and that is said' {
        $file = "$(New-TestRoot)/pp.json"
        Set-Content -LiteralPath $file -Value '{"default":[{"type":"reject"}],"transports":{"docker":{"kp.example.com":[{"type":"insecureAcceptAnything"}]}}}'
        $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Get-ImageTrust kp.example.com -PolicyPath '$file' | Set-ImageTrust -Type Reject -WhatIf").Output
        @($words -like "What if:*kp.example.com in $file*").Count | Should -Be 1
        @($words -like '*/etc/containers/policy.json*') | Should -BeNullOrEmpty
        (Get-ImageTrust kp.example.com -PolicyPath $file | Get-ImageTrust).PolicyPath | Should -Be $file
    }
}

Describe 'F5: the table of Test-ImageSignature' {
    It 'F5: has a verdict, an image and a reason for each image' {
        $root = New-TestRoot $reject
        $long = 'a-directory-with-a-name-that-is-longer-than-the-window-is-wide-and-then-some-more'
        $images = foreach ($name in 'one', $long) { Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/$name" -Recurse; "dir:$root/$name" }
        $results = $images | Test-ImageSignature -KeyPath "$DataPath/signer.asc"
        $lines = Get-Line $results
        ($lines[0] -split '\s+') -ne '' | Should -Be 'IsValid', 'Image', 'Reason'
        @($lines -match '^False ').Count | Should -Be 2
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        # Not a letter a line: the reason has a column of a sensible width.
        $lines.Count | Should -BeLessThan 24
        foreach ($result in $results) { $result.Reason | Should -Not -Match '^The signature /' }
    }

    It 'F5: has the reason of a reference by digest, too' {
        $text = Test-ImageSignature -ManifestPath "$ImagePath/app/manifest.json" -Reference "quay.io/openshift-release-dev/ocp-release@$(Get-ManifestDigest "$ImagePath/app")" -SignaturePath "$ImagePath/app/signature-1" -KeyPath "$ImagePath/release.asc"
        $lines = Get-Line $text
        $lines[2] | Should -Match '^False +quay\.io/\S*\u2026?\S*@[0-9a-f]{7}\u2026 +The signature is good, but'
    }
}

Describe 'F6: tables of 80 columns' {
    BeforeAll {
        $root = New-TestRoot $reject
        Set-ImageTrust -Preset RedHatGpg -KeyPath /keys/signer.asc -Root $root
    }

    It 'F6: <Case>: no column is a letter wide or gone' -ForEach @(
        @{ Case = 'the preset'; Objects = { Get-ImageTrust *redhat* -Root $root } }
        @{ Case = 'all'; Objects = { Get-ImageTrust -Root $root } }
    ) {
        $lines = Get-Line (& $Objects)
        ($lines[0] -split '\s+') -ne '' | Should -Be 'Scope', 'Type', 'Signer', 'Store'
        $lines -match '^registry.redhat.io +SignedBy +signer@example.com +https://reg' | Should -HaveCount 1
    }

    It 'F6b: <Case> after another kind of object is not dumped' -ForEach @(
        @{ Case = 'an entry'; Second = 'Get-ImageTrust registry.redhat.io -Root $root' }
        @{ Case = 'a MachineConfig'; Second = 'New-MachineConfigTrust -Preset RedHat -OpenShiftVersion 4.20 -WarningAction Ignore' }
    ) {
        $file = "$root/audit.ps1"
        Set-Content -LiteralPath $file -Value "Import-Module '$ModulePath'; `$root = '$root'; Test-ImageTrust -Root `$root; $Second"
        $lines = & $PowerShellPath -NoProfile -NonInteractive -File $file 2>&1 | ForEach-Object { "$_" }
        $lines -match 'Definition|LookasideSection|IsEmpty|base64|apiVersion' | Should -BeNullOrEmpty
        @($lines -match '\S').Count | Should -BeLessThan 14
    }
}

Describe 'F7: what can be piped' {
    BeforeAll {
        $from = New-TestRoot $reject
        Set-Trust $from /keys/signer.asc https://a.example.com
        Set-ImageTrust plain.example.com -Type Accept -Root $from -WarningAction SilentlyContinue
    }

    It 'F7: <Case> to Set-ImageTrust' -ForEach @(
        @{ Case = 'rows of a CSV file'; Items = { "Registry,KeyPath,SignatureStore,Type`nr.example.com,/keys/signer.asc,https://a.example.com,SignedBy" | ConvertFrom-Csv }; Type = 'SignedBy' }
        @{ Case = 'its own Export-Csv'; Items = { Get-ImageTrust r.example.com -Root $from | Export-Csv -LiteralPath "$from/t.csv"; Import-Csv -LiteralPath "$from/t.csv" }; Type = 'SignedBy' }
        @{ Case = 'its own JSON'; Items = { Get-ImageTrust r.example.com -Root $from | ConvertTo-Json -Depth 9 -WarningAction SilentlyContinue | ConvertFrom-Json }; Type = 'SignedBy' }
        @{ Case = 'an entry with a column more'; Items = { Get-ImageTrust r.example.com -Root $from | Select-Object *, @{ n = 'Team'; e = { 'web' } } }; Type = 'SignedBy' }
    ) {
        $to = New-TestRoot $reject
        & $Items | Set-ImageTrust -Root $to -WarningAction SilentlyContinue
        $entry = Get-ImageTrust r.example.com -Root $to
        $entry.Type | Should -Be $Type
        $entry.SignatureStore | Should -Be 'https://a.example.com'
        $entry.Requirements | Should -Be (Get-ImageTrust r.example.com -Root $from).Requirements
    }

    It 'F7: names, and objects with and without a transport, to Set- and Remove-ImageTrust' {
        $to = New-TestRoot $reject
        'a.example.com', 'b.example.com' | Set-ImageTrust -Type Reject -Root $to
        [pscustomobject]@{ Transport = 'docker'; Registry = 'x.example.com' } | Set-ImageTrust -Type Reject -Root $to
        [pscustomobject]@{ Registry = 'y.example.com' } | Set-ImageTrust -Type Reject -Root $to
        (Get-ImageTrust -Transport docker -Root $to).Registry | Should -Be 'a.example.com', 'b.example.com', 'x.example.com', 'y.example.com'
        'a.example.com', 'b.example.com' | Remove-ImageTrust -Root $to
        [pscustomobject]@{ Registry = 'x.example.com' } | Remove-ImageTrust -Root $to
        (Get-ImageTrust -Transport docker -Root $to).Registry | Should -Be 'y.example.com'
    }

    It 'F7: podman''s JSON to <_>' -ForEach 'Test-ImageSignature', 'Assert-ImageSignature' {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}'
        Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/app" -Recurse
        $json = '[{"Id":"1","Names":["dir:/app"]},{"Id":"2","Names":["dir:/app"]}]' | ConvertFrom-Json
        if ($_ -eq 'Test-ImageSignature') { ($json | Test-ImageSignature -Root $root).IsValid | Should -Be $true, $true }
        else { { $json | Assert-ImageSignature -Root $root } | Should -Throw -ExpectedMessage '2 images were refused, and none is passed on. dir:/app is valid, but cannot be passed on by digest*' }
    }

    It 'F7: a row that is none says what would do' {
        { [pscustomobject]@{ Nothing = 1 } | Set-ImageTrust -Type Reject -Root $from -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidEntry,*' -ExpectedMessage '*Registry*'
    }
}

Describe 'F8: edited entries' {
    BeforeAll {
        $root = New-TestRoot $reject
        Set-ImageTrust ed.example.com -KeyPath /keys/signer.asc -SignatureStore https://old.example.com -Root $root -WarningAction SilentlyContinue
    }

    It 'F8: a store that was changed is written, there and elsewhere' {
        $other = New-TestRoot $reject
        $entry = Get-ImageTrust ed.example.com -Root $root
        $entry.SignatureStore = 'https://edited.example.com'
        $entry | Set-ImageTrust -Root $other -WarningAction SilentlyContinue
        $entry | Set-ImageTrust -Root $root
        (Get-ImageTrust ed.example.com -Root $root).SignatureStore | Should -Be 'https://edited.example.com'
        (Get-ImageTrust ed.example.com -Root $other).SignatureStore | Should -Be 'https://edited.example.com'
    }

    It 'F8: requirements can be added as PowerShell adds to lists, and are written' {
        $more = (New-ImageTrust more.example.com -KeyPath /keys/second.asc).Requirements[0]
        $entry = Get-ImageTrust ed.example.com -Root $root
        $entry.Requirements += $more
        $entry.Requirements.Count | Should -Be 2
        $entry | Set-ImageTrust -Root $root -WarningAction SilentlyContinue
        (Get-ImageTrust ed.example.com -Root $root).Requirements.KeyPath | Should -Be '/keys/signer.asc', '/keys/second.asc'
        $entry.Requirements = $more
        $entry.Requirements.KeyPath | Should -Be '/keys/second.asc'
        { $entry.Requirements = 'nonsense' } | Should -Throw
        { $entry.Requirements = @($null) } | Should -Throw
        $entry.Requirements.KeyPath | Should -Be '/keys/second.asc'
    }

    It 'F8: an entry can be made of a hashtable with an array' {
        $requirement = (Get-ImageTrust ed.example.com -Root $root).Requirements[0]
        $entry = [ContainerTrust.ImageTrust]@{ ComputerName = ''; Transport = 'docker'; Registry = 'made.example.com'; Requirements = @($requirement) }
        $entry.Requirements.Count | Should -Be 1
        $entry | Set-ImageTrust -Root $root -WarningAction SilentlyContinue
        (Get-ImageTrust made.example.com -Root $root).Type | Should -Be 'SignedBy'
    }

    It 'says in a CSV file and in groups what the lists have' {
        $row = Get-ImageTrust ed.example.com -Root $root | ConvertTo-Csv | ConvertFrom-Csv
        $row.Requirements | Should -BeLike 'signedBy /keys/*.asc*'
        $row.Keys | Should -BeLike '*@example.com*'
    }
}

Describe 'F9: transports' {
    BeforeAll { $root = New-TestRoot $SmallPolicy }

    It 'F9: Get-ImageTrust -Transport <_> has the entries' -ForEach 'docker', 'Docker', 'DOCKER', 'docker*' {
        @(Get-ImageTrust -Transport $_ -Root $root).Count | Should -Be 3
    }

    It 'F9: Get-ImageTrust -Transport dokcer is an error, and says what helps on this root' {
        Get-ImageTrust -Transport dokcer -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'ImageTrustNotFound,*'
        $failures[0].ErrorDetails.RecommendedAction | Should -BeLike "*Get-ImageTrust -Root $root*"
    }
}

Describe 'F10: the quick start' {
    It 'F10: is compliant by the module''s own audit with the vendor''s real key' -Skip:(-not (Test-Path -LiteralPath $vendorKey)) {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}'
        $null = New-Item -ItemType Directory -Path "$root/etc/pki/rpm-gpg"
        Copy-Item -LiteralPath $vendorKey -Destination "$root/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release"
        Set-ImageTrust -Preset RedHatGpg -Root $root
        Set-ImageTrust -Default -Type Reject -Root $root
        $result = Test-ImageTrust -Root $root
        $result.Compliant | Should -BeTrue
        ($result.Findings | Where-Object RuleId -EQ KeyWeak).Severity | Select-Object -Unique | Should -Be 'Information'
    }
}

Describe 'F11: what messages advise' {
    It 'F11: is for the root: <Case>' -ForEach @(
        @{ Case = 'a new policy'; Policy = $null; Code = { Set-ImageTrust a.example.com -Type Reject -Root $root }; Advice = 'Set-ImageTrust -Default -Type Reject -Root {0}' }
        @{ Case = 'no policy'; Policy = $null; Code = { Get-ImageTrust -Root $root }; Advice = 'Reset-ImageTrust -KeepSignatureStore -Root {0}' }
        @{ Case = 'a scope that is not there'; Policy = '{"default":[{"type":"reject"}]}'; Code = { Get-ImageTrust none.example.com -Root $root }; Advice = 'Get-ImageTrust -Root {0}' }
        @{ Case = 'a scope that is removed twice'; Policy = '{"default":[{"type":"reject"}]}'; Code = { Remove-ImageTrust none.example.com -Root $root }; Advice = 'Get-ImageTrust -Root {0}' }
        @{ Case = 'a default that is removed'; Policy = '{"default":[{"type":"reject"}]}'; Code = { Get-ImageTrust -Root $root | Remove-ImageTrust }; Advice = 'Set-ImageTrust -Default -Root {0}' }
    ) {
        $root = New-TestRoot $Policy
        "$(Get-Message $Code)" | Should -BeLike "*$($Advice -f $root)*"
    }
}

Describe 'F12: a signature store' {
    It 'F12: is taken away by <Case>, and said once' -ForEach @{ Case = '$null'; Value = $null }, @{ Case = 'an empty text'; Value = '' } {
        $root = New-TestRoot $reject
        Set-Trust $root /keys/signer.asc https://a.example.com
        $said = @(Get-Message { Set-ImageTrust r.example.com -SignatureStore $Value -Root $root })
        (Get-ImageTrust r.example.com -Root $root).SignatureStore | Should -BeNullOrEmpty
        $said | Should -HaveCount 1
        $said | Should -Not -BeLike '*-KeepSignatureStore*'
    }

    It 'F12: -KeepSignatureStore is advised where the cmdlet has it alone' {
        (Get-Command Set-ImageTrust).Parameters.Keys | Should -Not -Contain 'KeepSignatureStore'
        $root = New-TestRoot $reject
        Set-Trust $root /keys/signer.asc https://a.example.com
        Set-ImageTrust r.example.com/sub -KeyPath /keys/signer.asc -Root $root -WarningAction SilentlyContinue
        "$(Get-Message { Remove-ImageTrust r.example.com -Root $root })" | Should -BeLike '*-KeepSignatureStore*'
    }
}

Describe 'F13: findings and keys' {
    It 'F13: name their host, and keys their scope' {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}'
        Set-Trust $root /keys/signer.asc https://a.example.com
        $rows = (Test-ImageTrust -Root $root).Findings | ConvertTo-Csv | ConvertFrom-Csv
        $rows.ComputerName | Select-Object -Unique | Should -Be (Get-ImageTrust -Default -Root $root).ComputerName
        $key = (Get-ImageTrust -Root $root).Keys | Where-Object { $_ }
        $key.Scope | Should -Be 'r.example.com'
        $key.ComputerName | Should -Be $rows[0].ComputerName
    }
}

Describe 'F14: a gate' {
    BeforeAll {
        $root = New-TestRoot $reject
        Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/app" -Recurse
    }

    It 'F14: Assert-ImageSignature passes nothing on of a refused image' {
        $passed = @()
        { Assert-ImageSignature dir:/app -Root $root | ForEach-Object { $passed += $_ } } | Should -Throw -ErrorId 'ImageNotValid,*'
        $passed | Should -BeNullOrEmpty
    }

    It 'F14: the first lines of <_>''s help warn of an if' -ForEach 'Test-ImageSignature', 'Test-ImageTrust' {
        (Get-Help $_).Description[0].Text | Should -BeLike "*if ($_*-Quiet*"
    }
}

Describe 'F15: other systems' {
    It 'F15: are claimed by the manifest, and the help says what works there' {
        $tags = (Import-PowerShellDataFile -LiteralPath $ModulePath).PrivateData.PSData.Tags
        $tags | Should -Contain 'Linux'
        if ($tags -contains 'Windows' -or $tags -contains 'MacOS') {
            $text = Get-Content -LiteralPath "$RepositoryRoot/docs/help/about_ContainerTrust_Fleet.md" -Raw
            $text | Should -Match '### From Windows or macOS'
            $text | Should -Match 'PlatformNotSupported'
        }
    }
}

Describe 'F16: Test-Fleet.ps1' {
    It 'F16: has what a scheduler needs' {
        $parameters = (Get-Command "$RepositoryRoot/samples/compliance/Test-Fleet.ps1").Parameters.Keys
        foreach ($name in 'HostFile', 'KeyFilePath', 'Port', 'Options', 'UserName') { $parameters | Should -Contain $name }
    }

    It 'F16: prints what it has found, with a module that is loaded already' {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}'
        $output = (Invoke-ChildSession "Import-Module '$ModulePath'; & '$RepositoryRoot/samples/compliance/Test-Fleet.ps1' -Root '$root' -ReportDirectory '$root'; exit `$LASTEXITCODE")
        $output.ExitCode | Should -Be 3
        "$($output.Output)" | Should -BeLike '*DefaultAcceptsAnything*0 of 1 hosts*'
    }
}

Describe 'F18: New-MachineConfigTrust' {
    It 'F18: its set <_> lists no parameter of a host' -ForEach 'InputObject', 'Preset' {
        $set = (Get-Command New-MachineConfigTrust).ParameterSets | Where-Object Name -EQ $_
        $set | Should -Not -BeNullOrEmpty
        foreach ($name in 'Root', 'PolicyPath', 'RegistriesDirectory', 'CurrentUser') { $set.Parameters.Name | Should -Not -Contain $name }
    }
}

Describe 'F19: texts' {
    It 'F19: a report of nothing is refused in whole sentences' {
        Get-Message { $null | Export-ImageTrustReport "$(New-TestRoot)/x.json" } | Should -BeLike 'The report cannot hold nothing. Give results *'
    }

    It 'F19: about_ContainerTrust says that entries go out whole, and has every cmdlet' {
        $text = Get-Content -LiteralPath "$RepositoryRoot/docs/help/about_ContainerTrust.md" -Raw
        $text | Should -Match '\$using:trust \| Set-ImageTrust -Local'
        $text | Should -Not -Match 'cuts? entries short'
        $seeAlso = $text.Substring($text.IndexOf('## SEE ALSO'))
        foreach ($cmdlet in (Get-Command -Module ContainerTrust).Name) { $seeAlso | Should -Match "\[$cmdlet\]" -Because $cmdlet }
        $seeAlso | Should -Match 'about_ContainerTrust_Fleet'
    }

    It 'F19: about_ContainerTrust lists the commands, <_> too' -ForEach 'test', 'machineconfig', 'undo', 'history', 'imagepolicy', 'save', 'dsc' {
        $text = (Get-Content -LiteralPath "$RepositoryRoot/docs/help/about_ContainerTrust.md" -Raw) -replace '\s+', ' '
        $text -match 'On machines without PowerShell, the command `containertrust` does the same: ([^.]*)\.' | Should -BeTrue
        $Matches[1] | Should -Match "``$_``"
    }

    It 'F19: of a plain-http registry it is said that it speaks http, and how to declare it' {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $server = [powershell]::Create().AddScript({
                param($Listener)
                while ($true) {
                    try { $client = $Listener.AcceptTcpClient() } catch { return }
                    $stream = $client.GetStream()
                    $null = $stream.Read([byte[]]::new(4096), 0, 4096)
                    $answer = [System.Text.Encoding]::ASCII.GetBytes("HTTP/1.0 400 Bad Request`r`nContent-Length: 0`r`n`r`n")
                    $stream.Write($answer, 0, $answer.Length)
                    $client.Dispose()
                }
            }).AddArgument($listener)
        $task = $server.BeginInvoke()
        try {
            $said = Get-Message { Test-ImageSignature "127.0.0.1:$port/app:1" -KeyPath "$DataPath/signer.asc" -MaximumRetryCount 0 }
            "$said" | Should -BeLike '*answers with http, not https*registries.conf*insecure = true*'
        }
        finally { $listener.Stop(); $null = $server.EndInvoke($task); $server.Dispose() }
    }

    It 'F19: -WhatIf and -Verbose name the root alike, and the default of a transport is called so' {
        $root = New-TestRoot $reject
        $relative = "./$(Split-Path -Path $root -Leaf)"
        $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Set-Location '$(Split-Path -Path $root)'; Set-ImageTrust '' -Transport docker-daemon -Type Accept -Force -Root $relative -WhatIf -Verbose 4>&1").Output
        ($words -like 'What if:*') | Should -BeLike "*$root*"
        "$words" | Should -BeLike '*docker-daemon*'
    }

    It 'F19: options of ssh by default leave local calls alone' {
        $root = New-TestRoot $reject
        $PSDefaultParameterValues['*-ImageTrust:KeyFilePath'] = '/root/.ssh/id'
        $PSDefaultParameterValues['*-ImageTrust:UserName'] = 'deploy'
        try { (Get-ImageTrust -Default -Root $root).Type | Should -Be 'Reject' }
        finally { $PSDefaultParameterValues.Remove('*-ImageTrust:KeyFilePath'); $PSDefaultParameterValues.Remove('*-ImageTrust:UserName') }
    }
}

Describe 'F20: completion' {
    BeforeAll {
        $root = New-TestRoot $SmallPolicy @{ 'a.yaml' = "docker:`n  quay.io:`n    lookaside: https://store.example.com/sigs`n" }
        $kubeconfig = "$root/kubeconfig"
        Set-Content -LiteralPath $kubeconfig -Value "apiVersion: v1`nkind: Config`ncontexts:`n- context: {cluster: one, user: a}`n  name: staging`ncurrent-context: staging"
    }

    It 'F20: <Line> completes below the root' -ForEach @(
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -KeyPath /keys/si'; Words = @("'/keys/signer.asc'") }
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -FulcioCAPath /keys/c'; Words = @("'/keys/ca.pem'", "'/keys/cosign.pub'", "'/keys/cosign2.pub'") }
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -RekorPublicKeyPath /keys/re'; Words = @("'/keys/rekor.pub'") }
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -CARootsPath /keys/ro'; Words = @("'/keys/roots.pem'") }
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -CAIntermediatesPath /keys/mi'; Words = @("'/keys/middle.pem'") }
        @{ Line = 'Test-ImageSignature -Root {0} dir:/ke'; Words = @('dir:/keys/') }
        @{ Line = 'Test-ImageSignature -Root {0} oci:/ke'; Words = @('oci:/keys/') }
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -SignatureStore '; Words = @('https://store.example.com/sigs') }
    ) {
        Get-Completion ($Line -f $root) | ForEach-Object { $_.Trim("'") } | Should -Be ($Words | ForEach-Object { $_.Trim("'") })
    }

    It 'F20: -Context of <_> has the kubeconfig''s contexts' -ForEach 'Test-MachineConfigTrust', 'Get-MachineConfigTrust' {
        Get-Completion "$_ -Kubeconfig $kubeconfig -Context " | Should -Be 'staging'
    }
}

Describe 'Frictions of the journeys' {
    It 'Get-Help -Online has a page for <_>' -ForEach 'Get-ImageTrust', 'Set-ImageTrust', 'Test-ImageSignature', 'Test-ImageTrust', 'Export-ImageTrustReport' {
        (Get-Command $_).HelpUri | Should -BeLike "https://*$_.md"
    }

    It 'a warning of a key is given once for its scopes, and names the scope where entries are piped' {
        $root, $other = (New-TestRoot $reject), (New-TestRoot $reject)
        @(Get-Message { Set-ImageTrust a.example.com, b.example.com -KeyPath /keys/expired.asc -Force -Root $root } | Where-Object { $_ -like '*can make a valid signature*' }) | Should -HaveCount 1
        $said = Get-Message { Get-ImageTrust a.example.com, b.example.com -Root $root | Set-ImageTrust -Root $other }
        @($said -like 'a.example.com: No key in /keys/expired.asc*') | Should -HaveCount 1
        @($said -like 'b.example.com: No key in /keys/expired.asc*') | Should -HaveCount 1
    }

    It '-WhatIf is silent about what is so already' {
        $root = New-TestRoot $reject
        Set-Trust $root /keys/signer.asc https://a.example.com
        (Invoke-ChildSession "Import-Module '$ModulePath'; Set-ImageTrust r.example.com -KeyPath /keys/signer.asc -Root '$root' -WhatIf").Output | Should -BeNullOrEmpty
    }

    It '-WhatIf has the word of -Type: <_>' -ForEach 'Accept', 'Reject' {
        $root = New-TestRoot $SmallPolicy
        $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Set-ImageTrust w.example.com -Type $_ -Root '$root' -WhatIf").Output
        $words[0] | Should -BeLike "What if: Performing the operation `"Set $($_.ToLowerInvariant())`" on target*under $root`"."
    }

    It '-WhatIf shows in a policy of one line what differs' {
        $scopes = 1..12 | ForEach-Object { "`"s$_.example.com`":[{`"type`":`"reject`"}]" }
        $root = New-TestRoot "{`"default`":[{`"type`":`"reject`"}],`"transports`":{`"docker`":{$($scopes -join ',')}}}"
        $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Set-ImageTrust s6.example.com -Type Accept -Root '$root' -WhatIf").Output
        $words -match '^\+\u2026.*"s6.example.com":\[\{"type":"insecureAcceptAnything"' | Should -HaveCount 1
        $words -match '^-\u2026.*"s6.example.com":\[\{"type":"reject"' | Should -HaveCount 1
    }

    It 'a path where an image is asked for is told how to be named' {
        Test-ImageSignature "$ImagePath/app" -KeyPath "$DataPath/signer.asc" -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failure = $failures[0]
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidReference,*'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike "Specify 'dir:$ImagePath/app' for a directory*"
        # And that is so.
        (Test-ImageSignature "dir:$ImagePath/app" -KeyPath "$DataPath/signer.asc").InputReference | Should -Be "dir:$ImagePath/app"
    }

    It 'an image that is missing below a root is said to be missing there' {
        $root = New-TestRoot $reject
        "$(Get-Message { Test-ImageSignature dir:/none -Root $root })" | Should -BeLike "*/none/manifest.json does not exist in the root directory $root.*"
    }

    It 'a signature of an image in a directory says by which parameters it can count, and they do' {
        $signed = @{ KeyPath = "$ImagePath/release.asc"; ErrorAction = 'Stop' }
        $result = Test-ImageSignature "dir:$ImagePath/app" @signed
        $result.IsValid | Should -BeFalse
        $result.Reason | Should -Match 'it is for (\S+), and an image of this transport.*\(-ExactReference, -ExactRepository\)'
        $null = $result.Reason -match 'it is for (\S+), and'
        (Test-ImageSignature "dir:$ImagePath/app" @signed -ExactReference $Matches[1]).IsValid | Should -BeTrue
    }

    It 'a key''s path that is not whole is refused with what to do' {
        $failure = try { New-ImageTrust n.example.com -KeyPath ./keys/signer.asc -ErrorAction Stop } catch { $_ }
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*-InlineKey*'
    }

    It 'a file that was written is shown with its mode and size' {
        $root = New-TestRoot $reject
        $file = Test-ImageTrust -Root $root | Export-ImageTrustReport "$root/x.html" -PassThru
        $file | Should -BeOfType ([System.IO.FileInfo])
        $file.Length | Should -BeGreaterThan 0
        ($file | Out-String) | Should -Match '-rw'
    }

    It 'what tables show is a property with that value' {
        $root = New-TestRoot $reject
        Set-Trust $root /keys/signer.asc https://a.example.com
        $entries = Get-ImageTrust -Root $root
        foreach ($row in Get-Line $entries | Select-Object -Skip 2) {
            $cells = $row -split '\s+'
            @($entries | Where-Object { $_.Scope -eq $cells[0] -and $_.Type -eq $cells[1] }).Count | Should -Be 1
        }
        foreach ($heading in ((Get-Line $entries)[0] -split '\s+') -ne '') { $entries[1].PSObject.Properties.Name | Should -Contain $heading }
    }

    It 'both keys, and one of both, look different, at 80 columns too' {
        $root = New-TestRoot $reject
        $keys = '/keys/signer.asc', '/keys/second.asc'
        Set-ImageTrust both.example.com -KeyPath $keys -Root $root -WarningAction SilentlyContinue
        Set-ImageTrust any.example.com -KeyPath $keys -AnyKey -Root $root -WarningAction SilentlyContinue
        (Get-ImageTrust both.example.com -Root $root).Signer | Should -Be 'all of signer@example.com, second@example.com'
        (Get-ImageTrust any.example.com -Root $root).Signer | Should -Be 'any of signer@example.com, second@example.com'
        $lines = Get-Line (Get-ImageTrust *.example.com -Root $root)
        $lines -match '^both.example.com +SignedBy +all of s' | Should -HaveCount 1
        $lines -match '^any.example.com +SignedBy +any of s' | Should -HaveCount 1
    }

    It 'results can be joined with the list of images that was given' {
        $given = "dir:$ImagePath/app", 'nonsense image'
        $results = $given | Test-ImageSignature -KeyPath "$DataPath/signer.asc" -ErrorAction SilentlyContinue -ErrorVariable failures
        $results.InputReference | Should -Be $given[0]
        $failures[0].TargetObject | Should -Be $given[1]
    }

    It 'a directory of MachineConfigs is read by a pattern and whole, each config once' {
        $root = New-TestRoot
        New-MachineConfigTrust -Preset RedHat -OpenShiftVersion 4.20 -OutputDirectory "$root/mc" -WarningAction SilentlyContinue
        (Get-MachineConfigTrust -Path "$root/mc/*.yaml").Count | Should -Be 1
        @(Get-MachineConfigTrust "$root/mc").Name | Should -Be '51-worker-rh-registry-trust'
        Remove-Item -Path "$root/mc/*.yaml"
        @(Get-MachineConfigTrust "$root/mc").Name | Should -Be '51-worker-rh-registry-trust'
        { Get-MachineConfigTrust "$root/keys" -ErrorAction Stop } | Should -Throw -ErrorId 'NoMachineConfig,*'
    }

    It 'errors recommend what their message does' {
        $root = New-TestRoot $reject
        foreach ($code in { Get-ImageTrust none.example.com -Root $root }, { Set-ImageTrust x.example.com -Root $root }, { Get-ImageTrust -Root "$root/none" }) {
            $failure = try { & $code 2>&1 | Select-Object -First 1 } catch { $_ }
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty -Because $failure
        }
    }

    It 'the manifest names its project, its notes and its icon' {
        $data = (Import-PowerShellDataFile -LiteralPath $ModulePath).PrivateData.PSData
        foreach ($name in 'ProjectUri', 'ReleaseNotes', 'LicenseUri') { $data[$name] | Should -Not -BeNullOrEmpty -Because $name }
    }
}
