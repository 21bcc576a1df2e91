BeforeAll {
    . $PSScriptRoot/Common.ps1
    $own = Join-Path (New-TestRoot) 'presets'
    $null = New-Item -ItemType Directory -Path $own, "$own-broken"
    chmod 755 $own "$own-broken"
    function Save-Preset([string] $Path, [string] $Name, [string] $Scope = 'images.example.com') {
        $entry = '{"scope":"SCOPE","type":"signedBy","keys":["/keys/signer.asc"],"signatureStore":"https://images.example.com/sigs"}'.Replace('SCOPE', $Scope)
        $form = '{"name":"gpg","description":"GPG signatures","entries":[ENTRY]}'.Replace('ENTRY', $entry)
        [System.IO.File]::WriteAllText($Path, ('{"$schema":"preset.schema.json","name":"NAME","description":"What the team signs",' +
            '"sources":["https://images.example.com"],"forms":[FORM]}').Replace('NAME', $Name).Replace('FORM', $form))
        chmod 644 $Path
    }
    Save-Preset "$own/team.json" Team
    Save-Preset "$own-broken/good.json" Good
    Save-Preset "$own-broken/redhat.json" REDHAT
    [System.IO.File]::WriteAllText("$own-broken/none.json", '{"name":1}')
    chmod 644 "$own-broken/none.json"
    $root = New-TestRoot $SmallPolicy
}
AfterAll { Remove-TestRoot }

Describe 'Get-ImageTrustPreset' {
    It 'shows every preset, with its sources and entries' {
        $presets = Get-ImageTrustPreset -Root $root
        $presets.Name | Should -Be 'RedHat', 'RedHatGpg', 'RedHatSigstore', 'RedHatIsv', 'Suse', 'FedoraCoreOS', 'OpenShiftRelease'
        $presets | Should -BeOfType ([ContainerTrust.ImageTrustPreset])
        $presets.Source | Should -Match '^https://'
        $presets | ForEach-Object { $_.Entries.Count | Should -BeGreaterThan 0 }
        ($presets | Where-Object Name -EQ Suse).MissingFile | Should -Be '/usr/share/pki/containers/suse-container-key.pem'
    }

    It 'takes names, wildcards and objects that have one, and shows each once' {
        (Get-ImageTrustPreset redhat*, REDHAT, suse -Root $root).Name | Should -Be 'RedHat', 'RedHatGpg', 'RedHatSigstore', 'RedHatIsv', 'Suse'
        ('Suse', 'RedHat' | Get-ImageTrustPreset -Root $root).Name | Should -Be 'Suse', 'RedHat'
        ([pscustomobject]@{ Preset = 'Suse' } | Get-ImageTrustPreset -Root $root).Name | Should -Be 'Suse'
        Get-ImageTrustPreset Nobody, Suse -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures | ForEach-Object Name | Should -Be 'Suse'
        $failures.FullyQualifiedErrorId | Should -Be 'PresetNotFound,ContainerTrust.Commands.GetImageTrustPresetCommand'
        $failures[0].TargetObject | Should -Be 'Nobody'
    }

    It 'says which form applies on a release, and why' {
        $rhel = New-TestRoot $SmallPolicy
        [System.IO.File]::WriteAllText("$rhel/etc/os-release", "ID=rhel`nVERSION_ID=10.1`n")
        $preset = Get-ImageTrustPreset RedHat -Root $rhel
        $preset.Form | Should -Be 'sigstore'
        $preset.Reason | Should -Be 'The host is rhel 10.1, and the form is for rhel, centos, almalinux, rocky from 10 on.'
        $preset.Entries.Type | Should -Be 'SigstoreSigned', 'SigstoreSigned'
    }

    It 'reads presets of a directory, whose names complete' {
        (Get-ImageTrustPreset -Root $root -PresetDirectory $own).Name | Should -Contain 'Team'
        $preset = Get-ImageTrustPreset team -Root $root -PresetDirectory $own
        $preset.Path | Should -Be "$own/team.json"
        $preset.Entries.Registry | Should -Be 'images.example.com'
        foreach ($command in 'Get-ImageTrustPreset -Name', 'Set-ImageTrust -Preset') {
            $line = "$($command -replace ' -\w+$') -PresetDirectory $own $($command -replace '^\S+') T"
            ([System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)).CompletionMatches.CompletionText | Should -Be 'Team'
        }
    }

    It 'lets no file take the place of a preset, and names files that are refused' {
        $found = Get-ImageTrustPreset -Root $root -PresetDirectory "$own-broken" -ErrorAction SilentlyContinue -ErrorVariable failures
        $found.Name | Should -Be 'RedHatGpg', 'RedHatSigstore', 'RedHatIsv', 'Suse', 'FedoraCoreOS', 'OpenShiftRelease', 'Good'
        $failures.FullyQualifiedErrorId -replace ',.*' | Sort-Object | Should -Be 'InvalidPreset', 'PresetConflict'
        ($failures | Where-Object FullyQualifiedErrorId -Like InvalidPreset*).Exception.Message | Should -BeLike "$own-broken/none.json:1:9: `$.name: A string is expected*"
        ($failures | Where-Object FullyQualifiedErrorId -Like PresetConflict*).ErrorDetails.RecommendedAction | Should -Be 'Rename the preset in the file.'
        { Set-ImageTrust -Preset RedHat -PresetDirectory "$own-broken" -Root $root } | Should -Throw -ErrorId 'PresetConflict,*'
        { Get-ImageTrustPreset -PresetDirectory "$own-none" -Root $root } | Should -Throw -ErrorId 'PresetDirectoryNotFound,*'
    }

    It 'reads nothing that others can write' {
        $shared = Join-Path (New-TestRoot) 'shared'
        $null = New-Item -ItemType Directory -Path $shared
        Save-Preset "$shared/a.json" Shared
        chmod 646 "$shared/a.json"
        Get-ImageTrustPreset Suse -Root $root -PresetDirectory $shared -ErrorAction SilentlyContinue -ErrorVariable failures | Should -Not -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'PresetWritableByOthers,*'
        { Set-ImageTrust -Preset Shared -PresetDirectory $shared -Root $root } | Should -Throw -ErrorId 'PresetWritableByOthers,*'
    }

    It 'gives what Set-ImageTrust writes, by name and by pipeline' {
        $byName, $byPipe = (New-TestRoot $SmallPolicy), (New-TestRoot $SmallPolicy)
        Set-ImageTrust -Preset Team -PresetDirectory $own -Root $byName
        Get-ImageTrustPreset Team -PresetDirectory $own -Root $byName | Set-ImageTrust -Root $byPipe
        Get-PolicyText $byPipe | Should -Be (Get-PolicyText $byName)
        $entry = Get-ImageTrust images.example.com -Root $byPipe
        $entry.SignatureStore | Should -Be 'https://images.example.com/sigs'
        $entry.Requirements[0].KeyPath | Should -Be '/keys/signer.asc'
    }

    It 'comes back from CLIXML, can be piped then, and holds at 80 columns' {
        $path = Join-Path (New-TestRoot) 'presets.xml'
        $presets = Get-ImageTrustPreset -Root $root -PresetDirectory $own
        $presets | Export-Clixml -LiteralPath $path
        $back = Import-Clixml -LiteralPath $path
        $back | Should -BeOfType ([ContainerTrust.ImageTrustPreset])
        $back | Should -Be $presets
        $copy = New-TestRoot $SmallPolicy
        $back | Where-Object Name -EQ Team | Set-ImageTrust -Root $copy
        (Get-ImageTrust images.example.com -Root $copy).Type | Should -Be 'SignedBy'
        foreach ($view in { $back | Out-String -Width 80 -Stream }, { $back | Format-List | Out-String -Width 80 -Stream }) {
            (& $view | Measure-Object -Maximum -Property Length).Maximum | Should -BeLessOrEqual 80
        }
        ($back | Out-String -Width 80) | Should -Match '(?m)^Suse +sigstore +SUSE'
    }
}

