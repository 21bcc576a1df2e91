# What two sides trust differently, by PowerShell's own comparisons and by Compare-ImageTrust.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    $WarningPreference = 'SilentlyContinue'

    # Two hosts with a scope of the same name, and another key and store.
    function New-Pair {
        $one = New-TestRoot '{"default":[{"type":"reject"}]}'
        $two = New-TestRoot '{"default":[{"type":"reject"}]}'
        Set-ImageTrust r.example.com -KeyPath /keys/signer.asc -SignatureStore https://a.example.com -Root $one
        Set-ImageTrust r.example.com -KeyPath /keys/second.asc -SignatureStore https://b.example.com -Root $two
        $one, $two
    }
}
AfterAll { Remove-TestRoot }

Describe 'Entries' {
    BeforeAll {
        $one, $two = New-Pair
        $mine = @(Get-ImageTrust -Root $one)
        $again = @(Get-ImageTrust -Root $one)
        $theirs = @(Get-ImageTrust -Root $two)
    }

    It 'are equal if they were read twice, and not if a key or store differs' {
        $mine.Count | Should -Be 2
        foreach ($i in 0, 1) {
            $mine[$i] -eq $again[$i] | Should -BeTrue
            $again -contains $mine[$i] | Should -BeTrue
            $mine[$i].GetHashCode() | Should -Be $again[$i].GetHashCode()
        }
        $mine[0] -eq $theirs[0] | Should -BeTrue -Because 'the host does not count'
        $mine[1] -eq $theirs[1] | Should -BeFalse
        $theirs -contains $mine[1] | Should -BeFalse
    }

    It 'are told apart by Compare-Object, Sort-Object, Select-Object, Group-Object and hashtables' {
        Compare-Object $mine $again | Should -BeNullOrEmpty
        @(Compare-Object $mine $theirs).Count | Should -Be 2
        @($mine + $theirs | Sort-Object -Unique).Count | Should -Be 3
        @($mine + $theirs | Select-Object -Unique).Count | Should -Be 3
        @($mine + $again | Select-Object -Unique).Count | Should -Be 2
        @($mine + $theirs | Group-Object).Count | Should -Be 3
        $table = @{}
        foreach ($entry in $mine) { $table[$entry] = 'mine' }
        $table[$again[1]] | Should -Be 'mine'
        $table.ContainsKey($theirs[1]) | Should -BeFalse
    }

    It 'differ by <What>' -ForEach @(
        @{ What = 'an identity'; With = @{ KeyPath = '/keys/signer.asc'; SignedIdentity = 'MatchRepository' } }
        @{ What = 'one key more'; With = @{ KeyPath = '/keys/signer.asc', '/keys/second.asc' } }
        @{ What = 'any of the keys, not all'; With = @{ KeyPath = '/keys/signer.asc', '/keys/second.asc'; AnyKey = $true } }
        @{ What = 'a key inside the policy'; With = @{ KeyPath = '/keys/signer.asc'; InlineKey = $true } }
        @{ What = 'a staging store'; With = @{ KeyPath = '/keys/signer.asc'; SignatureStoreStaging = 'file:///srv/x' } }
        @{ What = 'its type'; With = @{ Type = 'Reject' } }
    ) {
        $other = New-TestRoot '{"default":[{"type":"reject"}]}'
        Set-ImageTrust r.example.com -SignatureStore https://a.example.com -Root $other @With
        $changed = Get-ImageTrust r.example.com -Root $other
        $changed -eq $mine[1] | Should -BeFalse
        @(Compare-Object $changed $mine[1]).Count | Should -Be 2
        "$changed" | Should -Not -Be "$($mine[1])" -Because 'bags are compared by their text'
    }

    It 'that come back from a file, a job or as a bag are compared like live ones' {
        $mine | Export-Clixml -LiteralPath "$one/trust.xml"
        $back = Import-Clixml -LiteralPath "$one/trust.xml"
        $back[1] -eq $mine[1] | Should -BeTrue
        Compare-Object $back $mine | Should -BeNullOrEmpty
        @(Compare-Object $back $theirs).Count | Should -Be 2

        # As remoting makes them of objects whose parts it cuts.
        $text = { param($entries) [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(@($entries | Select-Object *), 1)) }
        $bags, $others = (& $text $mine), (& $text $theirs)
        $mine[1] -eq ($bags[1].Definition | ForEach-Object { [ContainerTrust.ImageTrust]::Parse($_) }) | Should -BeTrue
        ($others[1].Definition | ForEach-Object { [ContainerTrust.ImageTrust]::Parse($_) }) -eq $mine[1] | Should -BeFalse
    }
}

