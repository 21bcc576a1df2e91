BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'Get-ImageTrust' {
    BeforeAll {
        $root = New-TestRoot $SmallPolicy
        $full = New-TestRoot $FullPolicy $FullRegistries
    }

    It 'shows the default first and then every scope in the order of the file' {
        $all = Get-ImageTrust -Root $root
        $all.Registry | Should -Be 'default', 'quay.io', 'quay.io/team', '*.example.com', '/srv/images'
        $all.Transport | Should -Be 'all', 'docker', 'docker', 'docker', 'dir'
        $all | Should -BeOfType ([ContainerTrust.ImageTrust])
        $all[0].IsDefault | Should -BeTrue
    }

    It 'shows the scopes that <Pattern> matches' -TestCases @(
        @{ Pattern = 'quay.io'; Names = @('quay.io') }
        @{ Pattern = 'QUAY.io'; Names = @('quay.io') }
        @{ Pattern = 'quay*'; Names = @('quay.io', 'quay.io/team') }
        @{ Pattern = '*.example.com'; Names = @('*.example.com') }
        @{ Pattern = 'quay.i?'; Names = @('quay.io') }
        @{ Pattern = @('/srv/*', 'quay.io'); Names = @('quay.io', '/srv/images') }
    ) {
        (Get-ImageTrust $Pattern -Root $root).Registry | Should -Be $Names
    }

    It 'shows one transport' {
        (Get-ImageTrust -Transport dir -Root $root).Registry | Should -Be '/srv/images'
        (Get-ImageTrust * -Transport docker -Root $root).Count | Should -Be 3
    }

    It 'shows the default alone' {
        $default = Get-ImageTrust -Default -Root $root
        $default.Registry | Should -Be 'default'
        $default.Type | Should -Be 'Accept'
    }

    It 'takes names and transports from the pipeline by property name' {
        $rows = @'
Registry,Transport
/srv/images,dir
quay.io,docker
'@ | ConvertFrom-Csv
        ($rows | Get-ImageTrust -Root $root).Registry | Should -Be '/srv/images', 'quay.io'
    }

    It 'takes its own output' {
        (Get-ImageTrust -Root $root | Get-ImageTrust -Root $root).Registry | Should -Be (Get-ImageTrust -Root $root).Registry
    }

    It 'tells which entry governs an image, and why' {
        $entries = Get-ImageTrust -Reference 'quay.io/team/app:v1', 'busybox', 'dir:/srv/images/app' -Root $root
        $entries.Registry | Should -Be 'quay.io/team', 'default', '/srv/images'
        $entries[0].Reference | Should -BeLike '*quay.io/team/app:v1'
        $entries.Reason | Should -Not -BeNullOrEmpty
    }

    It 'goes on after an image that is not an image' {
        $entries = Get-ImageTrust -Reference '???', 'busybox' -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
        $entries.Registry | Should -Be 'default'
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -Be 'InvalidReference,ContainerTrust.Commands.GetImageTrustCommand'
    }

    It 'says which scopes are not there, and shows the others' {
        $found = Get-ImageTrust 'nowhere.example.org', 'quay.io', 'none*' -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
        $found.Registry | Should -Be 'quay.io'
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -Be 'ImageTrustNotFound,ContainerTrust.Commands.GetImageTrustCommand'
        $failures[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failures[0].TargetObject | Should -Be 'nowhere.example.org'
    }

    It 'points to -Default where "default" is asked for' {
        { Get-ImageTrust default -Root $root -ErrorAction Stop } | Should -Throw '*-Default*' -ErrorId 'ImageTrustNotFound,*'
    }

    It 'ends at a policy that is not there' {
        $empty = New-TestRoot
        { Get-ImageTrust -Root $empty } | Should -Throw -ErrorId 'PolicyNotFound,ContainerTrust.Commands.GetImageTrustCommand'
    }

    It 'ends at a policy that is broken, naming file and line' {
        $broken = New-TestRoot "{`n  `"default`": [{`"type`": `"reject`", `"typo`": 1}]`n}"
        $failure = { Get-ImageTrust -Root $broken } | Should -Throw -PassThru
        $failure.Exception.Message | Should -BeLike '/etc/containers/policy.json:2:*'
        $failure.CategoryInfo.Category | Should -Be 'InvalidData'
        $failure.FullyQualifiedErrorId | Should -BeLike '*,ContainerTrust.Commands.GetImageTrustCommand'
    }

    It 'takes other files than those in force' {
        $other = New-TestRoot $FullPolicy $FullRegistries
        Move-Item -LiteralPath "$other/etc/containers/policy.json" -Destination "$other/p.json"
        Move-Item -LiteralPath "$other/etc/containers/registries.d" -Destination "$other/r.d"
        $entry = Get-ImageTrust path.example.com -Root $other -PolicyPath /p.json -RegistriesDirectory /r.d
        $entry.PolicyPath | Should -Be '/p.json'
        $entry.RegistriesPath | Should -Be '/r.d/path.yaml'
    }

    It 'shows the file and level that a store comes from, and what it hides, where podman 6 is there or said' {
        $levels = New-TestRoot $SmallPolicy
        foreach ($directory in 'usr/share', 'etc') {
            $null = New-Item -ItemType Directory -Force -Path "$levels/$directory/containers/registries.d"
            Set-Content -LiteralPath "$levels/$directory/containers/registries.d/quay.yaml" "docker:`n  quay.io:`n    lookaside: https://store.example.com/$directory"
        }
        Set-Content -LiteralPath "$levels/usr/share/containers/policy.json" '{"default":[{"type":"reject"}]}'
        $entry = Get-ImageTrust quay.io -Root $levels -Verbose 4>&1 | Where-Object { $_ -is [ContainerTrust.ImageTrust] }
        $entry.SignatureStore | Should -Be 'https://store.example.com/etc'
        $entry.StorePath, $entry.StoreLevel, $entry.StoreHides | Should -Be '/etc/containers/registries.d/quay.yaml', 'System', '/usr/share/containers/registries.d/quay.yaml'
        $entry | Format-List | Out-String -Width 200 | Should -Match 'StoreHides +: /usr/share/containers/registries.d/quay.yaml'
        Get-ImageTrust quay.io -Root $levels -Verbose 4>&1 | Out-String -Width 300 | Should -BeLike '*registries.d: /etc/containers/registries.d/quay.yaml, which hides /usr/share/*'
        $entry.PolicyLevel, $entry.PolicyHides | Should -Be 'System', '/usr/share/containers/policy.json'
        $entry | Format-List | Out-String -Width 200 | Should -Match 'PolicyHides +: /usr/share/containers/policy.json'
        (Get-ImageTrust -Root $levels -Reference quay.io/a:1).Reason | Should -BeLike '*/etc/containers/policy.json hides /usr/share/containers/policy.json.'
        $older = Get-ImageTrust quay.io -Root $levels -PodmanVersion 5.8
        $older.StorePath, $older.StoreLevel, $older.StoreHides, $older.PolicyHides | Should -Be '/etc/containers/registries.d/quay.yaml', 'System', $null, $null
        Remove-Item -LiteralPath "$levels/usr" -Recurse
        Get-ImageTrust quay.io -Root $levels | Format-List | Out-String | Should -Not -Match 'Hides'
        (Get-ImageTrust quay.io -Root $levels -PodmanVersion 6.0).StoreLevel | Should -Be 'System'
        { Get-ImageTrust -Root $levels -PodmanVersion six } | Should -Throw -ErrorId 'InvalidPodmanVersion,ContainerTrust.Commands.GetImageTrustCommand'
        ($entry | ConvertTo-Json -Depth 5 | ConvertFrom-Json).StoreLevel | Should -Be 'System'
        [ContainerTrust.ImageTrust]::Parse($entry.Definition).StoreHides | Should -Be $entry.StoreHides
    }

    It 'resolves paths against the location of the session' {
        Push-Location -LiteralPath "$root/etc"
        try {
            (Get-ImageTrust quay.io -Root ..).Registry | Should -Be 'quay.io'
            $entry = Get-ImageTrust quay.io -PolicyPath containers/policy.json -RegistriesDirectory ./containers/registries.d
            $entry.PolicyPath | Should -Be "$root/etc/containers/policy.json"
        }
        finally {
            Pop-Location
        }
    }

    It 'takes an absolute path whatever the current drive is' {
        Push-Location -LiteralPath Env:
        try {
            (Get-ImageTrust -Default -Root $root).Type | Should -Be 'Accept'
        }
        finally {
            Pop-Location
        }
    }

    It 'wants <Parameter> to be absolute together with -Root' -TestCases @(
        @{ Parameter = 'PolicyPath' }
        @{ Parameter = 'RegistriesDirectory' }
    ) {
        $arguments = @{ $Parameter = 'etc/x' }
        { Get-ImageTrust -Root $root @arguments } | Should -Throw -ErrorId 'PathNotAbsolute,*'
    }

    It 'refuses a path of a provider without files' {
        { Get-ImageTrust -PolicyPath Variable:policy.json } | Should -Throw -ErrorId 'NotAFilePath,*'
    }

    It 'knows the default by the names that its entry has' {
        (Get-ImageTrust default -Transport all -Root $root).IsDefault | Should -BeTrue
        (Get-ImageTrust -Transport all -Root $root).IsDefault | Should -BeTrue
        { Get-ImageTrust quay.io -Transport all -Root $root -ErrorAction Stop } | Should -Throw -ErrorId 'ImageTrustNotFound,*'
    }

    It 'shows nothing for -Default:$false' {
        Get-ImageTrust -Default:$false -Root $root | Should -BeNullOrEmpty
    }

    It 'refuses a root that is not there' {
        $failure = { Get-ImageTrust -Root "$root/nowhere" } | Should -Throw -PassThru
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failure.Exception.GetType().FullName | Should -BeLike 'ContainerTrust.Engine.*'
    }

    It 'reads the user''s own policy, with -CurrentUser even where there is none' {
        $user = New-TestRoot
        $script = "`$env:HOME = '$user'; Import-Module '$ModulePath'"
        (Invoke-ChildSession "$script; try { Get-ImageTrust -CurrentUser } catch { `$_.FullyQualifiedErrorId; `$_.TargetObject }").Output |
            Should -Be 'PolicyNotFound,ContainerTrust.Commands.GetImageTrustCommand', "$user/.config/containers/policy.json"
        $words = (Invoke-ChildSession "$script; Set-ImageTrust quay.io -Type Reject -CurrentUser -WarningAction SilentlyContinue; (Get-ImageTrust quay.io).PolicyPath").Output
        $words | Should -Be "$user/.config/containers/policy.json"
    }

    It 'knows no current user in another root' {
        { Get-ImageTrust -Root $root -CurrentUser } | Should -Throw -ErrorId 'NoCurrentUser,*'
    }

    It 'reads stores, own and inherited' {
        $own = Get-ImageTrust path.example.com -Root $full
        $own.SignatureStore | Should -Be 'https://path.example.com/sigs'
        $own.SignatureStoreStaging | Should -Be 'file:///var/lib/staging'
        $own.UseSigstoreAttachments | Should -BeTrue
        $own.Section.SignatureStore | Should -Be 'https://path.example.com/sigs'
        $inherited = Get-ImageTrust remap.example.com -Root $full
        $inherited.SignatureStore | Should -Be 'https://default.example.com/sigs'
        $inherited.Section | Should -BeNullOrEmpty
    }

    It 'reads keys' {
        $entry = Get-ImageTrust mixed.example.com -Root $full
        $entry.Type | Should -Be 'Mixed'
        $entry.Keys[0].UserIds | Should -Be 'Test Signer <signer@example.com>'
        $entry.Keys[0].Fingerprint | Should -Be 'DF322D437F503479B7B7F4B68DDE0EF6D7554D14'
        $entry.Keys.Kind | Should -Contain 'PublicKey'
    }

    It 'warns of a key that is not there, and shows the scope' {
        $lost = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/lost.asc"}]}}}'
        $entry = Get-ImageTrust quay.io -Root $lost -WarningVariable warnings -WarningAction SilentlyContinue
        $entry.Keys.Count | Should -Be 0
        "$warnings" | Should -BeLike '*/keys/lost.asc*'
    }

    It 'says with -Verbose which files are used' {
        $words = Get-ImageTrust -Default -Root $root -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        "$words" | Should -BeLike '*/etc/containers/policy.json*'
    }

    It 'stops when the pipeline has enough' {
        Get-ImageTrust -Root $root | Select-Object -First 1 | ForEach-Object Registry | Should -Be 'default'
    }
}
