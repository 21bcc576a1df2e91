# Keys that travel with trust, and a key that is exchanged for another.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    $keys = "$DataPath"
    $old = "$keys/signer.asc"
    $new = "$keys/second.asc"
    $policy = '{"default":[{"type":"reject"}],"transports":{"docker":{"a.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc","signedIdentity":{"type":"matchRepository"}}],"b.example.com":[{"type":"insecureAcceptAnything"}]}}}'
    function Get-Requirement([string] $Root) { (Get-Policy $Root).transports.docker.'a.example.com' }
}
AfterAll { Remove-TestRoot }

Describe 'Update-ImageTrustKey' {
    It 'adds the new key, and takes the old one away' {
        $root = New-TestRoot $policy
        $call = @{ OldKeyPath = $old; KeyPath = $new; Root = $root; PodmanVersion = '5.8' }
        (Update-ImageTrustKey @call -Status).Step | Should -Be 'OldOnly'
        $state = Update-ImageTrustKey @call -Step Add -WarningVariable warnings -WarningAction SilentlyContinue
        $state.Step, $state.Scope, $state.IsChanged | Should -Be 'Both', 'a.example.com', $true
        $warnings | Should -BeLike '*more keys*'
        (Get-Requirement $root).keyPaths | Should -Be '/keys/signer.asc', '/etc/pki/containers/second.asc'
        (Get-Requirement $root).signedIdentity.type | Should -Be 'matchRepository'
        Get-FileHash "$root/etc/pki/containers/second.asc" | Select-Object -ExpandProperty Hash | Should -Be (Get-FileHash $new).Hash
        $stamp = Get-Stamp "$root/etc/containers/policy.json"
        $again = Update-ImageTrustKey @call -Step Add
        $again.Step, $again.IsChanged | Should -Be 'Both', $false
        Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
        (Update-ImageTrustKey @call -Step Finish).Step | Should -Be 'NewOnly'
        (Get-Requirement $root).keyPath | Should -Be '/etc/pki/containers/second.asc'
        (Update-ImageTrustKey @call -Step Add).Step | Should -Be 'NewOnly'
    }

    It 'finds the old key by its fingerprint' {
        $root = New-TestRoot $policy
        $fingerprint = (Get-ImageTrust a.example.com -Root $root).Keys.Fingerprint
        (Update-ImageTrustKey a.example.com -OldFingerprint $fingerprint.ToLowerInvariant() -KeyPath $new -Step Add -Root $root -WarningAction SilentlyContinue).Step | Should -Be 'Both'
    }

    It 'changes nothing with -WhatIf' {
        $root = New-TestRoot $policy
        (Update-ImageTrustKey -OldKeyPath $old -KeyPath $new -Step Add -Root $root -PodmanVersion 5.8 -WhatIf -WarningAction SilentlyContinue -WarningVariable warnings).Step | Should -Be 'OldOnly'
        $warnings | Should -BeLike '*more keys*'
        Get-PolicyText $root | Should -Be $policy
        "$root/etc/pki/containers" | Should -Not -Exist
    }

    It 'refuses the second step before the first, with an object and an error' {
        $root = New-TestRoot $policy
        $state = Update-ImageTrustKey -OldKeyPath $old -KeyPath $new -Step Finish -Root $root -ErrorVariable failed -ErrorAction SilentlyContinue
        $state.Step, $state.ErrorId, $state.IsChanged | Should -Be 'OldOnly', 'RotationNotBegun', $false
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'RotationNotBegun,*'
        Get-PolicyText $root | Should -Be $policy
    }

    It 'says <ErrorId>' -TestCases @(
        @{ ErrorId = 'OldKeyNotFound'; Call = { @{ Registry = 'b.example.com'; OldKeyPath = $old; KeyPath = $new } } }
        @{ ErrorId = 'OldKeyNotFound'; Call = { @{ Registry = 'none.example.com'; OldKeyPath = $old; KeyPath = $new } } }
        @{ ErrorId = 'MissingKey'; Call = { @{ KeyPath = $new } } }
        @{ ErrorId = 'KeyKindsDiffer'; Call = { @{ OldFingerprint = 'A' * 40; KeyPath = "$keys/cosign.pub" } } }
        @{ ErrorId = 'SameKey'; Call = { @{ OldKeyPath = $new; KeyPath = $new } } }
        @{ ErrorId = 'InvalidFingerprint'; Call = { @{ OldFingerprint = 'AB'; KeyPath = $new } } }
        @{ ErrorId = 'KeyFileNotFound'; Call = { @{ OldKeyPath = $old; KeyPath = '/none/key.asc' } } }
    ) {
        $root = New-TestRoot $policy
        $given = & $Call
        $failed = @()
        try { $null = Update-ImageTrustKey @given -Step Add -Root $root -ErrorVariable failed -ErrorAction SilentlyContinue } catch { $failed = @($_) }
        $failed[0].FullyQualifiedErrorId | Should -BeLike "$ErrorId,*"
        Get-PolicyText $root | Should -Be $policy
    }

    It 'names the scopes in which the old key still counts after the last step' {
        $root = New-TestRoot $policy.Replace('"b.example.com":[{"type":"insecureAcceptAnything"}]', '"b.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}]')
        $call = @{ Registry = 'a.example.com'; OldKeyPath = $old; KeyPath = $new; Root = $root }
        $null = Update-ImageTrustKey @call -Step Add -WarningAction SilentlyContinue
        $null = Update-ImageTrustKey @call -Step Finish -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*still counts for b.example.com*'
    }

    It 'has an object for a host that is not reached' {
        $state = Update-ImageTrustKey -OldKeyPath $old -KeyPath $new -Status -HostName 'host.invalid' -ErrorAction SilentlyContinue
        $state.ComputerName, $state.Step | Should -Be 'host.invalid', 'NotChecked'
        $state.ErrorId | Should -Not -BeNullOrEmpty
    }

    It 'is shown within 80 columns, and comes back from CLIXML' {
        $root = New-TestRoot $policy
        $state = Update-ImageTrustKey -OldKeyPath $old -KeyPath $new -Step Finish -Root $root -ErrorAction SilentlyContinue
        $lines = @($state | Out-String -Width 80 -Stream | Where-Object { $_.Trim() })
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        ($lines[0] -split '\s+') -ne '' | Should -Be 'Step', 'ComputerName', 'Scope', 'Reason'
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($state))
        $back | Should -BeOfType ([ContainerTrust.KeyRotationState])
        $back | Should -Be $state
        "$state" | Should -BeLike '*a.example.com: OldOnly'
    }
}

