# What is piped to Get-, Set- and Remove-ImageTrust, and where it is worked on. Over SSH: Fleet.Tests.ps1.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    $WarningPreference = 'SilentlyContinue'
    $reject = '{"default":[{"type":"reject"}]}'
    function New-Full {
        $root = New-TestRoot $reject
        Set-ImageTrust a.example.com -KeyPath /keys/signer.asc -SignatureStore https://a.example.com/sigs -Root $root
        Set-ImageTrust b.example.com -Type Accept -Root $root
        Set-ImageTrust c.example.com -KeyPath /keys/signer.asc, /keys/second.asc -AnyKey -SignedIdentity MatchRepository -Root $root
        Set-ImageTrust d.example.com -Type SigstoreSigned -KeyPath /keys/cosign.pub -RekorPublicKeyPath /keys/rekor.pub -Root $root
        $root
    }
    function Get-Difference($One, $Two) { Compare-ImageTrust $One -Root $Two | Where-Object { $_.Verdict -ne 'Same' -or $_.Presence -ne 'Both' } | ForEach-Object { "$_" } }
}
AfterAll { Remove-TestRoot }

Describe 'A piped entry' {
    It 'is changed below the root that it was read from' {
        $root = New-Full
        Get-ImageTrust -Root $root | Where-Object Type -EQ Accept | Remove-ImageTrust
        (Get-ImageTrust -Root $root).Registry | Should -Not -Contain 'b.example.com'
        Get-ImageTrust a.example.com -Root $root | Set-ImageTrust -Type Reject
        (Get-ImageTrust a.example.com -Root $root).Type | Should -Be 'Reject'
    }

    It 'is changed in the file that was named' {
        $file = "$(New-Full)/mine.json"
        [System.IO.File]::WriteAllText($file, '{"default":[{"type":"reject"}],"transports":{"docker":{"p.example.com":[{"type":"insecureAcceptAnything"}]}}}')
        $registries = [System.IO.Path]::GetDirectoryName($file) + '/etc/containers/registries.d'
        Get-ImageTrust p.example.com -PolicyPath $file -RegistriesDirectory $registries | Set-ImageTrust -Type Reject
        (Get-ImageTrust p.example.com -PolicyPath $file -RegistriesDirectory $registries).Type | Should -Be 'Reject'
    }

    It 'is copied where a place is named' {
        $root, $other = (New-Full), (New-TestRoot $reject)
        Get-ImageTrust -Root $root | Set-ImageTrust -Root $other
        Get-Difference $root $other | Should -BeNullOrEmpty
    }

    It 'of another machine is refused, not taken for one of this one' {
        $root = New-Full
        $entry = Get-ImageTrust b.example.com -Root $root
        $entry | Export-Clixml -LiteralPath "$root/e.xml"
        $here = [regex]::Escape($entry.Origin.ComputerName)
        $text = [System.IO.File]::ReadAllText("$root/e.xml") -replace "(<S N=`"ComputerName`">)$here<", '$1elsewhere.example.com<' -replace "&quot;ComputerName&quot;:&quot;$here&quot;", '&quot;ComputerName&quot;:&quot;elsewhere.example.com&quot;' -replace "`"ComputerName`":`"$here`"", '"ComputerName":"elsewhere.example.com"'
        [System.IO.File]::WriteAllText("$root/e.xml", $text)
        $foreign = Import-Clixml -LiteralPath "$root/e.xml"
        $foreign.Origin.ComputerName | Should -Be 'elsewhere.example.com'
        { $foreign | Remove-ImageTrust } | Should -Throw -ErrorId 'TargetUnknown,*' -ExpectedMessage '*elsewhere.example.com*'
        { $foreign | Set-ImageTrust -Type Reject } | Should -Throw -ErrorId 'TargetUnknown,*'
        { $foreign | Get-ImageTrust } | Should -Throw -ErrorId 'TargetUnknown,*'
        (Get-ImageTrust b.example.com -Root $root).Type | Should -Be 'Accept'
        $foreign | Remove-ImageTrust -Root $root
        (Get-ImageTrust -Root $root).Registry | Should -Not -Contain 'b.example.com'
    }

    It 'that contradicts one of another place is refused, and nothing is written' {
        $one, $two, $target = (New-Full), (New-Full), (New-TestRoot $reject)
        Set-ImageTrust b.example.com -Type Reject -Root $two
        $before = Get-PolicyText $target
        { (Get-ImageTrust -Root $one), (Get-ImageTrust -Root $two) | Set-ImageTrust -Root $target } | Should -Throw -ErrorId 'EntriesContradict,*'
        Get-PolicyText $target | Should -Be $before
        { @(Get-ImageTrust a.example.com -Root $one) + @(Get-ImageTrust a.example.com -Root $two) | Set-ImageTrust -Root $target } | Should -Not -Throw
    }

    It 'is not changed in a policy that has come in the place of the one that it was read from' {
        $root = New-TestRoot ''
        $null = New-Item -ItemType Directory -Path "$root/usr/share/containers"
        [System.IO.File]::WriteAllText("$root/usr/share/containers/policy.json", '{"default":[{"type":"reject"}],"transports":{"docker":{"v.example.com":[{"type":"insecureAcceptAnything"}]}}}')
        $entry = Get-ImageTrust v.example.com -Root $root -PodmanVersion 6.0
        [System.IO.File]::WriteAllText("$root/etc/containers/policy.json", $reject)
        { $entry | Set-ImageTrust -Type Reject } | Should -Throw -ErrorId 'OtherPolicyInForce,*'
        Get-PolicyText $root | Should -Be $reject
    }

    It 'is read again where it lives' {
        $root = New-Full
        $entry = Get-ImageTrust b.example.com -Root $root
        Set-ImageTrust b.example.com -Type Reject -Root $root
        ($entry | Get-ImageTrust).Type | Should -Be 'Reject'
        ($entry | Get-ImageTrust).Origin | Should -Be $entry.Origin
    }
}

