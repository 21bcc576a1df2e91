BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'The module' {
    BeforeAll {
        $root = New-TestRoot $SmallPolicy $FullRegistries
        $base = Split-Path -Path $ModulePath -Parent
    }

    It 'has a manifest that PowerShell accepts, with the cmdlets it exports' {
        $manifest = Test-ModuleManifest -Path $ModulePath
        $manifest.Version.ToString() | Should -Be (Split-Path -Path $base -Leaf)
        $commands = (Get-Command -Module ContainerTrust).Name | Sort-Object
        ($manifest.ExportedCmdlets.Keys | Sort-Object) | Should -Be $commands
        $classes = [ContainerTrust.Commands.EngineCmdlet].Assembly.GetExportedTypes().Where({ $_.IsDefined([System.Management.Automation.CmdletAttribute], $false) })
        $classes.Count | Should -Be $commands.Count
    }

    It 'ships its own files only' {
        (Get-ChildItem -LiteralPath $base -Filter *.dll).Name | Should -Be 'ContainerTrust.dll', 'ContainerTrust.Model.dll'
        "$base/engine/ContainerTrust.Engine.dll" | Should -Exist
        # An image for another platform is refused by .NET, so that no file is one that every platform loads.
        . $PSScriptRoot/AssemblyFile.ps1
        foreach ($file in Get-ChildItem -LiteralPath $base, "$base/engine" -Filter *.dll) {
            [AssemblyFile]::new($file.FullName).Platform | Should -BeNullOrEmpty -Because $file.Name
        }
        "$base/LICENSE" | Should -Exist
    }

    It 'ships no file of PowerShell itself, nor of .NET' {
        $shipped = Get-ChildItem -LiteralPath $base -Recurse -File
        $shipped.Count | Should -BeGreaterThan 5
        $theirs = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::OrdinalIgnoreCase)
        foreach ($place in $PSHOME, [System.Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory()) {
            foreach ($file in Get-ChildItem -LiteralPath $place -File -Filter *.dll) { $null = $theirs.Add($file.Name) }
        }
        $theirs.Count | Should -BeGreaterThan 100
        $shipped.Name.Where({ $theirs.Contains($_) }) | Should -BeNullOrEmpty
        $shipped.Name -like 'System.Management.Automation*' | Should -BeNullOrEmpty
        $shipped.Name -like 'Microsoft.PowerShell*' | Should -BeNullOrEmpty
    }

    It 'keeps engine and libraries in a load context of their own, and the model in the default one' {
        $null = Get-ImageTrust -Root $root
        $contexts = @{}
        foreach ($context in [System.Runtime.Loader.AssemblyLoadContext]::All) {
            foreach ($assembly in $context.Assemblies) {
                if ($assembly.GetName().Name -like 'ContainerTrust*') { $contexts[$assembly.GetName().Name] += @($context.Name) }
            }
        }
        $contexts['ContainerTrust'] | Should -Be 'Default'
        $contexts['ContainerTrust.Model'] | Should -Be 'Default'
        $contexts['ContainerTrust.Engine'] | Should -Be 'ContainerTrust'
        [ContainerTrust.ImageTrust].Name | Should -Be 'ImageTrust'
    }

    It 'loads the engine for <System>, <Architecture>, <Identifier> from <Folder>' -TestCases @(
        @{ System = 'LINUX'; Architecture = 'X64'; Identifier = 'linux-x64'; Folder = 'linux-x64' }
        @{ System = 'LINUX'; Architecture = 'X64'; Identifier = 'rhel.10-x64'; Folder = 'linux-x64' }
        @{ System = 'LINUX'; Architecture = 'Arm64'; Identifier = 'linux-arm64'; Folder = 'linux-arm64' }
        @{ System = 'WINDOWS'; Architecture = 'X64'; Identifier = 'win-x64'; Folder = 'win-x64' }
        @{ System = 'WINDOWS'; Architecture = 'X64'; Identifier = 'win10-x64'; Folder = 'win-x64' }
        @{ System = 'OSX'; Architecture = 'Arm64'; Identifier = 'osx-arm64'; Folder = 'osx-arm64' }
        @{ System = 'OSX'; Architecture = 'Arm64'; Identifier = 'osx.15-arm64'; Folder = 'osx-arm64' }
        # What is not compiled ahead runs the IL.
        @{ System = 'LINUX'; Architecture = 'X64'; Identifier = 'linux-musl-x64'; Folder = $null }
        @{ System = 'LINUX'; Architecture = 'Arm64'; Identifier = 'linux-musl-arm64'; Folder = $null }
        @{ System = 'LINUX'; Architecture = 'X64'; Identifier = 'alpine.3.22-x64'; Folder = $null }
        @{ System = 'LINUX'; Architecture = 'X86'; Identifier = 'linux-x86'; Folder = $null }
        @{ System = 'LINUX'; Architecture = 'Arm'; Identifier = 'linux-arm'; Folder = $null }
        @{ System = 'LINUX'; Architecture = 'Ppc64le'; Identifier = 'linux-ppc64le'; Folder = $null }
        @{ System = 'LINUX'; Architecture = 'S390x'; Identifier = 'rhel.9-s390x'; Folder = $null }
        @{ System = 'LINUX'; Architecture = 'RiscV64'; Identifier = 'linux-riscv64'; Folder = $null }
        @{ System = 'WINDOWS'; Architecture = 'X86'; Identifier = 'win-x86'; Folder = $null }
        @{ System = 'WINDOWS'; Architecture = 'Arm64'; Identifier = 'win-arm64'; Folder = $null }
        @{ System = 'OSX'; Architecture = 'X64'; Identifier = 'osx-x64'; Folder = $null }
        @{ System = 'FREEBSD'; Architecture = 'X64'; Identifier = 'freebsd-x64'; Folder = $null }
        @{ System = 'other'; Architecture = 'Wasm'; Identifier = ''; Folder = $null }
    ) {
        $folders = [ContainerTrust.Commands.EngineCmdlet].Assembly.GetType('ContainerTrust.Commands.EngineFolder', $true)
        $folders.GetMethod('Find').Invoke($null, @(
                [System.Runtime.InteropServices.OSPlatform]::Create($System)
                [System.Runtime.InteropServices.Architecture] $Architecture
                $Identifier)) | Should -BeExactly $Folder
    }

    It 'runs the code that was compiled for this machine, and the IL where <Missing> is not there' -TestCases @(
        @{ Missing = 'nothing'; Engine = 'engine/{0}'; Library = 'engine/{0}' }
        @{ Missing = 'the engine for it'; Remove = 'ContainerTrust.Engine.dll'; Engine = 'engine'; Library = 'engine/{0}' }
        @{ Missing = 'its whole folder'; Remove = ''; Engine = 'engine'; Library = 'engine' }
    ) {
        $folder = [ContainerTrust.Commands.EngineCmdlet].Assembly.GetType('ContainerTrust.Commands.EngineFolder', $true).GetProperty('Current').GetValue($null)
        if (-not $folder) { Set-ItResult -Skipped -Because 'nothing is compiled ahead for this machine'; return }
        $own = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}]}}}'
        $copy = "$own/module"
        Copy-Item -LiteralPath $base -Destination $copy -Recurse
        if ($null -ne $Remove) { Remove-Item -LiteralPath "$copy/engine/$folder/$Remove" -Recurse }
        $child = Invoke-ChildSession @"
