BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'Remove-ImageTrust' {
    BeforeEach { $root = New-TestRoot $SmallPolicy $FullRegistries }

    It 'forgets scopes by their exact names' {
        Remove-ImageTrust quay.io, *.example.com -Root $root | Should -BeNullOrEmpty
        (Get-ImageTrust -Root $root).Registry | Should -Be 'default', 'quay.io/team', '/srv/images'
    }

    It 'takes a name with a star as that name' {
        Remove-ImageTrust quay* -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -Be 'ImageTrustNotFound,ContainerTrust.Commands.RemoveImageTrustCommand'
        (Get-ImageTrust -Root $root).Count | Should -Be 5
    }

    It 'goes on after a scope that is not there' {
        Remove-ImageTrust lost.example.com, quay.io -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures.Count | Should -Be 1
        $failures[0].TargetObject | Should -Be 'lost.example.com'
        $failures[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        (Get-ImageTrust -Root $root).Registry | Should -Not -Contain 'quay.io'
    }

    It 'forgets scopes of other transports' {
        Remove-ImageTrust /srv/images -Transport dir -Root $root
        (Get-ImageTrust -Root $root).Registry | Should -Not -Contain '/srv/images'
    }

    It 'forgets the signature store too, unless -KeepSignatureStore' {
        Set-ImageTrust a.example.com, b.example.com -Type Reject -SignatureStore https://s.example.com/ -Root $root
        Remove-ImageTrust a.example.com -Root $root
        Remove-ImageTrust b.example.com -KeepSignatureStore -Root $root
        $text = Get-ChildItem -LiteralPath "$root/etc/containers/registries.d" | Get-Content -Raw
        "$text" | Should -Not -BeLike '*a.example.com*'
        "$text" | Should -BeLike '*b.example.com*'
    }

    It 'says which scopes accept more then, and with -WhatIf too' {
        $strict = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"a.example.com":[{"type":"reject"}],"b.example.com":[{"type":"insecureAcceptAnything"}]}}}'
        $said = 'WARNING: Images are accepted without a check that were not before: a.example.com (reject -> accept).'
        Remove-ImageTrust a.example.com -Root $strict -WhatIf -WarningVariable before -WarningAction SilentlyContinue
        "WARNING: $before" | Should -Be $said
        Remove-ImageTrust a.example.com -Root $strict -WarningVariable warnings -WarningAction SilentlyContinue
        "WARNING: $warnings" | Should -Be $said
        Remove-ImageTrust b.example.com -Root $strict -WarningVariable none
        $none | Should -BeNullOrEmpty
    }

    It 'takes entries from the pipeline, but never the default' {
        Get-ImageTrust -Root $root | Remove-ImageTrust -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -Be 'DefaultNotRemovable,ContainerTrust.Commands.RemoveImageTrustCommand'
        (Get-ImageTrust -Root $root).Registry | Should -Be 'default'
    }

    It 'touches nothing with -WhatIf' {
        $stamp = Get-Stamp "$root/etc/containers/policy.json"
        $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Remove-ImageTrust quay.io, /srv/images -Root '$root' -WhatIf -ErrorAction SilentlyContinue").Output
        @($words -like 'What if:*').Count | Should -Be 1
        $words[0] | Should -BeLike 'What if:*Remove trust*quay.io*'
        $words[1] | Should -Be '--- /etc/containers/policy.json'
        Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
    }

    It 'ends at a broken policy' {
        $broken = New-TestRoot '{'
        { Remove-ImageTrust quay.io -Root $broken } | Should -Throw
    }
}

