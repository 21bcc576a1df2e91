BeforeAll {
    . $PSScriptRoot/Common.ps1

    # Every file of a root but its keys.
    function Get-RootText([string] $Root) {
        Get-ChildItem -LiteralPath "$Root/etc" -Recurse -File | Where-Object Name -NE containertrust-changes.jsonl | Sort-Object FullName | ForEach-Object { $_.FullName.Substring($Root.Length); [System.IO.File]::ReadAllText($_.FullName) }
    }
}
AfterAll { Remove-TestRoot }

Describe 'New-ImageTrust' {
    It 'makes an entry of no host' {
        $entry = New-ImageTrust quay.io/team -KeyPath /keys/signer.asc -SignatureStore https://quay.io/sigs
        $entry | Should -BeOfType ContainerTrust.ImageTrust
        $entry.ComputerName | Should -BeExactly ''
        $entry.Origin, $entry.PolicyPath, $entry.RegistriesPath | Should -Be $null, $null, $null
        $entry.Transport, $entry.Registry, $entry.IsDefault, $entry.Type | Should -Be 'docker', 'quay.io/team', $false, 'SignedBy'
        $entry.Section.SignatureStore, $entry.SignatureStore | Should -Be 'https://quay.io/sigs', 'https://quay.io/sigs'
        $entry.Keys.Count | Should -Be 0
        $entry.Requirements[0].KeyPath | Should -Be '/keys/signer.asc'
    }

    It 'makes the default, and nothing for -Default:$false' {
        $entry = New-ImageTrust -Default -Type Reject
        $entry.IsDefault, $entry.Transport, $entry.Registry, $entry.Type | Should -Be $true, 'all', 'default', 'Reject'
        New-ImageTrust -Default:$false -Type Reject | Should -BeNullOrEmpty
    }

    It 'takes scopes by value, and objects by the names of their properties' {
        ('a.example.com', 'b.example.com' | New-ImageTrust -Type Reject).Registry | Should -Be 'a.example.com', 'b.example.com'
        $rows = @'
[
  {"Registry": "a.example.com", "Type": "Accept"},
  {"Registry": ["b.example.com", "c.example.com"], "KeyPath": ["/k/a", "/k/b"], "AnyKey": true, "SignatureStore": "https://b.example.com/s"},
  {"Registry": "/srv/images", "Transport": "dir", "Type": "Reject"}
]
'@ | ConvertFrom-Json
        $entries = $rows | New-ImageTrust
        $entries.Registry | Should -Be 'a.example.com', 'b.example.com', 'c.example.com', '/srv/images'
        $entries.Type | Should -Be 'Accept', 'SignedBy', 'SignedBy', 'Reject'
        $entries.Transport | Should -Be 'docker', 'docker', 'docker', 'dir'
        $entries[2].Requirements[0].KeyPaths | Should -Be '/k/a', '/k/b'
        $entries.SignatureStore | Should -Be $null, 'https://b.example.com/s', 'https://b.example.com/s', $null
        $csv = "Registry,Type,KeyPath`nd.example.com,SignedBy,/k/d`n" | ConvertFrom-Csv | New-ImageTrust
        $csv.Requirements[0].KeyPath | Should -Be '/k/d'
    }

    It 'stores keys of this machine with -InlineKey, and shows them' {
        Push-Location -LiteralPath $DataPath
        try {
            foreach ($path in 'signer.asc', "$DataPath/signer.asc") {
                $entry = New-ImageTrust quay.io -KeyPath $path -InlineKey
                $entry.Requirements[0].KeyData | Should -Be ([Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$DataPath/signer.asc")))
                $entry.Keys.Fingerprint | Should -Be 'DF322D437F503479B7B7F4B68DDE0EF6D7554D14'
            }

            { New-ImageTrust quay.io -KeyPath expired.asc -InlineKey -ErrorAction Stop } | Should -Throw -ErrorId 'NoSigningKey,*'
            (New-ImageTrust quay.io -KeyPath expired.asc -InlineKey -Force -WarningVariable warned -WarningAction SilentlyContinue).Keys.Count | Should -Be 1
            $warned.Count | Should -Be 1
        }
        finally { Pop-Location }
    }

    It 'refuses what Set-ImageTrust refuses: <Id>' -TestCases @(
        @{ Id = 'MissingType'; Arguments = @{ Registry = 'quay.io' } }
        @{ Id = 'MissingType'; Arguments = @{ Registry = 'quay.io'; SignatureStore = 'https://quay.io/s' } }
        @{ Id = 'MissingKey'; Arguments = @{ Registry = 'quay.io'; Type = 'SignedBy' } }
        @{ Id = 'KeysNotUsed'; Arguments = @{ Registry = 'quay.io'; Type = 'Reject'; AnyKey = $true } }
        @{ Id = 'UnreachableScope'; Arguments = @{ Registry = 'busybox'; Type = 'Reject' } }
        @{ Id = 'InvalidIdentity'; Arguments = @{ Registry = 'quay.io'; KeyPath = '/k'; RemapPrefix = 'a.example.com' } }
        @{ Id = 'IncompleteIdentity'; Arguments = @{ Registry = 'quay.io'; FulcioCAPath = '/ca.pem' } }
        @{ Id = 'LookasideInvalidStore'; Arguments = @{ Registry = 'quay.io'; Type = 'Reject'; SignatureStore = 'ftp://a' } }
        @{ Id = 'NoSignatureStore'; Arguments = @{ Registry = '/srv'; Transport = 'dir'; Type = 'Reject'; SignatureStore = 'https://a' } }
        @{ Id = 'InvalidKeyPath'; Arguments = @{ Registry = 'quay.io'; KeyPath = './key.asc' } }
        @{ Id = 'UnknownTransport'; Arguments = @{ Registry = 'quay.io'; Transport = 'dokcer'; Type = 'Reject' } }
        @{ Id = 'ParameterArgumentValidationError'; Arguments = @{ Registry = 'quay.io'; KeyPath = ''; Type = 'SignedBy' } }
    ) {
        { New-ImageTrust @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
    }

    It 'goes on with the scopes that are possible' {
        $made = New-ImageTrust a.example.com, busybox, b.example.com -Type Reject -ErrorVariable failed -ErrorAction SilentlyContinue
        $made.Registry | Should -Be 'a.example.com', 'b.example.com'
        $failed.FullyQualifiedErrorId | Should -BeLike 'UnreachableScope,*'
        (New-ImageTrust busybox -Type Reject -Force).Registry | Should -Be 'busybox'
    }

    It 'is set as if it had been set at once: <Name>' -TestCases @(
        @{ Name = 'a key and a store'; Arguments = @{ Registry = 'new.example.com'; KeyPath = '/keys/signer.asc'; SignatureStore = 'https://new.example.com/s' } }
        @{ Name = 'several scopes, any key, an identity'; Arguments = @{ Registry = 'a.example.com', 'b.example.com'; KeyPath = '/keys/signer.asc', '/keys/second.asc'; AnyKey = $true; SignedIdentity = 'MatchRepository' } }
        @{ Name = 'sigstore, switched on'; Arguments = @{ Registry = 'new.example.com'; Type = 'SigstoreSigned'; KeyPath = '/keys/cosign.pub' } }
        @{ Name = 'sigstore, switched off'; Arguments = @{ Registry = 'new.example.com'; Type = 'SigstoreSigned'; KeyPath = '/keys/cosign.pub'; UseSigstoreAttachments = $false } }
        @{ Name = 'Fulcio'; Arguments = @{ Registry = 'new.example.com'; FulcioCAPath = '/keys/ca.pem'; OidcIssuer = 'https://login.example.com'; SubjectEmail = 'dev@example.com'; RekorPublicKeyPath = '/keys/cosign.pub' } }
        @{ Name = 'a private PKI'; Arguments = @{ Registry = 'new.example.com'; CARootsPath = '/keys/roots.pem'; CAIntermediatesPath = '/keys/middle.pem'; SubjectHostname = 'ci.example.com' } }
        @{ Name = 'a mirror'; Arguments = @{ Registry = 'mirror.example.com'; KeyPath = '/keys/signer.asc'; RemapPrefix = 'mirror.example.com'; SignedPrefix = 'example.com' } }
        @{ Name = 'another transport'; Arguments = @{ Registry = '/srv'; Transport = 'dir'; Type = 'Accept' } }
        @{ Name = 'the default'; Arguments = @{ Default = $true; Type = 'Reject'; SignatureStoreStaging = 'file:///srv/staging' } }
    ) {
        foreach ($policy in $null, $SmallPolicy) {
            $direct, $byEntry = (New-TestRoot $policy $FullRegistries), (New-TestRoot $policy $FullRegistries)
            Set-ImageTrust @Arguments -Root $direct -Force -WarningAction SilentlyContinue
            New-ImageTrust @Arguments -WarningAction SilentlyContinue | Set-ImageTrust -Root $byEntry -Force -WarningAction SilentlyContinue
            Get-RootText $byEntry | Should -BeExactly (Get-RootText $direct)
            Get-PolicyText $direct | Should -Match 'example\.com|srv|reject'
        }
    }

    It 'is a baseline, a side of a comparison, a MachineConfig and a ClusterImagePolicy' {
        $root = New-TestRoot $FullPolicy $FullRegistries
        $same = New-ImageTrust path.example.com -KeyPath /keys/signer.asc
        $other = New-ImageTrust path.example.com -Type Accept
        function Get-Difference($Baseline) { @((Test-ImageTrust -Baseline $Baseline -Root $root).Findings.Where({ $_.RuleId -eq 'BaselineScopeDiffers' -and $_.Scope -eq 'path.example.com' })) }
        Get-Difference $same | Should -BeNullOrEmpty
        (Get-Difference $other).Count | Should -Be 1
        (Compare-ImageTrust $other (Get-ImageTrust path.example.com -Root $root)).Verdict | Should -Be 'Stricter'
        $config = $same | New-MachineConfigTrust -OpenShiftVersion 4.20 -WarningAction SilentlyContinue
        $config.Trust.Where({ $_.Registry -eq 'path.example.com' })[0].Requirements[0].KeyPath | Should -Be '/keys/signer.asc'
        $policy = New-ImageTrust quay.io/team -Type SigstoreSigned -KeyPath "$DataPath/cosign.pub" -InlineKey | ConvertTo-ClusterImagePolicy
        $policy.Yaml | Should -Match 'quay\.io/team'
    }

    It 'counts an edited store' {
        $root = New-TestRoot $SmallPolicy
        $entry = New-ImageTrust new.example.com -KeyPath /keys/signer.asc -SignatureStore https://old.example.com/s
        $entry.SignatureStore = 'https://new.example.com/s'
        $entry | Set-ImageTrust -Root $root
        (Get-ImageTrust new.example.com -Root $root).SignatureStore | Should -Be 'https://new.example.com/s'
    }

    It 'survives Clixml' {
        $root = New-TestRoot
        $entry = New-ImageTrust new.example.com -Type SigstoreSigned -KeyPath /keys/cosign.pub -SignatureStore https://new.example.com/s
        $entry | Export-Clixml -LiteralPath "$root/e.xml" -Depth 5
        $back = [ContainerTrust.ImageTrust](Import-Clixml -LiteralPath "$root/e.xml")
        $back | Should -Be $entry
        $direct, $byBag = (New-TestRoot $SmallPolicy), (New-TestRoot $SmallPolicy)
        $entry | Set-ImageTrust -Root $direct
        $back | Set-ImageTrust -Root $byBag
        Get-RootText $byBag | Should -BeExactly (Get-RootText $direct)
    }
}
