# The image that a host in image mode boots next, judged by the policies of the booted and of the staged system.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    $booted = '1' * 64
    $staged = '2' * 64
    $digest = Get-ManifestDigest "$ImagePath/app"
    $unsigned = Join-Path ([System.IO.Path]::GetTempPath()) ('containertrust-' + [guid]::NewGuid().ToString('n'))
    $script:TestRoots += @($unsigned)
    New-DirectoryImage -Path $unsigned
    $registry = Start-TestRegistry @{ app = "$ImagePath/app"; unsigned = $unsigned }
    $name = $registry.Name
    $signedBy = '[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/release.asc","signedIdentity":{"type":"remapIdentity","prefix":"' + $name + '","signedPrefix":"registry.example.com"}}]'
    $asks = '{"default":[{"type":"reject"}],"transports":{"docker":{"' + $name + '":' + $signedBy + '}}}'
    $open = '{"default":[{"type":"insecureAcceptAnything"}]}'
    $openBut = '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"' + $name + '":' + $signedBy + '}}}'

    # A host: what it booted, and what it has staged.
    function New-BootRoot {
        [CmdletBinding(SupportsShouldProcess)]
        param([string] $Policy = $asks, [string] $Brought = $Policy, [string] $Staged)
        $root = New-TestRoot $Policy @{ 'test.yaml' = "docker:`n  `"$name`":`n    lookaside: file:///lookaside`n" }
        if (-not $PSCmdlet.ShouldProcess($root)) { return }
        $deployments = @("$root") + @(if ($Staged) { "$root/ostree/deploy/default/deploy/$('2' * 64).0" })
        foreach ($place in $deployments) {
            $null = New-Item -ItemType Directory -Path "$place/usr/etc/containers/registries.d", "$place/usr/etc/pki", "$place/usr/lib/bootc"
            Copy-Item -LiteralPath "$root/etc/containers/registries.d/test.yaml" -Destination "$place/usr/etc/containers/registries.d"
            Copy-Item -LiteralPath "$ImagePath/release.asc" -Destination "$place/usr/etc/pki"
        }
        $null = New-Item -ItemType Directory -Path "$root/etc/pki"
        Copy-Item -LiteralPath "$ImagePath/release.asc" -Destination "$root/etc/pki"
        [System.IO.File]::WriteAllText("$root/etc/containers/registries.conf", "[[registry]]`nlocation = `"$name`"`ninsecure = true`n")
        [System.IO.File]::WriteAllText("$root/usr/etc/containers/policy.json", $Brought)
        if ($Staged) { [System.IO.File]::WriteAllText("$($deployments[1])/usr/etc/containers/policy.json", $Staged) }
        New-Lookaside "$root/lookaside" @{ app = "$ImagePath/app" }
        $root
    }
    function Get-Entry([string] $Image, [string] $Signature, [string] $Checksum, [string] $Digest) {
        '{"image":{"image":{"image":"' + $Image + '","transport":"registry"' + $Signature + '},"imageDigest":"' + $Digest + '"},"ostree":{"stateroot":"default","checksum":"' + $Checksum + '","deploySerial":0}}'
    }
    function Get-Status([string] $Image = "$name/app:v1", [switch] $Enforced, [string] $Staged) {
        $signature = $Enforced ? ',"signature":"containerPolicy"' : ''
        $next = $Staged ? (Get-Entry $Image $signature ('2' * 64) $Staged) : 'null'
        '{"apiVersion":"org.containers.bootc/v1","kind":"BootcHost","status":{"staged":' + $next + ',"booted":' + (Get-Entry $Image $signature $booted "sha256:$('4' * 64)") + ',"rollback":null,"rollbackQueued":false}}'
    }
}
AfterAll {
    Stop-TestRegistry $registry
    Remove-TestRoot
}

Describe 'Test-BootImage' {
    It 'says that an upgrade would be verified, by whom, and that the origin enforces nothing' {
        $result = Get-Status | Test-BootImage -Root (New-BootRoot)
        $result.Status | Should -Be 'Verified' -Because "$($result.Reasons)"
        $result.Source, $result.OriginVerification | Should -Be 'Upgrade', 'NotEnforced'
        $result.Image | Should -Be "docker://$name/app:v1"
        $result.Origin | Should -Be "ostree-unverified-registry:$name/app:v1"
        $result.Signer | Should -HaveCount 1
        $result.Booted.IsValid | Should -BeTrue
        $result.Staged | Should -BeNullOrEmpty
        $result.Reasons[-1] | Should -BeLike 'The origin enforces nothing*'
        $result.RecommendedAction | Should -BeLike "*bootc switch --enforce-container-sigpolicy $name/app:v1*"
    }

    It 'has nothing to advise where the origin enforces a policy that asks for signatures' {
        $result = Get-Status -Enforced | Test-BootImage -Root (New-BootRoot)
        $result.Status, $result.OriginVerification | Should -Be 'Verified', 'ContainerPolicy'
        $result.RecommendedAction | Should -BeNullOrEmpty
    }

    It 'says <Status> where <What>' -ForEach @(
        @{ What = 'the image is unsigned and must not be'; Status = 'Refused'; Policy = { $asks }; Image = 'unsigned:v1'; Reason = 'The image that an upgrade fetches is refused by the booted system''s policy*' }
        @{ What = 'the policy accepts everything'; Status = 'NotVerified'; Policy = { $open }; Image = 'app:v1'; Reason = '*without a look at signatures*' }
        @{ What = 'the image is signed for another tag'; Status = 'Refused'; Policy = { $asks }; Image = 'app:v2'; Reason = '*refused*' }
    ) {
        $result = Get-Status "$name/$Image" | Test-BootImage -Root (New-BootRoot (& $Policy))
        $result.Status | Should -Be $Status
        $result.Reason | Should -BeLike $Reason
        $result.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'says that bootc refuses updates where the origin enforces and the default accepts, although the image is signed' {
        $result = Get-Status -Enforced | Test-BootImage -Root (New-BootRoot $openBut)
        $result.Status | Should -Be 'Refused'
        $result.Reason | Should -BeLike '*bootc refuses every update*'
        (Get-Status | Test-BootImage -Root (New-BootRoot $openBut)).Status | Should -Be 'Verified'
    }

    It 'judges what was fetched by its digest, and by the policy that the staged system will have' {
        $result = Get-Status -Staged $digest | Test-BootImage -Root (New-BootRoot -Staged $asks)
        $result.Status, $result.Source, $result.Digest | Should -Be 'Verified', 'Staged', $digest
        $result.Booted.IsValid, $result.Staged.IsValid | Should -Be $true, $true
        # The tag has moved on since, to an image that is not what was fetched.
        $other = "sha256:$('a' * 64)"
        $moved = Get-Status -Staged $other | Test-BootImage -Root (New-BootRoot -Staged $asks) -ErrorVariable fault -ErrorAction SilentlyContinue
        $moved.Status | Should -Be 'NotChecked'
        $moved.ErrorId | Should -Be 'ManifestDigestMismatch'
        $fault | Should -Not -BeNullOrEmpty
    }

    It 'notices a staged policy that accepts everything, unless the host has one of its own' {
        $result = Get-Status -Staged $digest | Test-BootImage -Root (New-BootRoot -Staged $open)
        $result.Status | Should -Be 'NotVerified'
        $result.Reason | Should -BeLike '*staged system''s policy*without a look at signatures*'
        $own = Get-Status -Staged $digest | Test-BootImage -Root (New-BootRoot -Brought $openBut -Staged $open)
        $own.Status | Should -Be 'Verified'
        $shut = Get-Status -Enforced -Staged $digest | Test-BootImage -Root (New-BootRoot -Staged $openBut)
        $shut.Status | Should -Be 'Refused'
        $shut.Reason | Should -BeLike '*no update will be possible*'
    }

    It 'does not know a staged policy that is not there, and never says yes then' {
        $result = Get-Status -Staged $digest | Test-BootImage -Root (New-BootRoot) -ErrorVariable fault -ErrorAction SilentlyContinue
        $result.Status, $result.ErrorId | Should -Be 'NotChecked', 'StagedSystemNotFound'
        $result.Booted.IsValid | Should -BeTrue
        $fault.FullyQualifiedErrorId | Should -Be 'StagedSystemNotFound,ContainerTrust.Commands.TestBootImageCommand'
    }

    It 'reads files, lines by the pipeline, and what rpm-ostree prints' {
        $root = New-BootRoot
        $text = '{ "deployments" : [ { "booted" : true,' + "`n" + ' "osname" : "default", "serial" : 0, "checksum" : "' + $booted + '",' + "`n" + ' "container-image-reference" : "ostree-image-signed:docker://' + "$name/app:v1" + '" } ] }'
        $path = Join-Path $TestDrive 'status.json'
        [System.IO.File]::WriteAllText($path, $text)
        $result = Test-BootImage -StatusPath $path -Root $root
        $result.Status, $result.OriginVerification | Should -Be 'Verified', 'ContainerPolicy'
        ($text -split "`n" | Test-BootImage -Root $root).Status | Should -Be 'Verified'
        (Test-BootImage -InputObject $text -Root $root).Status | Should -Be 'Verified'
    }

    It 'refuses <Id>' -ForEach @(
        @{ Id = 'BootStatusInvalid'; Call = { '{}' | Test-BootImage -Root $root } }
        @{ Id = 'BootStatusInvalid'; Call = { '' | Test-BootImage -Root $root } }
        @{ Id = 'FileNotFound'; Call = { Test-BootImage -StatusPath /none/status.json -Root $root } }
        @{ Id = 'HostNameMissing'; Call = { Test-BootImage -Sudo } }
    ) {
        $root = New-BootRoot
        $fault = try { & $Call } catch { $_ }
        $fault.FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    It 'has a result beside the error for what is not in image mode' -ForEach @(
        @{ Id = 'NotImageMode'; Call = { '{"apiVersion":"org.containers.bootc/v1","kind":"BootcHost","status":{"staged":null,"booted":null,"rollback":null}}' | Test-BootImage -Root $root @quietly } }
        @{ Id = 'NotImageMode'; Call = { '{"deployments":[{"booted":true,"checksum":"x","serial":0,"origin":"fedora:stable"}]}' | Test-BootImage -Root $root @quietly } }
        @{ Id = 'BootStatusNeeded'; Call = { Test-BootImage -Root $root @quietly } }
    ) {
        $root = New-BootRoot
        $quietly = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = '+fault' }
        $fault = @()
        $result = & $Call
        $result.Status, $result.ErrorId | Should -Be 'NotChecked', $Id
        $result.Reason | Should -Not -BeNullOrEmpty
    }

    It 'says of transports without signatures what the policy says of all of them' {
        $root = New-BootRoot
        function Get-Verdict([string] $Policy) {
            [System.IO.File]::WriteAllText("$root/etc/containers/policy.json", $Policy)
            ('{"deployments":[{"booted":true,"container-image-reference":"ostree-unverified-image:containers-storage:localhost/os"}]}' | Test-BootImage -Root $root -ErrorAction SilentlyContinue).Status
        }
        Get-Verdict $open | Should -Be 'NotVerified'
        Get-Verdict $asks | Should -Be 'Refused'
        Get-Verdict '{"default":[{"type":"reject"}],"transports":{"containers-storage":{"[overlay]localhost/os":[{"type":"insecureAcceptAnything"}]}}}' | Should -Be 'NotChecked'
    }

    It 'does not say Verified where that is in doubt: <What>' -ForEach @(
        @{ What = 'root has a policy of its own'; Say = '*/root/.config/containers/policy.json exists*'; Change = {
                $null = New-Item -ItemType Directory "$root/root/.config/containers"; [System.IO.File]::WriteAllText("$root/root/.config/containers/policy.json", $open) } }
        @{ What = 'the system before is booted next'; Say = 'The system before*'; Edit = { $args[0].Replace('"rollback":null,"rollbackQueued":false', '"rollback":' + (Get-Entry "$name/app:v1" '' ('5' * 64) $digest) + ',"rollbackQueued":true') } }
        @{ What = 'composefs'; Say = '*composefs*'; Edit = { $args[0].Replace('"ostree":{"stateroot":"default"', '"composefs":{"verity":"x"},"ostree":{"stateroot":"default"') } }
        @{ What = 'an ostree remote decides, too'; Say = '*ostree remote*'; Edit = { $args[0].Replace('"transport":"registry"', '"transport":"registry","signature":{"ostreeRemote":"fedora"}') } }
        @{ What = 'the staged system is held back'; Has = $true; Say = '*held back*'; Edit = { $args[0].Replace('"staged":{', '"staged":{"downloadOnly":true,') } }
        @{ What = 'the staged system is of another state root'; Has = $true; Say = '*another state root*'; Edit = { $args[0] -replace '"booted":(.+?)"stateroot":"default"', '"booted":$1"stateroot":"other"' } }
        @{ What = 'etc is transient'; Has = $true; Say = '/etc is transient*'; Change = {
                $null = New-Item -ItemType Directory "$root/usr/lib/ostree"; [System.IO.File]::WriteAllText("$root/usr/lib/ostree/prepare-root.conf", "[etc]`ntransient = true`n") } }
    ) {
        $root = New-BootRoot -Staged ($Has ? $asks : '')
        $status = Get-Status -Staged ($Has ? $digest : '')
        ($status | Test-BootImage -Root $root).Status | Should -Be 'Verified'
        if ($Change) { & $Change }
        if ($Edit) { $status = & $Edit $status }
        $result = $status | Test-BootImage -Root $root
        $result.Status, $result.ErrorId | Should -Be 'NotChecked', 'BootImageInDoubt'
        $result.Reasons[0] | Should -BeLike $Say
    }

    It 'judges what is staged, also beside a rollback that was queued before' {
        $status = (Get-Status -Staged $digest).Replace('"rollback":null,"rollbackQueued":false', '"rollback":' + (Get-Entry "$name/unsigned:v1" '' ('5' * 64) $digest) + ',"rollbackQueued":true')
        ($status | Test-BootImage -Root (New-BootRoot -Staged $asks)).Source | Should -Be 'Staged'
    }

    It 'fits into 80 columns, and is known in other sessions' {
        $result = Get-Status | Test-BootImage -Root (New-BootRoot)
        $lines = @($result | Out-String -Width 80 -Stream | ForEach-Object TrimEnd)
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines -match '^Status +ComputerName +Image +Reason' | Should -HaveCount 1
        $there = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($result, 10))
        $back = [ContainerTrust.BootImageResult]$there
        $back.Status, $back.Booted.IsValid, "$back" | Should -Be 'Verified', $true, "$result"
    }
}
