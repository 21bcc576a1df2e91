BeforeDiscovery {
    $hasGpg = [bool](Get-Command -Name gpg, gpgconf -CommandType Application -ErrorAction SilentlyContinue)
    # Real signatures of public projects, where they are.
    $corpus = $env:CONTAINERTRUST_CORPUS
    for ($directory = $PSScriptRoot; -not $corpus -and $directory; $directory = Split-Path -Path $directory) {
        if (Test-Path -LiteralPath "$directory/shared/corpus") { $corpus = "$directory/shared/corpus" }
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1

    # A host that trusts what lies below /srv/signed if it is the app, accepts /srv/open, and rejects the rest.
    function Initialize-SignedRoot {
        $root = New-TestRoot @'
{
    "default": [{"type": "reject"}],
    "transports": {
        "dir": {
            "/srv/signed": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/release.asc", "signedIdentity": {"type": "exactReference", "dockerReference": "registry.example.com/app:v1"}}],
            "/srv/release": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/release.asc", "signedIdentity": {"type": "exactRepository", "dockerRepository": "registry.example.com/release"}}],
            "/srv/open": [{"type": "insecureAcceptAnything"}]
        },
        "docker": {
            "registry.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/release.asc"}],
            "registry.example.com/other": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/second.asc"}]
        }
    }
}
'@
        Copy-Item -LiteralPath "$ImagePath/release.asc" -Destination "$root/keys"
        $null = New-Item -ItemType Directory -Path "$root/srv/signed", "$root/srv/open", "$root/srv/other"
        Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/srv/signed/app" -Recurse
        Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/srv/other/app" -Recurse
        Copy-Item -LiteralPath "$ImagePath/release" -Destination "$root/srv/release" -Recurse
        New-DirectoryImage "$root/srv/signed/unsigned"
        New-DirectoryImage "$root/srv/open/any"
        $root
    }
}
AfterAll { Remove-TestRoot }

