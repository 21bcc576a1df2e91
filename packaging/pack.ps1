<#
.SYNOPSIS
Makes the packages that people install: a .nupkg of the module, and an RPM of the command. Called by build.ps1 -Task Pack.
.DESCRIPTION
Needs the built module in out/ContainerTrust, NuGet for the .NET of the other platforms (packaging/images) and, for the RPM, the published command
in out/cli and rpmbuild (Debian: rpm; RHEL: rpm-build).
Writes to out/packages. The same sources give the same file lists, modes and dates.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $RepositoryRoot,
    [Parameter(Mandatory)] [string] $Version
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$packages = "$RepositoryRoot/out/packages"
$command = "$RepositoryRoot/out/cli/containertrust"

# PSResourceGet is part of PowerShell. It takes the name and version from the manifest, and packs what lies beside it.
function New-ModulePackage {
    # The platforms that only the package has are compiled in a copy, which is named as the module is.
    $module = "$staged/ContainerTrust"
    Copy-Item -LiteralPath "$RepositoryRoot/out/ContainerTrust/$Version" -Destination $module -Recurse
    dotnet msbuild "$RepositoryRoot/packaging/images" -restore -t:PlaceImages -nologo -v:minimal "-p:EngineDirectory=$module/engine" "-p:ModelDirectory=$module"
    $package = "$packages/ContainerTrust.$Version.nupkg"
    if (Test-Path -LiteralPath $package) { Remove-Item -LiteralPath $package }
    Compress-PSResource -Path $module -DestinationPath $packages
    if (-not (Test-Path -LiteralPath $package)) { throw "PSResourceGet did not write $package." }
    Write-Output "Pack: $package"
}

# A file of the package: where it lies in the tree that is installed, and its mode.
function Add-StagedFile([string] $Source, [string] $Target, [string] $Mode = '644') {
    install -D -m $Mode $Source "$stage$Target"
}

# The samples are for an installation by hand, below /usr/local; a package has its own places.
function Add-StagedSample([string] $Name, [string] $Target, [string] $Mode) {
    $lines = [System.IO.File]::ReadAllLines("$RepositoryRoot/samples/compliance/$Name")
    # The script for PowerShell is not in the package.
    $text = (($lines -notmatch '^#.*Test-Fleet\.ps1') -join "`n").Replace('/usr/local/', '/usr/') + "`n"
    if ($text.Contains('/usr/local')) { throw "$Name still names /usr/local." }
    $scratch = New-TemporaryFile
    [System.IO.File]::WriteAllText($scratch.FullName, $text)
    Add-StagedFile $scratch.FullName $Target $Mode
    Remove-Item -LiteralPath $scratch.FullName
}

# The notices of .NET itself, which the command carries: they come with the package of the runtime that was used.
function Get-RuntimeNotice([bool] $IsNative) {
    $facts = dotnet msbuild "$RepositoryRoot/src/ContainerTrust.Cli" -getProperty:NuGetPackageRoot -getProperty:BundledNETCoreAppPackageVersion -getProperty:NETCoreSdkPortableRuntimeIdentifier |
        ConvertFrom-Json | Select-Object -ExpandProperty Properties
    $kind = $IsNative ? 'microsoft.netcore.app.runtime.nativeaot' : 'microsoft.netcore.app.runtime'
    $path = "$($facts.NuGetPackageRoot)$kind.$($facts.NETCoreSdkPortableRuntimeIdentifier)/$($facts.BundledNETCoreAppPackageVersion)/THIRD-PARTY-NOTICES.TXT"
    if (-not (Test-Path -LiteralPath $path)) {
        throw "There is no $path, the notices of the .NET that is in the command. Run dotnet publish src/ContainerTrust.Cli -c Release first."
    }
    $path
}