Import-Module '$copy/ContainerTrust.psd1'
(Get-ImageTrust quay.io -Root '$own').Keys[0].Fingerprint
foreach (`$name in 'ContainerTrust.Engine', 'BouncyCastle.Cryptography') {
    Split-Path -Parent ([System.AppDomain]::CurrentDomain.GetAssemblies().Where({ `$_.GetName().Name -eq `$name })[0].Location)
}
"@
        $child.Output[0] | Should -Match '^[0-9A-F]{40}$'
        $child.Output[1..2] | Should -Be "$copy/$($Engine -f $folder)", "$copy/$($Library -f $folder)"
    }

    It 'has every cmdlet and parameter that the engine advises' {
        $null = Get-ImageTrust -Root $root
        $engine = [System.AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.GetName().Name -eq 'ContainerTrust.Engine' })[0]
        $options = $engine.GetType('ContainerTrust.Engine.Foundation.TrustOption').GetProperty('All').GetValue($null)
        $options.Count | Should -BeGreaterThan 40
        $missing = foreach ($option in $options) {
            foreach ($operation in $option.Operations) {
                if (-not (Get-Command -Name "$operation" -Module ContainerTrust -ErrorAction Ignore).Parameters.ContainsKey("$option".Substring(1))) { "$operation $option" }
            }
        }
        $missing | Should -BeNullOrEmpty
    }

    It 'loads no engine on import' {
        (Invoke-ChildSession "Import-Module '$ModulePath'; [AppDomain]::CurrentDomain.GetAssemblies().Where({ `$_.GetName().Name -in 'ContainerTrust.Engine', 'YamlDotNet' }).Count").Output | Should -Be '0'
    }

    It 'works after it was removed and imported again' {
        $child = Invoke-ChildSession "
            Import-Module '$ModulePath'; Remove-Module ContainerTrust; Import-Module '$ModulePath'
            (Get-ImageTrust -Default -Root '$root').Registry
            Import-Module '$ModulePath' -Force
            (Get-ImageTrust quay.io -Root '$root').Registry
            Remove-Module ContainerTrust
            Import-Module '$ModulePath'
            (Get-ImageTrust quay.io -Root '$root' | Out-String).Length -gt 0"
        $child.Output | Should -Be 'default', 'quay.io', 'True'
    }

    It 'works in several runspaces at once' {
        $child = Invoke-ChildSession "
            Import-Module '$ModulePath'
            1..8 | ForEach-Object -Parallel { Import-Module '$ModulePath'; (Get-ImageTrust -Default -Root '$root').Registry } -ThrottleLimit 4
            (Get-ImageTrust quay.io -Root '$root').Registry"
        $child.Output | Should -Be (@('default') * 8 + 'quay.io')
    }

    It 'ends with its pipeline on Ctrl+C while another writer holds the lock' {
        $start = [System.Diagnostics.ProcessStartInfo]::new('flock')
        '-x', "$root/etc/containers", 'sh', '-c', 'echo locked; exec sleep 300' | ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardOutput = $true
        $holder = [System.Diagnostics.Process]::Start($start)
        $shell = [powershell]::Create()
        try {
            $holder.StandardOutput.ReadLine() | Should -Be 'locked'
            $null = $shell.AddScript("Import-Module '$ModulePath'; Set-ImageTrust quay.io -Type Accept -Root '$root'")
            $work = $shell.BeginInvoke()
            # Whoever waits for the lock of a directory has it open.
            $open = [System.IO.DirectoryInfo]::new("/proc/$PID/fd")
            Wait-Until { $work.IsCompleted -or $open.EnumerateFileSystemInfos().LinkTarget -contains "$root/etc/containers" } 'the writer waits'
            $work.IsCompleted | Should -BeFalse -Because 'the lock is taken'
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan $Soon
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $shell.Streams.Error | Should -BeNullOrEmpty
        }
        finally {
            $shell.Dispose()
            # The process and what it started: the lock is the child's too.
            $holder.Kill($true)
            $holder.Dispose()
        }
        (Get-ImageTrust quay.io -Root $root).Type | Should -Be 'Reject'
    }
}

