# The packages that build.ps1 -Task Pack makes, installed and used as people would.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    $log = & $PowerShellPath -NoProfile -NonInteractive -File "$RepositoryRoot/build.ps1" -Task Pack 2>&1
    if ($LASTEXITCODE -ne 0) { throw "build.ps1 -Task Pack failed:`n$($log -join "`n")" }
    $version = (Import-PowerShellDataFile -LiteralPath "$RepositoryRoot/ContainerTrust.psd1").ModuleVersion
    $scratch = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}]}}}'
}
AfterAll { Remove-TestRoot }

Describe 'The package of the module' {
    BeforeAll {
        $package = "$RepositoryRoot/out/packages/ContainerTrust.$version.nupkg"
        Add-Type -AssemblyName System.IO.Compression.FileSystem
        $archive = [System.IO.Compression.ZipFile]::OpenRead($package)
        try {
            $names = @($archive.Entries.FullName)
            $reader = [System.IO.StreamReader]::new($archive.GetEntry('ContainerTrust.nuspec').Open())
            $nuspec = [xml]$reader.ReadToEnd()
            $reader.Dispose()
        }
        finally { $archive.Dispose() }
    }

    It 'has the module, its help, the licence and the notices' {
        foreach ($name in 'ContainerTrust.psd1', 'ContainerTrust.dll', 'ContainerTrust.Model.dll', 'engine/ContainerTrust.Engine.dll', 'LICENSE', 'THIRD-PARTY-NOTICES.txt') {
            $names | Should -Contain $name
        }
        $names | Should -Contain 'en-US/ContainerTrust.dll-Help.xml'
    }

    Context 'For each platform' {
        BeforeAll {
            . $PSScriptRoot/AssemblyFile.ps1
            $tree = New-TestRoot
            [System.IO.Compression.ZipFile]::ExtractToDirectory($package, "$tree/module")
            $libraries = (Get-ChildItem -LiteralPath "$tree/module/engine" -File).Name
        }

        It 'has the cmdlets, the model and the whole engine as IL, which any of them can run' {
            $libraries | Should -Be 'BouncyCastle.Cryptography.dll', 'ContainerTrust.Engine.dll', 'YamlDotNet.dll'
            foreach ($file in Get-ChildItem -LiteralPath "$tree/module", "$tree/module/engine" -Filter *.dll) {
                [AssemblyFile]::new($file.FullName).Platform | Should -BeNullOrEmpty -Because $file.Name
            }
        }

        It 'has the engine compiled for <_>, of the same IL' -ForEach 'linux-x64', 'linux-arm64', 'win-x64', 'osx-arm64' {
            $folder = "$tree/module/engine/$_"
            (Get-ChildItem -LiteralPath $folder).Name | Should -Be $libraries
            foreach ($name in $libraries) {
                $image, $source = [AssemblyFile]::new("$folder/$name"), [AssemblyFile]::new("$tree/module/engine/$name")
                $image.Platform | Should -Be ($_ -replace '^win-', 'windows-') -Because $name
                $image.Mvid | Should -Be $source.Mvid -Because $name
                $image.Version | Should -Be $source.Version -Because $name
                $image.TypeCount | Should -BeGreaterThan 20
                $image.Surface | Should -Be $source.Surface -Because $name
            }
        }

        It 'has no other, and is no larger than it must be' {
            (Get-ChildItem -LiteralPath "$tree/module/engine" -Directory).Name | Should -Be 'linux-arm64', 'linux-x64', 'osx-arm64', 'win-x64'
            (Get-Item -LiteralPath $package).Length | Should -BeLessThan 48MB
        }
    }

    It 'has nothing of PowerShell itself, and nothing to debug with' {
        $names -match '(^|/)(System\.Management\.Automation|Microsoft\.PowerShell\.|Microsoft\.Management\.)' | Should -BeNullOrEmpty
        $names -match '\.(pdb|deps\.json|xml)$' -notmatch '-Help\.xml$|Content_Types' | Should -BeNullOrEmpty
    }

    It 'says where it comes from' {
        $facts = $nuspec.package.metadata
        $facts.id | Should -BeExactly 'ContainerTrust'
        $facts.version | Should -BeExactly $version
        $facts.projectUrl | Should -Match '^https://'
        $facts.licenseUrl | Should -Match '^https://'
        $facts.releaseNotes | Should -Not -BeNullOrEmpty
        # Only Linux hosts have the files that it reads.
        $facts.tags | Should -Match '\bLinux\b'
        $facts.tags | Should -Not -Match 'Windows|MacOS'
    }

    It 'is installed from a repository, imported by its name, and works' {
        $own = New-TestRoot
        $feed = New-Item -ItemType Directory -Path "$own/feed"
        Copy-Item -LiteralPath $package -Destination $feed.FullName
        $saved = $env:HOME, $env:XDG_DATA_HOME, $env:XDG_CACHE_HOME, $env:XDG_CONFIG_HOME, $env:PSModulePath
        try {
            $env:HOME = $own
            $env:XDG_DATA_HOME = $env:XDG_CACHE_HOME = $env:XDG_CONFIG_HOME = $env:PSModulePath = $null
            $child = Invoke-ChildSession "Register-PSResourceRepository -Name Local -Uri '$feed' -Trusted; Install-PSResource -Name ContainerTrust -Repository Local; 'installed'"
            $child.Output | Should -Be 'installed'
            $child = Invoke-ChildSession @"
Import-Module ContainerTrust
(Get-Module ContainerTrust).ModuleBase
(Get-ImageTrust quay.io -Root '$scratch').Keys[0].Fingerprint
(Get-Help Set-ImageTrust).Synopsis -replace '\s+', ' '
(Get-Help Set-ImageTrust -Parameter KeyPath).description.Text -join ' '
"@
            $child.Output[0] | Should -BeLike "$own/*/ContainerTrust/$version"
            $child.Output[1] | Should -Match '^[0-9A-F]{40}$'
            $page = [System.IO.File]::ReadAllText("$RepositoryRoot/docs/help/Set-ImageTrust.md")
            $child.Output[2] | Should -Be ([regex]::Match($page, '(?ms)^## SYNOPSIS\n\n(.+?)\n\n').Groups[1].Value -replace '\s+', ' ')
            $child.Output[3].Length | Should -BeGreaterThan 40
        }
        finally { $env:HOME, $env:XDG_DATA_HOME, $env:XDG_CACHE_HOME, $env:XDG_CONFIG_HOME, $env:PSModulePath = $saved }
    }
}

Describe 'The RPM of the command' {
    BeforeAll {
        $rpm = Get-ChildItem -Path "$RepositoryRoot/out/packages/containertrust-$version-*.rpm" -ErrorAction SilentlyContinue | Select-Object -First 1
        $missing = @('rpmbuild', 'rpm2cpio', 'cpio').Where({ -not (Get-Command -Name $_ -CommandType Application -ErrorAction SilentlyContinue) })
        if ($rpm -and -not $missing) {
            $tree = New-TestRoot
            bash -c 'cd "$1" && rpm2cpio "$2" | cpio -idm --quiet' _ $tree $rpm.FullName
            $command = "$tree/usr/bin/containertrust"
        }
    }
    BeforeEach {
        if ($missing) { Set-ItResult -Skipped -Because "$($missing -join ', ') is not installed" }
    }

    It 'was made' { $rpm | Should -Not -BeNullOrEmpty }

    It 'has the command, its manual page and completion, the units, the licence and the notices' {
        foreach ($path in 'usr/bin/containertrust', 'usr/bin/containertrust-scope.dsc.resource.json', 'usr/bin/containertrust-policy.dsc.resource.json',
            'usr/bin/containertrust-compliance.dsc.resource.json', 'usr/share/man/man1/containertrust.1.gz', 'usr/share/bash-completion/completions/containertrust',
            'usr/lib/systemd/system/containertrust-compliance.service', 'usr/lib/systemd/system/containertrust-compliance.timer', 'usr/libexec/containertrust/test-host.sh',
            'usr/share/licenses/containertrust/LICENSE', 'usr/share/licenses/containertrust/THIRD-PARTY-NOTICES.txt', 'usr/share/licenses/containertrust/dotnet-THIRD-PARTY-NOTICES.txt') {
            Join-Path $tree $path | Should -Exist
        }
        rpm -qp --queryformat '%{NAME} %{VERSION} %{LICENSE}' $rpm.FullName | Should -Be "containertrust $version MIT"
        # Only root's files, and none that others could write.
        rpm -qp --queryformat '[%{FILEUSERNAME}:%{FILEGROUPNAME} %{FILEMODES:perms}\n]' $rpm.FullName | Where-Object { $_ -notmatch '^root:root ([-d]r[-w][-x]r-[-x]r-[-x]|l.*)$' } | Should -BeNullOrEmpty
    }

    It 'runs from where it was unpacked' {
        $shown = & $command show --root $scratch --json | ConvertFrom-Json
        $shown.Where({ $_.Registry -eq 'quay.io' }).Count | Should -Be 1
        & $command set rpm.example.com --type reject --root $scratch
        $LASTEXITCODE | Should -Be 0
        & $command show rpm.example.com --root $scratch | Select-Object -Last 1 | Should -Match 'rpm\.example\.com +reject'
    }

    It 'has the manifests for DSC beside the command that they call' {
        foreach ($manifest in Get-ChildItem -Path "$tree/usr/bin/*.dsc.resource.json") {
            $call = (Get-Content -LiteralPath $manifest.FullName -Raw | ConvertFrom-Json).get
            $wanted = @{ root = $scratch }
            if ($call.args[-1] -eq 'scope') { $wanted.scope = 'quay.io' }
            $answer = $wanted | ConvertTo-Json -Compress | & "$tree/usr/bin/$($call.executable)" @($call.args)
            ($answer | ConvertFrom-Json).root | Should -Be $scratch
        }
    }

    It 'has units that start what the package installs' {
        foreach ($line in Get-Content -LiteralPath "$tree/usr/lib/systemd/system/containertrust-compliance.service" | Where-Object { $_ -match '^(ExecStart|Environment=CONTAINERTRUST)=' }) {
            $path = [regex]::Match($line, '/usr/\S+').Value
            Join-Path $tree $path | Should -Exist
        }
        Get-ChildItem -LiteralPath "$tree/usr/lib/systemd/system", "$tree/usr/libexec/containertrust" -File -Filter *.s* | Select-String -Pattern '/usr/local' -SimpleMatch | Should -BeNullOrEmpty
    }

    It 'runs the check that the timer starts, from where it was unpacked' {
        $env:CONTAINERTRUST = $command
        try { $null = sh "$tree/usr/libexec/containertrust/test-host.sh" "$tree/reports" --root $scratch 2>&1 }
        finally { $env:CONTAINERTRUST = $null }
        $LASTEXITCODE | Should -BeIn 0, 3
        "$tree/reports/report.html" | Should -Exist
    }

    It 'has a manual page that names every command and option' {
        $page = gzip -dc "$tree/usr/share/man/man1/containertrust.1.gz"
        $text = ($page -join "`n").Replace('\-', '-').Replace('\e', '\')
        foreach ($name in 'show', 'set', 'remove', 'reset', 'verify', 'release', 'test', 'machineconfig', 'dsc') {
            $text | Should -Match "(?m)^\.SS containertrust $name$"
            $section = [regex]::Match($text, "(?ms)^\.SS containertrust $name\n(.+?)(?=^\.S)").Groups[1].Value
            foreach ($option in [regex]::Matches((& $command $name --help | Out-String), '(?m)^  (?:-\w, )?(--[a-z-]+)').ForEach({ $_.Groups[1].Value }) | Where-Object { $_ -ne '--help' }) {
                $section | Should -Match "\\fB$option\\fR" -Because "$name has $option"
            }
        }
        if (Get-Command -Name groff -CommandType Application -ErrorAction SilentlyContinue) {
            $page | groff -man -Tutf8 -ww 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | Should -BeNullOrEmpty
        }
    }

    It 'answers what follows "--option=" without a word, not with a crash' {
        & $command '[suggest:26]' 'containertrust show --root=/' 2>&1 | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }

    It 'completes commands, options and values in bash: <Line>' -ForEach @(
        @{ Line = 'containertrust se'; Expected = 'set' }
        @{ Line = 'containertrust set --signature'; Expected = '--signature-store --signature-store-staging' }
        @{ Line = 'containertrust set --type s'; Expected = 'signedBy sigstoreSigned' }
        @{ Line = 'containertrust test --format j'; Expected = 'json junit' }
        @{ Line = 'containertrust test --format=j'; Expected = 'json junit' }
        @{ Line = 'containertrust set --type='; Expected = 'accept reject signedBy sigstoreSigned' }
        @{ Line = 'containertrust show --root=/'; Expected = '' }
        @{ Line = 'containertrust dsc w'; Expected = 'whatif' }
        @{ Line = 'containertrust dsc get --resource s'; Expected = 'scope' }
    ) {
        $script = 'PATH=$1:$PATH; . "$2"; COMP_LINE=$3; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(${3//=/ = }); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _containertrust; echo "${COMPREPLY[*]}"'
        bash -c $script _ "$tree/usr/bin" "$tree/usr/share/bash-completion/completions/containertrust" $Line | Should -Be $Expected
    }
}

Describe 'The notices' {
    It 'name every library that is shipped, in the version that is shipped' {
        $notices = [System.IO.File]::ReadAllText("$RepositoryRoot/THIRD-PARTY-NOTICES.txt")
        $versions = @{}
        foreach ($package in ([xml](Get-Content -LiteralPath "$RepositoryRoot/Directory.Packages.props" -Raw)).SelectNodes('//PackageVersion')) { $versions[$package.Include] = $package.Version }
        $shipped = @(Get-ChildItem -Path "$RepositoryRoot/out/ContainerTrust/$version" -Filter *.dll -Recurse -File).BaseName | Where-Object { $_ -notlike 'ContainerTrust*' }
        $shipped.Count | Should -BeGreaterThan 1
        foreach ($name in $shipped + 'System.CommandLine') { $notices | Should -Match ([regex]::Escape("$name $($versions[$name])")) }
    }
}