Describe 'A store that was changed on an entry' {
    It 'is meant: <Case>' -ForEach @(
        @{ Case = 'another one'; Value = 'https://edited.example.com' }
        @{ Case = 'none any more'; Value = $null }
    ) {
        $root, $other = (New-Full), (New-TestRoot $reject)
        foreach ($target in $root, $other) {
            $entry = Get-ImageTrust a.example.com -Root $root
            $entry.SignatureStore = $Value
            $entry | Set-ImageTrust -Root $target
            (Get-ImageTrust a.example.com -Root $target).SignatureStore | Should -Be $Value
            Set-ImageTrust a.example.com -SignatureStore https://a.example.com/sigs -Root $root
        }
    }

    It 'is meant after the entry was saved, too' {
        $root = New-Full
        $entry = Get-ImageTrust a.example.com -Root $root
        $entry.SignatureStore = 'https://edited.example.com'
        $entry | Export-Clixml -LiteralPath "$root/e.xml"
        Import-Clixml -LiteralPath "$root/e.xml" | Set-ImageTrust -Root $root
        (Get-ImageTrust a.example.com -Root $root).SignatureStore | Should -Be 'https://edited.example.com'
    }

    It 'cannot be taken away where it is inherited' {
        $root = New-TestRoot $reject
        Set-ImageTrust -Default -SignatureStore https://all.example.com -Root $root
        Set-ImageTrust a.example.com -KeyPath /keys/signer.asc -Root $root
        $entry = Get-ImageTrust a.example.com -Root $root
        $entry.SignatureStore | Should -Be 'https://all.example.com'
        $entry.SignatureStore = $null
        $entry | Set-ImageTrust -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'StoreInherited,*'
        (Get-ImageTrust a.example.com -Root $root).SignatureStore | Should -Be 'https://all.example.com'
    }
}