# [Parameter] names a parameter's sets in a constant, and PowerShell reads it only where the property is declared last: a class whose sets are
# others has to declare a parameter again. All but the sets must then be what the other declaration says.
Describe 'A parameter that is declared twice' {
    BeforeAll {
        $assembly = [ContainerTrust.Commands.EngineCmdlet].Assembly
        $classes = $assembly.GetExportedTypes().Where({ $_.IsDefined([System.Management.Automation.CmdletAttribute], $false) })

        # Type, names, checks, completion and default, as text.
        function Get-Declaration([type] $Class, [string] $Name) {
            $property = $Class.GetProperty($Name)
            $attributes = foreach ($attribute in $property.GetCustomAttributesData()) {
                if ($attribute.AttributeType.Namespace -eq 'System.Runtime.CompilerServices') { continue }
                if ($attribute.AttributeType.Name -ne 'ParameterAttribute') { "$attribute" }
                else { "[Parameter($($attribute.NamedArguments.Where({ $_.MemberName -ne 'ParameterSetName' }) -join ', '))]" }
            }
            $default = $property.GetValue([System.Activator]::CreateInstance($Class))
            "$($property.PropertyType) = $default; $($attributes | Sort-Object -Unique)"
        }

        function Get-Difference([type[]] $Class, [string] $Name) {
            $declarations = @($Class | ForEach-Object { Get-Declaration $_ $Name } | Sort-Object -Unique)
            if ($declarations.Count -gt 1) { "-${Name}: $($declarations -join ' | ')" }
        }
    }

    It 'reaches other hosts alike' {
        $ssh = $assembly.GetType('ContainerTrust.Commands.Fleet.ISshParameters', $true)
        $fleet = $classes.Where({ $ssh.IsAssignableFrom($_) })
        $fleet.Name | Should -Contain TestImageSignatureCommand
        $fleet.Where({ $_.IsSubclassOf([ContainerTrust.Commands.FleetCmdlet]) }).Count | Should -BeGreaterThan 2
        # -ThrottleLimit of Test-ImageSignature counts images as well.
        $names = $ssh.GetProperties().Name.Where({ $_ -ne 'ThrottleLimit' })
        $names.Count | Should -BeGreaterThan 8
        $names | ForEach-Object { Get-Difference $fleet $_ } | Should -BeNullOrEmpty
        Get-Difference $fleet ThrottleLimit | Should -BeLike '-ThrottleLimit: int = 16;*256)* | int = 32;*1024)*'
    }

    It 'is what the class says that it has it from' {
        $overrides = 0
        $differences = foreach ($name in $classes.ForEach({ $_.GetProperties().Name }) | Sort-Object -Unique) {
            # A class that has no use for a parameter declares it without the attribute, and has none.
            $alike = $classes.Where({ $_.GetProperty($name).GetMethod.IsVirtual -and ($_.GetProperty($name).DeclaringType -ne $_ -or $_.GetProperty($name).IsDefined([System.Management.Automation.ParameterAttribute], $false)) }) | Group-Object { $_.GetProperty($name).GetMethod.GetBaseDefinition().DeclaringType.Name }
            foreach ($group in $alike) {
                if ($group.Name -notlike '*Cmdlet') { continue }
                $overrides += $group.Group.Where({ $_.GetProperty($name).DeclaringType.Name -ne $group.Name }).Count
                Get-Difference $group.Group $name
            }
        }
        $differences | Should -BeNullOrEmpty
        $overrides | Should -BeGreaterThan 15
    }
}

