# Export-ImageTrust and Import-ImageTrust: trust as a file.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    $schema = "$RepositoryRoot/docs/schemas/image-trust.schema.json"
    function Get-RootText([string] $Root) {
        Get-ChildItem -LiteralPath "$Root/etc" -Recurse -File | Where-Object Name -NE containertrust-changes.jsonl | Sort-Object FullName | ForEach-Object { $_.FullName.Substring($Root.Length); [System.IO.File]::ReadAllText($_.FullName) }
    }
    function Test-File([string] $Text) {
        $faults = $null
        Test-Json -Json $Text -SchemaFile $schema -ErrorAction SilentlyContinue -ErrorVariable faults
    }
}
AfterAll { Remove-TestRoot }

Describe 'Export-ImageTrust' {
    BeforeAll {
        $root = New-TestRoot $FullPolicy $FullRegistries
        $entries = Get-ImageTrust -Root $root
    }

    It 'writes what its schema describes, of every kind of requirement' {
        $entries | Export-ImageTrust "$root/full.json" | Should -BeNullOrEmpty
        $text = [System.IO.File]::ReadAllText("$root/full.json")
        Test-File $text | Should -BeTrue
        ($text | ConvertFrom-Json).entries.Count | Should -Be $entries.Count
        $text | Should -Not -Match ([regex]::Escape($root))
        $text | Should -Not -Match ([regex]::Escape($entries[0].ComputerName) + '"')
    }

    It 'makes equal bytes of equal entries, in JSON and in YAML' {
        $bag = Join-Path $root 'bag.xml'
        $entries | Export-Clixml -LiteralPath $bag -Depth 5
        foreach ($name in 'trust.json', 'trust.yaml', 'trust.yml') {
            $entries | Export-ImageTrust "$root/$name"
            $first = [System.IO.File]::ReadAllText("$root/$name")
            $entries | Sort-Object Registry -Descending | Export-ImageTrust "$root/$name"
            [System.IO.File]::ReadAllText("$root/$name") | Should -BeExactly $first
            Import-Clixml -LiteralPath $bag | Export-ImageTrust "$root/$name"
            [System.IO.File]::ReadAllText("$root/$name") | Should -BeExactly $first
            Import-ImageTrust "$root/$name" | Export-ImageTrust "$root/$name"
            [System.IO.File]::ReadAllText("$root/$name") | Should -BeExactly $first
        }
    }

    It 'takes -Format before the name, and needs one of them' {
        $entries | Export-ImageTrust "$root/trust" -Format yaml
        [System.IO.File]::ReadAllText("$root/trust") | Should -BeLike '# yaml-language-server:*'
        { $entries | Export-ImageTrust "$root/trust.txt" -ErrorAction Stop } | Should -Throw -ErrorId 'UnknownTrustFileFormat,*'
    }

    It 'returns the file with -PassThru, writes nothing with -WhatIf, and leaves a file alone with -NoClobber' {
        ($entries | Export-ImageTrust "$root/new.json" -PassThru).FullName | Should -Be "$root/new.json"
        $entries[0] | Export-ImageTrust "$root/none.json" -WhatIf
        "$root/none.json" | Should -Not -Exist
        $stamp = Get-Stamp "$root/new.json"
        { $entries[0] | Export-ImageTrust "$root/new.json" -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
        Get-Stamp "$root/new.json" | Should -Be $stamp
        $entries[0] | Export-ImageTrust "$root/none.json" -NoClobber
        "$root/none.json" | Should -Exist
    }

    It 'takes the entries of MachineConfigs' {
        $entries[1] | New-MachineConfigTrust -OpenShiftVersion 4.20 -WarningAction SilentlyContinue | Export-ImageTrust "$root/config.json"
        (Import-ImageTrust "$root/config.json").Registry | Should -Contain $entries[1].Registry
    }

    It 'refuses what is not an entry: <Id>' -TestCases @(
        @{ Id = 'NoEntries'; Items = @() }
        @{ Id = 'InvalidInputObject'; Items = @('text') }
        @{ Id = 'InvalidInputObject'; Items = @([pscustomobject]@{ Registry = 'a' }) }
        @{ Id = 'InvalidInputObject'; Items = @($null) }
    ) {
        { $Items | Export-ImageTrust "$root/wrong.json" -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
        "$root/wrong.json" | Should -Not -Exist
    }

    It 'refuses entries of two hosts that contradict each other, and names them' {
        $second = New-TestRoot $SmallPolicy
        $other = New-TestRoot '{"default":[{"type":"reject"}]}'
        { Get-ImageTrust -Default -Root $second, $other -ErrorAction Stop } | Should -Throw
        $both = @(Get-ImageTrust -Default -Root $second) + @(Get-ImageTrust -Default -Root $other)
        $message = try { $both | Export-ImageTrust "$root/both.json" -ErrorAction Stop } catch { "$($_.FullyQualifiedErrorId) $_" }
        $message | Should -BeLike "EntriesContradict,*$second*$other*"
    }

    It 'is refused by the schema where it is wrong: <Name>' -TestCases @(
        @{ Name = 'no schema'; Was = '"\$schema": "[^"]+",'; Becomes = '' }
        @{ Name = 'an unknown member of the file'; Was = '"entries":'; Becomes = '"version": 1, "entries":' }
        @{ Name = 'an unknown member of an entry'; Was = '"scope": "quay.io"'; Becomes = '"scope": "quay.io", "comment": ""' }
        @{ Name = 'no requirements'; Was = '"type": "reject"\s+\}\s+\]'; Becomes = '"type": "reject"} ], "requirements2": []' }
        @{ Name = 'a requirement of no kind'; Was = '"type": "reject"'; Becomes = '"type": "refuse"' }
        @{ Name = 'a member that the kind does not have'; Was = '"type": "reject"'; Becomes = '"type": "reject", "keyPath": "/k"' }
        @{ Name = 'two keys'; Was = '"keyPath": "/keys/signer.asc"'; Becomes = '"keyPath": "/keys/signer.asc", "keyData": "YQ=="' }
        @{ Name = 'no key'; Was = '"keyPath": "/keys/signer.asc",'; Becomes = '' }
        @{ Name = 'a scope of the default'; Was = '"default": true,'; Becomes = '"default": true, "scope": "",' }
        @{ Name = 'no scope'; Was = '"scope": "quay.io",'; Becomes = '' }
        @{ Name = 'a store of another transport'; Was = '"transport": "docker"'; Becomes = '"transport": "dir"' }
        @{ Name = 'an identity without its member'; Was = '"dockerReference": "a.example.com/b:1"'; Becomes = '"prefix": "a"' }
    ) {
        @(New-ImageTrust -Default -Type Reject
            New-ImageTrust quay.io -KeyPath /keys/signer.asc -ExactReference a.example.com/b:1 -SignatureStore https://quay.io/s
        ) | Export-ImageTrust "$root/small.json"
        $text = [System.IO.File]::ReadAllText("$root/small.json")
        Test-File $text | Should -BeTrue
        $wrong = ([regex]$Was).Replace($text, $Becomes, 1)
        $wrong | Should -Not -BeExactly $text
        Test-File $wrong | Should -BeFalse
        [System.IO.File]::WriteAllText("$root/wrong.json", $wrong)
        { Import-ImageTrust "$root/wrong.json" -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidTrustFile,*'
    }
}

Describe 'Import-ImageTrust' {
    BeforeAll {
        $root = New-TestRoot $FullPolicy $FullRegistries
        Get-ImageTrust -Root $root | Export-ImageTrust "$root/trust.yaml"
        $null = New-Item -ItemType Directory -Path "$root/git"
        New-ImageTrust a.example.com -Type Reject | Export-ImageTrust "$root/git/a.json"
        New-ImageTrust b.example.com -Type Reject | Export-ImageTrust "$root/git/b.yaml"
        New-ImageTrust c.example.com -Type Reject | Export-ImageTrust "$root/git/[c].json"
    }

    It 'brings the policy and the stores of one host to another as a copy does' {
        foreach ($policy in $null, $SmallPolicy) {
            $direct, $byFile = (New-TestRoot $policy), (New-TestRoot $policy)
            Get-ImageTrust -Root $root | Sort-Object | Set-ImageTrust -Root $direct -Force -WarningAction SilentlyContinue
            Import-ImageTrust "$root/trust.yaml" | Set-ImageTrust -Root $byFile -Force -WarningAction SilentlyContinue
            Get-RootText $byFile | Should -BeExactly (Get-RootText $direct)
        }
    }

    It 'gives entries of no host' {
        $entry = (Import-ImageTrust "$root/trust.yaml").Where({ $_.Registry -eq 'path.example.com' })[0]
        $entry.ComputerName | Should -BeExactly ''
        $entry.Origin, $entry.PolicyPath | Should -Be $null, $null
        $entry.Section.UseSigstoreAttachments | Should -BeTrue
        $entry.Requirements[0].KeyPath | Should -Be '/keys/signer.asc'
    }

    It 'takes wildcards, literal names, and files from the pipeline' {
        (Import-ImageTrust "$root/git/?.*").Registry | Should -Be 'a.example.com', 'b.example.com'
        (Import-ImageTrust -LiteralPath "$root/git/[c].json").Registry | Should -Be 'c.example.com'
        (Get-ChildItem -LiteralPath "$root/git" | Import-ImageTrust).Registry | Sort-Object | Should -Be 'a.example.com', 'b.example.com', 'c.example.com'
        ("$root/git/b.yaml" | Import-ImageTrust).Registry | Should -Be 'b.example.com'
        Push-Location -LiteralPath "$root/git"
        try { (Import-ImageTrust ./a.json).Registry | Should -Be 'a.example.com' } finally { Pop-Location }
    }

    It 'says which file is missing or wrong, and where, and goes on' {
        [System.IO.File]::WriteAllText("$root/wrong.yaml", "`$schema: image-trust.schema.json`nentries:`n  - default: true`n    requirements: [{type: refuse}]`n")
        $found = Import-ImageTrust "$root/none.json", "$root/none*.json", "$root/wrong.yaml", "$root/git/a.json" -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Registry | Should -Be 'a.example.com'
        $failed.Count | Should -Be 3
        $failed.FullyQualifiedErrorId | Should -Be (@('TrustFileNotFound,ContainerTrust.Commands.ImportImageTrustCommand') * 2 + 'InvalidTrustFile,ContainerTrust.Commands.ImportImageTrustCommand')
        "$($failed[2])" | Should -BeLike "$root/wrong.yaml:4:* $.entries``[0``].requirements``[0``]*"
    }

    It 'refuses a second file that contradicts the first' {
        New-ImageTrust a.example.com -Type Accept | Export-ImageTrust "$root/a2.json"
        $found = Import-ImageTrust "$root/git/a.json", "$root/a2.json", "$root/git/a.json" -ErrorVariable failed -ErrorAction SilentlyContinue
        $found.Type | Should -Be 'Reject', 'Reject'
        $failed.FullyQualifiedErrorId | Should -BeLike 'EntriesContradict,*'
        "$failed" | Should -BeLike "*$root/a2.json and $root/git/a.json*"
    }

    It 'is a baseline and a side of a comparison, piped or by its path, whatever the file is called' {
        Copy-Item -LiteralPath "$root/trust.yaml" -Destination "$root/wanted"
        function Get-BaselineRule($Result) { @($Result.Findings.RuleId -like 'Baseline*') }
        $other = New-TestRoot $SmallPolicy
        foreach ($path in "$root/trust.yaml", "$root/wanted") {
            Get-BaselineRule (Test-ImageTrust -Baseline $path -Root $root) | Should -BeNullOrEmpty
            Get-BaselineRule (Test-ImageTrust -Baseline $path -Root $other) | Should -Contain 'BaselineScopeMissing'
            # A file has no keys, so what it names is compared by name, which is said.
            $found = Compare-ImageTrust $path (Get-ImageTrust -Root $root)
            $found | Where-Object { $_.Verdict -ne 'Same' -or $_.Presence -ne 'Both' -or -not $_.Reasons } | Should -BeNullOrEmpty
            @(Compare-ImageTrust $path (Get-ImageTrust -Root $other)).Count | Should -BeGreaterThan 5
        }
        Get-BaselineRule (Import-ImageTrust "$root/trust.yaml" | Test-ImageTrust -Root $root) | Should -BeNullOrEmpty
    }
}
