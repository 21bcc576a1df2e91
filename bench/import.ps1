# One fresh session of bench/import.sh: the milliseconds of importing a module, of a first call, and of formatting what it returned.
param([string] $Module, [string] $Command, [string] $Root)
$ErrorActionPreference = 'Stop'
$arguments = if ($Root) { @{ Root = $Root } } else { @{} }
$clock = [System.Diagnostics.Stopwatch]::StartNew()
Import-Module $Module
$import = $clock.Elapsed.TotalMilliseconds
$objects = @(& $Command @arguments)
$call = $clock.Elapsed.TotalMilliseconds
$text = $objects | Out-String -Width 120
$all = $clock.Elapsed.TotalMilliseconds
if ($objects.Count -eq 0 -or $text.Trim().Length -eq 0) { throw "$Command returned nothing." }
[System.Console]::Out.WriteLine([string]::Format([cultureinfo]::InvariantCulture, '{0:F2} {1:F2} {2:F2} {3:F2}', $import, $call - $import, $all - $call, $all))
