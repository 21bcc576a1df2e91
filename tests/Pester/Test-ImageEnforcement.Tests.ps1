# What would break under a proposed policy, on roots with real signed images in directories.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    Import-Module -Name $ModulePath
    $accept = '{"default":[{"type":"insecureAcceptAnything"}]}'

    # A root that names a signed image, one without a signature, and one that nobody has.
    function New-NamingRoot([string] $Policy = $accept) {
        $root = New-TestRoot $Policy
        $null = New-Item -ItemType Directory -Path "$root/srv", "$root/etc/containers/systemd", "$root/etc/systemd/system", "$root/var/lib/containers/storage/overlay-images"
        Copy-Item -LiteralPath "$ImagePath/release" -Destination "$root/srv/signed" -Recurse
        Copy-Item -LiteralPath "$ImagePath/release" -Destination "$root/srv/unsigned" -Recurse
        Remove-Item -LiteralPath "$root/srv/unsigned/signature-1"
        Copy-Item -LiteralPath "$ImagePath/release.asc" -Destination "$root/keys"
        [System.IO.File]::WriteAllText("$root/etc/containers/systemd/web.container", "[Container]`nImage=dir:/srv/signed`n")
        [System.IO.File]::WriteAllText("$root/etc/systemd/system/run.service", "[Service]`nExecStart=/usr/bin/podman run --rm dir:/srv/unsigned`n")
        [System.IO.File]::WriteAllText("$root/etc/systemd/system/again.service", "[Service]`nExecStart=/usr/bin/podman run --rm dir:/srv/unsigned`n")
        [System.IO.File]::WriteAllText("$root/var/lib/containers/storage/overlay-images/images.json", '[{"id":"a","names":["localhost/built:latest"]}]')
        $root
    }
    $identity = '"signedIdentity":{"type":"exactRepository","dockerRepository":"quay.io/openshift-release-dev/ocp-release"}'
    $signed = Get-Content -LiteralPath "$ImagePath/release/manifest.json" -Raw
}
AfterAll { Remove-TestRoot }