Describe 'Set-ImageTrust and keys' {
    BeforeAll { $accepting = '{"default":[{"type":"insecureAcceptAnything"}]}' }

    It 'puts a key file of this machine on the host with -CopyKey' {
        $root = New-TestRoot $accepting
        Push-Location -LiteralPath $DataPath
        try { Set-ImageTrust a.example.com -KeyPath ./signer.asc -CopyKey -Root $root } finally { Pop-Location }
        (Get-Requirement $root).keyPath | Should -Be '/etc/pki/containers/signer.asc'
        stat -c %a "$root/etc/pki/containers/signer.asc" | Should -Be '644'
        $stamp = Get-Stamp "$root/etc/pki/containers/signer.asc"
        Set-ImageTrust b.example.com -KeyPath $old -CopyKey -Root $root
        Get-Stamp "$root/etc/pki/containers/signer.asc" | Should -Be $stamp
        Set-ImageTrust c.example.com -KeyPath $old -CopyKey -KeyDirectory /etc/keys -Root $root
        "$root/etc/keys/signer.asc" | Should -Exist
    }

    It 'keeps another key of that name, and says whom it serves' {
        $root = New-TestRoot $accepting
        Set-ImageTrust a.example.com -KeyPath $old -CopyKey -Root $root
        $null = New-Item -ItemType Directory -Path "$root/other"
        Copy-Item -LiteralPath $new -Destination "$root/other/signer.asc"
        $text = Get-PolicyText $root
        $failed = @()
        try { Set-ImageTrust b.example.com -KeyPath "$root/other/signer.asc" -CopyKey -Root $root -ErrorVariable failed -ErrorAction SilentlyContinue } catch { $failed = @($_) }
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'KeyFileDiffers,*'
        "$($failed[0])" | Should -BeLike '*a.example.com*'
        Get-PolicyText $root | Should -Be $text
        Set-ImageTrust b.example.com -KeyPath "$root/other/signer.asc" -CopyKey -Force -Root $root -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*is replaced by*a.example.com*'
    }

    It 'shows the files with -WhatIf, and needs -CopyKey for -KeyDirectory' {
        $root = New-TestRoot $accepting
        Set-ImageTrust a.example.com -KeyPath $old -CopyKey -Root $root -WhatIf
        "$root/etc/pki/containers" | Should -Not -Exist
        { Set-ImageTrust a.example.com -KeyPath /keys/signer.asc -KeyDirectory /etc/keys -Root $root } | Should -Throw -ErrorId 'ParametersNotTogether,*'
        { Set-ImageTrust a.example.com -KeyPath $old -CopyKey -InlineKey -Root $root } | Should -Throw -ErrorId 'ParametersNotTogether,*'
        { Set-ImageTrust -Preset RedHat -CopyKey -Root $root } | Should -Throw -ErrorId 'MissingKey,*'
    }

    It 'carries the keys of piped entries with <Parameter>' -TestCases @{ Parameter = 'InlineKey' }, @{ Parameter = 'CopyKey' } {
        $from = New-TestRoot $policy
        $to = New-TestRoot $accepting
        Remove-Item -LiteralPath "$to/keys" -Recurse
        $carry = @{ $Parameter = $true }
        Get-ImageTrust a.example.com -Root $from | Set-ImageTrust -Root $to @carry
        $entry = Get-ImageTrust a.example.com -Root $to
        $entry.Keys.Fingerprint | Should -Be (Get-ImageTrust a.example.com -Root $from).Keys.Fingerprint
        $entry.Requirements[0].SignedIdentity.Type | Should -Be 'matchRepository'
        if ($Parameter -eq 'CopyKey') { (Get-FileHash "$to/etc/pki/containers/signer.asc").Hash | Should -Be (Get-FileHash $old).Hash; "$to/keys" | Should -Not -Exist }
        else {
            $entry.Requirements[0].KeyData | Should -Be ([Convert]::ToBase64String([System.IO.File]::ReadAllBytes($old)))
            "$to/keys" | Should -Not -Exist
        }
    }

    It 'names the entry whose key file is missing where it lives, and writes nothing' {
        $from = New-TestRoot $policy
        $to = New-TestRoot $accepting
        $entry = Get-ImageTrust a.example.com -Root $from
        Remove-Item -LiteralPath "$from/keys/signer.asc"
        { $entry | Set-ImageTrust -Root $to -CopyKey } | Should -Throw -ErrorId 'KeyFileNotFound,*'
        Get-PolicyText $to | Should -Be $accepting
    }

    It 'takes a store away with $null, and warns' {
        $root = New-TestRoot $policy @{ 'a.yaml' = "docker:`n  a.example.com:`n    lookaside: https://store.example.com`n    lookaside-staging: file:///srv`n" }
        Set-ImageTrust a.example.com -SignatureStore $null -Root $root -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike "*a.example.com loses its signature store https://store.example.com *Set-ImageTrust a.example.com -SignatureStore https://store.example.com -Root $root*"
        $entry = Get-ImageTrust a.example.com -Root $root
        $entry.SignatureStore | Should -BeNullOrEmpty
        $entry.SignatureStoreStaging | Should -Be 'file:///srv'
        Set-ImageTrust a.example.com -SignatureStoreStaging '' -Root $root
        (Get-ImageTrust a.example.com -Root $root).SignatureStoreStaging | Should -BeNullOrEmpty
        # What the warning advises.
        Set-ImageTrust a.example.com -SignatureStore https://store.example.com -Root $root
        (Get-ImageTrust a.example.com -Root $root).SignatureStore | Should -Be 'https://store.example.com'
    }

    It 'keeps the store where a row has none' {
        $root = New-TestRoot $policy @{ 'a.yaml' = "docker:`n  a.example.com:`n    lookaside: https://store.example.com`n" }
        foreach ($row in [pscustomobject]@{ Registry = 'a.example.com'; Type = 'reject' }, [pscustomobject]@{ Registry = 'a.example.com'; Type = 'reject'; SignatureStore = '' }) {
            $row | Set-ImageTrust -Root $root
            (Get-ImageTrust a.example.com -Root $root).SignatureStore | Should -Be 'https://store.example.com'
        }
    }

    It 'shows the credentials of a call to no origin of its entries' {
        $root = New-TestRoot $policy
        $entry = Get-ImageTrust a.example.com -Root $root
        $origin = [ContainerTrust.ImageTrustOrigin]@{ ComputerName = 'origin.invalid'; HostName = 'origin.invalid' }
        $entry.GetType().GetProperty('Origin').SetValue($entry, $origin)
        { $entry | Set-ImageTrust -CopyKey -Root (New-TestRoot $accepting) } | Should -Throw -ErrorId 'TargetUnknown,*'
    }
}