function New-CommandPackage {
    if (-not (Get-Command -Name rpmbuild -CommandType Application -ErrorAction SilentlyContinue)) {
        Write-Output 'Pack: the RPM is left out, because rpmbuild is not installed (Debian: apt-get install rpm; RHEL: dnf install rpm-build).'
        return
    }
    $script:stage = "$work/stage"
    $null = New-Item -ItemType Directory -Path $stage

    # One native file, or a directory of files of which one is started (see the README's table of builds).
    # What .NET brings for debuggers has no use on a host.
    $left = 'containertrust', 'createdump', 'libmscordaccore.so', 'libmscordbi.so'
    $others = @(Get-ChildItem -LiteralPath "$RepositoryRoot/out/cli" -File -Recurse | Where-Object Name -NotIn $left |
            Where-Object { $_.Extension -notin '.dbg', '.pdb' -and $_.Name -notlike '*.dsc.resource.json' })
    if ($others.Count -eq 0) { Add-StagedFile $command /usr/bin/containertrust 755 }
    else {
        foreach ($file in @($others) + (Get-Item -LiteralPath $command)) {
            $relative = [System.IO.Path]::GetRelativePath("$RepositoryRoot/out/cli", $file.FullName)
            Add-StagedFile $file.FullName "/usr/libexec/containertrust/$relative" ($file.Name -eq 'containertrust' ? '755' : '644')
        }
        $null = New-Item -ItemType Directory -Path "$stage/usr/bin"
        ln -s ../libexec/containertrust/containertrust "$stage/usr/bin/containertrust"
    }

    # Microsoft DSC looks for manifests in the directories of PATH.
    foreach ($manifest in Get-ChildItem -LiteralPath "$RepositoryRoot/packaging/dsc" -Filter *.dsc.resource.json) {
        Add-StagedFile $manifest.FullName "/usr/bin/$($manifest.Name)"
    }

    $page = "$work/containertrust.1"
    & $command man | Set-Content -LiteralPath $page
    gzip -9n $page
    Add-StagedFile "$page.gz" /usr/share/man/man1/containertrust.1.gz
    Add-StagedFile "$RepositoryRoot/packaging/containertrust.bash" /usr/share/bash-completion/completions/containertrust
    Add-StagedSample test-host.sh /usr/libexec/containertrust/test-host.sh 755
    foreach ($unit in 'containertrust-compliance.service', 'containertrust-compliance.timer') {
        Add-StagedSample $unit "/usr/lib/systemd/system/$unit" 644
    }
    foreach ($text in 'LICENSE', 'THIRD-PARTY-NOTICES.txt') { Add-StagedFile "$RepositoryRoot/$text" "/usr/share/licenses/containertrust/$text" }
    Add-StagedFile (Get-RuntimeNotice ($others.Count -eq 0)) /usr/share/licenses/containertrust/dotnet-THIRD-PARTY-NOTICES.txt

    # rpm wants each file named, and the directories that are this package's own.
    $list = @(
        foreach ($file in Get-ChildItem -LiteralPath $stage -File -Recurse -Force) {
            $path = '/' + [System.IO.Path]::GetRelativePath($stage, $file.FullName)
            if ($path -like '/usr/share/licenses/*') { "%license `"$path`"" }
            elseif ($path -like '/usr/share/man/*') { "%doc `"$path`"" }
            else { "`"$path`"" }
        }
        '%dir "/usr/libexec/containertrust"'
        '%dir "/usr/share/licenses/containertrust"'
    )
    Set-Content -LiteralPath "$work/files" -Value $list
    $epoch = try { git -C $RepositoryRoot log -1 --format=%ct 2>$null } catch { [DateTimeOffset]::UtcNow.ToUnixTimeSeconds() }
    $env:SOURCE_DATE_EPOCH = $epoch
    rpmbuild -bb --quiet --define "_topdir $work/build" --define "_stage $stage" --define "_filelist $work/files" --define "ct_version $Version" `
        --define "_rpmdir $work/packages" --define '_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm' --define '_buildhost localhost' `
        --define 'use_source_date_epoch_as_buildtime 1' --define 'clamp_mtime_to_source_date_epoch 1' `
        "$RepositoryRoot/packaging/containertrust.spec"
    $package = Get-ChildItem -Path "$work/packages/containertrust-$Version-*.rpm" | Select-Object -First 1
    if (-not $package) { throw 'rpmbuild wrote no package.' }
    Copy-Item -LiteralPath $package.FullName -Destination $packages
    Write-Output "Pack: $packages/$($package.Name)"
}

if (-not (Test-Path -LiteralPath "$RepositoryRoot/out/ContainerTrust/$Version/ContainerTrust.psd1") -or -not (Test-Path -LiteralPath $command)) {
    throw 'The module or the command is not there. Run ./build.ps1 -Task Build first.'
}
if (Test-Path -LiteralPath $packages) { Remove-Item -LiteralPath $packages -Recurse }
$null = New-Item -ItemType Directory -Path $packages
$staged = Join-Path ([System.IO.Path]::GetTempPath()) ('containertrust-pack-' + [guid]::NewGuid().ToString('n'))
$null = New-Item -ItemType Directory -Path $staged
try { New-ModulePackage }
finally { Remove-Item -LiteralPath $staged -Recurse -Force }
# rpm takes no file list from a path with spaces.
$work = Join-Path ([System.IO.Path]::GetTempPath()) ('containertrust-rpm-' + [guid]::NewGuid().ToString('n'))
try { New-CommandPackage }
finally { if (Test-Path -LiteralPath $work) { Remove-Item -LiteralPath $work -Recurse -Force } }
