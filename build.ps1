<#
.SYNOPSIS
Builds, tests and packs the module.
.DESCRIPTION
Build needs the .NET SDK alone and is the same as "dotnet build -c Release". Test needs Pester, Analyze needs PSScriptAnalyzer, Help needs
Microsoft.PowerShell.PlatyPS. The module is put together in out/ContainerTrust/<version>.
.EXAMPLE
./build.ps1 -Task Build, Help, Test
#>
[CmdletBinding()]
param(
    # Build: the module. Test: all tests. Help: checks docs/help and writes the help files into the module.
    # Analyze: PSScriptAnalyzer over all scripts. Pack: a .nupkg of the module and an RPM of the command, in out/packages.
    [ArgumentCompletions('Build', 'Test', 'Help', 'Analyze', 'Pack')]
    [string[]] $Task = 'Build'
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$root = $PSScriptRoot
$version = ([xml](Get-Content -LiteralPath "$root/Directory.Build.props" -Raw)).SelectSingleNode('//VersionPrefix').InnerText
$moduleRoot = "$root/out/ContainerTrust/$version"

function Import-Tool([string] $Name, [version] $MinimumVersion) {
    if (-not (Get-Module -ListAvailable -Name $Name | Where-Object Version -GE $MinimumVersion)) {
        throw "This task needs the module $Name $MinimumVersion or later: Install-PSResource $Name"
    }
    Import-Module -Name $Name -MinimumVersion $MinimumVersion
}

function Invoke-Build {
    dotnet build "$root/ContainerTrust.sln" -c Release -v quiet
}

function Invoke-Test {
    dotnet test "$root/ContainerTrust.sln" -c Release --no-build
    # In a process of its own: this one may have loaded the module before it was built.
    & (Join-Path $PSHOME 'pwsh') -NoProfile -NonInteractive -File "$root/tests/Pester/Run.ps1"
}

# Markdown as PowerShell shows it in a terminal: without its marks, and broken between words, which PowerShell itself does not do.
function ConvertTo-HelpText([string[]] $Markdown, [int] $Width, [string] $CodeIndent = '    ') {
    $paragraph = [System.Collections.Generic.List[string]]::new()
    $indent = ''
    $isCode = $false
    foreach ($line in @($Markdown) + '') {
        $isFence = $line -match '^```'
        $isItem = $line -match '^(- |\d+\. )'
        if ($paragraph.Count -and ($isCode -or $isFence -or $isItem -or $line -match '^(#|$)')) {
            # A line that ends in the middle of a word would be unreadable; so would one that begins with a mark.
            $text = ''
            foreach ($word in ($paragraph -join ' ') -split ' +') {
                if ($text.Trim() -and $text.Length + 1 + $word.Length -gt $Width) {
                    $text
                    $text = "$indent$word"
                }
                else { $text = if ($text) { "$text $word" } else { $word } }
            }
            $text
            $paragraph.Clear()
            $indent = ''
        }
        if ($isFence) { $isCode = -not $isCode }
        elseif ($isCode) { "$CodeIndent$line".TrimEnd() }
        elseif ($line -match '^## (.*)$') { $Matches[1].ToUpperInvariant() }
        elseif ($line -match '^#+ (.*)$') { $Matches[1] }
        elseif ($line -eq '') { '' }
        else {
            if ($isItem) { $indent = ' ' * $Matches[1].Length }
            $paragraph.Add(($line.Trim() -replace '\[([^\]]+)\]\((https?:[^)]+)\)', '$1 ($2)' -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '`|\*\*', ''))
        }
    }
}

# The help file that Get-Help reads, made from what platyPS exports.
function ConvertTo-HelpFile([string] $Maml, [string] $Path) {
    $help = [xml]::new()
    $help.PreserveWhitespace = $true
    $help.Load($Maml)
    # platyPS breaks an example up at its blank lines, which may stand in the middle of code.
    foreach ($example in $help.SelectNodes("//*[local-name() = 'introduction']")) {
        $first, $others = @($example.SelectNodes("*[local-name() = 'para']"))
        $text = (@($first) + $others).InnerText -join "`n"
        foreach ($paragraph in $others) { $null = $example.RemoveChild($paragraph) }
        $first.InnerText = ((ConvertTo-HelpText ($text -split '\r?\n') -Width 74 -CodeIndent '') -join "`n").Trim("`n")
    }
    foreach ($paragraph in $help.SelectNodes("//*[local-name() = 'para'][local-name(..) != 'introduction']")) {
        $paragraph.InnerText = ((ConvertTo-HelpText ($paragraph.InnerText -split '\r?\n') -Width 70) -join "`n").Trim("`n")
    }
    foreach ($link in $help.SelectNodes("//*[local-name() = 'navigationLink']")) {
        $address = $link.SelectSingleNode("*[local-name() = 'uri']")
        if ($link.SelectSingleNode("*[local-name() = 'linkText']").InnerText -eq 'Online Version' -and -not $address.InnerText) { $null = $link.ParentNode.RemoveChild($link) }
        elseif ($address.InnerText -notmatch '^https?:') { $address.InnerText = '' }
    }
    $help.Save($Path)
}

function Invoke-Help {
    Import-Tool Microsoft.PowerShell.PlatyPS 1.0
    Import-Module "$moduleRoot/ContainerTrust.psd1"
    $pages = @(Get-ChildItem -Path "$root/docs/help" -Filter *.md -ErrorAction SilentlyContinue)
    $commandPages = @($pages | Where-Object Name -NotLike 'about_*' | Where-Object Name -Like '*-*')
    $faults = [System.Collections.Generic.List[string]]::new()
    foreach ($command in Get-Command -Module ContainerTrust) {
        $page = $commandPages | Where-Object BaseName -EQ $command.Name
        if (-not $page) { $faults.Add("docs/help/$($command.Name).md is missing."); continue }
        $help = Import-MarkdownCommandHelp -LiteralPath $page.FullName
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
        $known = $command.Parameters.Keys | Where-Object { $_ -notin $common }
        $described = $help.Parameters.Name | Where-Object { $_ -notin $common }
        foreach ($name in $known | Where-Object { $_ -notin $described }) { $faults.Add("$($page.Name) says nothing of -$name.") }
        foreach ($name in $described | Where-Object { $_ -notin $known }) { $faults.Add("$($page.Name) describes -$name, which $($command.Name) does not have.") }
    }
    foreach ($page in $commandPages) {
        # -LiteralPath gives no answer in platyPS 1.0.
        $verdict = Test-MarkdownCommandHelp -Path $page.FullName -DetailView
        if (-not $verdict.IsValid) { $faults.Add("$($page.Name): $($verdict.Messages -notmatch '^PASS' -join '; ')") }
        if ((Get-Content -LiteralPath $page.FullName -Raw) -match '\{\{') { $faults.Add("$($page.Name) has places that were not filled in.") }
        if ($page.BaseName -notin (Get-Command -Module ContainerTrust).Name) { $faults.Add("$($page.Name) is the page of no cmdlet.") }
    }
    if ($faults.Count) { throw "The help is not right:`n$($faults -join "`n")" }

    $target = "$moduleRoot/en-US"
    $null = New-Item -ItemType Directory -Path $target -Force
    $scratch = "$root/out/help"
    if (Test-Path -LiteralPath $scratch) { Remove-Item -LiteralPath $scratch -Recurse }
    $null = Import-MarkdownCommandHelp -LiteralPath $commandPages.FullName | Export-MamlCommandHelp -OutputFolder $scratch -Force
    $maml = @(Get-ChildItem -LiteralPath $scratch -Recurse -Filter *-Help.xml)
    if ($maml.Count -ne 1) { throw "One help file was expected, not $($maml.Count); is 'external help file' the same in all pages?" }
    ConvertTo-HelpFile $maml[0].FullName "$target/ContainerTrust.dll-Help.xml"
    Remove-Item -LiteralPath $scratch -Recurse
    foreach ($page in $pages | Where-Object Name -Like 'about_*') {
        ConvertTo-HelpText (Get-Content -LiteralPath $page.FullName) -Width 78 | Set-Content -LiteralPath "$target/$($page.BaseName).help.txt"
    }
    Write-Output "Help: $($commandPages.Count) cmdlets, $(@($pages | Where-Object Name -Like 'about_*').Count) topics -> $target"
}

function Invoke-Analyze {
    if (-not (Get-Module -ListAvailable -Name PSScriptAnalyzer | Where-Object Version -GE '1.22')) {
        Write-Output 'SKIPPED Analyze: PSScriptAnalyzer 1.22 or later is not installed (Install-PSResource PSScriptAnalyzer).'
        # test.sh counts it as skipped.
        exit 3
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
    if ($name -notin 'Build', 'Test', 'Help', 'Analyze', 'Pack') { throw "There is no task '$name'; possible are Build, Test, Help, Analyze and Pack." }
}
foreach ($name in $names) {
    & "Invoke-$name"
}
