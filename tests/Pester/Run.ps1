<#
.SYNOPSIS
Runs the Pester tests against the module in out/. Ends with "Pester: N passed, N failed, N skipped".
#>
[CmdletBinding()]
param(
    # Test files or directories; all of this directory if left out.
    [string[]] $Path = $PSScriptRoot
)
$ErrorActionPreference = 'Stop'
$PSStyle.OutputRendering = 'PlainText'

. (Join-Path $PSScriptRoot 'Common.ps1')
if (-not $ModulePath) {
    Write-Output 'The module is not in out/. Build it first: dotnet build src/ContainerTrust -c Release'
    Write-Output 'Pester: 0 passed, 1 failed, 0 skipped'
    exit 1
}

# The version that the build restored, whatever else is installed.
$pester = Get-ChildItem -Path "$RepositoryRoot/out/modules/Pester/*/Pester.psd1" | Select-Object -First 1
if (-not $pester) {
    Write-Output 'Pester is not in out/modules. Restore it first: dotnet build tests/Pester -c Release'
    Write-Output 'Pester: 0 passed, 1 failed, 0 skipped'
    exit 1
}
Import-Module -Name $pester.FullName
Import-Module -Name $ModulePath
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'None'
$result = Invoke-Pester -Configuration $configuration

foreach ($test in $result.Failed) {
    Write-Output "FAILED $($test.ExpandedPath)"
    foreach ($record in $test.ErrorRecord) {
        Write-Output "    $record"
        $record.ScriptStackTrace -split '\n' -match '\.Tests\.ps1' | ForEach-Object { Write-Output "    $_" }
    }
}
foreach ($container in @($result.FailedContainers) + @($result.FailedBlocks)) {
    if ($container) {
        Write-Output "FAILED outside a test: $($container.Item)$($container.ExpandedPath)"
        foreach ($record in $container.ErrorRecord) { Write-Output "    $record" }
    }
}
foreach ($test in $result.Skipped) {
    Write-Output "SKIPPED $($test.ExpandedPath) $($test.ErrorRecord)"
}
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
Write-Output "Pester: $($result.PassedCount) passed, $failed failed, $($result.SkippedCount) skipped"
exit [int]($failed -gt 0)
