BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
}
AfterAll { Remove-TestRoot }

Describe 'Get-ReleaseImage' {
    BeforeAll {
        $root = New-TestRoot @'
{
    "default": [{"type": "insecureAcceptAnything"}],
    "transports": {
        "dir": {
            "/srv": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/release.asc", "signedIdentity": {"type": "exactRepository", "dockerRepository": "registry.example.com/release"}}],
            "/open": [{"type": "insecureAcceptAnything"}]
        }
    }
}
'@
        Copy-Item -LiteralPath "$ImagePath/release.asc" -Destination "$root/keys"
        $null = New-Item -ItemType Directory -Path "$root/srv", "$root/open"
        Copy-Item -LiteralPath "$ImagePath/release" -Destination "$root/srv/release" -Recurse
        Copy-Item -LiteralPath "$ImagePath/release" -Destination "$root/open/release" -Recurse
        Remove-Item -LiteralPath "$root/open/release/signature-1"
        Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/srv/app" -Recurse
        New-ReleaseImage "$root/srv/unsigned" ([ordered]@{ cli = "registry.example.com/parts@sha256:$('1' * 64)" })
        $digest = Get-ManifestDigest "$ImagePath/release"
    }

    It 'lists the images of a release whose signature holds' {
        $contents = Get-ReleaseImage dir:/srv/release -Root $root
        $contents | Should -BeOfType ([ContainerTrust.ReleaseImageContent])
        $contents.Name | Should -Be 'app', 'cli', 'machine-config-operator'
        $contents[0].Image | Should -Be "registry.example.com/app@$(Get-ManifestDigest "$ImagePath/app")"
        $contents[0].Digest | Should -Be (Get-ManifestDigest "$ImagePath/app")
        $contents[0].Release | Should -BeLike "*$digest"
        $contents[0].ReleaseName | Should -Be '4.14.3'
    }

    It 'lists the components that <Pattern> matches' -TestCases @(
        @{ Pattern = 'cli'; Names = @('cli') }
        @{ Pattern = 'MACHINE-*'; Names = @('machine-config-operator') }
        @{ Pattern = @('?li', 'app'); Names = @('app', 'cli') }
        @{ Pattern = 'none*'; Names = @() }
    ) {
        @((Get-ReleaseImage dir:/srv/release $Pattern -Root $root).Name) | Where-Object { $_ } | Should -Be $Names
    }

    It 'is an error for a component that is not there; the others are listed' {
        $contents = Get-ReleaseImage dir:/srv/release -Name none, cli -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
        $contents.Name | Should -Be 'cli'
        $failures[0].FullyQualifiedErrorId | Should -Be 'ComponentNotFound,ContainerTrust.Commands.GetReleaseImageCommand'
        $failures[0].TargetObject | Should -Be 'none'
    }

    It 'lists nothing of <Release>, which is not signed as it must be: not even with a policy that accepts anything' -TestCases @(
        @{ Release = 'dir:/srv/unsigned' }
        @{ Release = 'dir:/open/release' }
    ) {
        Get-ReleaseImage $Release -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -Be 'ReleaseNotTrusted,ContainerTrust.Commands.GetReleaseImageCommand'
        $failures[0].CategoryInfo.Category | Should -Be 'InvalidData'
        $failures[0].TargetObject | Should -Be $Release
    }

    It 'lists them with -SkipSignatureCheck, and warns' {
        (Get-ReleaseImage dir:/srv/unsigned -SkipSignatureCheck -Root $root -WarningVariable warnings -WarningAction SilentlyContinue).Name | Should -Be 'cli'
        $warnings | Should -BeLike '*signature*not checked*'
    }

    It 'judges by keys' {
        $keys = @{ KeyPath = "$ImagePath/release.asc"; ExactRepository = 'registry.example.com/release' }
        (Get-ReleaseImage "dir:$ImagePath/release" @keys).Count | Should -Be 3
        $keys.KeyPath = "$DataPath/signer.asc"
        { Get-ReleaseImage "dir:$ImagePath/release" @keys -ErrorAction Stop } | Should -Throw -ErrorId 'ReleaseNotTrusted,*'
        { Get-ReleaseImage "dir:$ImagePath/release" -Fingerprint ('A' * 40) } | Should -Throw -ErrorId 'KeyPathMissing,*'
    }

    It 'goes on after an image that is not a release' {
        $contents = 'dir:/srv/app', 'dir:/srv/none', 'dir:/srv/release' | Get-ReleaseImage -Root $root -SkipSignatureCheck -WarningAction SilentlyContinue -ErrorAction SilentlyContinue -ErrorVariable failures
        $contents.Count | Should -Be 3
        $failures.TargetObject | Should -Be 'dir:/srv/app', 'dir:/srv/none'
    }

    It 'gives Test-ImageSignature what is in the release' {
        $results = Get-ReleaseImage dir:/srv/release -Root $root | Test-ImageSignature -InRelease dir:/srv/release -Root $root
        $results.IsValid | Should -Be $true, $true, $true
        $results.ReleaseComponent | Should -Be 'app', 'cli', 'machine-config-operator'
    }

    It 'is shown as a table, and comes back from CLIXML' {
        $live = Get-ReleaseImage dir:/srv/release -Root $root
        $lines = $live | Out-String -Width 200 -Stream | Where-Object { $_.Trim() }
        ($lines[0] -split '\s+') -ne '' | Should -Be 'Name', 'Image'
        $lines[3] | Should -Match '^cli +registry.example.com/parts@sha256:1{64}$'
        $path = Join-Path $root 'contents.xml'
        $live | Export-Clixml -LiteralPath $path
        $back = Import-Clixml -LiteralPath $path
        $back | Should -BeOfType ([ContainerTrust.ReleaseImageContent])
        ConvertTo-FieldText $back | Should -Be (ConvertTo-FieldText $live)
    }
}