Describe 'Compare-ImageTrust' {
    BeforeAll {
        function Get-Verdict($From, $To) {
            $one = New-TestRoot "{`"default`":[{`"type`":`"reject`"}],`"transports`":{`"docker`":{$From}}}"
            $two = New-TestRoot "{`"default`":[{`"type`":`"reject`"}],`"transports`":{`"docker`":{$To}}}"
            Compare-ImageTrust $one -Root $two -IncludeEqual | Where-Object Registry -EQ 'r.example.com'
        }
        $keys = @{
            A = '{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}'
            B = '{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/second.asc"}'
            AorB = '{"type":"signedBy","keyType":"GPGKeys","keyPaths":["/keys/signer.asc","/keys/second.asc"]}'
            ARepository = '{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc","signedIdentity":{"type":"matchRepository"}}'
            ADefault = '{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc","signedIdentity":{"type":"matchRepoDigestOrExact"}}'
            Accept = '{"type":"insecureAcceptAnything"}'
            Reject = '{"type":"reject"}'
            Sigstore = '{"type":"sigstoreSigned","keyPath":"/keys/cosign.pub"}'
            Logged = '{"type":"sigstoreSigned","keyPath":"/keys/cosign.pub","rekorPublicKeyPath":"/keys/rekor.pub"}'
        }
    }

    It '<From> to <To> is <Verdict>, and the other way <Back>' -ForEach @(
        @{ From = 'A'; To = 'A'; Verdict = 'Same'; Back = 'Same' }
        @{ From = 'A'; To = 'ADefault'; Verdict = 'Same'; Back = 'Same' }
        @{ From = 'A'; To = 'B'; Verdict = 'Different'; Back = 'Different' }
        @{ From = 'A'; To = 'AorB'; Verdict = 'Weaker'; Back = 'Stricter' }
        @{ From = 'A'; To = 'ARepository'; Verdict = 'Weaker'; Back = 'Stricter' }
        @{ From = 'B'; To = 'ARepository'; Verdict = 'Different'; Back = 'Different' }
        @{ From = 'A'; To = 'Accept'; Verdict = 'Weaker'; Back = 'Stricter' }
        @{ From = 'A'; To = 'Reject'; Verdict = 'Stricter'; Back = 'Weaker' }
        @{ From = 'Accept'; To = 'Reject'; Verdict = 'Stricter'; Back = 'Weaker' }
        @{ From = 'A'; To = 'Sigstore'; Verdict = 'Different'; Back = 'Different' }
        @{ From = 'Sigstore'; To = 'Logged'; Verdict = 'Stricter'; Back = 'Weaker' }
        @{ From = 'A'; To = 'A,B'; Verdict = 'Stricter'; Back = 'Weaker' }
        @{ From = 'A,B'; To = 'AorB'; Verdict = 'Weaker'; Back = 'Stricter' }
    ) {
        $text = { param($names) '"r.example.com":[' + (($names -split ',').ForEach({ $keys[$_] }) -join ',') + ']' }
        (Get-Verdict (& $text $From) (& $text $To)).Verdict | Should -Be $Verdict
        (Get-Verdict (& $text $To) (& $text $From)).Verdict | Should -Be $Back
    }

    It 'compares keys by what is in the files, not by their names' {
        $one, $two = New-Pair
        Copy-Item -LiteralPath "$DataPath/second.asc" -Destination "$two/keys/signer.asc"
        Set-ImageTrust r.example.com -KeyPath /keys/signer.asc -SignatureStore https://a.example.com -Root $two
        $found = Compare-ImageTrust $one -Root $two
        $found.Verdict | Should -Be 'Different'
        $found.AddedKeys | Should -Be (Get-ImageTrust r.example.com -Root $two).Keys[0].Fingerprint
        $found.RemovedKeys | Should -Be (Get-ImageTrust r.example.com -Root $one).Keys[0].Fingerprint

        # The same key elsewhere is the same.
        $null = New-Item -ItemType Directory -Path "$two/other"
        Copy-Item -LiteralPath "$DataPath/signer.asc" -Destination "$two/other/key.asc"
        Set-ImageTrust r.example.com -KeyPath /other/key.asc -Root $two
        Compare-ImageTrust $one -Root $two | Should -BeNullOrEmpty
        Set-ImageTrust r.example.com -KeyPath /other/key.asc -InlineKey -Root $two
        Compare-ImageTrust $one -Root $two | Should -BeNullOrEmpty
    }

    It 'judges a scope that one side lacks by what governs it there' {
        $one, $two = New-Pair
        Set-ImageTrust q.example.com -Type Accept -Root $two
        Set-ImageTrust r.example.com/sub -Type Reject -Root $one
        $found = Compare-ImageTrust $one -Root $two
        $extra = $found | Where-Object Registry -EQ q.example.com
        $extra.Presence, $extra.Verdict | Should -Be 'Extra', 'Weaker'
        $extra.ReferenceTrust | Should -Be 'reject, by the default'
        $missing = $found | Where-Object Registry -EQ r.example.com/sub
        $missing.Presence, $missing.Verdict | Should -Be 'Missing', 'Weaker'
        $missing.DifferenceTrust | Should -Match '^signedBy /keys/second.asc, by r.example.com$'
    }

    It 'says that a store differs' {
        $one, $two = New-Pair
        Set-ImageTrust r.example.com -KeyPath /keys/signer.asc -Root $two
        $found = Compare-ImageTrust $one -Root $two
        $found.Verdict | Should -Be 'Different'
        $found.Reasons | Should -Be 'Signatures are looked for in different stores.'
        $found.ReferenceStore, $found.DifferenceStore | Should -Be 'https://a.example.com', 'https://b.example.com'
        Set-ImageTrust r.example.com -SignatureStore https://a.example.com/ -Root $two
        Compare-ImageTrust $one -Root $two | Should -BeNullOrEmpty -Because 'a slash at the end does not make another store'
    }

    It 'takes <_>' -ForEach 'entries', 'a policy.json', 'a root', 'CLIXML', 'a MachineConfig', 'a pipeline' {
        $one, $two = New-Pair
        $found = switch ($_) {
            'entries' { Compare-ImageTrust (Get-ImageTrust -Root $one) (Get-ImageTrust -Root $two) }
            'a policy.json' { Compare-ImageTrust "$one/etc/containers/policy.json" "$two/etc/containers/policy.json" }
            'a root' { Compare-ImageTrust $one $two }
            'CLIXML' { Get-ImageTrust -Root $one | Export-Clixml -LiteralPath "$one/t.xml"; Compare-ImageTrust (Import-Clixml -LiteralPath "$one/t.xml") -Root $two }
            'a MachineConfig' {
                $config = Get-ImageTrust r.example.com -Root $one | New-MachineConfigTrust -OpenShiftVersion 4.18
                Compare-ImageTrust $config -Root $two
            }
            'a pipeline' { Get-ImageTrust -Root $two | Compare-ImageTrust $one }
        }
        ($found | Where-Object Registry -EQ r.example.com).Verdict | Should -Be 'Different'
    }

    It 'compares several hosts each by itself, and takes one reference' {
        $one, $two = New-Pair
        $three = New-TestRoot '{"default":[{"type":"reject"}]}'
        Set-ImageTrust r.example.com -KeyPath /keys/signer.asc -SignatureStore https://a.example.com -Root $three
        Copy-Item -LiteralPath "$DataPath/second.asc" -Destination "$three/keys/signer.asc"
        $found = @(Get-ImageTrust -Root $two) + @(Get-ImageTrust -Root $three) | Compare-ImageTrust $one
        $found.Verdict | Should -Be 'Different', 'Different'
        $found.Difference -match [regex]::Escape($two) | Should -HaveCount 1
        $found.Difference -match [regex]::Escape($three) | Should -HaveCount 1
        { Compare-ImageTrust (@(Get-ImageTrust -Root $two) + @(Get-ImageTrust -Root $three)) -Root $one } | Should -Throw -ErrorId 'InvalidBaseline,*'
    }

    It 'shows what it could not compare' {
        $one, $two = New-Pair
        Set-ImageTrust r.example.com -KeyPath /keys/signer.asc -SignatureStore https://a.example.com -Root $two
        Compare-ImageTrust $one -Root $two | Should -BeNullOrEmpty
        Remove-Item -LiteralPath "$two/keys/signer.asc"
        $found = Compare-ImageTrust $one -Root $two
        $found.Reasons | Should -Match '^Keys were compared by the names of their files'
    }

    It 'claims nothing where the default is not given' {
        $one, $two = New-Pair
        Set-ImageTrust q.example.com -Type Accept -Root $two
        $found = Compare-ImageTrust (Get-ImageTrust r.example.com -Root $one) (Get-ImageTrust q.example.com -Root $two)
        $found.Verdict | Should -Be 'Different', 'Different'
        $found.Reasons -match 'default was not given' | Should -HaveCount 2
    }

    It 'refuses <_>' -ForEach 'no reference', 'a reference that is empty', 'two places to compare' {
        $one, $two = New-Pair
        switch ($_) {
            'no reference' { { Compare-ImageTrust -Root $two } | Should -Throw -ErrorId 'ReferenceMissing,*' }
            'a reference that is empty' { { Compare-ImageTrust @() -Root $two } | Should -Throw -ErrorId 'EmptyBaseline,*' }
            'two places to compare' { { Compare-ImageTrust $one $two -Root $two } | Should -Throw -ErrorId 'ParametersNotTogether,*' }
        }
    }

    It 'has a table of 80 columns with the verdict first, and comes back live' {
        $one, $two = New-Pair
        $found = Compare-ImageTrust $one -Root $two
        $lines = ($found | Out-String -Width 80) -split "`n"
        $lines -match '^Verdict +Presence +Scope +Trust' | Should -HaveCount 1
        $lines -match '^Different +Both +r\.example\.com ' | Should -HaveCount 1
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $found | Export-Clixml -LiteralPath "$one/d.xml"
        (Import-Clixml -LiteralPath "$one/d.xml") | Should -BeOfType ([ContainerTrust.ImageTrustDifference])
    }
}
