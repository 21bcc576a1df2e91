BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'ImageTrust objects' {
    BeforeAll {
        $root = New-TestRoot $FullPolicy $FullRegistries
        $live = Get-ImageTrust -Root $root -WarningAction SilentlyContinue
        $governing = Get-ImageTrust -Reference path.example.com/app:v1 -Root $root

        # Field by field, with the type of every nested object.
        function Assert-Same($Actual, $Expected) {
            $Actual.Count | Should -Be $Expected.Count
            for ($i = 0; $i -lt $Expected.Count; $i++) {
                # A job adds notes of its own to the object.
                $Actual[$i].PSObject.BaseObject | Should -BeOfType ([ContainerTrust.ImageTrust])
                ConvertTo-FieldText $Actual[$i].PSObject.BaseObject | Should -Be (ConvertTo-FieldText $Expected[$i])
                $Actual[$i].Requirements.Count | Should -Be $Expected[$i].Requirements.Count
                for ($r = 0; $r -lt $Expected[$i].Requirements.Count; $r++) {
                    $here = $Expected[$i].Requirements[$r]
                    $there = $Actual[$i].Requirements[$r]
                    $there.GetType() | Should -Be $here.GetType()
                    if ($here.SignedIdentity) {
                        # Records compare by value.
                        $there.SignedIdentity | Should -Be $here.SignedIdentity
                        $there.SignedIdentity.GetType() | Should -Be $here.SignedIdentity.GetType()
                    }
                    if ($here.Fulcio) { $there.Fulcio.Equals($here.Fulcio) | Should -BeTrue }
                    if ($here.Pki) { $there.Pki.Equals($here.Pki) | Should -BeTrue }
                }
                for ($k = 0; $k -lt $Expected[$i].Keys.Count; $k++) {
                    $Actual[$i].Keys[$k] | Should -BeOfType ([ContainerTrust.TrustKey])
                    $Actual[$i].Keys[$k].Created | Should -Be $Expected[$i].Keys[$k].Created
                    $Actual[$i].Keys[$k].Subkeys.Count | Should -Be $Expected[$i].Keys[$k].Subkeys.Count
                }
            }
        }
    }

    It 'has every kind of requirement and identity in the sample' {
        $kinds = $live.Requirements | ForEach-Object { $_.GetType() } | Sort-Object -Property Name -Unique
        $kinds.Count | Should -Be ([ContainerTrust.TrustRequirement].Assembly.GetExportedTypes().Where({ $_.IsSubclassOf([ContainerTrust.TrustRequirement]) }).Count)
        $identities = $live.Requirements | ForEach-Object { $_.SignedIdentity } | Where-Object { $_ } | ForEach-Object { $_.GetType().Name } | Sort-Object -Unique
        $identities.Count | Should -Be ([ContainerTrust.TrustRequirement].Assembly.GetExportedTypes().Where({ $_.IsSubclassOf([ContainerTrust.SignedIdentity]) }).Count)
        ($live.Keys.Subkeys).Count | Should -BeGreaterThan 0
        $live.Keys.Kind | Should -Contain 'PublicKey'
    }

    It 'has types.ps1xml entries for every type of the model' {
        $types = [ContainerTrust.ImageTrust].Assembly.GetExportedTypes().Where({ -not $_.IsEnum -and -not $_.IsAbstract })
        foreach ($enum in [ContainerTrust.ImageTrust].Assembly.GetExportedTypes().Where({ $_.IsEnum })) {
            (Get-TypeData -TypeName $enum.FullName).SerializationMethod | Should -Be 'String' -Because $enum.FullName
        }
        $types.Count | Should -BeGreaterThan 10
        foreach ($type in $types) {
            (Get-TypeData -TypeName $type.FullName).TypeConverter | Should -Not -BeNullOrEmpty -Because $type.FullName
            (Get-TypeData -TypeName "Deserialized.$type").TargetTypeForDeserialization | Should -Be $type -Because $type.FullName
        }
    }

    It 'has lists that take an index' {
        $entry = $live | Where-Object Registry -EQ mixed.example.com
        $entry.Requirements[0] | Should -BeOfType ([ContainerTrust.SignedByRequirement])
        @($entry.Requirements[0]).Count | Should -Be 1
        $entry.Keys[0] | Should -BeOfType ([ContainerTrust.TrustKey])
        @($entry.Keys[0]).Count | Should -Be 1
        $entry.Keys[0].Subkeys[0] | Should -BeOfType ([ContainerTrust.TrustSubkey])
        $entry.Keys[0].UserIds[0] | Should -BeOfType ([string])
        $paths = ($live | Where-Object Registry -EQ exact.example.com/app).Requirements[0].KeyPaths
        $paths[1] | Should -Be '/keys/second.asc'
    }

    It 'comes back from CLIXML' {
        $path = Join-Path $root 'trust.xml'
        $live + $governing | Export-Clixml -LiteralPath $path
        Assert-Same (Import-Clixml -LiteralPath $path) ($live + $governing)
    }

    It 'comes back from CLIXML inside something else' {
        $path = Join-Path $root 'host.xml'
        [pscustomobject]@{ Name = 'host'; Trust = $live } | Export-Clixml -LiteralPath $path
        Assert-Same (Import-Clixml -LiteralPath $path).Trust $live
    }

    It 'brings back parts alone: <_>' -ForEach 'Requirements', 'Keys' {
        $path = Join-Path $root 'parts.xml'
        $live.$_ | Export-Clixml -LiteralPath $path
        $back = Import-Clixml -LiteralPath $path
        $back[0].GetType() | Should -Be @($live.$_)[0].GetType()
        ConvertTo-FieldText $back | Should -Be (ConvertTo-FieldText @($live.$_))
    }

    It 'comes back from a job' {
        $job = Start-Job -ArgumentList $ModulePath, $root -ScriptBlock {
            param($module, $root)
            Import-Module $module
            Get-ImageTrust -Root $root -WarningAction SilentlyContinue
        }
        try {
            $back = $job | Receive-Job -Wait
        }
        finally {
            $job | Remove-Job -Force
        }
        Assert-Same $back $live
    }

    It 'is taken by a job as an argument' {
        $job = Start-Job -InitializationScript ([scriptblock]::Create("Import-Module '$ModulePath'")) -ArgumentList (, $live) -ScriptBlock {
            param($entries)
            foreach ($entry in $entries) { "$($entry.GetType().FullName) $($entry.Requirements[0].GetType().Name)" }
        }
        try {
            $words = $job | Receive-Job -Wait
        }
        finally {
            $job | Remove-Job -Force
        }
        $words | Should -Be @($live | ForEach-Object { "ContainerTrust.ImageTrust $($_.Requirements[0].GetType().Name)" })
    }

    It 'can be piped into Set-ImageTrust after the journey' {
        $path = Join-Path $root 'set.xml'
        $live | Export-Clixml -LiteralPath $path
        $stamp = Get-Stamp "$root/etc/containers/policy.json"
        Import-Clixml -LiteralPath $path | Set-ImageTrust -Root $root -Force -WarningAction SilentlyContinue
        Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
    }

    It 'is readable where the module is not' {
        $path = Join-Path $root 'bag.xml'
        $live | Export-Clixml -LiteralPath $path
        $words = (Invoke-ChildSession "
            `$bag = Import-Clixml -LiteralPath '$path' | Where-Object Registry -eq mixed.example.com
            `$bag.PSObject.TypeNames[0]
            `"`$(`$bag.Type)`"
            `$bag.Requirements[1].SignedIdentity.Type
            `$bag.Keys[0].UserIds[0]
            `$bag.Keys[0].Subkeys[0].Fingerprint.Length
            (Get-Module).Name -contains 'ContainerTrust'").Output
        $words | Should -Be 'Deserialized.ContainerTrust.ImageTrust', 'Mixed', 'matchRepository', 'Test Signer <signer@example.com>', '40', 'False'
    }

    It 'becomes live from a bag that was read before the module was imported' {
        $path = Join-Path $root 'early.xml'
        $live | Export-Clixml -LiteralPath $path
        $words = (Invoke-ChildSession "
            `$bags = Import-Clixml -LiteralPath '$path'
            Import-Module '$ModulePath'
            ([ContainerTrust.ImageTrust]`$bags[2]).Requirements[0].GetType().Name
            `$bags | Set-ImageTrust -Root '$root' -Force -WarningAction SilentlyContinue
            'done'").Output
        $words | Should -Be 'SignedByRequirement', 'done'
    }

    It 'becomes live from a bag that was cut short and has its definition' {
        $path = Join-Path $root 'cut.xml'
        $words = (Invoke-ChildSession "
            Import-Module '$ModulePath'
            `$entry = Get-ImageTrust mixed.example.com -Root '$root'
            Get-TypeData -TypeName ContainerTrust.* | Remove-TypeData
            `$entry | Export-Clixml -Depth 1 -LiteralPath '$path'
            'written'").Output
        $words | Should -Be 'written'
        $bag = Import-Clixml -LiteralPath $path
        $here = Get-ImageTrust mixed.example.com -Root $root
        ConvertTo-FieldText ([ContainerTrust.ImageTrust]$bag).Requirements | Should -Be (ConvertTo-FieldText $here.Requirements)

        # What it shows is not another entry than the one that it becomes.
        $text = Get-Content -Raw -LiteralPath $path
        foreach ($change in @('<S N="Registry">mixed.example.com', '<S N="Registry">quay.io'), @('<S N="Transport">docker', '<S N="Transport">atomic'), @('<B N="IsDefault">false', '<B N="IsDefault">true')) {
            $text.Contains($change[0]) | Should -BeTrue
            $text.Replace($change[0], $change[1]) | Set-Content -LiteralPath $path
            $other = Import-Clixml -LiteralPath $path
            { [ContainerTrust.ImageTrust]$other } | Should -Throw '*Definition contradict*'
            { $other | Set-ImageTrust -Root $root -WhatIf -ErrorAction Stop } | Should -Throw
        }
    }

    It 'does not become live from a bag that lost its requirements on the way' {
        $path = Join-Path $root 'shallow.xml'
        $words = (Invoke-ChildSession "
            Import-Module '$ModulePath'
            `$entry = Get-ImageTrust mixed.example.com -Root '$root'
            Get-TypeData -TypeName ContainerTrust.* | Remove-TypeData
            `$entry | Select-Object -ExcludeProperty Definition | ForEach-Object { `$_.PSTypeNames.Insert(0, 'ContainerTrust.ImageTrust'); `$_ } | Export-Clixml -Depth 1 -LiteralPath '$path'
            'written'").Output
        $words | Should -Be 'written'
        $bag = Import-Clixml -LiteralPath $path
        $bag.PSObject.TypeNames[0] | Should -Be 'Deserialized.ContainerTrust.ImageTrust'
        { [ContainerTrust.ImageTrust]$bag } | Should -Throw
        { $bag | Set-ImageTrust -Root $root -WhatIf -ErrorAction Stop } | Should -Throw
        # It can still be looked at.
        $bag | Out-String -Width 200 | Should -Match 'mixed.example.com +Mixed'
    }

    It 'does not become live from something else' {
        { [ContainerTrust.ImageTrust]'quay.io' } | Should -Throw
        { 'quay.io' | Set-ImageTrust -Root $root -ErrorAction Stop } | Should -Throw
        { $live[0].Requirements[0] | Set-ImageTrust -Root $root -ErrorAction Stop } | Should -Throw
    }

    It 'takes an incomplete entry for what it is: <Case>' -TestCases @(
        @{ Case = 'a requirement that is none'; ErrorId = 'IncompleteEntry'; Entry = @{ Registry = 'quay.io'; Transport = 'docker'; Requirements = @($null) } }
        @{ Case = 'no registry'; ErrorId = 'InvalidEntry'; Entry = @{ Transport = 'docker'; Requirements = @([ContainerTrust.RejectRequirement]::new()) } }
    ) {
        $stamp = Get-Stamp "$root/etc/containers/policy.json"
        $Entry.Requirements = [ContainerTrust.TrustRequirement[]]$Entry.Requirements
        { [pscustomobject]$Entry | Set-ImageTrust -Root $root -ErrorAction Stop } | Should -Throw -ErrorId "$ErrorId,*"
        Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
    }
}
