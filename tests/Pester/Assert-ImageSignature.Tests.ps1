BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    $root = New-TestRoot
    $other = "$root/unsigned"
    New-DirectoryImage $other
    $digest = Get-ManifestDigest "$ImagePath/app"
    $registry = Start-TestRegistry @{ app = "$ImagePath/app"; unsigned = $other; release = "$ImagePath/release" }
    $name = $registry.Name
    New-Lookaside "$root/lookaside" @{ app = "$ImagePath/app"; release = "$ImagePath/release" }
    [System.IO.File]::WriteAllText("$root/policy.json", @"
{"default": [{"type": "reject"}], "transports": {
    "dir": {"": [{"type": "insecureAcceptAnything"}]},
    "docker": {"$name": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "$ImagePath/release.asc", "signedIdentity": {"type": "remapIdentity", "prefix": "$name", "signedPrefix": "registry.example.com"}}]}}}
"@)
    $null = New-Item -ItemType Directory -Path "$root/registries.d"
    [System.IO.File]::WriteAllText("$root/registries.d/test.yaml", "docker:`n  `"$name`":`n    lookaside: file://$root/lookaside`n")
    [System.IO.File]::WriteAllText("$root/registries.conf", "[[registry]]`nlocation = `"$name`"`ninsecure = true`n")
    $here = @{ PolicyPath = "$root/policy.json"; RegistriesDirectory = "$root/registries.d"; RegistriesConfPath = "$root/registries.conf"; MaximumRetryCount = 0 }
    $app = "$name/app@$digest"
}
AfterAll {
    Stop-TestRegistry $registry
    Remove-TestRoot
}

Describe 'Assert-ImageSignature' {
    It 'passes on the pinned reference of a valid image, as text' {
        $passed = Assert-ImageSignature "$name/app:v1" @here
        $passed | Should -BeOfType ([string])
        $passed | Should -Be $app
        "$name/app:v1", "docker://$name/app:v1" | Assert-ImageSignature @here | Should -Be $app
    }

    It 'ends with an error for an image that is not valid, and passes on nothing' {
        $passed = [System.Collections.Generic.List[string]]::new()
        { "$name/app:v1", "$name/unsigned:v1" | Assert-ImageSignature @here | ForEach-Object { $passed.Add($_) } } |
            Should -Throw -ErrorId 'ImageNotValid,ContainerTrust.Commands.AssertImageSignatureCommand' -ExpectedMessage "*$name/unsigned:v1 is not valid: *"
        $passed | Should -HaveCount 0
        try { "$name/unsigned:v1" | Assert-ImageSignature @here -ErrorAction Ignore } catch { $failure = $_ }
        $failure.TargetObject | Should -Be "$name/unsigned:v1"
    }

    It 'names all images that are refused, as they were given' {
        try { "$name/unsigned:v1", 'registry.invalid/app', "$name/app:v1", 'Not an image' | Assert-ImageSignature @here } catch { $failure = $_ }
        $failure.TargetObject | Should -Be "$name/unsigned:v1", 'registry.invalid/app', 'Not an image'
        $failure.Exception.Message | Should -Match '^3 images were refused, and none is passed on\. '
        foreach ($image in $failure.TargetObject) { $failure.Exception.Message | Should -Match ([regex]::Escape($image)) }
    }

    It 'takes an image that cannot be judged for an error: <Case>' -TestCases @(
        @{ Case = 'not on the registry'; Image = { "$name/none:v1" } }
        @{ Case = 'no name'; Image = { '' } }
        @{ Case = 'null'; Image = { $null } }
        @{ Case = 'not a name'; Image = { 'Not an image' } }
        @{ Case = 'of a transport that is not known'; Image = { 'ftp:app' } }
    ) {
        { Assert-ImageSignature (& $Image) @here } | Should -Throw
        { (& $Image) | Assert-ImageSignature @here } | Should -Throw
        { "$name/app:v1", (& $Image) | Assert-ImageSignature @here } | Should -Throw
    }

    It 'takes no image at all for an error' {
        { @() | Assert-ImageSignature @here } | Should -Throw -ErrorId 'ImageMissing,*' -ExpectedMessage 'There was no image to judge*'
        { Assert-ImageSignature @() @here } | Should -Throw
        { '[]' | ConvertFrom-Json | Assert-ImageSignature @here } | Should -Throw
    }

    It 'refuses what is valid but cannot be pinned' {
        (Test-ImageSignature "dir:$other" @here).IsValid | Should -BeTrue
        { Assert-ImageSignature "dir:$other" @here } | Should -Throw -ErrorId 'ImageNotPinned,*' -ExpectedMessage '*no name in a registry*'
        $multi = "$root/multi"
        New-DirectoryImage $multi
        $bytes = [System.Text.Encoding]::UTF8.GetBytes("{`"schemaVersion`":2,`"mediaType`":`"application/vnd.oci.image.index.v1+json`",`"manifests`":[{`"mediaType`":`"application/vnd.oci.image.manifest.v1+json`",`"digest`":`"$digest`",`"size`":2,`"platform`":{`"os`":`"linux`",`"architecture`":`"amd64`"}}]}")
        [System.IO.File]::WriteAllBytes("$multi/manifest.json", $bytes)
        { Assert-ImageSignature "dir:$multi" -Platform list @here } |
            Should -Throw -ErrorId 'ImageNotPinned,*' -ExpectedMessage '*verdict on the multi-arch list alone*Leave -Platform out, or specify -Platform all*'
    }

    It 'ends for a policy that cannot be read' {
        $lost = $here.Clone()
        $lost.PolicyPath = "$root/none.json"
        { "$name/app:v1" | Assert-ImageSignature @lost } | Should -Throw -ErrorId 'PolicyNotFound,*'
    }

    It 'takes keys in the policy''s place' {
        Assert-ImageSignature "$name/app:v1" @here -KeyPath "$ImagePath/release.asc" -RemapPrefix $name -SignedPrefix registry.example.com | Should -Be $app
        { Assert-ImageSignature "$name/app:v1" @here -KeyPath "$DataPath/second.asc" -RemapPrefix $name -SignedPrefix registry.example.com } | Should -Throw -ErrorId 'ImageNotValid,*'
    }

    It 'lets nothing through in a pipeline where -ErrorAction hides errors' {
        $script:pulled = @()
        try { "$name/unsigned:v1" | Assert-ImageSignature @here -ErrorAction SilentlyContinue | ForEach-Object { $script:pulled += $_ } } catch { $null = $_ }
        $script:pulled | Should -HaveCount 0
    }
}

Describe 'Images as other tools name them' {
    It 'takes <Case>' -TestCases @(
        @{ Case = 'podman images'; Json = '[{"Id":"@ID","Names":["@NAME/app:v1"],"Digest":"sha256:00","RepoTags":null}]' }
        @{ Case = 'podman images of older releases'; Json = '[{"Id":"@ID","RepoTags":["@NAME/app:v1"]}]' }
        @{ Case = 'podman images, pulled by digest'; Json = '[{"Id":"@ID","Names":null,"RepoTags":[],"RepoDigests":["@NAME/app@@DIGEST"]}]' }
        @{ Case = 'podman ps'; Json = '[{"Id":"@ID","Image":"@NAME/app:v1","Names":["web"]}]' }
        @{ Case = 'docker images'; Json = '{"Repository":"@NAME/app","Tag":"v1","ID":"x"}' }
        @{ Case = 'skopeo inspect'; Json = '{"Name":"@NAME/app","Digest":"@DIGEST","RepoTags":["v1","v2"]}' }
        @{ Case = 'skopeo list-tags'; Json = '{"Repository":"@NAME/app","Tags":["v1"]}' }
        @{ Case = 'a container of a pod'; Json = '[{"name":"web","image":"@NAME/app:v1"}]' }
        @{ Case = 'a pod'; Json = '{"kind":"Pod","spec":{"containers":[{"image":"@NAME/app:v1"}]}}' }
        @{ Case = 'kubectl get pods'; Json = '{"kind":"List","items":[{"kind":"Pod","spec":{"initContainers":[{"image":"@NAME/app:v1"}],"containers":[{"image":"@NAME/app:v1"}]}}]}' }
        @{ Case = 'a deployment'; Json = '{"kind":"Deployment","spec":{"template":{"spec":{"containers":[{"image":"@NAME/app:v1"}]}}}}' }
        @{ Case = 'a cron job'; Json = '{"kind":"CronJob","spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"image":"@NAME/app:v1"}]}}}}}}' }
    ) {
        $text = $Json.Replace('@NAME', $name).Replace('@DIGEST', $digest).Replace('@ID', 'f' * 64)
        $text | ConvertFrom-Json | Assert-ImageSignature @here | Should -Be $app
        ($text | ConvertFrom-Json | Test-ImageSignature @here).IsValid | Should -Not -Contain $false
        Assert-ImageSignature -Image ($text | ConvertFrom-Json) @here | Should -Be $app
    }

    It 'refuses a pod one of whose containers is not signed, wherever it is' {
        foreach ($kind in 'initContainers', 'containers', 'ephemeralContainers') {
            $pod = @{ kind = 'Pod'; spec = @{ containers = @(@{ image = "$name/app:v1" }) } }
            $pod.spec[$kind] = @($pod.spec[$kind]) + @(@{ image = "$name/unsigned:v1" }) -ne $null
            { $pod | ConvertTo-Json -Depth 9 | ConvertFrom-Json | Assert-ImageSignature @here } | Should -Throw -ErrorId 'ImageNotValid,*'
        }
    }

    It 'looks at volumes that are images, and refuses what it does not understand in a list' {
        $volume = '{"kind":"Pod","spec":{"containers":[{"image":"@NAME/app:v1"}],"volumes":[{"name":"a","emptyDir":{}},{"name":"b","image":{"reference":"@NAME/unsigned:v1"}}]}}'
        { $volume.Replace('@NAME', $name) | ConvertFrom-Json | Assert-ImageSignature @here } | Should -Throw -ErrorId 'ImageNotValid,*'
        $volume.Replace('@NAME/unsigned', '@NAME/app').Replace('@NAME', $name) | ConvertFrom-Json | Assert-ImageSignature @here | Should -Be $app
        $list = '{"kind":"List","items":[{"kind":"Pod","spec":{"containers":[{"image":"@NAME/app:v1"}]}},{"kind":"@KIND","spec":{"replicatedJobs":[{"image":"@NAME/unsigned:v1"}]}}]}'.Replace('@NAME', $name)
        { $list.Replace('@KIND', 'JobSet') | ConvertFrom-Json | Assert-ImageSignature @here } | Should -Throw
        $list.Replace('@KIND', 'Service') | ConvertFrom-Json | Assert-ImageSignature @here | Should -Be $app
    }

    It 'refuses an object whose name cannot be read, and passes on nothing' {
        $broken = [pscustomobject]@{} | Add-Member -PassThru -MemberType ScriptProperty -Name Image -Value { throw 'no name' }
        { "$name/app:v1", $broken | Assert-ImageSignature @here } | Should -Throw
    }

    It 'takes an object without an image for an image that cannot be judged, and not for none: <Json>' -TestCases @(
        @{ Json = '{"Id":"@ID","Names":null,"RepoTags":null}' }
        @{ Json = '{"Id":"short"}' }
        @{ Json = '{"kind":"Pod","spec":{"containers":[{"name":"web"}]}}' }
        @{ Json = '{"Image":""}' }
        @{ Json = '{"Image":null,"Names":[null]}' }
        @{ Json = '{"items":[]}' }
        @{ Json = '{"Repository":"<none>","Tag":"<none>"}' }
    ) {
        $item = $Json.Replace('@ID', 'f' * 64) | ConvertFrom-Json
        { $item | Assert-ImageSignature @here } | Should -Throw
        $item | Test-ImageSignature @here -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'takes the results of Test-ImageSignature and parts of a release' {
        Test-ImageSignature "$name/app:v1" @here | Assert-ImageSignature @here | Should -Be $app
    }

    It 'joins results and errors with what was given' {
        $given = "docker://$name/app:v1", "$name/unsigned:v1", "$name/none:v1"
        $results = $given | Test-ImageSignature @here -ErrorAction SilentlyContinue -ErrorVariable failures
        $results.InputReference | Should -Be $given[0, 1]
        $failures.TargetObject | Should -Be $given[2]
        $results[0].Image | Should -Be $given[0]
        $results[1].Image | Should -Be "docker://$($given[1])"
    }
}