Describe 'Test-ImageSignature by files' {
    BeforeAll {
        $digest = Get-ManifestDigest "$ImagePath/app"
        $files = @{ ManifestPath = "$ImagePath/app/manifest.json"; Reference = 'registry.example.com/app:v1'; SignaturePath = "$ImagePath/app/signature-1"; KeyPath = "$ImagePath/release.asc" }
        function Get-Changed([hashtable] $With) {
            $copy = $files.Clone()
            foreach ($key in $With.Keys) { if ($null -eq $With[$key]) { $copy.Remove($key) } else { $copy[$key] = $With[$key] } }
            $copy
        }
    }

    It 'takes a good signature, and says all that it says' {
        $result = Test-ImageSignature @files
        $result | Should -BeOfType ([ContainerTrust.ImageSignatureResult])
        $result.IsValid | Should -BeTrue -Because $result.Reason
        $result.ManifestDigest | Should -Be $digest
        $result.PinnedReference | Should -Be "registry.example.com/app@$digest"
        $result.ManifestSource | Should -Be $files.ManifestPath
        $result.Requirements[0].IsSatisfied | Should -BeTrue
        $signature = $result.Signatures[0]
        $signature.Kind | Should -Be 'SimpleSigning'
        $signature.Fingerprint | Should -Be $ReleaseFingerprint
        $signature.KeyFingerprint | Should -Be $ReleaseFingerprint
        $signature.UserId | Should -Be 'Release Signer <release@example.com>'
        $signature.Created.UtcDateTime | Should -Be ([datetime]'2024-01-02')
        $signature.Reference | Should -Be 'registry.example.com/app:v1'
        $signature.Digest | Should -Be $digest
        $signature.Creator | Should -Be 'ContainerTrust tests'
        $signature.Source | Should -Be $files.SignaturePath
    }

    It 'takes a digest instead of the manifest' {
        $arguments = Get-Changed @{ ManifestPath = $null; ManifestDigest = $digest }
        (Test-ImageSignature @arguments).IsValid | Should -BeTrue
        Test-ImageSignature @arguments -Quiet | Should -BeTrue
    }

    It 'takes wildcards, several signatures and several keys; one good signature is enough' {
        $root = New-TestRoot
        Copy-Item -LiteralPath "$ImagePath/release/signature-1" -Destination "$root/signature-1"
        Copy-Item -LiteralPath "$ImagePath/app/signature-1" -Destination "$root/signature-2"
        $arguments = Get-Changed @{ SignaturePath = "$root/signature-*"; KeyPath = "$DataPath/signer.asc", "$ImagePath/release.asc" }
        $result = Test-ImageSignature @arguments
        $result.IsValid | Should -BeTrue
        $result.Signatures.Count | Should -Be 2
        $result.Signatures.IsValid | Should -Be $false, $true
    }

    It 'takes paths relative to the location of the session' {
        Push-Location -LiteralPath "$ImagePath/app"
        try { Test-ImageSignature -ManifestPath manifest.json -Reference registry.example.com/app:v1 -SignaturePath signature-? -KeyPath ../release.asc -Quiet | Should -BeTrue }
        finally { Pop-Location }
    }

    It 'takes the fingerprint as <Form>' -TestCases @(
        @{ Form = 'it is'; Value = { $ReleaseFingerprint } }
        @{ Form = 'small letters'; Value = { $ReleaseFingerprint.ToLowerInvariant() } }
        @{ Form = 'gpg prints it'; Value = { $ReleaseFingerprint -replace '(....)', '$1 ' } }
        @{ Form = 'skopeo''s word for every key'; Value = { 'any' } }
        @{ Form = 'one of several'; Value = { ('A' * 40), $ReleaseFingerprint } }
    ) {
        Test-ImageSignature @files -Fingerprint (& $Value) -Quiet | Should -BeTrue
    }

    It 'gives a result that is not valid for <Case>, with a reason' -TestCases @(
        @{ Case = 'another reference'; With = @{ Reference = 'registry.example.com/app:v2' }; Good = $true }
        @{ Case = 'another digest'; With = @{ ManifestPath = $null; ManifestDigest = "sha256:$('0' * 64)" }; Good = $true }
        @{ Case = 'another key'; With = @{ KeyPath = { "$DataPath/signer.asc" } }; Good = $false }
        @{ Case = 'another fingerprint'; With = @{ Fingerprint = 'A' * 40 }; Good = $true }
        @{ Case = 'a signature that is none'; With = @{ SignaturePath = { "$ImagePath/app/manifest.json" } }; Good = $false }
        @{ Case = 'a signature that was changed'; With = @{ SignaturePath = { "$changed" } }; Good = $false }
    ) {
        $bytes = [System.IO.File]::ReadAllBytes("$ImagePath/app/signature-1")
        $bytes[-3] = $bytes[-3] -bxor 1
        $changed = Join-Path (New-TestRoot) 'signature-1'
        [System.IO.File]::WriteAllBytes($changed, $bytes)
        foreach ($key in @($With.Keys)) { if ($With[$key] -is [scriptblock]) { $With[$key] = & $With[$key] } }
        $arguments = Get-Changed $With
        $result = Test-ImageSignature @arguments
        $result.IsValid | Should -BeFalse
        $result.PinnedReference | Should -BeNullOrEmpty
        $result.Reason | Should -Not -BeNullOrEmpty
        $result.Signatures[0].IsValid | Should -BeFalse
        if (-not $Good) {
            # Nobody has said these things.
            $result.Signatures[0].Fingerprint, $result.Signatures[0].UserId, $result.Signatures[0].Reference, $result.Signatures[0].Digest, $result.Signatures[0].Creator | Where-Object { $null -ne $_ } | Should -BeNullOrEmpty
        }
        Test-ImageSignature @arguments -Quiet | Should -BeExactly $false
    }

    It 'is an error, and with -Quiet also a no, where <Case>' -TestCases @(
        @{ Case = 'the manifest is missing'; With = @{ ManifestPath = '/no/such/manifest' }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'the signature is missing'; With = @{ SignaturePath = '/no/such/signature' }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'no signature matches'; With = @{ SignaturePath = '/no/such/signature-*' }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'the key file is not a key file'; With = @{ KeyPath = { "$ImagePath/app/manifest.json" } }; Id = 'NoUsableKey'; Category = 'InvalidData' }
        @{ Case = 'the reference is none'; With = @{ Reference = 'Not a reference' }; Id = 'InvalidReference'; Category = 'InvalidArgument' }
        @{ Case = 'the digest is none'; With = @{ ManifestPath = $null; ManifestDigest = 'sha256:short' }; Id = 'InvalidDigest'; Category = 'InvalidArgument' }
        @{ Case = 'the fingerprint is a key id'; With = @{ Fingerprint = '199E2F91FD431D51' }; Id = 'InvalidFingerprint'; Category = 'InvalidArgument' }
    ) {
        foreach ($key in @($With.Keys)) { if ($With[$key] -is [scriptblock]) { $With[$key] = & $With[$key] } }
        $arguments = Get-Changed $With
        Test-ImageSignature @arguments -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failures[0].FullyQualifiedErrorId | Should -Be "$Id,ContainerTrust.Commands.TestImageSignatureCommand"
        $failures[0].CategoryInfo.Category | Should -Be $Category
        $failures[0].TargetObject | Should -Be $arguments.Reference
        Test-ImageSignature @arguments -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'judges a fresh key <Name>' -Skip:(-not $hasGpg) -TestCases @(
        @{ Name = 'that has expired'; Expires = '2024-01-03'; Time = '20240102T000000'; Valid = $false; Reason = 'expired' }
        @{ Name = 'that is younger than its signature'; Expires = 'never'; Time = '20230101T000000'; Valid = $false; Reason = '' }
        @{ Name = 'that is good'; Expires = 'never'; Time = '20240102T000000'; Valid = $true; Reason = '' }
    ) {
        $gpg = New-GpgHome
        try {
            $null = New-GpgKey $gpg 'Fresh Key <fresh@example.com>' "$gpg/fresh.asc" -Expires $Expires
            New-Signature $gpg fresh@example.com registry.example.com/app:v1 $digest "$gpg/signature-1" -Time $Time
            $arguments = Get-Changed @{ SignaturePath = "$gpg/signature-1"; KeyPath = "$gpg/fresh.asc" }
            $failures = $null
            $result = Test-ImageSignature @arguments -ErrorAction SilentlyContinue -ErrorVariable failures -WarningAction SilentlyContinue
            [bool]$result.IsValid | Should -Be $Valid
            "$($result.Reason) $($result.Signatures.Reason) $failures" | Should -Match $Reason
        }
        finally { Stop-Gpg $gpg }
    }

    It 'knows the real signature of <Name>' -TestCases @(
        @{ Name = 'a Red Hat image'; Hex = 'e3f12513a4b22a2d7c0e7c9207f52128113758d9d68c7d06b11a0ac7672966f7'; Key = 'redhat.txt'; Reference = 'registry.access.redhat.com/rhel7:7.6'; Valid = $true; Reason = ''; Corpus = $corpus }
        @{ Name = 'a Red Hat image, by another key'; Hex = 'e3f12513a4b22a2d7c0e7c9207f52128113758d9d68c7d06b11a0ac7672966f7'; Key = 'simple.txt'; Reference = 'registry.access.redhat.com/rhel7:7.6'; Valid = $false; Reason = ''; Corpus = $corpus }
        @{ Name = 'a CI release, whose key has expired'; Hex = 'edd9824f0404f1a139688017e7001370e2f3fbc088b94da84506653b473fe140'; Key = 'combined.txt'; Reference = 'registry.svc.ci.openshift.org/ocp/release:4.0.0-0.ci-2019-04-19-181452'; Valid = $false; Reason = 'expired'; Corpus = $corpus }
    ) {
        if (-not $Corpus -or -not (Test-Path -LiteralPath "$Corpus/openshift-release")) {
            Set-ItResult -Skipped -Because 'shared/corpus/openshift-release is not there'
            return
        }
        $base = "$Corpus/openshift-release"
        $result = Test-ImageSignature -ManifestDigest "sha256:$Hex" -Reference $Reference -SignaturePath "$base/signatures/sha256=$Hex/signature-1" -KeyPath "$base/keyrings/$Key" -WarningAction SilentlyContinue
        $result.IsValid | Should -Be $Valid
        "$($result.Reason) $($result.Signatures.Reason)" | Should -Match $Reason
        $store = Test-ImageSignature -ManifestDigest "sha256:$Hex" -Reference $Reference -SignatureStore "$base/signatures" -KeyPath "$base/keyrings/$Key" -WarningAction SilentlyContinue
        $store.IsValid | Should -Be $Valid
    }
}

Describe 'Test-ImageSignature by policy' {
    BeforeAll {
        $root = Initialize-SignedRoot
        $digest = Get-ManifestDigest "$ImagePath/app"
    }

    It 'says that <Image> is valid: <Valid>' -TestCases @(
        @{ Image = 'dir:/srv/signed/app'; Valid = $true; Scope = '/srv/signed' }
        @{ Image = 'dir:/srv/signed/unsigned'; Valid = $false; Scope = '/srv/signed' }
        @{ Image = 'dir:/srv/open/any'; Valid = $true; Scope = '/srv/open' }
        @{ Image = 'dir:/srv/other/app'; Valid = $false; Scope = 'default' }
    ) {
        $result = Test-ImageSignature $Image -Root $root
        $result.IsValid | Should -Be $Valid -Because $result.Reason
        $result.Image | Should -Be $Image
        $result.Scope | Should -Be $Scope
        $result.ScopeReason | Should -Not -BeNullOrEmpty
        $result.Requirements[0].IsSatisfied | Should -Be $Valid
        $result.Requirements[0].Reason | Should -Not -BeNullOrEmpty
        Test-ImageSignature $Image -Root $root -Quiet | Should -BeExactly $Valid
    }

    It 'demands a signature with -RequireSignature, whatever the policy accepts' {
        (Test-ImageSignature dir:/srv/open/any -Root $root -RequireSignature).IsValid | Should -BeFalse
        Test-ImageSignature dir:/srv/signed/app -Root $root -RequireSignature -Quiet | Should -BeTrue
    }

    It 'gives the verdict of <As>: <JudgedAs>' -TestCases @(
        @{ As = 'podman5.4'; JudgedAs = 'podman 5.4 built with gpgme (GnuPG)' }
        @{ As = 'Podman6/Sequoia'; JudgedAs = 'podman 6 built with Sequoia' }
        @{ As = 'skopeo1.22/go'; JudgedAs = "skopeo 1.22 built with Go's OpenPGP" }
        @{ As = 'crio1.34'; JudgedAs = "CRI-O 1.34 built with gpgme (GnuPG) or Go's OpenPGP" }
    ) {
        $result = Test-ImageSignature dir:/srv/signed/app -Root $root -As $As
        $result.JudgedAs | Should -Be $JudgedAs
        ($result | Out-String -Width 300) -replace '\s+', ' ' | Should -BeLike "*As ${JudgedAs}: *"
        $result | Format-List | Out-String -Width 300 | Should -Match "JudgedAs +: $([regex]::Escape($JudgedAs))"
        "$result" | Should -BeLike "dir:/srv/signed/app: *valid as ${JudgedAs}: *"
        (Test-ImageSignature dir:/srv/signed/app -Root $root).JudgedAs | Should -BeNullOrEmpty
    }

    It 'keeps JudgedAs through CLIXML' {
        $path = Join-Path $root 'as.xml'
        Test-ImageSignature dir:/srv/signed/app -Root $root -As podman5.4 | Export-Clixml -LiteralPath $path
        (Import-Clixml -LiteralPath $path).JudgedAs | Should -Be 'podman 5.4 built with gpgme (GnuPG)'
    }

    It 'refuses <Case> with -As' -TestCases @(
        @{ Case = 'what is no release'; More = @{ As = 'podman' }; Id = 'UnknownConsumer' }
        @{ Case = 'a release that is not known'; More = @{ As = 'crio1.99' }; Id = 'UnknownConsumer' }
        @{ Case = '-PodmanVersion'; More = @{ As = 'podman5.4'; PodmanVersion = '5.4' }; Id = 'ReleaseGivenTwice' }
    ) {
        { Test-ImageSignature dir:/srv/signed/app -Root $root @More -ErrorAction Stop } |
            Should -Throw -ErrorId "$Id,ContainerTrust.Commands.TestImageSignatureCommand"
    }

    It 'judges an image by a key that GnuPG loses as the release would' {
        $other = Initialize-SignedRoot
        $six = [Convert]::FromBase64String('xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYfGwoAAABCBYJjh3/jAwsJBwUVCg4IDAIWAAKbAwIeCSIhBssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJBScJAgcCAAAAAK0oIBA+LX0ifsDm185Ecds2v8lwgyU2kCcUmKfvBXbAf6rhRYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaEQsiPlR4zxP/TP7mhfVEe7XWPxtnMUMtf15OyA51YBA==')
        $armor = "-----BEGIN PGP PUBLIC KEY BLOCK-----`n`n$([Convert]::ToBase64String($six))`n-----END PGP PUBLIC KEY BLOCK-----`n"
        [System.IO.File]::AppendAllText("$other/keys/release.asc", $armor)
        $before = Test-ImageSignature dir:/srv/signed/app -Root $other -WarningAction SilentlyContinue
        $before.IsValid | Should -BeTrue -Because $before.Reason
        $before.Signatures[0].Note | Should -BeLike '*GnuPG loses its key: it is the last key before the key CB186C4F0609A697* of version 6 in /keys/release.asc*'
        $result = Test-ImageSignature dir:/srv/signed/app -Root $other -As podman5.4/gpg -WarningAction SilentlyContinue
        $result.IsValid | Should -BeFalse
        $result.Reason | Should -BeLike '*it is the last key before the key CB186C4F0609A697*'
        (Test-ImageSignature dir:/srv/signed/app -Root $other -As podman6/sequoia -WarningAction SilentlyContinue).IsValid | Should -BeTrue
        [System.IO.File]::WriteAllText("$other/etc/os-release", "ID=rhel`nVERSION_ID=9.7`n")
        (Test-ImageSignature dir:/srv/signed/app -Root $other -WarningAction SilentlyContinue).IsValid | Should -BeFalse
    }

    It 'takes images from the pipeline, and answers in their order' {
        $images = 1..60 | ForEach-Object { 'dir:/srv/signed/app', 'dir:/srv/signed/unsigned', 'dir:/srv/open/any' }
        ($images | Test-ImageSignature -Root $root).Image | Should -Be $images
        ($images | Test-ImageSignature -Root $root -ThrottleLimit 1).IsValid | Should -Be (1..60 | ForEach-Object { $true, $false, $true })
        (Test-ImageSignature $images[0..2] -Root $root).IsValid | Should -Be $true, $false, $true
    }

    It 'takes objects with a property Image, its own results among them' {
        $rows = "Image,Owner`ndir:/srv/signed/app,a`ndir:/srv/signed/unsigned,b" | ConvertFrom-Csv
        ($rows | Test-ImageSignature -Root $root).IsValid | Should -Be $true, $false
        ($rows | Test-ImageSignature -Root $root | Test-ImageSignature -Root $root).IsValid | Should -Be $true, $false
    }

    It 'goes on after an image that cannot be judged, and never calls it valid' {
        $images = 'dir:/srv/signed/app', 'dir:/srv/signed/none', 'oci-archive:/srv/x.tar', 'Not an image', 'dir:relative', 'dir:/srv/signed/app'
        $results = $images | Test-ImageSignature -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
        $results.Image | Should -Be 'dir:/srv/signed/app', 'dir:/srv/signed/app'
        $failures.Count | Should -Be 4
        $failures.TargetObject | Should -Be $images[1..4]
        $failures[1].FullyQualifiedErrorId | Should -Be 'TransportNotSupported,ContainerTrust.Commands.TestImageSignatureCommand'
        $failures[2].FullyQualifiedErrorId | Should -Be 'InvalidReference,ContainerTrust.Commands.TestImageSignatureCommand'
        $failures[3].FullyQualifiedErrorId | Should -Be 'PathNotAbsolute,ContainerTrust.Commands.TestImageSignatureCommand'
        $images | Test-ImageSignature -Root $root -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'has one answer for all with -Quiet, which an if can take' {
        $good = 'dir:/srv/signed/app', 'dir:/srv/open/any'
        $good | Test-ImageSignature -Root $root -Quiet | Should -BeExactly $true
        Test-ImageSignature $good -Root $root -Quiet | Should -BeExactly $true
        $two = 'dir:/srv/signed/unsigned', 'dir:/srv/signed/unsigned'
        $answer = if (Test-ImageSignature $two -Root $root -Quiet) { 'deploy' } else { 'stop' }
        $answer | Should -Be 'stop'
        @($good + 'dir:/srv/signed/unsigned') | Test-ImageSignature -Root $root -Quiet | Should -BeExactly $false
        $good[0], '', $good[1] | Test-ImageSignature -Root $root -Quiet -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeExactly $false
        @($failures).Count | Should -Be 1
        @() | Test-ImageSignature -Root $root -Quiet | Should -BeExactly $false
        @(Test-ImageSignature dir:/srv/signed/unsigned -Root $root -Platform linux/amd64, linux/arm64 -Quiet) | Should -BeExactly @($false)
    }

    It 'judges of a multi-arch image what the host pulls, every instance, or the list' {
        $directory = "$root/srv/signed/multi"
        $null = New-Item -ItemType Directory -Path $directory
        Copy-Item -LiteralPath "$ImagePath/app/version" -Destination $directory
        New-DirectoryImage "$root/srv/other/s390x" (Get-Layer 'etc/motd' 'another')
        $entries = foreach ($architecture in 'amd64', 's390x') {
            $source = $architecture -eq 'amd64' ? "$ImagePath/app" : "$root/srv/other/s390x"
            $instance = Get-ManifestDigest $source
            Copy-Item -LiteralPath "$source/manifest.json" -Destination "$directory/$($instance.Substring(7)).manifest.json"
            Get-ChildItem -LiteralPath $source -Filter 'signature-*' |
                ForEach-Object { Copy-Item -LiteralPath $_.FullName -Destination "$directory/$($instance.Substring(7)).$($_.Name)" }
            @{ digest = $instance; size = (Get-Item -LiteralPath "$source/manifest.json").Length; mediaType = 'application/vnd.oci.image.manifest.v1+json'
                platform = @{ os = 'linux'; architecture = $architecture } }
        }
        @{ schemaVersion = 2; mediaType = 'application/vnd.oci.image.index.v1+json'; manifests = @($entries) } | ConvertTo-Json -Depth 5 -Compress |
            Set-Content -LiteralPath "$directory/manifest.json" -NoNewline

        # The program that says which machine the root is for.
        $header = [byte[]]::new(20)
        [byte[]](0x7f, 0x45, 0x4c, 0x46, 2, 1) | ForEach-Object -Begin { $at = 0 } -Process { $header[$at++] = $_ }
        $null = New-Item -ItemType Directory -Path "$root/usr/bin" -Force
        foreach ($case in @{ Machine = 62; Platform = 'linux/amd64'; IsValid = $true }, @{ Machine = 22; Platform = 'linux/s390x'; IsValid = $false }) {
            $header[5] = $case.Machine -eq 22 ? 2 : 1
            $header[18], $header[19] = $case.Machine -eq 22 ? (0, 22) : (62, 0)
            [IO.File]::WriteAllBytes("$root/usr/bin/true", $header)
            $result = Test-ImageSignature dir:/srv/signed/multi -Root $root
            $result.Platform | Should -BeExactly $case.Platform
            $result.IsValid | Should -Be $case.IsValid -Because $result.Reason
            $result.ListDigest | Should -Be (Get-ManifestDigest $directory)
            Test-ImageSignature dir:/srv/signed/multi -Root $root -Quiet | Should -BeExactly $case.IsValid
        }

        Remove-Item -LiteralPath "$root/usr/bin/true"
        $all = Test-ImageSignature dir:/srv/signed/multi -Root $root -Platform all
        $all.Platform | Should -Be 'linux/amd64', 'linux/s390x', 'all'
        $all.IsValid | Should -Be $true, $false, $false
        $all[2].Reason | Should -BeLike '*1 is refused: linux/s390x*'
        Test-ImageSignature dir:/srv/signed/multi -Root $root -Platform all -Quiet | Should -BeExactly $false
        $list = Test-ImageSignature dir:/srv/signed/multi -Root $root -Platform list
        $list.IsValid | Should -BeFalse
        $list.ManifestDigest | Should -Be (Get-ManifestDigest $directory)
        $list.Platform | Should -BeNullOrEmpty
        { Test-ImageSignature dir:/none -InRelease dir:/none -Platform all } | Should -Throw -ErrorId 'InvalidPlatform,*'
    }

    It 'stops at the first such image with -ErrorAction Stop' {
        { 'dir:/srv/signed/none', 'dir:/srv/signed/app' | Test-ImageSignature -Root $root -ErrorAction Stop } | Should -Throw -ErrorId '*,ContainerTrust.Commands.TestImageSignatureCommand'
    }

    It 'ends where the policy is <Case>, and with -Quiet says no' -TestCases @(
        @{ Case = 'broken'; Policy = '{"default":['; Id = 'PolicySyntax' }
        @{ Case = 'missing'; Policy = ''; Id = 'PolicyNotFound' }
    ) {
        $bad = New-TestRoot $Policy
        Copy-Item -LiteralPath "$ImagePath/app" -Destination "$bad/app" -Recurse
        { 'dir:/app', 'dir:/app' | Test-ImageSignature -Root $bad } | Should -Throw -ErrorId "$Id,*"
        'dir:/app', 'dir:/app' | Test-ImageSignature -Root $bad -Quiet -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeExactly $false
        @($failures).Count | Should -Be 1
    }

    It 'answers no if the root is not there, with -Quiet' {
        { Test-ImageSignature dir:/x -Root /no/such/root } | Should -Throw -ErrorId 'RootNotFound,*'
        'dir:/x', 'dir:/y' | Test-ImageSignature -Root /no/such/root -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'says with -Verbose what it does, image by image' {
        $words = 'dir:/srv/signed/app', 'dir:/srv/signed/unsigned' | Test-ImageSignature -Root $root -Verbose 4>&1 | ForEach-Object { "$_" }
        $first = [array]::FindIndex([string[]]$words, [Predicate[string]] { $args[0] -like 'dir:/srv/signed/app: valid*' })
        $words[0] | Should -BeLike 'Using /etc/containers/policy.json*'
        $words[0..$first] -like '*/srv/signed/unsigned*' | Should -BeNullOrEmpty
        $words[0..$first] -like '*Fetching*dir:/srv/signed/app*' | Should -Not -BeNullOrEmpty
    }

    It 'says with -Verbose what became of every statement of a key' {
        $words = Test-ImageSignature dir:/srv/signed/app -Root $root -Verbose 4>&1 | ForEach-Object { "$_" }
        $statements = @($words -match '^/keys/release\.asc: key [0-9A-F]{40}, certification \(0x13\) of .* on user id .*')
        $statements | Should -Not -BeNullOrEmpty
        $statements -match 'counts' | Should -Not -BeNullOrEmpty
    }

    It 'gives a downstream command that has enough what it wants' {
        $images = @('dir:/srv/signed/app') * 200
        ($images | Test-ImageSignature -Root $root -ThrottleLimit 2 | Select-Object -First 1).IsValid | Should -BeTrue
    }

    It 'reads its parameters from the host, and paths of this machine relative to the location' {
        Push-Location -LiteralPath $root
        try {
            (Test-ImageSignature dir:srv/open/any -PolicyPath etc/containers/policy.json).Image | Should -Be "dir:$root/srv/open/any"
            (Test-ImageSignature dir:srv/signed/app -KeyPath keys/release.asc -ExactReference registry.example.com/app:v1).IsValid | Should -BeTrue
        }
        finally { Pop-Location }
    }
}

Describe 'Test-ImageSignature by keys and stores' {
    BeforeAll {
        $root = Initialize-SignedRoot
        $digest = Get-ManifestDigest "$ImagePath/app"
        $lookaside = "$root/lookaside"
        New-Lookaside $lookaside @{ app = "$ImagePath/app"; other = "$ImagePath/app" }
        $releases = "$root/releases"
        $null = New-Item -ItemType Directory -Path "$releases/$($digest.Replace(':', '='))"
        Copy-Item -LiteralPath "$ImagePath/app/signature-1" -Destination "$releases/$($digest.Replace(':', '='))"
        $map = @{
            apiVersion = 'v1'; kind = 'ConfigMap'
            metadata   = @{ name = 'sha'; namespace = 'openshift-config-managed'; labels = @{ 'release.openshift.io/verification-signatures' = '' } }
            binaryData = @{ "$($digest.Replace(':', '-'))-1" = [Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$ImagePath/app/signature-1")) }
        }
        [System.IO.File]::WriteAllText("$root/map-1.json", (ConvertTo-Json $map -Depth 5))
        $asked = @{ Reference = 'registry.example.com/app:v1'; ManifestDigest = $digest }
    }

    It 'judges images by keys instead of the policy' {
        $image = @{ Image = 'dir:/srv/other/app'; Root = $root; KeyPath = "$ImagePath/release.asc" }
        $result = Test-ImageSignature @image -ExactReference registry.example.com/app:v1
        $result.IsValid | Should -BeTrue -Because $result.Reason
        $result.Scope | Should -BeNullOrEmpty
        (Test-ImageSignature @image -ExactRepository registry.example.com/app -Fingerprint $ReleaseFingerprint).IsValid | Should -BeTrue
        (Test-ImageSignature @image -ExactReference registry.example.com/app:v2).IsValid | Should -BeFalse
        (Test-ImageSignature @image -ExactRepository registry.example.com/app -Fingerprint ('B' * 40)).IsValid | Should -BeFalse
    }

    It 'needs no digest beside a reference that has one, and no registry for an image by digest with keys and a store' {
        $by = @{ SignatureStore = $releases; KeyPath = "$ImagePath/release.asc" }
        $result = Test-ImageSignature -Reference "registry.example.com/app@$digest" @by
        $result.IsValid | Should -BeTrue -Because $result.Reason
        $result.ManifestDigest | Should -Be $digest
        (Test-ImageSignature "registry.invalid/app@$digest" @by -ExactRepository registry.example.com/app).IsValid | Should -BeTrue
        (Test-ImageSignature "registry.example.com/app@sha256:$('0' * 64)" @by).IsValid | Should -BeFalse
        { Test-ImageSignature -Reference registry.example.com/app:v1 @by -ErrorAction Stop } | Should -Throw -ErrorId 'ManifestRequired,*'
        (Test-ImageSignature -Reference "registry.example.com/app@$digest" -SignaturePath "$ImagePath/app/signature-1" -KeyPath "$ImagePath/release.asc").Reason |
            Should -Match 'registry.example.com/app:v1'
    }

    It 'takes the keys of a ConfigMap release-verification' {
        $keys = @{ apiVersion = 'v1'; kind = 'ConfigMap'; data = @{ 'verifier-public-key-own' = (Get-Content -Raw -LiteralPath "$ImagePath/release.asc"); 'store-own' = 'https://store.invalid' } }
        [System.IO.File]::WriteAllText("$root/keys.json", (ConvertTo-Json $keys -Depth 5))
        (Test-ImageSignature "registry.example.com/app@$digest" -SignatureStore $releases -KeyPath "$root/keys.json").IsValid | Should -BeTrue
    }

    It 'reads signatures from <Where>, without a registry' -TestCases @(
        @{ Where = 'a lookaside store'; Store = { @{ SignatureStore = $lookaside } } }
        @{ Where = 'a lookaside store by URL'; Store = { @{ SignatureStore = "file://$lookaside" } } }
        @{ Where = 'a store with the layout of releases'; Store = { @{ SignatureStore = $releases } } }
        @{ Where = 'a ConfigMap'; Store = { @{ SignatureConfigMap = "$root/map-1.json" } } }
        @{ Where = 'ConfigMaps by a wildcard'; Store = { @{ SignatureConfigMap = "$root/map-*.json" } } }
        @{ Where = 'a directory whose name a URL would write otherwise'; Store = { Copy-Item -LiteralPath $lookaside -Destination "$root/a store #1 50%" -Recurse -Force; @{ SignatureStore = "$root/a store #1 50%" } } }
        @{ Where = 'one of several stores'; Store = { @{ SignatureStore = "$root/keys", $lookaside } } }
    ) {
        $where = & $Store
        (Test-ImageSignature @asked @where -KeyPath "$ImagePath/release.asc").IsValid | Should -BeTrue
        (Test-ImageSignature @asked @where -KeyPath "$DataPath/signer.asc").IsValid | Should -BeFalse
        # By the policy.
        $result = Test-ImageSignature @asked @where -Root $root
        $result.IsValid | Should -BeTrue
        $result.Scope | Should -Be 'registry.example.com'
        $result.PinnedReference | Should -Be "registry.example.com/app@$digest"
    }

    It 'finds no signature in a store that has none for the image' {
        $result = Test-ImageSignature -Reference registry.example.com/app:v1 -ManifestDigest "sha256:$('3' * 64)" -SignatureStore $lookaside -KeyPath "$ImagePath/release.asc"
        $result.IsValid | Should -BeFalse
        $result.Signatures.Count | Should -Be 0
    }

    It 'lets the policy refuse the signer' {
        $result = Test-ImageSignature -Reference registry.example.com/other:v1 -ManifestDigest $digest -SignatureStore $lookaside -Root $root
        $result.Scope | Should -Be 'registry.example.com/other'
        $result.IsValid | Should -BeFalse
    }

    It 'refuses <Case>' -TestCases @(
        @{ Case = 'a fingerprint without keys'; Extra = @{ Fingerprint = 'A' * 40; SignatureStore = '/x' }; Id = 'KeyPathMissing' }
        @{ Case = 'an identity without keys'; Extra = @{ ExactRepository = 'registry.example.com/app'; SignatureStore = '/x' }; Id = 'KeyPathMissing' }
        @{ Case = 'two identities'; Extra = @{ ExactRepository = 'registry.example.com/app'; SignedIdentity = 'MatchExact'; KeyPath = '/k' }; Id = 'InvalidIdentity' }
    ) {
        { Test-ImageSignature @asked @Extra } | Should -Throw -ErrorId "$Id,*"
    }
}

Describe 'Test-ImageSignature with a registry' {
    BeforeAll {
        $root = Initialize-SignedRoot
        $digest = Get-ManifestDigest "$ImagePath/app"
        $other = "$root/srv/signed/unsigned"
        $registry = Start-TestRegistry @{ app = "$ImagePath/app"; unsigned = $other; release = "$ImagePath/release" }
        $name = $registry.Name
        New-Lookaside "$root/lookaside" @{ app = "$ImagePath/app"; release = "$ImagePath/release" }
        [System.IO.File]::WriteAllText("$root/policy.json", @"
{"default": [{"type": "reject"}], "transports": {"docker": {"$name": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "$ImagePath/release.asc", "signedIdentity": {"type": "remapIdentity", "prefix": "$name", "signedPrefix": "registry.example.com"}}], "registry.example.com": [{"type": "insecureAcceptAnything"}]}}}
"@)
        $null = New-Item -ItemType Directory -Path "$root/registries.d"
        [System.IO.File]::WriteAllText("$root/registries.d/test.yaml", "docker:`n  `"$name`":`n    lookaside: file://$root/lookaside`n")
        [System.IO.File]::WriteAllText("$root/registries.conf", "[[registry]]`nlocation = `"$name`"`ninsecure = true`n")
        $here = @{ PolicyPath = "$root/policy.json"; RegistriesDirectory = "$root/registries.d"; RegistriesConfPath = "$root/registries.conf"; MaximumRetryCount = 0 }
    }
    AfterAll { Stop-TestRegistry $registry }

    It 'verifies an image by its tag, and pins it' {
        $result = Test-ImageSignature "docker://$name/app:v1" @here
        $result.IsValid | Should -BeTrue -Because $result.Reason
        $result.Image | Should -Be "docker://$name/app:v1"
        $result.PinnedReference | Should -Be "$name/app@$digest"
        $result.ManifestSource | Should -BeLike "http://$name/v2/app/manifests/v1*"
        $result.Signatures[0].Source | Should -BeLike "*$root/lookaside/app@*signature-1"
        $result.PinnedReference | Test-ImageSignature @here -Quiet | Should -BeTrue
    }

    It 'does not take an image without a signature, nor another tag than the one that was signed' {
        (Test-ImageSignature "$name/unsigned:v1" @here).IsValid | Should -BeFalse
        (Test-ImageSignature "$name/app:v2" @here).IsValid | Should -BeFalse
    }

    It 'is an error where <Case>' -TestCases @(
        @{ Case = 'the registry has no such image'; Image = '{0}/none:v1' }
        @{ Case = 'nobody listens'; Image = '127.0.0.1:1/app:v1' }
        @{ Case = 'the registry has another digest'; Image = '{0}/app@sha256:4444444444444444444444444444444444444444444444444444444444444444' }
    ) {
        $image = $Image -f $name
        Test-ImageSignature $image @here -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failures.Count | Should -Be 1
        $failures[0].TargetObject | Should -Be $image
        $failures[0].FullyQualifiedErrorId | Should -Match '^\w+,ContainerTrust.Commands.TestImageSignatureCommand$'
        Test-ImageSignature $image @here -Quiet -ErrorAction SilentlyContinue | Should -BeExactly $false
    }

    It 'keeps the order of many images, and answers for each' {
        $images = 1..100 | ForEach-Object { if ($_ % 3) { "$name/app:v1" } elseif ($_ % 2) { "$name/unsigned:v$_" } else { "$name/none:v$_" } }
        $results = $images | Test-ImageSignature @here -ErrorAction SilentlyContinue -ErrorVariable failures
        $results.Image.Replace('docker://', '') | Should -Be @($images -notlike '*/none:*')
        $results.IsValid | Should -Be @($images -notlike '*/none:*' -like '*' | ForEach-Object { $_ -like '*/app:*' })
        @($failures).Count | Should -Be @($images -like '*/none:*').Count
    }

    It 'takes stores and keys instead of what the host has' {
        $keys = @{ KeyPath = "$ImagePath/release.asc"; RemapPrefix = $name; SignedPrefix = 'registry.example.com'; SignatureStore = "$root/lookaside"; RegistriesConfPath = "$root/registries.conf" }
        (Test-ImageSignature "$name/app:v1" @keys).IsValid | Should -BeTrue
        $keys.SignatureStore = "$root/keys"
        (Test-ImageSignature "$name/app:v1" @keys).IsValid | Should -BeFalse
    }

    It 'warns where certificates are not checked, and then needs no registries.conf' {
        $arguments = $here.Clone()
        $arguments.Remove('RegistriesConfPath')
        Test-ImageSignature "$name/app:v1" @arguments -SkipCertificateCheck -WarningVariable warnings -WarningAction SilentlyContinue -Quiet | Should -BeTrue
        $warnings | Should -BeLike '*ertificates*'
    }

    It 'does not send a credential to a second registry' {
        $credential = [pscredential]::new('user', [System.Net.NetworkCredential]::new('user', 'secret').SecurePassword)
        "$name/app:v1", '127.0.0.1:1/app:v1' | Test-ImageSignature @here -Credential $credential -Quiet -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeExactly $false
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'CredentialForOneRegistry,*'
        "$failures" | Should -Not -Match 'secret'
    }

    It 'says whether an image is of a release' {
        $release = @{ InRelease = "$name/release@$(Get-ManifestDigest "$ImagePath/release")" }
        $result = Test-ImageSignature "registry.example.com/app@$digest" @release @here
        $result.IsValid | Should -BeTrue -Because $result.Reason
        $result.ReleaseComponent | Should -Be 'app'
        $result.Release.IsValid | Should -BeTrue
        $result.PinnedReference | Should -Be "registry.example.com/app@$digest"
        $result = Test-ImageSignature "registry.example.com/app@sha256:$('5' * 64)" @release @here
        $result.IsValid | Should -BeFalse
        $result.Release.IsValid | Should -BeTrue
        $result.ReleaseComponent | Should -BeNullOrEmpty
    }

    It 'ends on Ctrl+C at once, while a server is silent' {
        $silent = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $silent.Start()
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$ModulePath'; 1..5 | ForEach-Object { '127.0.0.1:$($silent.LocalEndpoint.Port)/app:v' + `$_ } | Test-ImageSignature -PolicyPath '$root/policy.json' -TimeoutSec 300")
            $work = $shell.BeginInvoke()
            Wait-Until { $work.IsCompleted -or ($silent.Pending() -and $shell.Streams.Progress.StatusDescription -contains '0 of 5 done') } 'the server is asked'
            $silent.Pending() | Should -BeTrue -Because 'the server was asked'
            $work.IsCompleted | Should -BeFalse -Because 'the server is silent'
            $shell.Streams.Progress.StatusDescription | Should -Contain '0 of 5 done'
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan $Soon
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally {
            $shell.Dispose()
            $silent.Stop()
        }
    }

    It 'gives a silent server up after -TimeoutSec' {
        $silent = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $silent.Start()
        try {
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            Test-ImageSignature "127.0.0.1:$($silent.LocalEndpoint.Port)/app:v1" @here -TimeoutSec 1 -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
            $failures.Count | Should -Be 1
            $watch.Elapsed.TotalSeconds | Should -BeLessThan $Soon
        }
        finally { $silent.Stop() }
    }
}

Describe 'Test-ImageSignature results' {
    BeforeAll {
        $root = Initialize-SignedRoot
        $live = 'dir:/srv/signed/app', 'dir:/srv/signed/unsigned', 'dir:/srv/open/any' | Test-ImageSignature -Root $root
        $digest = Get-ManifestDigest "$ImagePath/app"
        $inRelease = Test-ImageSignature "registry.example.com/app@$digest" -InRelease dir:/srv/release -Root $root
    }

    It 'have lists that take an index' {
        $live[0].Requirements[0] | Should -BeOfType ([ContainerTrust.RequirementVerdict])
        @($live[0].Requirements[0]).Count | Should -Be 1
        $live[0].Requirements[0].Signatures[0] | Should -BeOfType ([ContainerTrust.ImageSignature])
        $live[0].Signatures[0].Fingerprint | Should -Be $ReleaseFingerprint
    }

    It 'are shown as a table with verdict, image and reason' {
        $lines = $live | Out-String -Width 250 -Stream | Where-Object { $_.Trim() }
        ($lines[0] -split '\s+') -ne '' | Should -Be 'IsValid', 'Image', 'Reason'
        $lines -match ' dir:/srv/signed/app ' | Should -Match '^True +dir:/srv/signed/app +Signed by Release Signer'
        $live[0].Signer | Should -Be 'release@example.com'
        $lines -match ' dir:/srv/signed/unsigned ' | Should -Match '^False +dir:/srv/signed/unsigned +\S'
    }

    It 'are shown in a table with digests cut short, so that there is room for the verdict' {
        $text = Test-ImageSignature -Reference "registry.example.com/app@$digest" -ManifestDigest $digest -SignatureStore "$root/keys" -KeyPath "$ImagePath/release.asc" | Out-String -Width 120
        $text | Should -Match "False +registry.example.com/app@$($digest.Substring(7, 7))\u2026 +A signature is required"
    }

    It 'are shown as a list with everything' {
        $text = $live[0] | Format-List | Out-String -Width 500
        foreach ($label in 'ComputerName', 'ManifestDigest', 'PinnedReference', 'IsValid', 'Reason', 'Scope', 'ScopeReason', 'ManifestSource') { $text | Should -Match "$label +:" }
        $text | Should -Match 'Requirements +: signedBy /keys/release.asc: satisfied: '
        $text | Should -Match 'Signatures +: \S+/signature-1: valid: '
        $text | Should -Not -Match 'ReleaseComponent'
        $inRelease | Format-List | Out-String -Width 500 | Should -Match 'ReleaseComponent +: app'
        $live[0].Requirements | Out-String -Width 200 | Should -Match 'True +signedBy /keys/release.asc +Signed by'
        $live[0].Signatures | Out-String -Width 300 | Should -Match 'True +SimpleSigning +release@example.com +Signed by'
        $live[0].Signatures | Format-List | Out-String -Width 300 | Should -Match "KeyFingerprint +: $ReleaseFingerprint"
    }

    It 'come back from CLIXML as they were' {
        $path = Join-Path $root 'results.xml'
        @($live) + $inRelease | Export-Clixml -LiteralPath $path
        $back = Import-Clixml -LiteralPath $path
        $back | Should -BeOfType ([ContainerTrust.ImageSignatureResult])
        $back[0].Signatures[0] | Should -BeOfType ([ContainerTrust.ImageSignature])
        $back[0].Requirements[0].Requirement.SignedIdentity | Should -BeOfType ([ContainerTrust.ExactReferenceIdentity])
        $back[3].Release.Requirements[0].Signatures[0].Created | Should -Be $inRelease.Release.Requirements[0].Signatures[0].Created
        ConvertTo-FieldText $back | Should -Be (ConvertTo-FieldText (@($live) + $inRelease))
    }

    It 'come back from a job as they were' {
        $job = Start-Job -ArgumentList $ModulePath, $root -ScriptBlock {
            param($module, $root)
            Import-Module $module
            Test-ImageSignature dir:/srv/signed/app -Root $root
        }
        try { $back = $job | Receive-Job -Wait } finally { $job | Remove-Job -Force }
        $back.PSObject.BaseObject | Should -BeOfType ([ContainerTrust.ImageSignatureResult])
        ConvertTo-FieldText $back.PSObject.BaseObject | Should -Be (ConvertTo-FieldText $live[0])
    }

    It 'do not become live, let alone valid, from a bag that lost a part on the way' {
        $path = Join-Path $root 'shallow.xml'
        $words = (Invoke-ChildSession "
            Import-Module '$ModulePath'
            `$result = Test-ImageSignature dir:/srv/signed/app -Root '$root'
            Get-TypeData -TypeName ContainerTrust.* | Remove-TypeData
            `$result | Export-Clixml -Depth 1 -LiteralPath '$path'
            'written'").Output
        $words | Should -Be 'written'
        $bag = Import-Clixml -LiteralPath $path
        $bag.PSObject.TypeNames[0] | Should -Be 'Deserialized.ContainerTrust.ImageSignatureResult'
        { [ContainerTrust.ImageSignatureResult]$bag } | Should -Throw
    }

    It 'are shown alike in a session that got them from elsewhere' {
        $path = Join-Path $root 'shown.xml'
        $live | Export-Clixml -LiteralPath $path
        $words = (Invoke-ChildSession "
            `$bags = Import-Clixml -LiteralPath '$path'
            Import-Module '$ModulePath'
            `$bags[0].GetType().Name
            `$bags | Out-String -Width 250 -Stream").Output
        $words[0] | Should -Be 'PSObject'
        ($words | Select-Object -Skip 1) -join "`n" | Should -Be (($live | Out-String -Width 250 -Stream) -join "`n")
    }
}
