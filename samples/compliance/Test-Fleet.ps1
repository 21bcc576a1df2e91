#!/usr/bin/env pwsh
<#
.SYNOPSIS
Checks the image trust of hosts, writes reports, and says by its exit code whether all is well.
.DESCRIPTION
Checks each host over SSH; nothing is needed there but a POSIX shell. Without -HostName or -HostFile it checks this host, and with
-Root the host whose root a directory is. A host that cannot be checked is in the reports as such, and the exit code is then never 0.
What is found is printed, too, one line each with its host.

Schedulers call "pwsh -File", which hands a list over as one text: names of hosts, rules and options may be joined by commas.

Exit codes: 0, every host is compliant; 3, some host is not compliant, or could not be checked; 1, the reports could not be made.
.EXAMPLE
./Test-Fleet.ps1 -HostName (Get-Content hosts.txt) -Baseline golden.clixml -ReportDirectory /var/lib/containertrust
.EXAMPLE
pwsh -File Test-Fleet.ps1 -HostName web1,web2 -KeyFilePath /etc/containertrust/id -Options ProxyJump=bastion
#>
[CmdletBinding()]
param(
    # The hosts. Names of ~/.ssh/config are understood.
    [string[]] $HostName,

    # A file with one host on each line; empty lines and what follows a # are skipped.
    [string] $HostFile,

    # The user to log in as. Root sees the homes of all users.
    [string] $UserName,

    # The port of the hosts that say none themselves.
    [int] $Port,

    # The private key to log in with, on this machine.
    [string] $KeyFilePath,

    # Options for ssh, as ssh_config(5) names them: ProxyJump=bastion, or a hashtable as the cmdlets take it.
    [object[]] $Options = @(),

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
    # A module that the session has loaded, from wherever, is the one that is meant.
    if (-not (Get-Command -Name Test-ImageTrust -Module ContainerTrust -ErrorAction Ignore)) { Import-Module ContainerTrust }
    function Split-List([string[]] $Text) { @($Text -split ',' | ForEach-Object Trim | Where-Object { $_ }) }
    $names = @(Split-List $HostName)
    # Without a name, this host would be checked in place of those that were meant.
    if ($PSBoundParameters.ContainsKey('HostName') -and -not $names) { throw 'There is no host in -HostName; perhaps a variable is not set.' }
    if ($PSBoundParameters.ContainsKey('Root') -and -not $Root) { throw '-Root is empty; perhaps a variable is not set.' }
    if ($HostFile) {
        $names += @(Get-Content -LiteralPath $HostFile | ForEach-Object { ($_ -split '#')[0].Trim() } | Where-Object { $_ })
        if (-not $names) { throw "There is no host in $HostFile." }
    }
    # A host is visited once, however often it is named.
    $names = @($names | Select-Object -Unique)
    $test = @{ ExpiringWithin = $ExpiringWithin }
    if ($ExcludeRule) { $test.ExcludeRule = Split-List $ExcludeRule }
    if ($Baseline) { $test.Baseline = if ($Baseline -like '*xml') { @(Import-Clixml -LiteralPath $Baseline) } else { (Resolve-Path -LiteralPath $Baseline).ProviderPath } }
    $failed = @()
    $results = @(
        if ($names) {
            $test += @{ HostName = $names; ThrottleLimit = $ThrottleLimit; Sudo = $Sudo }
            if ($UserName) { $test.UserName = $UserName }
            if ($Port) { $test.Port = $Port }
            if ($KeyFilePath) { $test.KeyFilePath = $KeyFilePath }
            if ($Options) {
                $test.Options = @{}
                foreach ($table in $Options | Where-Object { $_ -is [System.Collections.IDictionary] }) { $test.Options += $table }
                foreach ($option in @($Options | Where-Object { $_ -isnot [System.Collections.IDictionary] }) -split ',') {
                    $name, $value = $option -split '=', 2
                    if (-not $value) { throw "'$option' is not an option for ssh. Write it as Name=Value." }
                    $test.Options[$name.Trim()] = $value.Trim()
                }
            }
        }
        elseif ($Root) { $test.Root = $Root }
        Test-ImageTrust @test -ErrorAction SilentlyContinue -ErrorVariable failed
    )

    $null = New-Item -ItemType Directory -Path $ReportDirectory -Force
    foreach ($file in 'report.html', 'report.xml', 'report.json') {
        $results | Export-ImageTrustReport -Path (Join-Path $ReportDirectory $file) -ErrorRecord $failed
    }

    foreach ($finding in ($results | Where-Object Status -NE NotChecked).Findings) { Write-Output "$($finding.ComputerName): $finding" }
    foreach ($failure in $failed) { Write-Output "$($failure.TargetObject): not checked: $failure" }

    # A host that gave neither a result nor an error counts as not checked.
    $expected = [Math]::Max(1, @($names).Count)
    $compliant = @($results | Where-Object Compliant).Count
    Write-Output "$compliant of $expected hosts are compliant; the reports are in $ReportDirectory."
    if ($failed.Count -or $compliant -lt $expected) { exit 3 }
    exit 0
}
catch {
    [Console]::Error.WriteLine("Test-Fleet.ps1: $_")
    exit 1
}
