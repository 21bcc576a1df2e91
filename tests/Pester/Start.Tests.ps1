BeforeDiscovery {
    $hasSkopeo = [bool](Get-Command -Name skopeo -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1

    # As much of a clone as start.sh needs with --no-build, in a path with spaces, and homes with nothing in them.
    $scratch = (New-Item -ItemType Directory -Path (Join-Path ([System.IO.Path]::GetTempPath()) "ct start $([guid]::NewGuid().ToString('n').Substring(0, 8))")).FullName
    $script:TestRoots += @($scratch)
    $clone = "$scratch/a clone"
    $null = New-Item -ItemType Directory -Path "$clone/out", "$scratch/empty home", "$scratch/tmp"
    foreach ($name in 'start.sh', 'scripts', 'samples', '.config', 'global.json', 'Directory.Build.props') {
        Copy-Item -LiteralPath "$RepositoryRoot/$name" -Destination $clone -Recurse -Force
    }
    Copy-Item -LiteralPath "$RepositoryRoot/out/ContainerTrust" -Destination "$clone/out" -Recurse
    $packages = (dotnet nuget locals global-packages --list) -replace '^global-packages: '

    # Runs start.sh of the clone with nothing in its environment but what is given.
    function Invoke-Start([string[]] $Argument, [hashtable] $Environment = @{}, [string[]] $Prefix = @(), [string] $StandardInput = '') {
        $variables = "PATH=$DotNetRoot`:/usr/local/bin:/usr/bin:/bin", 'TERM=xterm', "TMPDIR=$scratch/tmp", "NUGET_PACKAGES=$packages"
        $variables += foreach ($name in $Environment.Keys) { "$name=$($Environment[$name])" }
        $output = $StandardInput | & env -i @variables @Prefix /bin/bash "$clone/start.sh" @Argument 2>&1
        [pscustomobject]@{ ExitCode = $LASTEXITCODE; Lines = @($output | ForEach-Object { "$_" }); Text = ($output | ForEach-Object { "$_" }) -join "`n" }
    }

    # Where that is possible, the tour runs with the whole host mounted without write access, but for /tmp and the scratch directory.
    $script = 'mount --bind /tmp /tmp && mount --bind "$0" "$0" && mount -o remount,bind,ro / && for d in /etc /usr /var /home /root; do if [ -d "$d" ]; then mount --rbind "$d" "$d" && mount -o remount,bind,ro "$d" || exit; fi; done; exec "$@"'
    $readOnly = @('unshare', '-m', 'sh', '-c', $script, $scratch)
    & $readOnly[0] @($readOnly[1..5]) true 2>&1 | Out-Null
    $isReadOnly = $LASTEXITCODE -eq 0
}
AfterAll { Remove-TestRoot }

Describe 'start.sh' {
    BeforeAll {
        function Get-HostStamp { foreach ($path in '/etc/containers', '/etc/pki', '/usr/share/containers') { if (Test-Path -LiteralPath $path) { find $path -printf '%p %i %T@ %C@\n' | Sort-Object } } }
        $before = Get-HostStamp
        $tour = Invoke-Start '--no-build', '--keep' -Environment @{ HOME = "$scratch/empty home" } -Prefix $(if ($isReadOnly) { $readOnly })
        $after = Get-HostStamp
        $root = @($tour.Lines -match '^The scratch root is kept: ' -replace '^The scratch root is kept: ')[0]
        # The output of the steps, by their numbers.
        $step = @{}
        $number = 0
        foreach ($line in $tour.Lines) {
            if ($line -match '^(\d)\. ') { $number = [int]$Matches[1] }
            $step[$number] += "$line`n"
        }
    }

    It 'ends well, with a home that is empty and a path with spaces' {
        $tour.ExitCode | Should -Be 0 -Because $tour.Text
        $tour.Text | Should -Match 'Every step gave what it should\.'
        $step.Keys | Sort-Object | Should -Be (0..7)
    }

    It 'shows commands as they are typed' {
        $step[1] | Should -Match '(?m)^PS> Set-ImageTrust registry\.example\.com `\n {8}-KeyPath /etc/pki/containers/sample\.asc `$'
        $step[2] | Should -Match '(?m)^PS> Set-ImageTrust -Default -Type Reject -Root \$root$'
        $step[6] | Should -Match '(?m)^PS> Test-ImageTrust -Root \$root$'
    }

    It 'shows the table, and the entry that governs an image' {
        $step[3] | Should -Match '(?m)^registry\.example\.com +SignedBy +sample@example\.com +https://'
        $step[3] | Should -Match '(?m)^default +Reject'
        $step[4] | Should -Match '(?m)^Registry +: registry\.example\.com\nType +: SignedBy\nSignatureStore +: https://registry\.example\.com/sigs$'
        $step[4] | Should -Match '(?m)^Registry +: default\nType +: Reject$'
    }

    It 'says which image is valid and which is not, with the reasons' {
        $text = $step[5] -replace '\n {10}'
        $text | Should -Match '(?m)^Image +: dir:/srv/images/signed\nIsValid : True\nReason +: Signed by ContainerTrust sample key <sample@example\.com> \([0-9A-F]{40}\) for registry\.example\.com/app:1\.0\.$'
        $text | Should -Match '(?m)^Image +: dir:/srv/images/tampered\nIsValid : False\nReason +: .*The signature is good, but it is for another manifest: sha256:[0-9a-f]{64}, not sha256:[0-9a-f]{64}\. Signature: \S+\.$'
    }

    It 'audits the host' {
        $step[6] | Should -Match '(?m)^Compliant +\S+ +0 +0 +1 '
        $step[6] | Should -Match 'ScopeAcceptsAnything'
    }

    It 'writes a MachineConfig that can be read, with the same trust' {
        $step[7] | Should -Match ([regex]::Escape("$root/manifests/51-worker-rh-registry-trust.yaml"))
        $step[7] | Should -Match '(?m)^kind: MachineConfig$'
        foreach ($file in Get-ChildItem -LiteralPath "$root/manifests") {
            $config = Get-MachineConfigTrust -Path $file.FullName
            $config.Files.Path | Should -Be '/etc/containers/policy.json', '/etc/containers/registries.d/registry.example.com.yaml', '/etc/pki/containers/sample.asc'
            foreach ($name in (Get-ImageTrust -Root $root | Where-Object Transport -NE dir).Registry) { $config.Trust.Registry | Should -Contain $name }
            $config.Trust.Registry | Should -Contain 'quay.io/openshift-release-dev/ocp-release'
            ($config.Trust | Where-Object IsDefault).Type | Should -Be Reject
        }
        (Get-ChildItem -LiteralPath "$root/manifests").Extension | Should -Be '.bu', '.yaml'
    }

    It 'fits in 80 columns, but for the paths of files' {
        $tour.Lines | Where-Object { $_.Length -gt 80 -and -not $_.Contains($scratch) -and $_ -notlike 'WARNING: *' } | Should -BeNullOrEmpty
    }

    It 'changes nothing of the host' {
        $after | Should -Be $before
        Get-ChildItem -LiteralPath "$scratch/empty home" -Recurse -Force -Filter containers | Should -BeNullOrEmpty
        (Get-ChildItem -LiteralPath "$scratch/tmp" -Directory -Filter containertrust-*).FullName | Should -Be $root
    }

    It 'needs no write access to anything but its home and the temporary directory' {
        if (-not $isReadOnly) { Set-ItResult -Skipped -Because 'only root with the right to mount can take write access away' }
        $tour.ExitCode | Should -Be 0
    }

    It 'opens a shell with the module, with no home at all' {
        $shell = Invoke-Start '--no-build', '--shell' -StandardInput '"cmdlets: " + (Get-Command -Module ContainerTrust).Count'
        $shell.ExitCode | Should -Be 0
        $shell.Text | Should -Match "cmdlets: $((Get-Command -Module ContainerTrust).Count)"
        Get-ChildItem -LiteralPath "$scratch/tmp" -File | Where-Object Length -NE 0 | Should -BeNullOrEmpty
    }

    It 'explains itself' {
        $help = Invoke-Start '--help'
        $help.ExitCode | Should -Be 0
        foreach ($option in '--shell', '--keep', '--no-build') { $help.Text | Should -Match "(?m)^  $option " }
        $wrong = Invoke-Start '--nonsense'
        $wrong.ExitCode | Should -Be 2
        $wrong.Text | Should -Be "start.sh knows no '--nonsense'; see bash start.sh --help."
    }

    It 'says what is missing where there is no SDK' {
        $bin = (New-Item -ItemType Directory -Path "$scratch/bin" -Force).FullName
        foreach ($name in 'dirname', 'cat') { $null = New-Item -ItemType SymbolicLink -Path "$bin/$name" -Target (Get-Command -Name $name -CommandType Application)[0].Source -Force }
        $missing = Invoke-Start @() -Environment @{ PATH = $bin }
        $missing.ExitCode | Should -Be 1
        $missing.Text | Should -Match '^The \.NET 10 SDK is not on the PATH\. Install it'
    }

    It 'says so if the module is not built' {
        Rename-Item -LiteralPath "$clone/out/ContainerTrust" -NewName Away
        try { $missing = Invoke-Start '--no-build' } finally { Rename-Item -LiteralPath "$clone/out/Away" -NewName ContainerTrust }
        $missing.ExitCode | Should -Be 1
        $missing.Text | Should -Match 'not built yet'
    }
}

Describe 'The tour' {
    It 'fails if the tampered image is judged valid' {
        Copy-Item -Path "$RepositoryRoot/samples/images/signed/*" -Destination "$clone/samples/images/tampered" -Force
        $output = & $PowerShellPath -NoProfile -NonInteractive -File "$clone/samples/tour/Start-Tour.ps1" -Module $ModulePath
        $LASTEXITCODE | Should -Be 1
        $output | Should -Contain 'NOT AS EXPECTED: The tampered image is not valid, because it is not what was signed.'
        $output | Should -Not -Contain 'Every step gave what it should.'
    }

    It 'fails if a step cannot be done, and leaves nothing behind' {
        Remove-Item -LiteralPath "$clone/samples/images/signed/manifest.json"
        $env:TMPDIR = (New-Item -ItemType Directory -Path "$scratch/other tmp").FullName
        try { $output = & $PowerShellPath -NoProfile -NonInteractive -File "$clone/samples/tour/Start-Tour.ps1" -Module $ModulePath }
        finally { Remove-Item -LiteralPath Env:TMPDIR }
        $LASTEXITCODE | Should -Be 1
        $output -match '^The tour failed: .*manifest\.json' | Should -Not -BeNullOrEmpty
        Get-ChildItem -LiteralPath "$scratch/other tmp" -Filter containertrust-* | Should -BeNullOrEmpty
    }

    It 'comes to the verdicts of skopeo' -Skip:(-not $hasSkopeo) {
        $images = "$RepositoryRoot/samples/images"
        $requirement = @{ type = 'signedBy'; keyType = 'GPGKeys'; keyPath = "$RepositoryRoot/samples/keys/sample.asc"; signedIdentity = @{ type = 'exactReference'; dockerReference = 'registry.example.com/app:1.0' } }
        ConvertTo-Json @{ default = @(@{ type = 'reject' }); transports = @{ dir = @{ $images = @($requirement) } } } -Depth 9 | Set-Content -LiteralPath "$scratch/policy.json"
        skopeo --policy "$scratch/policy.json" copy "dir:$images/signed" "dir:$scratch/copy" 2>&1 | Out-Null
        $LASTEXITCODE | Should -Be 0
        (skopeo --policy "$scratch/policy.json" copy "dir:$images/tampered" "dir:$scratch/copy2" 2>&1) -join ' ' | Should -Match 'does not match'
        $LASTEXITCODE | Should -Be 1
    }
}
