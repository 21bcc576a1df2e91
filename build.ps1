<#
.SYNOPSIS
Builds, tests and packs the module.
.DESCRIPTION
Build needs the .NET SDK alone, and restores Pester too. Analyze needs PSScriptAnalyzer, and the RPM that Pack makes needs rpmbuild. The module, with
its help, is put together in out/ContainerTrust/<version>, and the command in out/cli.
.EXAMPLE
./build.ps1 -Task Build, Test, Help
#>
[CmdletBinding()]
param(
    # Build: the module and the command. Test: all tests. Help: holds docs/help against the cmdlets.
    # Analyze: PSScriptAnalyzer over all scripts. Pack: a .nupkg of the module and an RPM of the command, in out/packages.
    [ArgumentCompletions('Build', 'Test', 'Help', 'Analyze', 'Pack')]
    [string[]] $Task = 'Build'
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
# "dotnet tool run" does not say where .NET is to what PowerShell starts.
if (-not $env:DOTNET_ROOT) {
    $dotnet = [System.IO.Path]::GetFullPath((Join-Path ([System.Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory()) '../../..'))
    if (Test-Path -LiteralPath "$dotnet/host/fxr") { $env:DOTNET_ROOT = $dotnet }
}

$root = $PSScriptRoot
$version = ([xml](Get-Content -LiteralPath "$root/Directory.Build.props" -Raw)).SelectSingleNode('//VersionPrefix').InnerText
$moduleRoot = "$root/out/ContainerTrust/$version"
$hasSkipped = $false

function Invoke-Build {
    dotnet build "$root/ContainerTrust.sln" -c Release -v quiet
    dotnet publish "$root/src/ContainerTrust.Cli" -c Release -v quiet
    dotnet publish "$root/src/ContainerTrust" -c Release -v quiet
}

function Invoke-Test {
    dotnet test "$root/ContainerTrust.sln" -c Release --no-build
    # In a process of its own: this one may have loaded the module before it was built.
    & (Join-Path $PSHOME 'pwsh') -NoProfile -NonInteractive -File "$root/tests/Pester/Run.ps1"
}

# The build makes the help of the pages, and refuses pages that it cannot read. This holds them against the cmdlets, which it does not load.
function Invoke-Help {
    if (-not (Test-Path -LiteralPath "$moduleRoot/ContainerTrust.psd1")) { throw "There is nothing in $moduleRoot. Run ./build.ps1 -Task Build first." }
    Import-Module "$moduleRoot/ContainerTrust.psd1"
    $pages = @(Get-ChildItem -LiteralPath "$root/docs/help" -Filter *.md)
    $commandPages = @($pages | Where-Object Name -Like '*-*')
    $topics = @($pages | Where-Object Name -Like 'about_*')
    $faults = [System.Collections.Generic.List[string]]::new()
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
    foreach ($command in Get-Command -Module ContainerTrust) {
        $page = $commandPages | Where-Object BaseName -EQ $command.Name
        if (-not $page) { $faults.Add("docs/help/$($command.Name).md is missing."); continue }
        $known = $command.Parameters.Keys | Where-Object { $_ -notin $common }
        $described = [regex]::Matches((Get-Content -LiteralPath $page.FullName -Raw), '(?m)^### -(\w+)$').ForEach({ $_.Groups[1].Value }) | Where-Object { $_ -notin $common }
        foreach ($name in $known | Where-Object { $_ -notin $described }) { $faults.Add("$($page.Name) says nothing of -$name.") }
        foreach ($name in $described | Where-Object { $_ -notin $known }) { $faults.Add("$($page.Name) describes -$name, which $($command.Name) does not have.") }
        if ((Get-Help -Name $command.Name).details.name -ne $command.Name) { $faults.Add("Get-Help $($command.Name) does not show the page. Build the module anew.") }
    }
    $hasPlatyPS = Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS | Where-Object Version -GE 1.0
    if ($hasPlatyPS) { Import-Module -Name Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0 }
    else { Write-Output 'Skipped: Test-MarkdownCommandHelp, because Microsoft.PowerShell.PlatyPS 1.0 is not installed.' }
    foreach ($page in $commandPages) {
        if ($page.BaseName -notin (Get-Command -Module ContainerTrust).Name) { $faults.Add("$($page.Name) is the page of no cmdlet.") }
        if (-not $hasPlatyPS) { continue }
        # -LiteralPath gives no answer in platyPS 1.0.
        $verdict = Test-MarkdownCommandHelp -Path $page.FullName -DetailView
        if (-not $verdict.IsValid) { $faults.Add("$($page.Name): $($verdict.Messages -notmatch '^PASS' -join '; ')") }
    }
    foreach ($topic in $topics) {
        if (-not (Test-Path -LiteralPath "$moduleRoot/en-US/$($topic.BaseName).help.txt")) { $faults.Add("$($topic.Name) is not in the module. Build it anew.") }
    }
    if ($faults.Count) { throw "The help is not right:`n$($faults -join "`n")" }
    Write-Output "Help: $($commandPages.Count) cmdlets, $($topics.Count) topics in $moduleRoot/en-US"
}

function Invoke-Analyze {
    if (-not (Get-Module -ListAvailable -Name PSScriptAnalyzer | Where-Object Version -GE '1.22')) {
        Write-Output 'SKIPPED Analyze: PSScriptAnalyzer 1.22 or later is not installed (Install-PSResource PSScriptAnalyzer).'
        $script:hasSkipped = $true
        return
    }
    Import-Module -Name PSScriptAnalyzer -MinimumVersion 1.22
    $files = @(Get-ChildItem -LiteralPath $root -Recurse -File -Include *.ps1, *.psm1, *.psd1 | Where-Object FullName -NotMatch '[\\/](out|bin|obj)[\\/]')
    # The manifest names files that lie beside it in the built module only, so its copy there is looked at.
    $built = "$moduleRoot/ContainerTrust.psd1"
    if (-not (Test-Path -LiteralPath $built)) { throw "There is nothing in $moduleRoot. Run ./build.ps1 -Task Build first." }
    $paths = $files.FullName | ForEach-Object { if ($_ -eq [System.IO.Path]::Combine($root, 'ContainerTrust.psd1')) { $built } else { $_ } }
    $findings = @($paths | ForEach-Object { Invoke-ScriptAnalyzer -Path $_ -Settings "$root/PSScriptAnalyzerSettings.psd1" })
    foreach ($finding in $findings) {
        Write-Output "$($finding.ScriptPath):$($finding.Line): $($finding.RuleName): $($finding.Message)"
    }
    if ($findings.Count) { throw "PSScriptAnalyzer has $($findings.Count) things to say." }
    Write-Output "Analyze: nothing to say about $($files.Count) files"
}

function Invoke-Pack {
    & "$root/packaging/pack.ps1" -RepositoryRoot $root -Version $version
}

# "pwsh -File build.ps1 -Task Build,Test" hands the list over as one text.
$names = $Task -split ',' | ForEach-Object Trim
foreach ($name in $names) {
    if ($name -notin 'Build', 'Test', 'Help', 'Analyze', 'Pack') { throw "There is no task '$name'; choose from Build, Test, Help, Analyze and Pack." }
}
foreach ($name in $names) {
    & "Invoke-$name"
}
# So that test.sh can count it as skipped.
if ($hasSkipped) { exit 3 }