Describe 'Rows' {
    It 'of a CSV file are entries' {
        $root, $expected = (New-TestRoot $reject), (New-TestRoot $reject)
        @'
Registry,KeyPath,SignatureStore,Type,AnyKey,SignedIdentity
a.example.com,/keys/signer.asc,https://a.example.com/sigs,SignedBy,,
b.example.com,,,Accept,,
c.example.com,/keys/signer.asc;/keys/second.asc,,,true,MatchRepository
'@ | ConvertFrom-Csv | Set-ImageTrust -Root $root
        Set-ImageTrust a.example.com -KeyPath /keys/signer.asc -SignatureStore https://a.example.com/sigs -Root $expected
        Set-ImageTrust b.example.com -Type Accept -Root $expected
        Set-ImageTrust c.example.com -KeyPath /keys/signer.asc, /keys/second.asc -AnyKey -SignedIdentity MatchRepository -Root $expected
        Get-PolicyText $root | Should -Be (Get-PolicyText $expected)
    }

    It 'come back that were written by <_>' -ForEach 'Export-Csv', 'ConvertTo-Json', 'Select-Object', 'Export-Clixml' {
        $root, $other = (New-Full), (New-TestRoot $reject)
        $entries = Get-ImageTrust -Root $root
        $rows = switch ($_) {
            'Export-Csv' { $entries | Export-Csv -LiteralPath "$root/t.csv"; Import-Csv -LiteralPath "$root/t.csv" }
            'ConvertTo-Json' { $entries | ConvertTo-Json -Depth 9 -WarningAction SilentlyContinue | ConvertFrom-Json }
            'Select-Object' { $entries | Select-Object *, @{ Name = 'Team'; Expression = { 'web' } } }
            'Export-Clixml' { $entries | Export-Clixml -LiteralPath "$root/t.xml"; Import-Clixml -LiteralPath "$root/t.xml" }
        }
        $rows | Set-ImageTrust -Root $other
        Get-Difference $root $other | Should -BeNullOrEmpty
    }

    It 'are hashtables, objects and names, for Set- and for Remove-ImageTrust' {
        $root = New-TestRoot $reject
        @{ Registry = 'a.example.com'; Type = 'Accept' } | Set-ImageTrust -Root $root
        [pscustomobject]@{ Registry = 'b.example.com'; Type = 'Accept' } | Set-ImageTrust -Root $root
        'c.example.com', 'd.example.com' | Set-ImageTrust -Type Accept -Root $root
        '/srv/images' | ForEach-Object { [pscustomobject]@{ Transport = 'dir'; Registry = $_ } } | Set-ImageTrust -Type Reject -Root $root
        (Get-ImageTrust -Root $root | Where-Object -Not IsDefault).Registry | Should -Be 'a.example.com', 'b.example.com', 'c.example.com', 'd.example.com', '/srv/images'
        @{ Registry = 'a.example.com' } | Remove-ImageTrust -Root $root
        [pscustomobject]@{ Registry = '/srv/images'; Transport = 'dir' }, 'c.example.com' | Remove-ImageTrust -Root $root
        (Get-ImageTrust -Root $root | Where-Object -Not IsDefault).Registry | Should -Be 'b.example.com', 'd.example.com'
    }

    It 'are refused, and nothing is written: <Case>' -ForEach @(
        @{ Case = 'without a scope'; Row = [pscustomobject]@{ Scop = 'x.example.com'; Type = 'Reject' }; ErrorId = 'InvalidEntry' }
        @{ Case = 'a number'; Row = 5; ErrorId = 'InvalidEntry' }
        @{ Case = 'an empty name'; Row = ''; ErrorId = 'EmptyScope' }
        @{ Case = 'signed, without a key'; Row = [pscustomobject]@{ Registry = 'x.example.com'; Type = 'SignedBy' }; ErrorId = '*' }
        @{ Case = 'several kinds of requirements'; Row = [pscustomobject]@{ Registry = 'x.example.com'; Type = 'Mixed' }; ErrorId = 'InvalidEntry' }
        @{ Case = 'a number for a type'; Row = [pscustomobject]@{ Registry = 'x.example.com'; Type = '0' }; ErrorId = 'InvalidEntry' }
        @{ Case = 'a relative path'; Row = [pscustomobject]@{ Registry = 'x.example.com'; KeyPath = 'key.asc' }; ErrorId = 'PathNotAbsolute' }
        @{ Case = 'words for requirements'; Row = [pscustomobject]@{ Registry = 'x.example.com'; Type = 'Accept'; Requirements = 'ContainerTrust.TrustRequirement[]' }; ErrorId = 'InvalidEntry' }
        @{ Case = 'maybe'; Row = [pscustomobject]@{ Registry = 'x.example.com'; KeyPath = '/keys/signer.asc'; AnyKey = 'maybe' }; ErrorId = 'InvalidEntry' }
    ) {
        $root = New-TestRoot $reject
        $before = Get-PolicyText $root
        { $Row | Set-ImageTrust -Root $root -ErrorAction Stop } | Should -Throw -ErrorId "$ErrorId,*"
        Get-PolicyText $root | Should -Be $before
    }

    It 'of another host are not written to this machine: <Case>' -ForEach @(
        @{ Case = 'HostName'; Row = [pscustomobject]@{ HostName = 'web1'; Registry = 'x.example.com'; Type = 'Reject' } }
        @{ Case = 'ComputerName'; Row = [pscustomobject]@{ ComputerName = 'web1'; Registry = 'x.example.com'; Type = 'Reject' } }
        @{ Case = 'a finding'; Row = [pscustomobject]@{ ComputerName = 'web1'; Scope = 'x.example.com' } }
    ) {
        { $Row | Set-ImageTrust -Type Reject -WhatIf } | Should -Throw -ErrorId 'TargetUnknown,*'
        { $Row | Remove-ImageTrust -WhatIf } | Should -Throw -ErrorId 'TargetUnknown,*'
        $root = New-TestRoot $reject
        $Row | Set-ImageTrust -Type Reject -Root $root
        (Get-ImageTrust -Root $root).Registry | Should -Contain 'x.example.com'
    }

    It 'with columns that are not read are refused: <_>' -ForEach 'KeyPaths', 'RekorPublicKeyPaths', 'InlineKey', 'Store', 'Identity' {
        $root = New-TestRoot $reject
        $row = [pscustomobject]@{ Registry = 'x.example.com'; Type = 'SignedBy'; KeyPath = '/keys/signer.asc' }
        $row | Add-Member -NotePropertyName $_ -NotePropertyValue 'x'
        { $row | Set-ImageTrust -Root $root } | Should -Throw -ErrorId 'InvalidEntry,*' -ExpectedMessage "*$_*"
        $row.$_ = ''
        { $row | Set-ImageTrust -Root $root } | Should -Not -Throw
    }

    It 'of the default and a registry at once are refused' {
        $root = New-TestRoot $reject
        { [pscustomobject]@{ Registry = 'quay.io'; Default = $true; Type = 'Accept' } | Set-ImageTrust -Root $root } | Should -Throw -ErrorId 'InvalidEntry,*'
    }

    It 'that contradict each other are refused, whether a place is named or not' {
        $root = New-Full
        $before = Get-PolicyText $root
        $rows = 'Reject', 'Accept' | ForEach-Object { [pscustomobject]@{ Registry = 'q.example.com'; Type = $_ } }
        { $rows | Set-ImageTrust -Root $root } | Should -Throw -ErrorId 'EntriesContradict,*'
        { $rows | Set-ImageTrust -WhatIf } | Should -Throw -ErrorId 'EntriesContradict,*'
        $entry = Get-ImageTrust b.example.com -Root $root
        $edited = Get-ImageTrust a.example.com -Root $root
        $edited.SignatureStore = 'https://edited.example.com'
        { $entry, $edited, (Get-ImageTrust a.example.com -Root $root) | Set-ImageTrust } | Should -Throw -ErrorId 'EntriesContradict,*'
        Get-PolicyText $root | Should -Be $before
    }

    It 'whose JSON was edited beside the Definition are refused' {
        $root = New-Full
        $rows = { Get-ImageTrust a.example.com -Root $root | ConvertTo-Json -Depth 9 -WarningAction SilentlyContinue | ConvertFrom-Json }
        { & $rows | Set-ImageTrust -Root $root } | Should -Not -Throw
        foreach ($edit in { $args[0].Requirements[0].KeyPath = '/keys/second.asc' }, { $args[0].UseSigstoreAttachments = $true }, { $args[0].Section.SignatureStore = 'https://x.example.com' },
            { $args[0].ComputerName = 'web1' }, { $args[0].Origin.Root = '/mnt/other' }, { $args[0] | Add-Member -NotePropertyName KeyPath -NotePropertyValue '/keys/second.asc' }) {
            $row = & $rows
            & $edit $row
            { $row | Set-ImageTrust -Root $root } | Should -Throw -ErrorId 'InvalidEntry,*' -Because "$edit"
        }
    }

    It 'whose columns and Definition differ are refused' {
        $root = New-Full
        $rows = Get-ImageTrust a.example.com -Root $root | ConvertTo-Csv | ConvertFrom-Csv
        foreach ($change in @{ Type = 'Accept' }, @{ Registry = 'x.example.com' }, @{ SignatureStore = 'https://x.example.com' }, @{ Transport = 'dir' }) {
            $row = $rows | Select-Object *
            foreach ($name in $change.Keys) { $row.$name = $change[$name] }
            { $row | Set-ImageTrust -Root $root } | Should -Throw -ErrorId 'InvalidEntry,*'
        }
    }

    It 'name scopes to Get-ImageTrust' {
        $root = New-Full
        ('a.example.com', 'b.example.com' | Get-ImageTrust -Root $root).Registry | Should -Be 'a.example.com', 'b.example.com'
        (Get-ImageTrust -Transport Docker -Root $root).Count | Should -Be 4
        (Get-ImageTrust -Transport 'dock*' -Root $root).Count | Should -Be 4
        { Get-ImageTrust -Transport dokcer -Root $root -ErrorAction Stop } | Should -Throw -ErrorId 'ImageTrustNotFound,*'
    }

    It 'leave calls for this machine alone that have options of ssh by default' {
        $root = New-Full
        $PSDefaultParameterValues = @{ '*-ImageTrust:UserName' = 'root'; 'Get-ImageTrust:KeyFilePath' = '/none/key' }
        (Get-ImageTrust a.example.com -Root $root).Registry | Should -Be 'a.example.com'
        { Get-ImageTrust a.example.com -Root $root -Port 22 } | Should -Throw -ErrorId 'HostNameMissing,*'
    }
}
