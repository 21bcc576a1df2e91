# Signatures in cosign 3's form, by certificates that the caller names. The samples are made by BundleSampleTests.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    $root = New-TestRoot '{"default": [{"type": "insecureAcceptAnything"}]}'
    $samples = "$ImagePath/bundle"
    foreach ($kind in 'first', 'second', 'file') { New-BundleRepository "$root/$kind" "$samples/$kind.json" }
    New-BundleRepository "$root/none" @()
    [System.IO.File]::WriteAllText("$root/broken.json", [System.IO.File]::ReadAllText("$samples/first.json").Replace('"logIndex":"4"', '"logIndex":"3"'))
    New-BundleRepository "$root/broken" "$root/broken.json"
    $registry = Start-TestRegistry @{ first = "$root/first"; second = "$root/second"; file = "$root/file"; none = "$root/none"; broken = "$root/broken" }
    $name = $registry.Name
    [System.IO.File]::WriteAllText("$root/registries.conf", "[[registry]]`nlocation = `"$name`"`ninsecure = true`n")
    $here = @{ Root = $root; RegistriesConfPath = '/registries.conf'; MaximumRetryCount = 0 }
    $signer = @{ OidcIssuer = 'https://issuer.example.com'; SubjectEmail = 'signer@example.com' }
    $byRoot = $signer + $here + @{ TrustedRootPath = "$samples/trusted_root.json" }
}
AfterAll {
    Stop-TestRegistry $registry
    Remove-TestRoot
}

Describe 'Test-ImageSignature by a trusted root' {
    It 'verifies a bundle with an entry of Rekor 1' {
        $result = Test-ImageSignature "docker://$name/first:v1" @byRoot
        $result.IsValid | Should -BeTrue -Because $result.Reason
        $result.Scope | Should -BeNullOrEmpty
        $result.Reason | Should -BeLike '*signer@example.com (https://issuer.example.com), at 2024-03-01 12:05:00 UTC at the latest,*names no image*'
        $signature = $result.Signatures[0]
        $signature.Kind | Should -Be SigstoreBundle
        $signature.CertificateSubject | Should -Be signer@example.com
        $signature.CertificateIssuer | Should -Be https://issuer.example.com
        $signature.IntegratedTime.ToString('u') | Should -Be '2024-03-01 12:05:00Z'
        $signature.LogIndex | Should -Be 4711
        $signature.Reference | Should -BeNullOrEmpty
        ($result | Format-List | Out-String) | Should -BeLike '*signer@example.com*'
    }

    It 'verifies a bundle with an entry of Rekor 2 and a time stamp' {
        $result = Test-ImageSignature "docker://$name/second:v1" @byRoot
        $result.IsValid | Should -BeTrue -Because $result.Reason
        $result.Signatures[0].IntegratedTime | Should -BeNullOrEmpty
        $result.Signatures[0].LogIndex | Should -Be 4
    }

    It 'names a signature of the manifest as a file, which is none of an image' {
        $result = Test-ImageSignature "docker://$name/file:v1" @byRoot
        $result.IsValid | Should -BeFalse
        $result.Reason | Should -BeLike '*a good signature of a file with these bytes, which is not an image signature*'
    }

    It 'names no file in the requirement that podman would take for a CA or a key' {
        $requirement = (Test-ImageSignature "docker://$name/first:v1" @byRoot).Requirements[0].Requirement
        $requirement.Fulcio.CaPath | Should -BeNullOrEmpty
        $requirement.RekorPublicKeyPath | Should -BeNullOrEmpty
        "$requirement" | Should -Be 'sigstoreSigned signer@example.com (https://issuer.example.com)'
    }

    It 'refuses what does not hold' {
        $result = Test-ImageSignature "docker://$name/broken:v1" @byRoot
        $result.IsValid | Should -BeFalse
        $result.Reason | Should -BeLike '*proof that the entry is in the log does not hold*'
        (Test-ImageSignature "docker://$name/none:v1" @byRoot).IsValid | Should -BeFalse
        $other = $byRoot.Clone()
        $other.SubjectEmail = 'other@example.com'
        (Test-ImageSignature "docker://$name/first:v1" @other).Reason | Should -BeLike '*other@example.com*'
        $other = $byRoot.Clone()
        $other.OidcIssuer = 'https://issuer.example.com/'
        Test-ImageSignature "docker://$name/first:v1" @other -Quiet | Should -BeFalse
    }

    It 'is no policy: without certificates the policy decides' {
        (Test-ImageSignature "docker://$name/first:v1" @here).Scope | Should -Be default
    }
}

Describe 'Test-ImageSignature by CAs' {
    It 'verifies by a Fulcio CA and a log''s key' {
        $fulcio = $signer + $here + @{ FulcioCAPath = "$samples/ca.pem"; RekorPublicKeyPath = "$samples/rekor.pub" }
        (Test-ImageSignature "docker://$name/first:v1" @fulcio).IsValid | Should -BeTrue
        (Test-ImageSignature "docker://$name/second:v1" @fulcio).Reason | Should -BeLike '*not of a log that is trusted*'
    }

    It 'verifies by a private PKI now, and not at a time in the past' {
        $result = Test-ImageSignature "docker://$name/first:v1" -CARootsPath "$samples/ca.pem" -SubjectEmail signer@example.com @here
        $result.IsValid | Should -BeFalse
        $result.Reason | Should -BeLike '*not valid at the time of the signature*'
    }
}

Describe 'Parameters that name certificates' {
    It 'are refused where they are not enough: <Case>' -ForEach @(
        @{ Case = 'no signer'; With = @{ TrustedRootPath = 'x' }; Id = 'IncompleteIdentity' }
        @{ Case = 'a root and a CA'; With = @{ TrustedRootPath = 'x'; FulcioCAPath = 'x'; OidcIssuer = 'x'; SubjectEmail = 'x' }; Id = 'ParametersNotTogether' }
        @{ Case = 'a root and a name'; With = @{ TrustedRootPath = 'x'; OidcIssuer = 'x'; SubjectEmail = 'x'; SignedIdentity = 'MatchRepository' }; Id = 'ParametersNotTogether' }
        @{ Case = 'a pasted blank'; With = @{ TrustedRootPath = 'x'; OidcIssuer = 'x'; SubjectEmail = 'a@example.com ' }; Id = 'InvalidSubject' }
        @{ Case = 'no authority'; With = @{ OidcIssuer = 'x'; SubjectEmail = 'x' }; Id = 'MissingAuthority' }
        @{ Case = 'no log'; With = @{ FulcioCAPath = '/x'; OidcIssuer = 'x'; SubjectEmail = 'x' }; Id = 'IncompleteIdentity' }
        @{ Case = 'no file'; With = @{ TrustedRootPath = '/none/x'; OidcIssuer = 'x'; SubjectEmail = 'x' }; Id = 'NoUsableKey' }
    ) {
        { Test-ImageSignature dir:/none/image @With @here } | Should -Throw -ErrorId "$Id,*"
    }

    It 'are refused where the file is not a trusted root' {
        { Test-ImageSignature dir:/none/image @signer @here -TrustedRootPath "$samples/first.json" } | Should -Throw -ErrorId 'InvalidTrustedRoot,*'
    }

    It 'are for images in registries, where bundles are' {
        { Test-ImageSignature dir:/none/image @byRoot -ErrorAction Stop } | Should -Throw -ErrorId 'TransportNotSupported,*'
    }

    It 'name workflows by their URI' {
        $workflow = $here + @{ TrustedRootPath = "$samples/trusted_root.json"; OidcIssuer = 'https://issuer.example.com'; SubjectUri = 'https://example.com/w@refs/heads/main' }
        $result = Test-ImageSignature "docker://$name/first:v1" @workflow
        $result.IsValid | Should -BeFalse
        $result.Reason | Should -BeLike '*is not for the URI https://example.com/w@refs/heads/main. It is for the e-mail address signer@example.com.*'
        { Test-ImageSignature "docker://$name/first:v1" @workflow -SubjectEmail a@example.com } | Should -Throw -ErrorId 'ParametersNotTogether,*'
        { Test-ImageSignature "docker://$name/first:v1" -FulcioCAPath "$samples/ca.pem" -SubjectUri x @here } | Should -Throw -ErrorId 'ParametersNotTogether,*'
    }

    It 'have logs that keys are held to' {
        $byKey = $here + @{ TrustedRootPath = "$samples/trusted_root.json"; KeyPath = "$samples/rekor.pub" }
        $result = Test-ImageSignature "docker://$name/first:v1" @byKey
        $result.IsValid | Should -BeFalse
        $result.Reason | Should -BeLike '*by none of the accepted keys*'
        { Test-ImageSignature "docker://$name/first:v1" @byKey -SignedIdentity MatchRepository } | Should -Throw -ErrorId 'ParametersNotTogether,*'
        { Test-ImageSignature "docker://$name/first:v1" @byKey -SignatureStore https://store.invalid } | Should -Throw -ErrorId 'ParametersNotTogether,*'
    }

    It 'are no parameters beside keys' {
        { Test-ImageSignature "docker://$name/first:v1" @signer @here -TrustedRootPath x -KeyPath y } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }

    It 'complete issuers' {
        $line = 'Test-ImageSignature x -TrustedRootPath y -OidcIssuer https://acc'
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Contain 'https://accounts.google.com'
    }
}