Describe 'Reset-ImageTrust with podman 6' {
    It 'deletes the policy where the distribution has one, and says so with -WhatIf' {
        $root = New-TestRoot $SmallPolicy
        $null = New-Item -ItemType Directory -Force -Path "$root/usr/share/containers"
        Set-Content -LiteralPath "$root/usr/share/containers/policy.json" '{"default":[{"type":"reject"}]}'
        Set-Content -LiteralPath "$root/usr/share/containers/registries.conf" ''
        $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Reset-ImageTrust -Root '$root' -WhatIf").Output
        "$words" | Should -BeLike '*delete /etc/containers/policy.json*'
        "$root/etc/containers/policy.json" | Should -Exist
        (Reset-ImageTrust -Root $root -Confirm:$false -PassThru).After.PolicyPath | Should -Be '/usr/share/containers/policy.json'
        "$root/etc/containers/policy.json" | Should -Not -Exist
    }
}

Describe 'Reset-ImageTrust' {
    BeforeEach { $root = New-TestRoot $SmallPolicy $FullRegistries }

    It 'goes back to the default and keeps default.yaml' {
        Reset-ImageTrust -Root $root -Confirm:$false | Should -BeNullOrEmpty
        (Get-ImageTrust -Root $root)[0].Type | Should -Be 'Accept'
        (Get-ChildItem -LiteralPath "$root/etc/containers/registries.d").Name | Should -Be 'default.yaml'
    }

    It 'leaves signature stores with -KeepSignatureStore' {
        Reset-ImageTrust -Root $root -KeepSignatureStore -Confirm:$false
        (Get-ChildItem -LiteralPath "$root/etc/containers/registries.d").Name | Should -Be 'default.yaml', 'path.yaml'
    }

    It 'fixes a broken policy' {
        $broken = New-TestRoot '{'
        (Reset-ImageTrust -Root $broken -Confirm:$false -PassThru)[0].IsDefault | Should -BeTrue
    }

    It 'says with -WhatIf what would become of each file, and touches nothing' {
        $stamp = Get-Stamp "$root/etc/containers/policy.json"
        $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Reset-ImageTrust -Root '$root' -WhatIf").Output
        "$words" | Should -BeLike '*replace /etc/containers/policy.json, delete /etc/containers/registries.d/path.yaml; what is required: quay.io: reject -> accept; *'
        Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
        "$root/etc/containers/registries.d/path.yaml" | Should -Exist
    }

    It 'asks first' {
        [ContainerTrust.Commands.ResetImageTrustCommand].GetCustomAttributes($true).Where({ $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact | Should -Be 'High'
        $child = Invoke-ChildSession "Import-Module '$ModulePath'; Reset-ImageTrust -Root '$root'"
        $child.ExitCode | Should -Not -Be 0
        (Get-ImageTrust -Root $root).Count | Should -Be 5
    }

    It 'keeps Red Hat''s registries signed on RHEL <Version>' -TestCases @(
        @{ Version = '8.10'; Type = 'SignedBy' }
        @{ Version = '9.4'; Type = 'SignedBy' }
        @{ Version = '10.1'; Type = 'SigstoreSigned' }
    ) {
        [System.IO.File]::WriteAllText("$root/etc/os-release", "ID=`"rhel`"`nVERSION_ID=`"$Version`"`n")
        $entries = Reset-ImageTrust -Root $root -Confirm:$false -PassThru -WarningVariable warnings -WarningAction SilentlyContinue
        $entries.Where({ $_.Registry -like 'registry*.redhat.*' }).Type | Should -Be $Type, $Type
        "$warnings" | Should -BeLike '*accepted without a check that were not before*'
        Reset-ImageTrust -Root $root -Confirm:$false -Verbose 4>&1 | Out-String | Should -BeLike '*nothing is written*'
    }

    It 'refuses a distribution of which it does not know what it ships' {
        [System.IO.File]::WriteAllText("$root/etc/os-release", "ID=other`n")
        $stamp = Get-Stamp "$root/etc/containers/policy.json"
        { Reset-ImageTrust -Root $root -Confirm:$false } | Should -Throw -ErrorId 'DistributionUnknown,ContainerTrust.Commands.ResetImageTrustCommand'
        Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
    }
}
