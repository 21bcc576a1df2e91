# What is put into an image of an operating system, and that an image with it takes only signed updates.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    $cosign = "$DataPath/cosign.pub"
    $gpg = "$DataPath/signer.asc"
    $image = 'quay.io/example/os:latest'
    function New-Place {
        [CmdletBinding(SupportsShouldProcess)]
        param()
        $path = Join-Path ([System.IO.Path]::GetTempPath()) ('containertrust-' + [guid]::NewGuid().ToString('n'))
        if ($PSCmdlet.ShouldProcess($path)) { $script:TestRoots += @($path) }
        $path
    }
    function Get-Fault([scriptblock] $Script) {
        try { & $Script } catch { return $_ }
        throw 'It was expected to fail.'
    }
}
AfterAll { Remove-TestRoot }

Describe 'New-ImageTrustLayer' {
    It 'makes policy, registries.d and key, by which the image is verified and everything else refused' {
        $layer = New-ImageTrustLayer $image -KeyPath $cosign -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        $layer.Files.Path | Should -Be '/etc/pki/containers/cosign.pub', '/etc/containers/registries.d/quay.io-example-os.yaml', '/etc/containers/policy.json'
        $layer.Files[0].Text | Should -Be ([System.IO.File]::ReadAllText($cosign))
        $policy = $layer.Files[2].Text | ConvertFrom-Json -AsHashtable
        $policy.default.type | Should -Be 'reject'
        $policy.transports.Keys | Sort-Object | Should -Be 'containers-storage', 'docker'
        $policy.transports.'containers-storage'.''.type | Should -Be 'insecureAcceptAnything'
        $rule = $policy.transports.docker.'quay.io/example/os'
        $rule.type, $rule.keyPath, $rule.signedIdentity.type | Should -Be 'sigstoreSigned', '/etc/pki/containers/cosign.pub', 'matchRepository'
        $layer.IsEnforceable | Should -BeTrue
        $layer.Scope | Should -Be 'quay.io/example/os'
    }

    It 'writes files that are compliant as an image, and leaves them alone the next time' {
        $place = New-Place
        New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory $place | Should -BeNullOrEmpty
        (Test-ImageTrust -Root $place).Status | Should -Be 'Compliant'
        (Get-ImageTrust -Reference docker://quay.io/example/os:v2 -Root $place).Type | Should -Be 'SigstoreSigned'
        (Get-ImageTrust -Reference docker://quay.io/example/other -Root $place).Type | Should -Be 'Reject'
        (stat -c %a "$place/etc/containers/policy.json") | Should -Be '644'
        $before = Get-Stamp "$place/etc/containers/policy.json"
        New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory $place
        Get-Stamp "$place/etc/containers/policy.json" | Should -Be $before
    }

    It 'writes through no link, and not into this machine' {
        $place, $other = (New-Place), (New-Place)
        $null = New-Item -ItemType Directory -Path $place, $other
        $null = New-Item -ItemType SymbolicLink -Path "$place/etc" -Target $other
        (Get-Fault { New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory $place -Force }).FullyQualifiedErrorId | Should -BeLike 'LinkInOutputDirectory,*'
        Get-ChildItem -LiteralPath $other | Should -BeNullOrEmpty
        (Get-Fault { New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory / }).FullyQualifiedErrorId | Should -BeLike 'InvalidOutputDirectory,*'

        $below = "$other/build"
        $null = New-Item -ItemType Directory -Path $below
        $null = New-Item -ItemType SymbolicLink -Path "$place/link" -Target $below
        New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory "$place/link"
        "$below/etc/containers/policy.json" | Should -Exist
    }

    It 'takes no signature store that hosts do not have, and no key in a place that hosts empty' {
        (Get-Fault { New-ImageTrustLayer $image -KeyPath $gpg -SignatureStore file:///home/me/sigs }).FullyQualifiedErrorId | Should -BeLike 'SignatureStoreNotInImage,*'
        (New-ImageTrustLayer $image -KeyPath $gpg -SignatureStore file:///usr/share/sigs).Scope | Should -Be 'quay.io/example/os'
    }

    It 'makes reject of a base image''s default that accepts everything in two ways' {
        $base = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"},{"type":"insecureAcceptAnything"}]}'
        $null = New-Item -ItemType Directory -Path "$base/usr/lib/bootc/bound-images.d"
        [System.IO.File]::WriteAllText("$base/usr/lib/bootc/bound-images.d/app.container", "[Container]`nImage=quay.io/other/app:1`n")
        $layer = New-ImageTrustLayer $image -KeyPath $cosign -BaseRoot $base -WarningVariable said -WarningAction SilentlyContinue
        ($layer.Trust | Where-Object IsDefault).Type | Should -Be 'Reject'
        "$said" | Should -BeLike '*app.container*'
    }

    It 'writes nothing with -WhatIf, and replaces nothing without -Force' {
        $place = New-Place
        New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory $place -WhatIf 6>$null
        $place | Should -Not -Exist
        New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory $place
        [System.IO.File]::AppendAllText("$place/etc/containers/policy.json", "`n ")
        $text = Get-PolicyText $place
        (Get-Fault { New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory $place }).FullyQualifiedErrorId | Should -Be 'FileExists,ContainerTrust.Commands.NewImageTrustLayerCommand'
        Get-PolicyText $place | Should -Be $text
        (New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory $place -Force -PassThru).Files.Count | Should -Be 3
        Get-PolicyText $place | Should -Not -Be $text
    }

    It 'takes OpenPGP keys with a store, and none without' {
        (Get-Fault { New-ImageTrustLayer $image -KeyPath $gpg }).FullyQualifiedErrorId | Should -BeLike 'SignatureStoreNeeded,*'
        $layer = New-ImageTrustLayer $image -KeyPath $gpg -SignatureStore https://example.com/sigs
        $layer.Files[1].Text | Should -BeLike '*lookaside: https://example.com/sigs*'
        ($layer.Trust | Where-Object Registry -EQ 'quay.io/example/os').Requirements[0].SignedIdentity | Should -BeNullOrEmpty
        (Get-Fault { New-ImageTrustLayer $image -KeyPath $gpg, $cosign }).FullyQualifiedErrorId | Should -BeLike 'KeysDiffer,*'
        (Get-Fault { New-ImageTrustLayer $image -KeyPath $cosign -SignatureStore https://example.com/sigs }).FullyQualifiedErrorId | Should -BeLike 'ParametersNotTogether,*'
    }

    It 'refuses <Id>' -ForEach @(
        @{ Id = 'InvalidReference'; Call = { New-ImageTrustLayer os:latest -KeyPath $cosign } }
        @{ Id = 'InvalidReference'; Call = { New-ImageTrustLayer oci:/srv/os -KeyPath $cosign } }
        @{ Id = 'ImageNotVerified'; Call = { New-ImageTrustLayer $image } }
        @{ Id = 'ImageNotVerified'; Call = { New-ImageTrust quay.io/example/os -Type Accept | New-ImageTrustLayer $image } }
        @{ Id = 'ScopeConflict'; Call = { New-ImageTrust quay.io/example/os -Type Accept | New-ImageTrustLayer $image -KeyPath $cosign } }
        @{ Id = 'KeyFileNotNamed'; Call = { New-ImageTrust quay.io/other -Type Accept | New-ImageTrustLayer $image -KeyPath $cosign -KeyFile $gpg } }
        @{ Id = 'KeyFileNotFound'; Call = { New-ImageTrust quay.io/other -KeyPath /etc/pki/x.asc | New-ImageTrustLayer $image -KeyPath $cosign } }
        @{ Id = 'PrivateKey'; Call = { New-ImageTrustLayer $image -KeyPath $secret } }
    ) {
        $secret = Join-Path $TestDrive 'cosign.key.pub'
        $ec = [System.Security.Cryptography.ECDsa]::Create()
        [System.IO.File]::WriteAllText($secret, $ec.ExportPkcs8PrivateKeyPem() + "`n" + $ec.ExportSubjectPublicKeyInfoPem())
        (Get-Fault $Call).FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    It 'refuses a key that no image brings' {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}'
        $null = New-Item -ItemType Directory -Path "$root/var/keys"
        Copy-Item -LiteralPath $gpg -Destination "$root/var/keys/x.asc"
        $entry = New-ImageTrust quay.io/other -KeyPath /var/keys/x.asc
        (Get-Fault { $entry | New-ImageTrustLayer $image -KeyPath $cosign -BaseRoot $root }).FullyQualifiedErrorId | Should -BeLike 'KeyNotInImage,*'
        $null = $entry | New-ImageTrustLayer $image -KeyPath $cosign -BaseRoot $root -Force -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*/var/keys/x.asc*not part of an image*'
    }

    It 'warns of a default that bootc refuses, and of an accepted transport that it does not notice' {
        $layer = New-ImageTrustLayer $image -KeyPath $cosign -Default Accept -WarningVariable warned -WarningAction SilentlyContinue
        $layer.IsEnforceable | Should -BeFalse
        "$warned" | Should -BeLike '*enforce-container-sigpolicy*'
        $layer.Trust.Transport | Should -Not -Contain 'containers-storage'
        $layer = New-ImageTrust '' -Type Accept -Force -WarningAction Ignore | New-ImageTrustLayer $image -KeyPath $cosign -WarningVariable warned -WarningAction SilentlyContinue
        $layer.IsEnforceable | Should -BeTrue
        "$warned" | Should -BeLike '*bootc does not notice*'
    }

    It 'takes entries for other transports, and the image''s own by the pipeline' {
        $entries = @(New-ImageTrust '' -Transport oci -Type Accept -Force -WarningAction Ignore) + @(New-ImageTrust quay.io/example/os -KeyPath /etc/pki/containers/cosign.pub -Type SigstoreSigned -SignedIdentity MatchExact)
        $layer = $entries | New-ImageTrustLayer $image -KeyFile $cosign
        $layer.Trust.Transport | Should -Contain 'oci'
        ($layer.Trust | Where-Object Registry -EQ 'quay.io/example/os').Requirements[0].SignedIdentity.Type | Should -Be 'matchExact'
        $layer.Files.Path | Should -Contain '/etc/pki/containers/cosign.pub'
        $layer.Files.Text -join '' | Should -BeLike '*use-sigstore-attachments: true*'
    }

    It 'adds to a base image without changing it, and finds nothing to do where all of it is there' {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"registry.redhat.io":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}]}}}'
        $null = New-Item -ItemType Directory -Path "$root/etc/keys"
        Copy-Item -LiteralPath $gpg -Destination "$root/etc/keys"
        [System.IO.File]::WriteAllText("$root/etc/containers/policy.json", (Get-PolicyText $root).Replace('/keys/', '/etc/keys/'))
        $before = Get-PolicyText $root
        $layer = New-ImageTrustLayer $image -KeyPath $cosign -BaseRoot $root -WarningAction SilentlyContinue
        Get-PolicyText $root | Should -Be $before
        ($layer.Trust | Where-Object Registry -EQ 'registry.redhat.io').Type | Should -Be 'SignedBy'
        ($layer.Trust | Where-Object IsDefault).Type | Should -Be 'Reject'
        foreach ($file in $layer.Files) {
            $null = New-Item -ItemType Directory -Path (Split-Path "$root$($file.Path)") -Force
            [System.IO.File]::WriteAllBytes("$root$($file.Path)", $file.Content)
        }
        $again = New-ImageTrustLayer $image -KeyPath $cosign -BaseRoot $root -WarningVariable warned -WarningAction SilentlyContinue
        $again.Files | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*already*'
    }

    It 'has lines that build, and end the build where other files would count' {
        $root = New-Place
        $layer = New-ImageTrustLayer $image -KeyPath $cosign -OutputDirectory $root -PassThru
        # The lines of RUN, with the root in the place of the image's, which is how a shell sees it there.
        $run = [regex]::Match($layer.Containerfile, '(?ms)^RUN (.*?)\nRUN bootc').Groups[1].Value -replace '(?<=[ "])/(?=etc|usr|root)', "$root/" -replace 'chown 0:0', 'chown --reference=/proc/self'
        function Test-Build { $null = sh -c $run 2>&1; $LASTEXITCODE -eq 0 }
        Test-Build | Should -BeTrue
        foreach ($file in 'root/.config/containers/policy.json', 'etc/containers/registries.d/other.yaml') {
            $null = New-Item -ItemType Directory -Path (Split-Path "$root/$file") -Force
            [System.IO.File]::WriteAllText("$root/$file", "docker:`n  `"quay.io/example/os`":`n    use-sigstore-attachments: false`n")
            Test-Build | Should -BeFalse -Because $file
            Remove-Item -LiteralPath "$root/$file"
        }
        Test-Build | Should -BeTrue
        [System.IO.File]::AppendAllText("$root/etc/pki/containers/cosign.pub", ' ')
        Test-Build | Should -BeFalse
    }

    It 'refuses names that mean something in a Containerfile' {
        $odd = Join-Path $TestDrive 'a$b*.pub'
        Copy-Item -LiteralPath $cosign -Destination $odd
        (Get-Fault { New-ImageTrustLayer $image -KeyPath $odd }).FullyQualifiedErrorId | Should -BeLike 'InvalidKeyPath,*'
    }

    It 'gives objects that other sessions know' {
        $layer = New-ImageTrustLayer $image -KeyPath $cosign
        $there = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($layer, 10))
        $back = [ContainerTrust.ImageTrustLayer]$there
        $back.Containerfile | Should -Be $layer.Containerfile
        $back.Files[2].Sha256 | Should -Be $layer.Files[2].Sha256
        "$back" | Should -Be $layer.Containerfile
    }
}