Describe 'A trusted root' {
    BeforeAll { $trustedRoot = "$PSScriptRoot/Images/bundle/trusted_root.json" }

    It 'gives a policy its CAs and logs' {
        $target = New-TestRoot $SmallPolicy
        Set-ImageTrust apps.example.com -TrustedRoot $trustedRoot -OidcIssuer https://issuer.example.com -SubjectEmail a@example.com -Root $target -WarningAction SilentlyContinue -WarningVariable warnings
        $requirement = (Get-ImageTrust apps.example.com -Root $target).Requirements[0]
        $requirement.Fulcio.OidcIssuer | Should -Be 'https://issuer.example.com'
        [System.Text.Encoding]::ASCII.GetString([Convert]::FromBase64String($requirement.Fulcio.CaData)) | Should -BeLike '-----BEGIN CERTIFICATE-----*'
        [System.Text.Encoding]::ASCII.GetString([Convert]::FromBase64String($requirement.RekorPublicKeyData)) | Should -BeLike '-----BEGIN PUBLIC KEY-----*'
        "$warnings" | Should -BeLike '*log2026.rekor.example.com*time stamp authorities*'
        $entry = New-ImageTrust apps.example.com -TrustedRootPath $trustedRoot -OidcIssuer https://issuer.example.com -SubjectEmail a@example.com -WarningAction SilentlyContinue
        $entry.Requirements[0] | Should -Be $requirement
    }

    It 'gives keys its logs alone' {
        $entry = New-ImageTrust apps.example.com -TrustedRootPath $trustedRoot -KeyPath /keys/cosign.pub -WarningAction SilentlyContinue
        $entry.Requirements[0].Fulcio | Should -BeNullOrEmpty
        $entry.Requirements[0].RekorPublicKeyData | Should -Not -BeNullOrEmpty
    }

    It 'is refused as <Id> with <Case>' -ForEach @(
        @{ Case = 'no signer'; With = @{}; Id = 'IncompleteIdentity' }
        @{ Case = 'a CA'; With = @{ FulcioCAPath = '/ca.pem'; OidcIssuer = 'https://x.example.com'; SubjectEmail = 'a@example.com' }; Id = 'ParametersNotTogether' }
        @{ Case = 'no file'; With = @{ TrustedRootPath = '/none/root.json' }; Id = 'TrustedRootNotFound' }
        @{ Case = 'another file'; With = @{ TrustedRootPath = "$PSScriptRoot/Common.ps1" }; Id = 'InvalidTrustedRoot' }
    ) {
        $all = @{ TrustedRootPath = $trustedRoot } + @{}
        foreach ($name in $With.Keys) { $all[$name] = $With[$name] }
        { Set-ImageTrust apps.example.com @all -Root $root -WarningAction SilentlyContinue } | Should -Throw -ErrorId "$Id,ContainerTrust.Commands.SetImageTrustCommand"
    }
}
