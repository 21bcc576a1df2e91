BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    . $PSScriptRoot/ReleaseMirror.ps1
}
AfterAll { Remove-TestRoot }

Describe 'Save-ImageSignature' {
    BeforeAll {
        $work = New-TestRoot
        $world = New-ReleaseRegistry $work
        $registry, $cli, $mco, $release = $world.Registry, $world.Cli, $world.Mco, $world.Release
        $image = "$($registry.Name)/origin/art@sha256:$cli"
        $common = @{ SkipCertificateCheck = $true; SigstoreKeyPath = "$work/keys/release.pub"; Root = $work; WarningAction = 'SilentlyContinue' }
        function Get-LayoutTag([string] $Path) {
            ([System.IO.File]::ReadAllText("$Path/index.json") | ConvertFrom-Json -AsHashtable).manifests.ForEach{ $_.annotations['org.opencontainers.image.ref.name'] }
        }
    }
    AfterAll { Stop-TestRegistry $registry }
    BeforeEach { $layout = "$work/$([guid]::NewGuid().ToString('n'))" }

    It 'saves what a release needs, and nothing twice' {
        $results = Save-ImageSignature -Release $release -LayoutDirectory $layout @common
        $results | Should -BeOfType ([ContainerTrust.SavedSignatureResult])
        $results.Name | Should -Be 'release', 'cli', 'machine-config-operator'
        $results.Status | Should -Be 'Saved', 'Saved', 'Saved'
        $results.Form | Select-Object -Unique | Should -Be 'Attachment'
        $results[1].Path | Should -Be "oci:${layout}:sha256-$cli.sig"
        $results[1].Image | Should -Be $image
        $results[1].Signer.Count | Should -Be 1
        Get-LayoutTag $layout | Sort-Object | Should -Be ($results.Path.ForEach{ $_.Split(':')[-1] } | Sort-Object)
        $again = Save-ImageSignature -Release $release -LayoutDirectory $layout @common
        $again.Status | Select-Object -Unique | Should -Be 'Unchanged'
        $again.AlreadySaved | Select-Object -Unique | Should -Be 1
        (Save-ImageSignature -Release $release -Name m* -LayoutDirectory $layout -Force @common).Name | Should -Be 'machine-config-operator'
        Save-ImageSignature -Release $release -Name none -LayoutDirectory $layout @common -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -Be 'ComponentNotFound,ContainerTrust.Commands.SaveImageSignatureCommand'
    }

    It 'takes images from the pipeline: names, components, and what a mirror lacks' {
        ($image | Save-ImageSignature -LayoutDirectory $layout @common).Image | Should -Be $image
        $contents = Get-ReleaseImage $release -SkipSignatureCheck -SkipCertificateCheck -Root $work -WarningAction SilentlyContinue
        ($contents | Save-ImageSignature -LayoutDirectory $layout @common).Status | Should -Be 'Unchanged', 'Saved'
        $missing = Test-ReleaseMirror $release $world.Mirror @common -SkipSignatureCheck | Where-Object SigstoreSignature -EQ Missing
        $saved = $missing | Save-ImageSignature -LayoutDirectory "$layout-missing" @common
        $saved.Status | Should -Be 'Saved'
        $saved.Digest | Should -Be "sha256:$mco"
    }

    It 'makes a mirror complete that lacked a signature' {
        $saved = Save-ImageSignature "$($registry.Name)/origin/art@sha256:$mco" -LayoutDirectory $layout @common
        # What a push does.
        $digest = ([System.IO.File]::ReadAllText("$layout/index.json") | ConvertFrom-Json -AsHashtable).manifests[0].digest
        Copy-Item -LiteralPath "$layout/blobs/$($digest.Replace(':', '/'))" -Destination "$work/mirror/manifests/$($saved.Path.Split(':')[-1])"
        Copy-Item -Path "$layout/blobs/sha256/*" -Destination "$work/mirror"
        $result = Test-ReleaseMirror $release $world.Mirror -Name machine-config-operator @common
        $result.SigstoreSignature | Should -Be 'Verified'
        Remove-Item -LiteralPath "$work/mirror/manifests/$($saved.Path.Split(':')[-1])"
    }

    It 'saves nothing with -WhatIf' {
        Save-ImageSignature $image -LayoutDirectory $layout @common -WhatIf | Should -BeNullOrEmpty
        Save-ImageSignature -Release $release -LayoutDirectory $layout @common -WhatIf | Should -BeNullOrEmpty
        $layout | Should -Not -Exist
    }

    It 'saves nothing that was not verified' {
        $other = [System.Security.Cryptography.ECDsa]::Create([System.Security.Cryptography.ECCurve]::CreateFromFriendlyName('nistP256'))
        [System.IO.File]::WriteAllText("$work/keys/other.pub", $other.ExportSubjectPublicKeyInfoPem() + "`n")
        $given = $common.Clone()
        $given.SigstoreKeyPath = "$work/keys/other.pub"
        $result = Save-ImageSignature $image -LayoutDirectory $layout @given
        $result.Status | Should -Be 'Invalid'
        $result.NotSaved | Should -BeLike '*sha256*'
        $layout | Should -Not -Exist
        # A policy that accepts all looks at nothing.
        [System.IO.File]::WriteAllText("$work/etc/containers/policy.json", '{"default":[{"type":"insecureAcceptAnything"}]}')
        $given.Remove('SigstoreKeyPath')
        $result = Save-ImageSignature $image -LayoutDirectory $layout @given -ErrorAction SilentlyContinue -ErrorVariable failures
        $result.Status | Should -Be 'Failed'
        $failures[0].FullyQualifiedErrorId | Should -Be 'SignaturesNotChecked,ContainerTrust.Commands.SaveImageSignatureCommand'
        $failures[0].TargetObject | Should -Be $image
    }

    It 'leaves a file that differs, and says so' {
        $null = New-Item -ItemType Directory -Path "$layout/blobs/sha256"
        Save-ImageSignature $image -LayoutDirectory $layout @common
        $blob = Get-ChildItem -LiteralPath "$layout/blobs/sha256" | Select-Object -First 1
        [System.IO.File]::WriteAllText($blob.FullName, 'damaged')
        $result = Save-ImageSignature $image -LayoutDirectory $layout @common -ErrorAction SilentlyContinue -ErrorVariable failures
        if ($result.Status -ne 'Unchanged') { $failures[0].FullyQualifiedErrorId | Should -Be 'SavedFileDiffers,ContainerTrust.Commands.SaveImageSignatureCommand' }
        [System.IO.File]::ReadAllText($blob.FullName) | Should -Be 'damaged'
        Save-ImageSignature $image -LayoutDirectory $layout @common -Force -ErrorAction Stop
        (Save-ImageSignature $image -LayoutDirectory $layout @common).Status | Should -Be 'Unchanged'
    }

    It 'refuses <Name>' -TestCases @(
        @{ Name = 'a call without a directory'; Parameters = @{ LayoutDirectory = $null }; Id = 'TargetMissing' }
        @{ Name = 'a layout with a colon'; Parameters = @{ LayoutDirectory = '/tmp/a:b' }; Id = 'InvalidPath' }
        @{ Name = 'a store without OpenPGP keys'; Parameters = @{ StoreDirectory = '/tmp/none' }; Id = 'KeyPathMissing' }
        @{ Name = 'a key of the wrong kind'; Parameters = @{ KeyPath = 'KEY' }; Id = 'WrongKeyKind' }
        @{ Name = 'what is not a platform'; Parameters = @{ Platform = 'x' }; Id = 'InvalidPlatform' }
    ) {
        $given = $common + @{ LayoutDirectory = $layout }
        foreach ($key in $Parameters.Keys) {
            if ($null -eq $Parameters[$key]) { $given.Remove($key) } else { $given[$key] = $Parameters[$key] -eq 'KEY' ? "$work/keys/release.pub" : $Parameters[$key] }
        }
        { Save-ImageSignature $image @given -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
    }

    It 'comes back live from CLIXML, and is shown as a table that holds at 80 columns' {
        $first = Save-ImageSignature -Release $release -LayoutDirectory $layout @common
        $first | Export-Clixml -LiteralPath "$work/saved.xml"
        $back = Import-Clixml -LiteralPath "$work/saved.xml"
        $back | Should -BeOfType ([ContainerTrust.SavedSignatureResult])
        ConvertTo-FieldText $back | Should -Be (ConvertTo-FieldText $first)
        $lines = $first | Out-String -Width 80 -Stream | Where-Object { $_.Trim() }
        ($lines[0] -split '\s+') -ne '' | Should -Be 'Status', 'Form', 'Saved', 'Platform', 'Image'
        $lines[3] | Should -Match '^Saved +Attachment +1 +.*/origin/art@'
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
    }
}
