#!/usr/bin/env pwsh
<#
.SYNOPSIS
Checks the image trust of hosts, writes reports, and says by its exit code whether all is well.
.DESCRIPTION
Checks each host over SSH; nothing is needed there but a POSIX shell. Without -HostName it checks this host, and with
-Root the host whose root a directory is. A host that cannot be checked is in the reports as such, and the exit code is then never 0.

Exit codes: 0, every host is compliant; 3, some host is not compliant, or could not be checked; 1, the reports could not be made.
.EXAMPLE
./Test-Fleet.ps1 -HostName (Get-Content hosts.txt) -Baseline golden.clixml -ReportDirectory /var/lib/containertrust
#>
[CmdletBinding()]
param(
    # The hosts. Names of ~/.ssh/config are understood.
    [string[]] $HostName,

    # The user to log in as. Root sees the homes of all users.
    [string] $UserName,

    # Check as root, by sudo, which must not ask for a password.
    [switch] $Sudo,

    # What Get-ImageTrust | Export-Clixml wrote on a host that is as it should be, or a policy.json.
    [string] $Baseline,

    # A directory that is the root of a host, instead of -HostName.
    [string] $Root,

    # Rules to leave out.
    [string[]] $ExcludeRule = @(),

    # Keys and certificates that end within so many days are findings.
    [int] $ExpiringWithin = 30,

    # Where report.html, report.xml (JUnit) and report.json are written.
    [string] $ReportDirectory = '.',

    # How many hosts are checked at once.
    [int] $ThrottleLimit = 32
)
$ErrorActionPreference = 'Stop'
try {
    Import-Module ContainerTrust
    $options = @{ ExpiringWithin = $ExpiringWithin }
    if ($ExcludeRule) { $options.ExcludeRule = $ExcludeRule }
    if ($Baseline) { $options.Baseline = if ($Baseline -like '*xml') { @(Import-Clixml -LiteralPath $Baseline) } else { (Resolve-Path -LiteralPath $Baseline).ProviderPath } }
    $failed = @()
    $results = @(
        if ($HostName) {
            $options += @{ HostName = $HostName; ThrottleLimit = $ThrottleLimit; Sudo = $Sudo }
            if ($UserName) { $options.UserName = $UserName }
        }
        elseif ($Root) { $options.Root = $Root }
        Test-ImageTrust @options -ErrorAction SilentlyContinue -ErrorVariable failed
    )

    $null = New-Item -ItemType Directory -Path $ReportDirectory -Force
    foreach ($file in 'report.html', 'report.xml', 'report.json') {
        $results | Export-ImageTrustReport -Path (Join-Path $ReportDirectory $file) -ErrorRecord $failed
    }

    # A host that gave neither a result nor an error counts as not checked.
    $expected = [Math]::Max(1, @($HostName).Where({ $_ }).Count)
    $compliant = @($results | Where-Object Compliant).Count
    Write-Output "$compliant of $expected hosts are compliant; the reports are in $ReportDirectory."
    if ($failed.Count -or $compliant -lt $expected) { exit 3 }
    exit 0
}
catch {
    [Console]::Error.WriteLine("Test-Fleet.ps1: $_")
    exit 1
}
