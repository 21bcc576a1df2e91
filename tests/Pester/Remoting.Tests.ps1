# A real sshd on a loopback port, with keys that live as long as the test.
BeforeDiscovery {
    $sshd = (Get-Command -Name sshd, /usr/sbin/sshd -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1).Source
    $missing = if (-not $sshd) { 'sshd is not installed' }
    elseif (-not (Get-Command -Name ssh, ssh-keygen -CommandType Application -ErrorAction SilentlyContinue)) { 'ssh is not installed' }
    elseif ((id -u) -ne 0) { 'only root can start an sshd that lets a session in' }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
}
AfterAll { Remove-TestRoot }

Describe 'Invoke-Command over SSH' {
    if ($missing) {
        It 'needs an sshd' -TestCases @{ Missing = $missing } { Set-ItResult -Skipped -Because $Missing }
        return
    }

    Context 'to this host' {
        BeforeAll {
            $sshd = (Get-Command -Name sshd, /usr/sbin/sshd -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1).Source
            $root = New-TestRoot $FullPolicy $FullRegistries
            $directory = New-TestRoot
            chmod 700 $directory
            ssh-keygen -q -t ed25519 -N '' -f "$directory/host"
            ssh-keygen -q -t ed25519 -N '' -f "$directory/user"
            Copy-Item -LiteralPath "$directory/user.pub" -Destination "$directory/authorized"
            if (-not (Test-Path -LiteralPath /run/sshd)) { $null = New-Item -ItemType Directory -Path /run/sshd }
            [System.IO.File]::WriteAllLines("$directory/config", [string[]]@(
                    'ListenAddress 127.0.0.1', "HostKey $directory/host", "PidFile $directory/pid", "AuthorizedKeysFile $directory/authorized",
                    'StrictModes no', 'UsePAM no', 'PermitRootLogin prohibit-password', 'PasswordAuthentication no', "Subsystem powershell $PowerShellPath -sshs -NoLogo",
                    # sshd hands nothing on of the environment that says where .NET is.
                    ($DotNetRoot ? "SetEnv DOTNET_ROOT=$DotNetRoot" : '')))
            # sshd wants to be told a port. Another program may take it first; then sshd ends, and another port is tried.
            for ($attempt = 1; ; $attempt++) {
                $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
                $listener.Start()
                $port = $listener.LocalEndpoint.Port
                $listener.Stop()
                $server = Start-Process -FilePath $sshd -ArgumentList '-D', '-p', $port, '-f', "$directory/config", '-E', "$directory/log" -PassThru
                Wait-Until { $server.HasExited -or (Test-Path -LiteralPath "$directory/pid") } 'sshd listens'
                if (-not $server.HasExited) { break }
                if ($attempt -ge 20) { throw (Get-Content -LiteralPath "$directory/log" -Raw) }
            }
            $remote = @{
                HostName    = '127.0.0.1'
                Port        = $port
                UserName    = 'root'
                KeyFilePath = "$directory/user"
                Options     = @{ StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR'; BatchMode = 'yes'; ConnectionAttempts = '1'; ConnectTimeout = '60'; ServerAliveInterval = '30'; ServerAliveCountMax = '4' }
            }
            $session = New-PSSession @remote
            Invoke-Command -Session $session -ArgumentList $ModulePath -ScriptBlock { param($module) Import-Module $module }
        }
        AfterAll {
            if ($session) { Remove-PSSession -Session $session }
            if ($server -and -not $server.HasExited) { Stop-Process -Id $server.Id }
        }

        # PowerShell reads what comes over SSH with its built-in types only, whatever modules are there: such objects are
        # whole, and become live when they are cast or given to a cmdlet.
        It 'brings objects whole, which a cast makes live' {
            $here = Get-ImageTrust -Root $root -WarningAction SilentlyContinue
            $there = Invoke-Command -Session $session -ArgumentList $root -ScriptBlock { param($root) Get-ImageTrust -Root $root -WarningAction SilentlyContinue }
            $there.Count | Should -Be $here.Count
            for ($i = 0; $i -lt $here.Count; $i++) {
                $entry = [ContainerTrust.ImageTrust]$there[$i]
                $entry.Requirements[0].GetType() | Should -Be $here[$i].Requirements[0].GetType()
                ConvertTo-FieldText $entry | Should -Be (ConvertTo-FieldText $here[$i])
            }
        }

        It 'brings objects that filters and views take as they are' {
            $there = Invoke-Command -Session $session -ArgumentList $root -ScriptBlock { param($root) Get-ImageTrust -Root $root -WarningAction SilentlyContinue }
            ($there | Where-Object Type -EQ Mixed).Registry | Should -Be 'mixed.example.com'
            ($there | Where-Object Type -EQ Mixed).Requirements[1].SignedIdentity.Type | Should -Be 'matchRepository'
            ($there | Out-String -Width 250 -Stream) -match '^mixed.example.com ' | Should -Match '^mixed.example.com +Mixed +all of signer@exam(ple.com, |…)'
            ($there | Out-String -Width 250 -Stream) -match '^fulcio.example.com ' | Should -Match ' dev@example.com \(h(ttps://login.example.com\) |…)'
        }

        It 'brings objects without a session that is kept open' {
            $entry = Invoke-Command @remote -ArgumentList $ModulePath, $root -ScriptBlock { param($module, $root) Import-Module $module; Get-ImageTrust path.example.com -Root $root }
            ([ContainerTrust.ImageTrust]$entry).Requirements[0].KeyPath | Should -Be '/keys/signer.asc'
            $entry.PSComputerName | Should -Be '127.0.0.1'
        }

        It 'gets and sets there in one go' {
            $target = New-TestRoot
            $there = Invoke-Command -Session $session -ArgumentList $root, $target -ScriptBlock {
                param($root, $target)
                Get-ImageTrust mixed.example.com -Root $root | Set-ImageTrust -Root $target -Force -PassThru -WarningAction SilentlyContinue
            }
            ([ContainerTrust.ImageTrust]$there.After).Type | Should -Be 'Mixed'
            (Get-Policy $target).transports.docker.'mixed.example.com'.Count | Should -Be 2
        }

        It 'sets there what was read here, sent as CLIXML' {
            $target = New-TestRoot
            $here = Get-ImageTrust mixed.example.com -Root $root
            $text = [System.Management.Automation.PSSerializer]::Serialize($here)
            $there = Invoke-Command -Session $session -ArgumentList $text, $target -ScriptBlock {
                param($text, $target)
                [System.Management.Automation.PSSerializer]::Deserialize($text) | Set-ImageTrust -Root $target -Force -PassThru -WarningAction SilentlyContinue
            }
            ConvertTo-FieldText ([ContainerTrust.ImageTrust]$there.After).Requirements | Should -Be (ConvertTo-FieldText $here.Requirements)
        }

        It 'sets there an object that was read here, though PowerShell cuts it short on the way' {
            $target = New-TestRoot
            $here = Get-ImageTrust mixed.example.com -Root $root
            $there = Invoke-Command -Session $session -ScriptBlock { $using:here | Set-ImageTrust -Root $using:target -Force -PassThru -WarningAction SilentlyContinue }
            ConvertTo-FieldText ([ContainerTrust.ImageTrust]$there.After).Requirements | Should -Be (ConvertTo-FieldText $here.Requirements)
        }

        It 'sets there an object that came from there' {
            $target = New-TestRoot
            $bag = Invoke-Command -Session $session -ScriptBlock { Get-ImageTrust mixed.example.com -Root $using:root }
            Invoke-Command -Session $session -ScriptBlock { $using:bag | Set-ImageTrust -Root $using:target -Force -WarningAction SilentlyContinue }
            $copy = Get-ImageTrust mixed.example.com -Root $target -WarningAction SilentlyContinue
            ConvertTo-FieldText $copy.Requirements | Should -Be (ConvertTo-FieldText (Get-ImageTrust mixed.example.com -Root $root).Requirements)
        }

        It 'sets nothing there from an object that was cut short and says nothing of itself' {
            $target = New-TestRoot
            $here = Get-ImageTrust mixed.example.com -Root $root | Select-Object -ExcludeProperty Definition
            Invoke-Command -Session $session -ArgumentList $here, $target -ScriptBlock { param($entry, $target) $entry | Set-ImageTrust -Root $target -Force } -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.Count | Should -BeGreaterThan 0
            "$target/etc/containers/policy.json" | Should -Not -Exist
        }

        It 'sets here what was read there' {
            $target = New-TestRoot
            Invoke-Command -Session $session -ArgumentList $root -ScriptBlock { param($root) Get-ImageTrust -Root $root -WarningAction SilentlyContinue } |
                Set-ImageTrust -Root $target -Force -WarningAction SilentlyContinue
            $copy = Get-ImageTrust -Root $target -WarningAction SilentlyContinue
            foreach ($entry in Get-ImageTrust -Root $root -WarningAction SilentlyContinue) {
                ConvertTo-FieldText ($copy | Where-Object { $_.Transport -eq $entry.Transport -and $_.Registry -eq $entry.Registry }).Requirements | Should -Be (ConvertTo-FieldText $entry.Requirements)
            }
        }

        It 'brings verdicts whole, which a cast makes live' {
            Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/app" -Recurse
            $keys = @{ Image = "dir:$root/app"; KeyPath = "$ImagePath/release.asc"; ExactReference = 'registry.example.com/app:v1' }
            $here = Test-ImageSignature @keys
            $there = Invoke-Command -Session $session -ArgumentList $keys -ScriptBlock { param($keys) Test-ImageSignature @keys }
            $there.IsValid | Should -BeTrue
            $there | Out-String -Width 250 | Should -Match "True +dir:.+/app +Signed by"
            $live = [ContainerTrust.ImageSignatureResult]$there
            $live.Requirements[0].Signatures[0] | Should -BeOfType ([ContainerTrust.ImageSignature])
            ConvertTo-FieldText $live | Should -Be (ConvertTo-FieldText $here)
            ($there | Test-ImageSignature -KeyPath $keys.KeyPath -ExactReference $keys.ExactReference).IsValid | Should -BeTrue
        }

        It 'brings the ids of errors' {
            Invoke-Command -Session $session -ArgumentList $root -ScriptBlock { param($root) Get-ImageTrust nowhere.example.org -Root $root } -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures[0].FullyQualifiedErrorId | Should -Be 'ImageTrustNotFound,ContainerTrust.Commands.GetImageTrustCommand'
            $failures[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        }
    }
}
