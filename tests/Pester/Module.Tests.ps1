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
        $classes = [ContainerTrust.Commands.TrustCmdlet].Assembly.GetExportedTypes().Where({ $_.IsDefined([System.Management.Automation.CmdletAttribute], $false) })
        $classes.Count | Should -Be $commands.Count
    }

    It 'ships its own files only' {
        (Get-ChildItem -LiteralPath $base -Filter *.dll).Name | Should -Be 'ContainerTrust.dll', 'ContainerTrust.Model.dll'
        Get-ChildItem -LiteralPath $base -Recurse -Filter System.Management.Automation* | Should -BeNullOrEmpty
        "$base/engine/ContainerTrust.Engine.dll" | Should -Exist
        "$base/LICENSE" | Should -Exist
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
        $lock = [powershell]::Create()
        $null = $lock.AddScript("& flock -x '$root/etc/containers' sleep 20")
        $held = $lock.BeginInvoke()
        $shell = [powershell]::Create()
        try {
            Start-Sleep -Milliseconds 500
            $null = $shell.AddScript("Import-Module '$ModulePath'; Set-ImageTrust quay.io -Type Accept -Root '$root'")
            $work = $shell.BeginInvoke()
            Start-Sleep -Milliseconds 1500
            $work.IsCompleted | Should -BeFalse -Because 'the lock is taken'
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.ElapsedMilliseconds | Should -BeLessThan 1000
        }
        finally {
            $shell.Dispose()
            $lock.Stop()
            $lock.Dispose()
            $held.AsyncWaitHandle.Dispose()
        }
        (Get-ImageTrust quay.io -Root $root).Type | Should -Be 'Reject'
    }
}

Describe 'A neighbour with another YamlDotNet' {
    BeforeAll {
        $root = New-TestRoot $SmallPolicy $FullRegistries
        $scratch = New-TestRoot
        # The package comes from NuGet, or from its cache.
        function Get-YamlDotNet([string] $Version) {
            $project = Join-Path $scratch "yaml-$Version"
            $null = New-Item -ItemType Directory -Path $project -Force
            $xml = "<Project Sdk=`"Microsoft.NET.Sdk`"><PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit><CopyLocalLockFileAssemblies>true</CopyLocalLockFileAssemblies></PropertyGroup><ItemGroup><PackageReference Include=`"YamlDotNet`" Version=`"$Version`" /></ItemGroup></Project>"
            [System.IO.File]::WriteAllText("$project/neighbour.csproj", $xml)
            [System.IO.File]::WriteAllText("$project/None.cs", 'internal static class None;')
            if (Get-Command -Name dotnet -ErrorAction SilentlyContinue) {
                $null = & dotnet build "$project/neighbour.csproj" -o "$project/out" -v quiet 2>&1
            }
            "$project/out/YamlDotNet.dll"
        }
    }

    It 'has <Version> loaded: <Order>' -TestCases @(
        @{ Version = '11.2.1'; Order = 'before' }
        @{ Version = '11.2.1'; Order = 'after' }
        @{ Version = '13.1.1'; Order = 'before' }
        @{ Version = '13.1.1'; Order = 'after' }
    ) {
        $dll = Get-YamlDotNet $Version
        if (-not (Test-Path -LiteralPath $dll)) {
            Set-ItResult -Skipped -Because "YamlDotNet $Version could not be had from NuGet"
            return
        }
        $theirs = "Add-Type -LiteralPath '$dll'; `$null = [YamlDotNet.Serialization.DeserializerBuilder]::new().Build()"
        $ours = "Import-Module '$ModulePath'; Set-ImageTrust quay.io -SignatureStore https://s$Version.example.com/ -Root '$root'; (Get-ImageTrust quay.io -Root '$root').SignatureStore"
        $steps = if ($Order -eq 'before') { $theirs, $ours } else { $ours, $theirs }
        $child = Invoke-ChildSession (($steps -join '; ') + "; [YamlDotNet.Serialization.DeserializerBuilder].Assembly.GetName().Version.ToString(3); `$found = [Runtime.Loader.AssemblyLoadContext]::All.Where({ `$_.Name -eq 'ContainerTrust' })[0].Assemblies.Where({ `$_.GetName().Name -eq 'YamlDotNet' }); `$found[0].GetName().Version.Major")
        $child.Output[0] | Should -Be "https://s$Version.example.com/"
        # YamlDotNet's assembly version is that of its major version.
        $child.Output[1] | Should -BeLike "$(([version]$Version).Major).*"
        $child.Output[2] | Should -Be '16'
    }
}
