BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    . $PSScriptRoot/ReleaseMirror.ps1
}
AfterAll { Remove-TestRoot }

Describe 'Test-ReleaseMirror' {
    BeforeAll {
        $work = New-TestRoot
        $world = New-ReleaseRegistry $work
        $registry, $cli, $mco, $hex, $release = $world.Registry, $world.Cli, $world.Mco, $world.Hex, $world.Release
        $mirror = "$($registry.Name)/ocp"
        $store = "$work/store/sha256=$hex"
        $null = New-Item -ItemType Directory -Path $store
        # Not a good signature, but one that is there.
        Copy-Item -LiteralPath "$ImagePath/release/signature-1" -Destination "$store/signature-1"
        $common = @{ SkipCertificateCheck = $true; SignatureStore = "$work/store"; SigstoreKeyPath = "$work/keys/release.pub"; Root = $work; WarningAction = 'SilentlyContinue' }
        $all = $common + @{ SkipSignatureCheck = $true }
    }
    AfterAll { Stop-TestRegistry $registry }

    It 'says of each image what is missing, and what to copy' {
        $results = Test-ReleaseMirror $release $mirror @all
        $results | Should -BeOfType ([ContainerTrust.ReleaseMirrorResult])
        $results.Name | Should -Be 'release', 'cli', 'machine-config-operator'
        $results.Status | Should -Be 'Complete', 'Complete', 'SignatureMissing'
        $results.SigstoreSignature | Should -Be 'Verified', 'Verified', 'Missing'
        $results[0].OpenPgpSignature | Should -Be 'Present'
        $results[2].Missing | Should -BeLike "*$mirror/openshift/release:sha256-$mco.sig does not exist*"
        $results[2].Copy | Should -BeLike "skopeo copy * docker://$($registry.Name)/origin/art:sha256-$mco.sig docker://$mirror/openshift/release:sha256-$mco.sig"
        $results.OpenShiftVersion | Select-Object -Unique | Should -Be '4.22'
        $results.Release | Select-Object -Unique | Should -Be $release
    }

    It 'does not take a signature that nobody verified for a good one' {
        $results = Test-ReleaseMirror $release $mirror @common
        $results[0].Status | Should -Be 'NotVerified'
        (Test-ReleaseMirror $release $mirror -Name release @common -KeyPath "$DataPath/signer.asc")[0].Status | Should -Be 'SignatureInvalid'
        $warned = $all.Clone()
        $warned.Remove('WarningAction')
        $null = Test-ReleaseMirror $release $mirror @warned -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings -join ' ' | Should -BeLike '*not verified*'
    }

    It 'says yes or no' {
        Test-ReleaseMirror $release $mirror @all -Quiet | Should -BeFalse
        Test-ReleaseMirror $release $mirror -Name release, cli @all -Quiet | Should -BeTrue
        Test-ReleaseMirror $release $mirror -Name release, cli @common -Quiet | Should -BeFalse
        Test-ReleaseMirror $release $mirror -OpenShiftVersion 4.21 @all -Quiet | Should -BeTrue
        Test-ReleaseMirror $release $mirror -Name none @all -Quiet -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeFalse
        $failures[0].FullyQualifiedErrorId | Should -Be 'ComponentNotFound,ContainerTrust.Commands.TestReleaseMirrorCommand'
        Test-ReleaseMirror $release 127.0.0.1:1/ocp @all -MaximumRetryCount 0 -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'asks again for what was not complete, from results of this session and of another' {
        $first = Test-ReleaseMirror $release $mirror @all
        $path = Join-Path $work 'results.xml'
        $first | Export-Clixml -LiteralPath $path
        $back = Import-Clixml -LiteralPath $path
        $back | Should -BeOfType ([ContainerTrust.ReleaseMirrorResult])
        ConvertTo-FieldText $back | Should -Be (ConvertTo-FieldText $first)
        foreach ($results in $first, $back) {
            $again = $results | Where-Object Status -NE Complete | Test-ReleaseMirror @all
            $again.Name | Should -Be 'machine-config-operator'
            $again.Status | Should -Be 'SignatureMissing'
        }
        # Components of Get-ReleaseImage, too.
        (Get-ReleaseImage $release cli -SkipSignatureCheck -SkipCertificateCheck -Root $work -WarningAction SilentlyContinue | Test-ReleaseMirror -Mirror $mirror @all).Name | Should -Be 'cli'
    }

    It 'is an error where the mirror does not answer' {
        $results = Test-ReleaseMirror $release $mirror -ReleaseRepository "$mirror/openshift/release-images" -ComponentRepository 127.0.0.1:1/nowhere @all -MaximumRetryCount 0 -ErrorAction SilentlyContinue -ErrorVariable failures
        $results.Status | Should -Be 'Complete', 'Unknown', 'Unknown'
        $failures.Count | Should -Be 2
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'RegistryUnreachable,ContainerTrust.Commands.TestReleaseMirrorCommand'
        $failures[0].TargetObject | Should -Be "127.0.0.1:1/nowhere@sha256:$cli"
    }

    It 'refuses <Name>' -TestCases @(
        @{ Name = 'what is not a mirror'; Parameters = @{ Mirror = 'ocp' }; Id = 'InvalidMirror' }
        @{ Name = 'what is not a version'; Parameters = @{ OpenShiftVersion = 'new' }; Id = 'InvalidOpenShiftVersion' }
        @{ Name = 'a key of the wrong kind'; Parameters = @{ KeyPath = 'KEY' }; Id = 'WrongKeyKind' }
    ) {
        $given = @{ Mirror = $mirror } + $all
        foreach ($key in $Parameters.Keys) { $given[$key] = $Parameters[$key] -eq 'KEY' ? "$work/keys/release.pub" : $Parameters[$key] }
        { Test-ReleaseMirror $release @given -ErrorAction Stop } | Should -Throw -ErrorId "$Id,*"
    }

    It 'is shown as a table that holds at 80 columns' {
        $lines = Test-ReleaseMirror $release $mirror @all | Out-String -Width 80 -Stream | Where-Object { $_.Trim() }
        ($lines[0] -split '\s+') -ne '' | Should -Be 'Status', 'Name', 'Platform', 'Digest'
        $lines[4] | Should -Match '^SignatureMissing machine-config-operator +sha256:'
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
    }
}