Describe 'Test-ImageEnforcement' {
    It 'says what a default of reject would break, by owner, and never takes what it cannot judge for fine' {
        $results = Test-ImageEnforcement -Root (New-NamingRoot)
        $results | Should -BeOfType ([ContainerTrust.ImageEnforcementResult])
        @($results.Status) | Should -Be 'WouldBreak', 'WouldBreak', 'CannotTell'
        @($results.Image) | Should -Be 'dir:/srv/signed', 'dir:/srv/unsigned', 'localhost/built:latest'
        $results[1].Owner | Should -Be 'unit /etc/systemd/system/again.service', 'unit /etc/systemd/system/run.service'
        $results[1].Reason | Should -BeLike '*rejects every image*'
        $results[1].AcceptedNow | Should -BeTrue
        $results[1].AcceptedThen | Should -BeFalse
        $results[2].IsPresent | Should -BeTrue
        $results[2].ErrorId | Should -Be 'ImageNotJudged'
    }

    It 'shows with -All what stays, and by a proposed policy.json what would work' {
        $root = New-NamingRoot '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"dir":{"/srv/signed":[{"type":"reject"}]}}}'
        [System.IO.File]::WriteAllText("$root/proposed.json", '{"default":[{"type":"insecureAcceptAnything"}]}')
        (Test-ImageEnforcement "$root/proposed.json" -Root $root).Status | Should -Be 'CannotTell', 'WouldWork' -Because 'the worst comes first'
        (Test-ImageEnforcement "$root/proposed.json" -Root $root -All).Status | Should -Be 'CannotTell', 'WouldWork', 'Unchanged'
        (Test-ImageEnforcement -Root $root).Status | Should -Be 'WouldBreak', 'RefusedNow', 'CannotTell'
    }

    It 'takes entries as Set-ImageTrust does, piped or named, and a file from Export-ImageTrust' {
        $root = New-NamingRoot
        $entry = New-ImageTrust /srv/unsigned -Transport dir -Type Reject
        foreach ($results in ($entry | Test-ImageEnforcement -Root $root), (Test-ImageEnforcement $entry -Root $root)) {
            @($results | Where-Object Status -EQ WouldBreak).Image | Should -Be 'dir:/srv/unsigned'
        }
        $entry | Export-ImageTrust "$root/trust.yaml"
        @(Test-ImageEnforcement "$root/trust.yaml" -Root $root | Where-Object Status -EQ WouldBreak).Image | Should -Be 'dir:/srv/unsigned'
        $entry | Set-ImageTrust -Root $root
        @(Test-ImageEnforcement "$root/trust.yaml" -Root $root | Where-Object Status -EQ RefusedNow).Image | Should -Be 'dir:/srv/unsigned'
    }

    It 'judges what is piped and nothing else: names, objects and JSON' {
        $root = New-NamingRoot
        $pod = '{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"web-0","namespace":"shop"},"spec":{"containers":[{"name":"c","image":"dir:/srv/unsigned"}]}}]}'
        foreach ($results in ($pod | ConvertFrom-Json | Test-ImageEnforcement -Root $root), ($pod | Test-ImageEnforcement -Root $root)) {
            $results.Owner | Should -Be 'pod shop/web-0'
            $results.Status | Should -Be 'WouldBreak'
        }
        ('dir:/srv/signed', 'dir:/srv/unsigned' | Test-ImageEnforcement -Root $root).Count | Should -Be 2
    }

    It 'reads compose files that are named' {
        $root = New-NamingRoot
        [System.IO.File]::WriteAllText("$root/srv/compose.yaml", "services:`n  db:`n    image: dir:/srv/unsigned`n")
        $result = Test-ImageEnforcement -Root $root -WorkloadPath /srv/compose.yaml | Where-Object Image -EQ 'dir:/srv/unsigned'
        $result.Owner | Should -Contain 'service db in /srv/compose.yaml'
    }

    It 'has a result for a place that cannot be read' {
        $root = New-NamingRoot
        [System.IO.File]::WriteAllText("$root/var/lib/containers/storage/overlay-images/images.json", '{')
        $result = Test-ImageEnforcement -Root $root | Where-Object Status -EQ NotChecked
        $result.ErrorId | Should -Be 'InvalidStorage'
        $result.Owner | Should -Be '/var/lib/containers/storage'
        (Test-ImageEnforcement -Root $root -WorkloadPath /srv/none.yaml | Where-Object ErrorId -EQ WorkloadNotFound).Owner | Should -Be '/srv/none.yaml'
    }

    It 'answers -Quiet with yes only where everything is accepted' {
        $root = New-NamingRoot
        [System.IO.File]::WriteAllText("$root/proposed.json", '{"default":[{"type":"insecureAcceptAnything"}]}')
        'dir:/srv/signed' | Test-ImageEnforcement "$root/proposed.json" -Root $root -Quiet | Should -BeTrue
        'dir:/srv/signed' | Test-ImageEnforcement -Root $root -Quiet | Should -BeFalse
        Test-ImageEnforcement "$root/proposed.json" -Root $root -Quiet | Should -BeFalse -Because 'one image cannot be judged'
    }

    It 'suggests nothing but reject where nothing is signed, and says what must be signed' {
        $entries = 'dir:/srv/unsigned' | Test-ImageEnforcement -Root (New-NamingRoot) -Suggest -WarningVariable said -WarningAction SilentlyContinue
        $entries | Should -HaveCount 1
        $entries.IsDefault | Should -BeTrue
        $entries.Type | Should -Be 'Reject'
        "$said" | Should -BeLike '*signed first*dir:/srv/unsigned*default rejects containers-storage too*'
    }

    It 'takes nothing for a suggestion from a policy that a user of no rights has made' {
        $own = New-NamingRoot
        $null = New-Item -ItemType Directory -Path "$own/home/alice/.config/containers/systemd" -Force
        [System.IO.File]::WriteAllText("$own/etc/passwd", "root:x:0:0::/root:/bin/sh`nalice:x:1000:1000::/home/alice:/bin/sh`n")
        [System.IO.File]::WriteAllText("$own/home/alice/.config/containers/policy.json", '{"default":[{"type":"insecureAcceptAnything"}]}')
        [System.IO.File]::WriteAllText("$own/home/alice/.config/containers/systemd/a.container", "[Container]`nImage=dir:/srv/unsigned`n")
        $null = Test-ImageEnforcement -Root $own -Suggest -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -BeLike '*nothing was taken: alice on *'
    }

    It 'suggests nothing where no image was found' {
        { Test-ImageEnforcement -Root (New-TestRoot '{"default":[{"type":"reject"}]}') -Suggest -WarningAction SilentlyContinue -ErrorAction Stop } | Should -Throw -ErrorId 'NothingJudged,*'
        Test-ImageEnforcement -Root (New-TestRoot '{"default":[{"type":"reject"}]}') -Quiet -WarningAction SilentlyContinue | Should -BeFalse
    }

    It 'refuses <Id>' -ForEach @(
        @{ Id = 'ProposalNotFound'; Script = { Test-ImageEnforcement /no/such -Root $root } }
        @{ Id = 'ProposalNotFound'; Script = { Test-ImageEnforcement -ProposedRegistriesDirectory $root -Root $root } }
        @{ Id = 'SeveralProposals'; Script = { Test-ImageEnforcement "$root/a.json", "$root/a.json" -Root $root } }
        @{ Id = 'NothingPiped'; Script = { @() | Test-ImageEnforcement -Root $root } }
        @{ Id = 'InvalidInputObject'; Script = { $null | Test-ImageEnforcement -Root $root } }
        @{ Id = 'InvalidWorkload'; Script = { '{' | Test-ImageEnforcement -Root $root } }
        @{ Id = 'ParametersNotTogether'; Script = { Test-ImageEnforcement -Quiet -Suggest -Root $root } }
        @{ Id = 'HostNameMissing'; Script = { Test-ImageEnforcement -Sudo } }
        @{ Id = 'NoUsableKey'; Script = { 'dir:/srv/signed' | Test-ImageEnforcement -KeyPath /no/such -Root $root } }
    ) {
        $root = New-NamingRoot
        [System.IO.File]::WriteAllText("$root/a.json", $accept)
        $problem = { & $Script } | Should -Throw -PassThru
        $problem.FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    It 'gives a host that cannot be reached a result beside its error' {
        $result = Test-ImageEnforcement -HostName no-such-host.invalid -ErrorVariable problem -ErrorAction SilentlyContinue
        { Test-ImageEnforcement -HostName no-such-host.invalid -Suggest -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'NothingJudged,*'
        $result.Status | Should -Be 'NotChecked'
        $result.ComputerName | Should -Be 'no-such-host.invalid'
        $problem[0].FullyQualifiedErrorId | Should -BeLike "$($result.ErrorId),*"
    }

    It 'has results that are equal by content, survive another session, and hold at 80 columns' {
        $root = New-NamingRoot
        $one = Test-ImageEnforcement -Root $root
        $two = Test-ImageEnforcement -Root $root
        $one[0] | Should -Be $two[0]
        $one[0].GetHashCode() | Should -Be $two[0].GetHashCode()
        $one[0] | Should -Not -Be $one[1]
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($one[1]))
        [ContainerTrust.ImageEnforcementResult]$back | Should -Be $one[1]
        $lines = ($one | Out-String -Width 80) -split "`n"
        $lines | ForEach-Object { $_.TrimEnd().Length | Should -BeLessOrEqual 80 }
        $lines -match '^WouldBreak dir:/srv/unsigned' | Should -Not -BeNullOrEmpty
        $lines -match '^ {11}unit /etc/systemd/system/again.service and 1 more' | Should -Not -BeNullOrEmpty
    }
}

Describe 'Test-ImageEnforcement over SSH' {
    BeforeDiscovery {
        $missing = if ((id -u) -ne 0) { 'only root can make network namespaces' }
        elseif (-not (Get-Command -Name /usr/sbin/sshd -CommandType Application -ErrorAction SilentlyContinue)) { 'sshd is not installed' }
        elseif (-not (Get-Command -Name ssh, ssh-keygen, ip -CommandType Application -ErrorAction SilentlyContinue)) { 'ssh or ip is not installed' }
        elseif ((unshare --net --uts --mount true 2>&1) -or $LASTEXITCODE) { 'network namespaces cannot be made here' }
    }
    if ($missing) {
        It 'needs a fleet' -TestCases @{ Missing = $missing } { Set-ItResult -Skipped -Because $Missing }
        return
    }

    BeforeAll {
        $directory = Join-Path ([System.IO.Path]::GetTempPath()) "ctrehearse$PID"
        $env:FLEET_OWNER = $PID
        bash $RepositoryRoot/tests/fleet.sh start $directory 3 ok ok refused
        $LASTEXITCODE | Should -Be 0
        $all = foreach ($line in Get-Content -LiteralPath "$directory/hosts") {
            $name, $address, $state, $process = $line -split ' '
            [pscustomobject]@{ Ip = $address; State = $state; Root = "/proc/$process/root" }
        }
        $well = @($all | Where-Object State -EQ ok)
        $ssh = @{ UserName = 'root'; KeyFilePath = "$directory/id"; ConnectingTimeout = 60000; Options = @{ UserKnownHostsFile = "$directory/known_hosts"; GlobalKnownHostsFile = '/dev/null' } }
        foreach ($entry in $well) {
            Copy-Item -LiteralPath "$ImagePath/app" -Destination "$($entry.Root)/root/app" -Recurse
            [System.IO.File]::WriteAllText("$($entry.Root)/etc/containers/storage.conf", "[storage]`ndriver = `"vfs`"`ngraphroot = `"/root/storage`"`n")
            $null = New-Item -ItemType Directory -Path "$($entry.Root)/etc/containers/systemd", "$($entry.Root)/home/deploy/.config/containers/systemd" -Force
            [System.IO.File]::WriteAllText("$($entry.Root)/etc/containers/systemd/web.container", "[Container]`nImage=dir:/root/app`n")
        }
        [System.IO.File]::WriteAllText("$($well[1].Root)/home/deploy/.config/containers/systemd/own.container", "[Container]`nImage=dir:/root/app`n")
        [System.IO.File]::WriteAllText("$($well[1].Root)/home/deploy/.config/containers/policy.json", '{"default":[{"type":"insecureAcceptAnything"}]}')
    }
    AfterAll {
        bash $RepositoryRoot/tests/fleet.sh stop $directory
        Remove-Item -LiteralPath Env:FLEET_OWNER -ErrorAction SilentlyContinue
    }

    It 'judges each host and user by their own policies, and has a result for a host that refuses' {
        $results = Test-ImageEnforcement -HostName $all.Ip @ssh -All -ErrorVariable problem -ErrorAction SilentlyContinue
        @($results | ForEach-Object { "$($_.ComputerName) $($_.User) $($_.Status)" }) | Should -Be @(
            "$($well[0].Ip) root WouldBreak"
            "$($well[1].Ip) root WouldBreak"
            "$($well[1].Ip) deploy Unchanged"
            "$(($all | Where-Object State -EQ refused).Ip)  NotChecked"
        )
        $problem | Should -HaveCount 1
        $results[2].Reason | Should -Match 'accepts any image' -Because "the user's own policy stays"
    }

    It 'rehearses for all hosts what is suggested for them, also as a job' {
        $entries = Test-ImageEnforcement -HostName $well.Ip @ssh -Suggest -WarningAction SilentlyContinue
        $job = Test-ImageEnforcement $entries -HostName $well.Ip @ssh -AsJob
        @(($job | Wait-Job | Receive-Job).Status) | Should -Be 'WouldBreak', 'WouldBreak'
        $job | Remove-Job
        Test-ImageEnforcement $entries -HostName $well.Ip @ssh -Quiet | Should -BeFalse
        New-ImageTrust -Default -Type Accept | Test-ImageEnforcement -HostName $well.Ip @ssh -Quiet | Should -BeTrue
    }
}