# Libraries that other modules bring along, in versions that are not ours; the project of the PowerShell tests puts them in out/neighbours.
Describe 'A neighbour with another version of our libraries' {
    BeforeAll {
        . $PSScriptRoot/Images.ps1
        $root = New-TestRoot '{"default": [{"type": "reject"}], "transports": {"docker": {"quay.io": [{"type": "reject"}]},
            "dir": {"/srv/app": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/release.asc",
                "signedIdentity": {"type": "exactReference", "dockerReference": "registry.example.com/app:v1"}}]}}}' $FullRegistries
        Copy-Item -LiteralPath "$ImagePath/release.asc" -Destination "$root/keys"
        $null = New-Item -ItemType Directory -Path "$root/srv"
        Copy-Item -LiteralPath "$ImagePath/app" -Destination "$root/srv/app" -Recurse
        [xml] $packages = Get-Content -LiteralPath "$RepositoryRoot/Directory.Packages.props" -Raw
        function Get-OurVersion([string] $Package) {
            [version] $packages.SelectSingleNode("//PackageVersion[@Include='$Package']").GetAttribute('Version')
        }
        # One line a step, so that each can be told apart: ours writes a YAML file and judges a signature.
        $ours = "
            Import-Module '$ModulePath'
            Set-ImageTrust quay.io -SignatureStore https://s.example.com/ -Root '$root'
            (Get-ImageTrust quay.io -Root '$root').SignatureStore
            (Test-ImageSignature dir:/srv/app -Root '$root').IsValid"
        $theirs = @{
            YamlDotNet   = '$null = [YamlDotNet.Serialization.DeserializerBuilder]::new().Build()'
            BouncyCastle = '$null = [Org.BouncyCastle.Crypto.Digests.Sha256Digest]::new().AlgorithmName'
        }
        $where = "
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -match '^(YamlDotNet|BouncyCastle)' } | ForEach-Object {
                '{0} {1} {2}' -f [Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name, `$_.GetName().Name, `$_.GetName().Version }"
    }

    It 'has <Loaded> loaded: <Order>' -TestCases @(
        foreach ($order in 'before', 'after') {
            @{ Loaded = @('YamlDotNet/11.2.1'); Order = $order }
            @{ Loaded = @('YamlDotNet/13.1.1'); Order = $order }
            @{ Loaded = @('BouncyCastle/1.9.0'); Order = $order }
            @{ Loaded = @('YamlDotNet/11.2.1', 'BouncyCastle/1.9.0'); Order = $order }
        }
    ) {
        $load = foreach ($name in $Loaded) {
            $dll = Get-ChildItem -Path "$RepositoryRoot/out/neighbours/$name/*.dll"
            $dll.Count | Should -Be 1 -Because "dotnet build tests/Pester puts $name there"
            "Add-Type -LiteralPath '$($dll.FullName)'; $($theirs[($name -split '/')[0]])"
        }
        $steps = if ($Order -eq 'before') { @($load) + $ours } else { @($ours) + $load }
        $child = Invoke-ChildSession ((@($steps) + $where) -join "`n")
        $child.Output[0..1] | Should -Be 'https://s.example.com/', 'True'
        $assemblies = $child.Output[2..100]
        $yaml, $crypto = (Get-OurVersion YamlDotNet), (Get-OurVersion BouncyCastle.Cryptography)
        $assemblies -like "ContainerTrust BouncyCastle.Cryptography *" | Should -HaveCount 1
        $assemblies -like "ContainerTrust YamlDotNet $($yaml.Major).*" | Should -HaveCount 1 -Because ($assemblies -join '; ')
        foreach ($name in $Loaded) {
            $package, $version = $name -split '/'
            $assemblies -match "^Default $package(\.Crypto)? $(([version] $version).Major)\." | Should -HaveCount 1 -Because ($assemblies -join '; ')
        }
    }
}
