# Real sshds in network namespaces, each with files of its own: tests/fleet.sh.
BeforeDiscovery {
    $missing = if ((id -u) -ne 0) { 'only root can make network namespaces' }
    elseif (-not (Get-Command -Name /usr/sbin/sshd -CommandType Application -ErrorAction SilentlyContinue)) { 'sshd is not installed' }
    elseif (-not (Get-Command -Name ssh, ssh-keygen -CommandType Application -ErrorAction SilentlyContinue)) { 'ssh is not installed' }
    elseif (-not (Get-Command -Name ip -CommandType Application -ErrorAction SilentlyContinue)) { 'ip (iproute2) is not installed' }
    elseif ((unshare --net --uts --mount true 2>&1) -or $LASTEXITCODE) { 'network namespaces cannot be made here' }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
}
AfterAll { Remove-TestRoot }

Describe 'Cmdlets on a fleet' {
    if ($missing) {
        It 'needs a fleet' -TestCases @{ Missing = $missing } { Set-ItResult -Skipped -Because $Missing }
        return
    }

    BeforeAll {
        $directory = Join-Path ([System.IO.Path]::GetTempPath()) "ctfleet$PID"
        $env:FLEET_OWNER = $PID
        $env:PWSH = $PowerShellPath
        $env:DOTNET_ROOT = $DotNetRoot
        bash $RepositoryRoot/tests/fleet.sh start $directory 50 ok ok ok hang down changedkey unknownkey refused fulldisk readonly broken busybox sudo
        $LASTEXITCODE | Should -Be 0
        $of = @{}
        $all = foreach ($line in Get-Content -LiteralPath "$directory/hosts") {
            $name, $address, $state, $process = $line -split ' '
            $entry = [pscustomobject]@{ Name = $name; Ip = $address; State = $state; Root = "/proc/$process/root" }
            if (-not $of.ContainsKey($state)) { $of[$state] = $entry }
            $entry
        }
        $many = ($all | Where-Object State -EQ ok).Ip
        $well = $many[0..2]
        $ssh = @{ UserName = 'root'; KeyFilePath = "$directory/id"; ConnectingTimeout = 60000; Options = @{ UserKnownHostsFile = "$directory/known_hosts"; GlobalKnownHostsFile = '/dev/null' } }
        # Where hosts that hang are asked too, each such time is waited for to the end.
        $bounded = $ssh.Clone()
        $bounded.ConnectingTimeout = 25000
        function Get-HostPolicy([string] $Address) {
            $entry = $all | Where-Object Ip -EQ $Address
            Get-Content -LiteralPath "$($entry.Root)/etc/containers/policy.json" -Raw | ConvertFrom-Json -AsHashtable
        }
        foreach ($entry in $all) { Copy-Item -LiteralPath "$DataPath/signer.asc" -Destination "$($entry.Root)/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release" }
    }
    AfterAll {
        bash $RepositoryRoot/tests/fleet.sh stop $directory
        Remove-Item -LiteralPath Env:FLEET_OWNER -ErrorAction SilentlyContinue
    }

    It 'sets trust on all, and reads it back with the host on each object' {
        Set-ImageTrust -Preset RedHat -HostName $well @ssh
        $entries = Get-ImageTrust registry.redhat.io -HostName $well @ssh
        ($entries.ComputerName | Sort-Object) | Should -Be ($well | Sort-Object)
        $entries.Keys.UserIds | Should -Contain (Get-ImageTrust registry.redhat.io -HostName $well[0] @ssh).Keys[0].UserIds[0]
        $entries.SignatureStore | Select-Object -Unique | Should -Be 'https://registry.redhat.io/containers/sigstore'
        (Get-HostPolicy $well[1]).transports.docker.'registry.redhat.io'[0].keyPath | Should -Be '/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release'
        $entries | Out-String -Width 200 | Should -Match "$([regex]::Escape($well[2])) +registry.redhat.io +SignedBy"
    }

    It 'leaves a file alone that means what is asked for already' {
        $path = "$(($all | Where-Object Ip -EQ $well[0]).Root)/etc/containers/policy.json"
        $stamp = Get-Stamp $path
        Set-ImageTrust -Preset RedHat -HostName $well[0] @ssh
        Get-Stamp $path | Should -Be $stamp
    }

    It 'has a result for each host that was asked, in the order asked for, in every report' {
        $addresses = @($all.Ip)
        $results = @(Test-ImageTrust -HostName $addresses @bounded -ErrorAction SilentlyContinue -ErrorVariable failures)
        $results.ComputerName | Should -Be $addresses
        $unchecked = @($results | Where-Object Status -EQ NotChecked)
        $unchecked.ComputerName | Sort-Object | Should -Be ($failures.TargetObject | Sort-Object)
        $unchecked.Count | Should -BeGreaterOrEqual 5
        foreach ($result in $unchecked) {
            $result.Compliant | Should -BeFalse
            $result.ErrorId | Should -Be (($failures | Where-Object TargetObject -EQ $result.ComputerName).FullyQualifiedErrorId -split ',')[0]
            $result.Findings.RuleId | Should -Be 'NotChecked'
        }

        # As the README has it: one line, and nothing else is known of the hosts that are down.
        $report = "$directory/report"
        $results | Export-ImageTrustReport "$report.json"
        $json = Get-Content -LiteralPath "$report.json" -Raw | ConvertFrom-Json
        @($json.hosts).Count + @($json.unchecked).Count | Should -Be 50
        $json.summary.unchecked | Should -Be $unchecked.Count
        $json.compliant | Should -BeFalse
        $results | Export-ImageTrustReport "$report.xml"
        @(([xml](Get-Content -LiteralPath "$report.xml" -Raw)).SelectNodes('//testsuite')).Count | Should -Be 50
        $results | Export-ImageTrustReport "$report.html"
        $html = Get-Content -LiteralPath "$report.html" -Raw
        foreach ($address in $addresses) { $html.Contains($address.Replace('.', '.<wbr>')) | Should -BeTrue -Because "$address is in the page" }
        $results | Export-Csv -LiteralPath "$report.csv"
        $rows = Import-Csv -LiteralPath "$report.csv"
        $rows.ComputerName | Should -Be $addresses
        @($rows | Where-Object Status -EQ NotChecked).Count | Should -Be $unchecked.Count

        # Given besides, the errors do not make the hosts twice.
        $results | Export-ImageTrustReport "$report.json" -ErrorRecord $failures
        (Get-Content -LiteralPath "$report.json" -Raw | ConvertFrom-Json).summary.unchecked | Should -Be $unchecked.Count
    }

    It 'takes hosts from the pipeline, as names and as rows' {
        ($well | Test-ImageTrust @ssh).ComputerName | Should -Be $well
        ($well.ForEach({ [pscustomobject]@{ HostName = $_; Owner = 'team' } }) | Test-ImageTrust @ssh).ComputerName | Should -Be $well
        { 'web1 web2' | Test-ImageTrust -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidHostName,*'
    }

    It 'gives results in the order asked for, or as they come' {
        $backwards = @($well[2], $well[0], $well[1])
        (Get-ImageTrust -Default -HostName $backwards @ssh).ComputerName | Should -Be $backwards
        (Get-ImageTrust -Default -HostName $backwards -AsCompleted @ssh).ComputerName | Sort-Object | Should -Be ($well | Sort-Object)
    }

    It 'changes piped entries on the host that they were read from, over the same connection' {
        $name = 'origin.example.com'
        Set-ImageTrust $name -Type Accept -HostName $well @ssh -WarningAction SilentlyContinue
        Get-ImageTrust $name -HostName $well[0], $well[1] @ssh | Where-Object ComputerName -EQ $well[1] | Remove-ImageTrust -WarningAction SilentlyContinue
        (Get-HostPolicy $well[0]).transports.docker.ContainsKey($name) | Should -BeTrue
        (Get-HostPolicy $well[1]).transports.docker.ContainsKey($name) | Should -BeFalse
        Get-ImageTrust $name -HostName $well[0], $well[2] @ssh | Set-ImageTrust -Type Reject
        (Get-ImageTrust $name -HostName $well[0], $well[2] @ssh).Type | Should -Be 'Reject', 'Reject'
        (Get-ImageTrust $name -HostName $well[2] @ssh | Get-ImageTrust).ComputerName | Should -Be $well[2]

        # What comes from a file names the host; how it is reached, the call says.
        Get-ImageTrust $name -HostName $well[0] @ssh | Export-Clixml -LiteralPath "$directory/entry.xml"
        Import-Clixml -LiteralPath "$directory/entry.xml" | Remove-ImageTrust -UserName $ssh.UserName -KeyFilePath $ssh.KeyFilePath -Options $ssh.Options -WarningAction SilentlyContinue
        (Get-HostPolicy $well[0]).transports.docker.ContainsKey($name) | Should -BeFalse
        Set-ImageTrust $name -Type Accept -HostName $well @ssh -WarningAction SilentlyContinue
        Remove-ImageTrust $name -HostName $well @ssh -WarningAction SilentlyContinue
    }

    It 'refuses entries of several hosts that contradict each other, by name, and writes nothing' {
        Set-ImageTrust race.example.com -Type Accept -HostName $well[0] @ssh -WarningAction SilentlyContinue
        Set-ImageTrust race.example.com -Type Reject -HostName $well[1] @ssh
        $target = New-TestRoot '{"default":[{"type":"reject"}]}'
        $before = Get-PolicyText $target
        { Get-ImageTrust race.example.com -HostName $well[0], $well[1] @ssh | Set-ImageTrust -Root $target } | Should -Throw -ErrorId 'EntriesContradict,*' -ExpectedMessage "*$($well[0])*$($well[1])*"
        Get-PolicyText $target | Should -Be $before
        Remove-ImageTrust race.example.com -HostName $well[0], $well[1] @ssh -WarningAction SilentlyContinue
    }

    It 'gives one error a host that fails, with its name and its reason, and the others their turn' {
        $entries = Get-ImageTrust -HostName $all.Ip @bounded -ErrorAction SilentlyContinue -ErrorVariable failures
        $expected = @{ hang = 'SshTimeout|HostUnreachable'; down = 'HostUnreachable|SshTimeout'; changedkey = 'HostKeyMismatch'; unknownkey = 'HostKeyUnknown'; refused = 'SshAuthenticationFailed'; broken = 'PolicySyntax' }
        $failures.Count | Should -Be $expected.Count
        foreach ($state in $expected.Keys) {
            $failure = $failures | Where-Object TargetObject -EQ $of[$state].Ip
            $failure.FullyQualifiedErrorId | Should -Match "^($($expected[$state])),ContainerTrust.Commands.GetImageTrustCommand$"
            $failure.Exception.Message | Should -Match ([regex]::Escape($of[$state].Ip))
        }
        ($entries.ComputerName | Sort-Object -Unique).Count | Should -Be ($all.Count - $expected.Count)
    }

    It 'says of each host why nothing was written there' {
        Set-ImageTrust written.example.com -Type Reject -HostName @($all | Where-Object State -NE hang).Ip @ssh -ErrorAction SilentlyContinue -ErrorVariable failures
        $ids = @{}
        foreach ($failure in $failures) { $ids[$failure.TargetObject] = ($failure.FullyQualifiedErrorId -split ',')[0] }
        $ids[$of.fulldisk.Ip] | Should -Be 'DiskFull'
        $ids[$of.readonly.Ip] | Should -Be 'ReadOnlyFileSystem'
        $ids[$of.broken.Ip] | Should -Be 'PolicySyntax'
        $ids[$of.busybox.Ip] | Should -BeNullOrEmpty
        (Get-HostPolicy $of.busybox.Ip).transports.docker.Keys | Should -Contain 'written.example.com'
        (Get-HostPolicy $of.fulldisk.Ip).transports | Should -BeNullOrEmpty
        foreach ($address in $well) { (Get-HostPolicy $address).transports.docker.Keys | Should -Contain 'written.example.com' }
    }

    It 'says what would be done, and does nothing, with -WhatIf' {
        $words = @(& $PowerShellPath -NoProfile -NonInteractive -Command "Import-Module '$ModulePath'; Set-ImageTrust no.example.com -Type Reject -WhatIf -HostName $($well -join ',') -UserName root -KeyFilePath $directory/id -Options @{ UserKnownHostsFile = '$directory/known_hosts' }")
        @($words -like 'What if:*').Count | Should -Be $well.Count
        @($words -eq '--- /etc/containers/policy.json').Count | Should -Be 1 -Because 'the same change of all is shown once'
        @($words -like 'would be changed on*').Count | Should -Be 0 -Because 'a count is no output'
        foreach ($address in $well) {
            $words -match [regex]::Escape("of $address") | Should -Not -BeNullOrEmpty
            (Get-HostPolicy $address).transports.docker.Keys | Should -Not -Contain 'no.example.com'
        }
    }

    It 'ends with how many were changed, records on each, and takes all back by the id of the call' {
        $told = Set-ImageTrust tally.example.com -Type Reject -HostName $well[0] @ssh 6>&1
        $told | Should -BeNullOrEmpty
        $output = Set-ImageTrust tally.example.com -Type Reject -HostName $well @ssh -PassThru 6>&1
        "$($output[-1])" | Should -Be 'changed on 2, unchanged on 1, failed on 0'
        $changes = $output | Where-Object { $_ -is [ContainerTrust.ImageTrustChange] }
        $changes.Status | Should -Be 'Unchanged', 'Added', 'Added'
        $changes[1].Id | Should -Be $changes[2].Id
        $failed = Set-ImageTrust tally.example.com -Type Accept -HostName $well[1], $of.refused.Ip @ssh -WhatIf -PassThru -ErrorAction SilentlyContinue 6>&1
        "$($failed[-1])" | Should -Be 'would be changed on 1, unchanged on 0, failed on 1'
        "$failed" | Should -BeLike "*$($well[1]): --- /etc/containers/policy.json*"
        Undo-ImageTrust $changes[1].Id -HostName $well @ssh -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failures 6>$null
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NothingToUndo,*'
        (Get-ImageTrust tally.example.com -HostName $well @ssh -ErrorAction SilentlyContinue).ComputerName | Should -Be $well[0]
        Undo-ImageTrust -HostName $well[0] @ssh -Confirm:$false
        (Get-ImageTrustChange -HostName $well[0] @ssh)[0].User | Should -Match '^root, from '
    }

    It 'removes, resets, and returns entries' {
        Set-ImageTrust gone.example.com -Type Accept -HostName $well @ssh
        Remove-ImageTrust gone.example.com -HostName $well @ssh
        Get-ImageTrust gone.example.com -HostName $well @ssh -ErrorAction SilentlyContinue -ErrorVariable failures | Should -BeNullOrEmpty
        $failures.Count | Should -Be $well.Count
        $entries = Reset-ImageTrust -Confirm:$false -PassThru -HostName $of.sudo.Ip @ssh
        $entries.Type | Should -Contain 'Accept'
        (Get-HostPolicy $of.sudo.Ip).transports.docker.Keys | Should -Not -Contain 'written.example.com'
    }

    It 'copies the trust of one host to others' {
        Set-ImageTrust golden.example.com -Type Reject -HostName $well[0] @ssh
        Get-ImageTrust -HostName $well[0] @ssh | Set-ImageTrust -HostName $well[1], $well[2] @ssh
        (Get-HostPolicy $well[2]).transports.docker.'golden.example.com'[0].type | Should -Be 'reject'
    }

    It 'stores a key of this machine in the hosts'' policies' {
        Push-Location -LiteralPath $DataPath
        try { Set-ImageTrust inline.example.com -KeyPath ./signer.asc -InlineKey -HostName $well @ssh } finally { Pop-Location }
        (Get-HostPolicy $well[1]).transports.docker.'inline.example.com'[0].keyData | Should -Not -BeNullOrEmpty
    }

    It 'works as root by sudo, and says when sudo wants a password' {
        $deploy = $ssh.Clone()
        $deploy.UserName = 'deploy'
        { Set-ImageTrust sudo.example.com -Type Reject -HostName $well[0] @deploy -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*'
        Set-ImageTrust sudo.example.com -Type Reject -HostName $well[0] @deploy -Sudo
        (Get-HostPolicy $well[0]).transports.docker.Keys | Should -Contain 'sudo.example.com'
        { Set-ImageTrust sudo.example.com -Type Reject -HostName $of.sudo.Ip @deploy -Sudo -ErrorAction Stop } | Should -Throw -ErrorId 'SudoPasswordRequired,*'
    }

    It 'works in the background as a job' {
        { Get-ImageTrust -HostName $well @ssh -JobName night } | Should -Throw -ErrorId 'ParametersNotTogether,*'
        $job = Get-ImageTrust -HostName $well @ssh -AsJob -JobName night
        (Get-Job -Name night).Id | Should -Be $job.Id
        $job | Should -BeOfType ([System.Management.Automation.Job])
        $entries = $job | Wait-Job | Receive-Job
        ($entries.ComputerName | Sort-Object -Unique).Count | Should -Be $well.Count
        $job.State | Should -Be 'Completed'
        $job | Remove-Job
        $job = Get-ImageTrust -HostName $well[0], $of.refused.Ip @ssh -AsJob | Wait-Job
        $job.State | Should -Be 'Failed'
        $job.ChildJobs.Location | Should -Be $well[0], $of.refused.Ip
        $job.ChildJobs.State | Should -Be 'Completed', 'Failed'
        $job.ChildJobs[1].JobStateInfo.Reason.Message | Should -BeLike "*$($of.refused.Ip)*"
        $job.JobStateInfo.Reason | Should -Not -BeNullOrEmpty
        (Receive-Job -Job $job.ChildJobs[0] -Keep).ComputerName | Select-Object -Unique | Should -Be $well[0]
        (Receive-Job -Job $job -ErrorAction SilentlyContinue -ErrorVariable failures).ComputerName | Select-Object -Unique | Should -Be $well[0]
        # Receive-Job writes the reasons of failed jobs, too, which are not records of ours.
        @($failures.TargetObject | Where-Object { $_ }) | Should -Be @($of.refused.Ip)
        $job | Remove-Job
    }

    It 'asks once about a job that changes hosts' {
        Set-ImageTrust job.example.com -Type Reject -HostName $well @ssh -AsJob -WhatIf | Should -BeNullOrEmpty
        (Get-HostPolicy $well[0]).transports.docker.Keys | Should -Not -Contain 'job.example.com'
        $job = Set-ImageTrust job.example.com -Type Reject -HostName $well @ssh -AsJob | Wait-Job
        $job.State | Should -Be 'Completed'
        $job | Remove-Job
        (Get-HostPolicy $well[2]).transports.docker.Keys | Should -Contain 'job.example.com'
    }

    It 'stops a job, and leaves no ssh behind' {
        $patient = $ssh.Clone()
        $patient.ConnectingTimeout = 300000
        $job = Get-ImageTrust -HostName $of.hang.Ip @patient -AsJob
        Wait-Until { pgrep -f "$directory/id" } 'ssh starts'
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job -Job $job
        $clock.Elapsed.TotalSeconds | Should -BeLessThan $Soon
        $job.State | Should -Be 'Stopped'
        $job | Remove-Job
        Wait-Until { -not (pgrep -f "$directory/id") } 'ssh is gone'
    }

    It 'judges images by each host''s own policy' {
        $place = "$(($all | Where-Object Ip -EQ $well[0]).Root)/root/app"
        Copy-Item -LiteralPath "$ImagePath/app" -Destination $place -Recurse
        Copy-Item -LiteralPath "$ImagePath/app" -Destination ($place -replace [regex]::Escape(($all | Where-Object Ip -EQ $well[0]).Root), ($all | Where-Object Ip -EQ $well[1]).Root) -Recurse
        Set-ImageTrust /root/app -Transport dir -Type Reject -HostName $well[0] @ssh
        Set-ImageTrust /root/app -Transport dir -Type Accept -HostName $well[1] @ssh
        $results = Test-ImageSignature dir:/root/app -HostName $well[0], $well[1] @ssh
        ($results | Where-Object ComputerName -EQ $well[0]).IsValid | Should -BeFalse
        ($results | Where-Object ComputerName -EQ $well[1]).IsValid | Should -BeTrue
        Test-ImageSignature dir:/root/app -Quiet -HostName $well[0], $well[1] @ssh | Should -BeFalse
        Test-ImageSignature dir:/root/app -Quiet -HostName $well[1] @ssh | Should -BeTrue
        Test-ImageSignature dir:/root/app -Quiet -HostName $well[1], $of.down.Ip @ssh -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'sets, reads, audits and compares all, and finds every host that is not like the others' {
        Set-ImageTrust -Preset RedHat -HostName $all.Ip @bounded -ErrorAction SilentlyContinue -ErrorVariable failures
        Set-ImageTrust -Default -Type Reject -HostName $many @ssh
        $failures.TargetObject.Count | Should -Be 8 -Because ($failures -join '; ')
        Set-ImageTrust odd.example.com -Type Accept -HostName $many[5] @ssh
        $entries = Get-ImageTrust registry.access.redhat.com -HostName $many @ssh
        $entries.Count | Should -Be $many.Count
        $findings = Test-ImageTrust -HostName $all.Ip @bounded -BaselineHostName $many[7] -ExcludeRule Key*, MirrorW*, UserP* -ErrorAction SilentlyContinue -ErrorVariable failures
        ($findings | Where-Object Compliant).ComputerName | Should -Not -Contain $many[5]
        @($findings | Where-Object Compliant).Count | Should -Be ($many.Count - 1 - 3)
        $failures.TargetObject | Sort-Object | Should -Be ($of.hang.Ip, $of.down.Ip, $of.changedkey.Ip, $of.unknownkey.Ip, $of.refused.Ip | Sort-Object)
        ($findings | Where-Object ComputerName -EQ $of.broken.Ip).Findings.RuleId | Should -Contain 'PolicyInvalid'
        Test-ImageTrust -Quiet -HostName $many[8], $many[9] @ssh -BaselineHostName $many[7] -ExcludeRule Key*, MirrorW*, UserP* | Should -BeTrue
        Test-ImageTrust -Quiet -HostName $many[8], $of.down.Ip @ssh -ErrorAction SilentlyContinue -ExcludeRule Key*, MirrorW*, UserP* | Should -BeFalse
    }

    It 'goes by PowerShell''s remoting where PowerShell is on the hosts: install, run, collect, send a baseline out' {
        $sessions = New-PSSession -HostName $well[0], $well[1] -UserName root -KeyFilePath "$directory/id" -Options $ssh.Options
        try {
            foreach ($session in $sessions) {
                Invoke-Command -Session $session { $null = New-Item -ItemType Directory -Force -Path /root/.local/share/powershell/Modules }
                Copy-Item -ToSession $session -Path (Split-Path -Path (Split-Path -Path $ModulePath)) -Destination /root/.local/share/powershell/Modules -Recurse
            }
            $places = Invoke-Command -Session $sessions { (Get-Command Get-ImageTrust).Module.ModuleBase }
            $places.Count | Should -Be 2
            $places[0] | Should -BeLike '/root/.local/*'
            Set-ImageTrust remoted.example.com -Type Reject -HostName $well[0] @ssh
            $trust = Invoke-Command -Session $sessions { Get-ImageTrust }
            ($trust.PSComputerName | Sort-Object -Unique) | Should -Be ($well[0], $well[1] | Sort-Object)
            ([ContainerTrust.ImageTrust[]]$trust).Count | Should -Be $trust.Count
            $baseline = Get-ImageTrust -HostName $well[0] @ssh
            $results = Invoke-Command -Session $sessions { Test-ImageTrust -Baseline $using:baseline -ExcludeRule Key*, MirrorW*, UserP* }
            ($results | Where-Object PSComputerName -EQ $well[1]).Findings.Scope -match 'remoted' | Should -Not -BeNullOrEmpty
            # Sessions come in the order in which they were made.
            $second = $sessions | Where-Object ComputerName -EQ $well[1]
            Invoke-Command -Session $second { $using:baseline | Set-ImageTrust -Local -WarningAction SilentlyContinue }
            (Get-HostPolicy $well[1]).transports.docker.Keys | Should -Contain 'remoted.example.com'
        }
        finally { $sessions | Remove-PSSession }
    }

    It 'refuses what does not go together, and names that are none' {
        { Get-ImageTrust -HostName h -Root / } | Should -Throw -ErrorId 'ParametersNotTogether,*'
        { Get-ImageTrust -UserName u } | Should -Throw -ErrorId 'HostNameMissing,*'
        { Get-ImageTrust -HostName h -PolicyPath relative.json } | Should -Throw -ErrorId 'PathNotAbsolute,*'
        { Set-ImageTrust a.example.com -KeyPath ./k.asc -HostName h } | Should -Throw -ErrorId 'PathNotAbsolute,*'
        $canary = Join-Path $directory 'canary'
        foreach ($name in '-oProxyCommand=touch${IFS}CANARY', '$(touch CANARY)', "h;touch CANARY", "h`ntouch CANARY", '') {
            { Get-ImageTrust -HostName $name.Replace('CANARY', $canary) @ssh -ErrorAction Stop } | Should -Throw
        }
        $entries = Get-ImageTrust -HostName '$(id)', $well[0] @ssh -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures[0].FullyQualifiedErrorId | Should -Match '^InvalidHostName,'
        $entries | Should -Not -BeNullOrEmpty
        $canary | Should -Not -Exist
    }
}
