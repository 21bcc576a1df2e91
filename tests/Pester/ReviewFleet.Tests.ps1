# What an expert of PowerShell found on the first day with a fleet: two hosts that are well, and one each that is down, has a broken policy,
# wants a password for sudo, has busybox alone, lets nobody in, and has an unknown key (tests/fleet.sh). The rest is in Review.Tests.ps1.
BeforeDiscovery {
    $missing = if ((id -u) -ne 0) { 'only root can make network namespaces' }
    elseif (-not (Get-Command -Name /usr/sbin/sshd -CommandType Application -ErrorAction SilentlyContinue)) { 'sshd is not installed' }
    elseif (-not (Get-Command -Name ssh, ssh-keygen -CommandType Application -ErrorAction SilentlyContinue)) { 'ssh is not installed' }
    elseif (-not (Get-Command -Name ip -CommandType Application -ErrorAction SilentlyContinue)) { 'ip (iproute2) is not installed' }
    elseif ((unshare --net --uts --mount true 2>&1) -or $LASTEXITCODE) { 'network namespaces cannot be made here' }
}
BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'The first day with a fleet' {
    if ($missing) {
        It 'needs a fleet' -TestCases @{ Missing = $missing } { Set-ItResult -Skipped -Because $Missing }
        return
    }

    BeforeAll {
        $directory = Join-Path ([System.IO.Path]::GetTempPath()) "ctreview$PID"
        $env:FLEET_OWNER = $PID
        $states = 'ok', 'ok', 'down', 'broken', 'sudo', 'busybox', 'refused', 'unknownkey'
        bash $RepositoryRoot/tests/fleet.sh start $directory $states.Count @states
        $LASTEXITCODE | Should -Be 0
        $hosts = foreach ($line in Get-Content -LiteralPath "$directory/hosts") {
            $name, $address, $state, $process = $line -split ' '
            [pscustomobject]@{ Name = $name; Ip = $address; State = $state; Root = "/proc/$process/root" }
        }
        $all = @($hosts.Ip)
        $well = $all[0, 1]
        $unreachable = @($hosts | Where-Object State -In down, refused, unknownkey).Ip
        $ssh = @{ UserName = 'root'; KeyFilePath = "$directory/id"; ConnectingTimeout = 60000; Options = @{ UserKnownHostsFile = "$directory/known_hosts"; GlobalKnownHostsFile = '/dev/null' } }
        function Get-HostPolicy([string] $Address) { Get-Content -LiteralPath "$(($hosts | Where-Object Ip -EQ $Address).Root)/etc/containers/policy.json" -Raw | ConvertFrom-Json -AsHashtable }
        function Get-Line($Objects) { @($Objects | Out-String -Width 80 -Stream | ForEach-Object TrimEnd | Where-Object { $_ }) }
        foreach ($entry in $hosts) { Copy-Item -LiteralPath "$DataPath/signer.asc" -Destination "$($entry.Root)/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release" }
        Set-ImageTrust -Preset RedHatGpg -HostName $well @ssh
    }
    AfterAll {
        bash $RepositoryRoot/tests/fleet.sh stop $directory
        Remove-Item -LiteralPath Env:FLEET_OWNER -ErrorAction SilentlyContinue
    }

    It 'F2: the README''s report in one line has the hosts that could not be reached' {
        Test-ImageTrust -HostName $all @ssh -ErrorAction SilentlyContinue | Export-ImageTrustReport "$directory/fleet.html"
        $page = Get-Content -LiteralPath "$directory/fleet.html" -Raw
        foreach ($address in $all) { $page.Contains($address.Replace('.', '.<wbr>')) | Should -BeTrue -Because $address }
        ($page -replace '<[^>]+>', ' ' -replace '\s+', ' ') | Should -Match 'of 8 hosts'
        # The errors beside, in the same pipeline or not, change nothing.
        Test-ImageTrust -HostName $all @ssh -ErrorAction SilentlyContinue -ErrorVariable failed | Export-ImageTrustReport "$directory/fleet.json" -ErrorRecord $failed
        $json = Get-Content -LiteralPath "$directory/fleet.json" -Raw | ConvertFrom-Json
        $json.summary.hosts | Should -Be 8
        $json.summary.unchecked | Should -Be 3
        $json.compliant | Should -BeFalse
        $json.unchecked.computerName | Sort-Object | Should -Be ($unreachable | Sort-Object)
    }

    It 'F2: a host that could not be checked has a status, is not compliant, and counts for -Quiet' {
        $results = Test-ImageTrust -HostName $all @ssh -ErrorAction SilentlyContinue
        ($results | Where-Object Status -EQ NotChecked).ComputerName | Should -Be ($all | Where-Object { $_ -in $unreachable })
        ($results | Where-Object Status -EQ NotChecked).Compliant | Should -Be $false, $false, $false
        (Get-Line $results) -match '^NotChecked +10\.' | Should -HaveCount 3
        Test-ImageTrust -HostName $unreachable @ssh -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'F3: entries of a host are removed, changed and read there, and never here' {
        $here = if (Test-Path /etc/containers/policy.json) { Get-Stamp /etc/containers/policy.json }
        Set-ImageTrust f3.example.com -Type Accept -HostName $well @ssh -WarningAction SilentlyContinue
        Get-ImageTrust -HostName $well[0] @ssh | Where-Object { $_.Type -eq 'Accept' -and -not $_.IsDefault } | Remove-ImageTrust -WarningAction SilentlyContinue
        (Get-HostPolicy $well[0]).transports.docker.ContainsKey('f3.example.com') | Should -BeFalse
        (Get-HostPolicy $well[1]).transports.docker.ContainsKey('f3.example.com') | Should -BeTrue
        Get-ImageTrust f3.example.com -HostName $well[1] @ssh | Set-ImageTrust -Type Reject
        (Get-HostPolicy $well[1]).transports.docker.'f3.example.com'[0].type | Should -Be 'reject'
        (Get-ImageTrust f3.example.com -HostName $well[1] @ssh | Get-ImageTrust).ComputerName | Should -Be $well[1]
        if ($here) { Get-Stamp /etc/containers/policy.json | Should -Be $here }
        Remove-ImageTrust f3.example.com -HostName $well[1] @ssh -WarningAction SilentlyContinue
    }

    It 'F4: entries of hosts that contradict each other are refused each time, and come in the order asked for' {
        Set-ImageTrust race.example.com -Type Accept -HostName $well[0] @ssh -WarningAction SilentlyContinue
        Set-ImageTrust race.example.com -Type Reject -HostName $well[1] @ssh
        $target = New-TestRoot '{"default":[{"type":"reject"}]}'
        foreach ($i in 1..6) {
            { Get-ImageTrust race.example.com -HostName $well @ssh | Set-ImageTrust -Root $target } | Should -Throw -ErrorId 'EntriesContradict,*'
        }
        Get-ImageTrust race.example.com -Root $target -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        foreach ($i in 1..3) {
            (Get-ImageTrust race.example.com -HostName $well @ssh).Type | Should -Be 'Accept', 'Reject'
            (Get-ImageTrust race.example.com -HostName $well[1], $well[0] @ssh).Type | Should -Be 'Reject', 'Accept'
        }
        Remove-ImageTrust race.example.com -HostName $well @ssh -WarningAction SilentlyContinue
    }

    It 'F6: the table of a fleet has every column at 80 columns' {
        $lines = Get-Line (Get-ImageTrust *redhat* -HostName $well @ssh)
        ($lines[0] -split '\s+') -ne '' | Should -Be 'ComputerName', 'Scope', 'Type', 'Signer', 'Store'
        $lines -match '^10\.\S+ +registry.redhat.io +SignedBy +signer@exam\S* +https://' | Should -HaveCount 2
    }

    It 'F7: hosts are taken from the pipeline, by value and by name' {
        ($well | Test-ImageTrust @ssh).ComputerName | Should -Be $well
        ($well.ForEach({ [pscustomobject]@{ HostName = $_ } }) | Test-ImageTrust @ssh).ComputerName | Should -Be $well
    }

    It 'F11: what is advised is for the host' {
        $policy = "$(($hosts | Where-Object Ip -EQ $well[1]).Root)/etc/containers/policy.json"
        Move-Item -LiteralPath $policy -Destination "$policy.kept"
        try {
            $null = Get-ImageTrust -HostName $well[1] @ssh -ErrorAction SilentlyContinue -ErrorVariable failures
            "$($failures[0])" | Should -BeLike "*Reset-ImageTrust -KeepSignatureStore -HostName $($well[1]) *"
            $null = Set-ImageTrust f11.example.com -Type Reject -HostName $well[1] @ssh -WarningAction SilentlyContinue -WarningVariable warnings -WhatIf
            "$warnings" | Should -BeLike "*Set-ImageTrust -Default -Type Reject -HostName $($well[1]) *"
        }
        finally { Move-Item -LiteralPath "$policy.kept" -Destination $policy -Force }
        $null = Get-ImageTrust none.example.com -HostName $well[1] @ssh -ErrorAction SilentlyContinue -ErrorVariable failures
        "$($failures[0])" | Should -BeLike "*Get-ImageTrust -HostName $($well[1]) *"
    }

    It 'F13: findings in a CSV file, and keys, say whose they are' {
        (Test-ImageTrust -HostName $well @ssh).Findings | Export-Csv -LiteralPath "$directory/findings.csv"
        $rows = Import-Csv -LiteralPath "$directory/findings.csv"
        $rows.ComputerName | Select-Object -Unique | Should -Be $well
        ($rows | Group-Object RuleId | Where-Object Name -EQ DefaultAcceptsAnything).Group.ComputerName | Should -Be $well
        $keys = Get-ImageTrust *redhat* -HostName $well @ssh | ForEach-Object Keys
        $keys.ComputerName | Select-Object -Unique | Should -Be $well
        $keys.Scope | Select-Object -Unique | Should -Be 'registry.access.redhat.com', 'registry.redhat.io'
    }

    It 'F16: Test-Fleet.ps1 takes hosts as a scheduler gives them, and options as PowerShell does' {
        $sample = "$RepositoryRoot/samples/compliance/Test-Fleet.ps1"
        $env:PSModulePath = "$(Split-Path -Path (Split-Path -Path (Split-Path -Path $ModulePath)))$([System.IO.Path]::PathSeparator)$env:PSModulePath"
        $output = & $PowerShellPath -NoProfile -NonInteractive -File $sample -HostName ($well -join ',') -UserName root -KeyFilePath "$directory/id" -Options "UserKnownHostsFile=$directory/known_hosts,GlobalKnownHostsFile=/dev/null" -ReportDirectory "$directory/report"
        $LASTEXITCODE | Should -Be 3
        $output[-1] | Should -BeLike '0 of 2 hosts are compliant*'
        foreach ($address in $well) { @($output -like "$($address): *DefaultAcceptsAnything*").Count | Should -Be 1 }
        $spelled = @{ UserName = 'root'; KeyFilePath = "$directory/id"; Options = $ssh.Options }
        $output = (Invoke-ChildSession "& '$sample' -HostName $($well -join ',') -UserName root -KeyFilePath '$directory/id' -Options @{ UserKnownHostsFile = '$directory/known_hosts'; GlobalKnownHostsFile = '/dev/null' } -ReportDirectory '$directory/report'; exit `$LASTEXITCODE")
        $output.Output[-1] | Should -BeLike '0 of 2 hosts are compliant*' -Because $spelled.UserName
    }

    It 'F17: a job has a name, a child for each host, and a reason' {
        $job = Get-ImageTrust -HostName $well[0], $unreachable[0] @ssh -AsJob -JobName night | Wait-Job
        try {
            $job.Name | Should -Be 'night'
            $job.State | Should -Be 'Failed'
            $job.ChildJobs.Count | Should -Be 2
            $job.ChildJobs.Location | Should -Be $well[0], $unreachable[0]
            $job.ChildJobs[1].JobStateInfo.Reason.Message | Should -BeLike "*$($unreachable[0])*"
            $job.JobStateInfo.Reason | Should -Not -BeNullOrEmpty
        }
        finally { $job | Remove-Job -Force }
    }

    It 'F17: -AsJob -WhatIf says what it would do: <Line>' -ForEach @(
        @{ Line = 'Set-ImageTrust j.example.com -Type Reject'; Said = 'Set reject for j.example.com' }
        @{ Line = 'Set-ImageTrust -Preset RedHatGpg'; Said = 'Set trust for preset RedHatGpg' }
        @{ Line = 'Set-ImageTrust -Default -Type Accept'; Said = 'Set accept for the default' }
        @{ Line = 'Set-ImageTrust j.example.com -KeyPath /keys/a.asc, /keys/b.asc'; Said = 'Set signedBy /keys/a.asc and /keys/b.asc for j.example.com' }
        @{ Line = 'Remove-ImageTrust j.example.com'; Said = 'Remove trust for j.example.com' }
    ) {
        $output = (Invoke-ChildSession "Import-Module '$ModulePath'; $Line -HostName web1, web2 -AsJob -WhatIf").Output
        $output | Should -Be "What if: Performing the operation `"$Said`" on target `"web1, web2`"."
    }

    It 'what a call has left as it was stands in the same table as what it has changed' {
        Set-ImageTrust b.example.com -Type Reject -HostName $well[0] @ssh
        $lines = Get-Line (Set-ImageTrust a.example.com, b.example.com, c.example.com -Type Reject -HostName $well[0] @ssh -PassThru 6>$null)
        $lines -match '^ +Change: ' | Should -HaveCount 1
        $lines -match '^10\.\S+ +(Added|Unchanged) ' | Should -HaveCount 3
        # A store that is inherited and stays is not what has changed.
        $lines = Get-Line (Set-ImageTrust a.example.com -Type Accept -HostName $well[0] @ssh -PassThru -WarningAction SilentlyContinue 6>$null)
        $lines -match '^10\.\S+ +Changed +a.example.com +reject -> accept$' | Should -HaveCount 1
        $lines = Get-Line (Undo-ImageTrust -HostName $well[0] @ssh -Confirm:$false -PassThru 6>$null)
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines[0] | Should -Match '^ +Change: \S+ by root.*, Undo-ImageTrust of -[0-9a-f]{6}$'
        Remove-ImageTrust a.example.com, b.example.com, c.example.com -HostName $well[0] @ssh -WarningAction SilentlyContinue
    }
}
