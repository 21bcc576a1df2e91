# Values of which there are a few are taken in any case, as PowerShell's own are.
BeforeDiscovery {
    $spellings = @{ Change = { $args[0].ToLowerInvariant() }; Case = 'lower' }, @{ Change = { $args[0].ToUpperInvariant() }; Case = 'upper' }
}
BeforeAll {
    . $PSScriptRoot/Common.ps1
}
AfterAll { Remove-TestRoot }

Describe 'Values in <Case> case' -ForEach $spellings {
    It 'are taken by -Type and -Transport' {
        $root = New-TestRoot $SmallPolicy
        foreach ($type in 'Accept', 'Reject') {
            Set-ImageTrust any.example.com -Type (& $Change $type) -Root $root
            (Get-ImageTrust any.example.com -Root $root).Type | Should -BeExactly $type
        }

        Set-ImageTrust key.example.com -Type (& $Change 'SignedBy') -KeyPath /keys/signer.asc -Root $root
        (Get-ImageTrust key.example.com -Root $root).Type | Should -BeExactly 'SignedBy'
        Set-ImageTrust /any/where -Transport (& $Change 'dir') -Type Reject -Root $root
        (Get-ImageTrust -Transport (& $Change 'dir') -Root $root).Registry | Should -Contain '/any/where'
        Remove-ImageTrust /any/where -Transport (& $Change 'dir') -Root $root
        (Get-ImageTrust -Transport dir -Root $root).Registry | Should -Not -Contain '/any/where'
    }

    It 'are taken by -SignedIdentity <_>' -ForEach 'MatchExact', 'MatchRepoDigestOrExact', 'MatchRepository' {
        $root = New-TestRoot $SmallPolicy
        Set-ImageTrust key.example.com -KeyPath /keys/signer.asc -SignedIdentity (& $Change $_) -Root $root
        (Get-ImageTrust key.example.com -Root $root).Requirements[0].SignedIdentity.GetType().Name | Should -Be "${_}Identity"
    }

    It 'are taken by -Preset' {
        (New-MachineConfigTrust -OpenShiftVersion 4.20 -WarningAction SilentlyContinue -Preset (& $Change 'RedHat')).Name | Should -Be '51-worker-rh-registry-trust'
        $root = New-TestRoot
        Set-ImageTrust -Preset (& $Change 'RedHat') -Root $root -Force
        (Get-ImageTrust -Root $root).Registry | Should -Contain 'registry.redhat.io'
    }

    It 'are taken by -MinimumSeverity and -ExcludeRule' {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}'
        $all = Test-ImageTrust -Root $root
        $all.Findings | Should -Not -BeNullOrEmpty
        $rule = $all.Findings[0].RuleId
        (Test-ImageTrust -Root $root -MinimumSeverity (& $Change 'Error') -ExcludeRule (& $Change $rule)).Findings.RuleId | Should -Not -Contain $rule
    }

    It 'are taken by -Platform' {
        $none = Test-ImageSignature "dir:$(New-TestRoot)" -Platform (& $Change 'linux/arm64') -ErrorVariable problem -ErrorAction SilentlyContinue
        $none | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -Not -BeLike 'InvalidPlatform,*'
    }
}
