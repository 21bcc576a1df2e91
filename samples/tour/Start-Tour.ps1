#!/usr/bin/env pwsh
<#
.SYNOPSIS
Shows in seven steps what ContainerTrust does, on sample images and under a scratch root.
.DESCRIPTION
Each step shows the command as you would type it, and what it really prints. Nothing outside the scratch root is read or written, and nothing is
asked of a network.

Exit codes: 0, every step gave what it should; 1, one did not, or failed.
.EXAMPLE
./Start-Tour.ps1
.EXAMPLE
./Start-Tour.ps1 -Keep
#>
[CmdletBinding()]
param(
    # The module: a name, or the path of one that is not installed.
    [string] $Module = 'ContainerTrust',

    # Leave the scratch root there at the end.
    [switch] $Keep
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$width = 80
$samples = Split-Path -Path $PSScriptRoot
$unexpected = [System.Collections.Generic.List[string]]::new()
$title, $typed, $plain = if ([System.Console]::IsOutputRedirected -or $PSStyle.OutputRendering -eq 'PlainText') { '', '', '' } else { $PSStyle.Bold, $PSStyle.Foreground.Cyan, $PSStyle.Reset }

function Write-Title([string] $Text) {
    Write-Output "$title$Text$plain" ''
}

# Shows a command, runs it, and shows what comes of it, warnings and all.
function Show-Command([scriptblock] $Command) {
    $lines = @($Command.ToString().Trim("`n") -split '\n')
    $indent = $lines[0].Length - $lines[0].TrimStart().Length
    $prompt = 'PS> '
    foreach ($line in $lines | Where-Object { $_.Trim() }) {
        Write-Output "$prompt$typed$($line.Substring([Math]::Min($indent, $line.Length)).TrimEnd())$plain"
        $prompt = '    '
    }
    $text = & $Command 3>&1 | ForEach-Object { if ($_ -is [System.Management.Automation.WarningRecord]) { "WARNING: $_" } else { $_ } } | Out-String -Width $width
    $text = ($text -replace '(?m)[ \r]+$').Trim("`n")
    if ($text) { Write-Output '' $text }
    Write-Output ''
}

# Notes what is not as it should be.
function Test-Outcome([string] $Expectation, [bool] $IsMet) {
    if (-not $IsMet) {
        $unexpected.Add($Expectation)
        Write-Output "NOT AS EXPECTED: $Expectation" ''
    }
}

$root = [System.IO.Directory]::CreateTempSubdirectory('containertrust-').FullName
$exitCode = 1
try {
    Import-Module -Name $Module
    $null = New-Item -ItemType Directory -Path "$root/etc/pki/containers", "$root/srv"
    Copy-Item -LiteralPath "$samples/keys/sample.asc" -Destination "$root/etc/pki/containers"
    Copy-Item -LiteralPath "$samples/images" -Destination "$root/srv" -Recurse
    Set-Content -LiteralPath "$root/etc/os-release" -Value 'ID=fedora'
    Reset-ImageTrust -Root $root -Confirm:$false

    Write-Output "ContainerTrust $((Get-Module -Name ContainerTrust).Version) in PowerShell $($PSVersionTable.PSVersion)" ''
    Write-Output 'The scratch root stands for a host. It has the policy.json that distributions'
    Write-Output 'ship, which accepts every image, and for this tour a sample key and two sample'
    Write-Output 'images. Your own host is left alone.' ''
    Write-Output "PS> $typed`$root = '$($root.Replace("'", "''"))'$plain" ''

    Write-Title '1. Trust a registry by a key, and say where its signatures are'
    Show-Command {
        Set-ImageTrust registry.example.com `
            -KeyPath /etc/pki/containers/sample.asc `
            -SignatureStore https://registry.example.com/sigs -Root $root
    }

    Write-Title '2. Reject everything else'
    Show-Command { Set-ImageTrust -Default -Type Reject -Root $root }

    Write-Title '3. What is trusted now?'
    Show-Command { Get-ImageTrust -Root $root }
    $trust = Get-ImageTrust registry.example.com -Root $root
    Test-Outcome 'registry.example.com is trusted by the sample key.' ($trust.Type -eq 'SignedBy' -and $trust.Keys.UserIds -match 'sample@example.com')
    Test-Outcome 'Its signatures are in its store.' ($trust.SignatureStore -eq 'https://registry.example.com/sigs')

    Write-Title '4. Which entry governs an image?'
    Show-Command {
        Get-ImageTrust -Root $root -Reference registry.example.com/app:1.0,
            docker.io/library/busybox:latest |
            Format-List Reference, Registry, Type, SignatureStore, Reason
    }
    $governing = @(Get-ImageTrust -Reference registry.example.com/app:1.0, docker.io/library/busybox:latest -Root $root)
    Test-Outcome 'The entry registry.example.com governs registry.example.com/app:1.0.' ($governing[0].Registry -eq 'registry.example.com')
    Test-Outcome 'The default governs busybox, and rejects it.' ($governing[1].IsDefault -and $governing[1].Type -eq 'Reject')

    Write-Title '5. Is an image acceptable, and why?'
    Write-Output 'The sample images are directories, as "skopeo copy ... dir:" makes them. Both'
    Write-Output 'have the same signature, but one was changed after it was signed. An image in a'
    Write-Output 'directory has no name, so you say which name its signature must be for.' ''
    Show-Command {
        Set-ImageTrust /srv/images -Transport dir `
            -KeyPath /etc/pki/containers/sample.asc `
            -ExactReference registry.example.com/app:1.0 -Root $root
    }
    Show-Command {
        'dir:/srv/images/signed', 'dir:/srv/images/tampered' |
            Test-ImageSignature -Root $root | Format-List Image, IsValid, Reason
    }
    $verdicts = @('dir:/srv/images/signed', 'dir:/srv/images/tampered' | Test-ImageSignature -Root $root)
    Test-Outcome 'The signed image is valid.' ($verdicts[0].IsValid -and $verdicts[0].Reason -match 'Signed by ContainerTrust sample key')
    Test-Outcome 'The tampered image is not valid, because it is not what was signed.' (-not $verdicts[1].IsValid -and $verdicts[1].Reason -match 'for another manifest')

    Write-Title '6. Is the host as it should be?'
    Show-Command { Test-ImageTrust -Root $root }
    Show-Command { (Test-ImageTrust -Root $root).Findings }
    Test-Outcome 'The host is compliant.' (Test-ImageTrust -Root $root -Quiet)

    Write-Title '7. Give the nodes of an OpenShift cluster the same policy'
    Show-Command {
        Get-ImageTrust -Root $root | Where-Object Transport -NE dir |
            New-MachineConfigTrust -Role worker -OpenShiftVersion 4.18 `
                -Preset OpenShift -IncludeRegistriesD `
                -KeyFile $root/etc/pki/containers/sample.asc `
                -OutputDirectory $root/manifests
    }
    Show-Command { (Get-ChildItem $root/manifests).FullName }
    Show-Command { Get-Content $root/manifests/*.yaml -TotalCount 7 }
    $onNodes = @(Get-ChildItem -Path "$root/manifests" -Filter *.yaml | Get-MachineConfigTrust)
    Test-Outcome 'There is one MachineConfig, with the policy, the store and the key.' ($onNodes.Count -eq 1 -and $onNodes[0].Files.Count -eq 3)
    Test-Outcome 'It has the default and the registry of the host.' (-not (Compare-Object -ReferenceObject @('Reject', 'SignedBy') -DifferenceObject @(
                @($onNodes.Trust | Where-Object IsDefault).Type, @($onNodes.Trust | Where-Object Registry -EQ registry.example.com).Type)))
    if ($unexpected.Count -eq 0) { $exitCode = 0 }
}
catch {
    Write-Output '' "The tour failed: $_"
}
finally {
    if (-not $Keep) { Remove-Item -LiteralPath $root -Recurse -Force }
}

if ($unexpected.Count) {
    Write-Output '' 'Not as expected:'
    Write-Output $unexpected.ForEach({ "- $_" })
}
if ($exitCode -eq 0) { Write-Output 'Every step gave what it should.' }
Write-Output $(if ($Keep) { "The scratch root is kept: $root" } else { 'The scratch root is removed.' })
exit $exitCode
