# docs/help against the cmdlets, and its examples against what they really print.
BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    . $PSScriptRoot/HelpExamples.ps1
    $commands = @((Get-Command -Module ContainerTrust).Name | Sort-Object | ForEach-Object { @{ Name = $_ } })
    $pages = @(Get-ChildItem -LiteralPath $HelpPath -Filter *.md)
    $examples = @(foreach ($page in $pages | Where-Object Name -Like '*-*.md') {
            foreach ($example in Get-HelpExample $page.FullName) { @{ Page = $example.Page; Title = $example.Title; Example = $example; Runs = Test-HelpExampleRunnable $example } }
        })
    $hasPlatyPS = [bool](Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    . $PSScriptRoot/HelpExamples.ps1
}
AfterAll { Remove-TestRoot }

Describe 'The help page of <Name>' -ForEach $commands {
    BeforeAll {
        $path = Join-Path $HelpPath "$Name.md"
        $text = [System.IO.File]::ReadAllText($path)
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        $parameters = (Get-Command -Name $Name).Parameters.Values | Where-Object Name -NotIn $common
    }

    It 'is the page of that cmdlet' {
        $text | Should -Match "(?m)^title: $Name$"
        $text | Should -Match "(?m)^# $Name$"
        $text | Should -Not -Match '\{\{'
    }

    It 'describes every parameter, and no other' {
        $described = [regex]::Matches($text, '(?m)^### -(\w+)$').ForEach({ $_.Groups[1].Value })
        $described | Sort-Object | Should -Be ($parameters.Name | Sort-Object)
    }

    It 'says of every parameter something, and its type and parameter sets as they are' {
        foreach ($parameter in $parameters) {
            $section = [regex]::Match($text, "(?ms)^### -$($parameter.Name)\n\n(?<words>.+?)\n\n``````yaml\n(?<facts>.+?)\n``````")
            $section.Groups['words'].Value.Length | Should -BeGreaterThan 20 -Because $parameter.Name
            $section.Groups['facts'].Value | Should -Match "(?m)^Type: $([regex]::Escape($parameter.ParameterType.FullName))$" -Because $parameter.Name
            $sets = [regex]::Matches($section.Groups['facts'].Value, '(?m)^- Name: (.+)$').ForEach({ $_.Groups[1].Value -replace '^\(All\)$', '__AllParameterSets' })
            $sets | Sort-Object | Should -Be ($parameter.ParameterSets.Keys | Sort-Object) -Because $parameter.Name
        }
    }

    It 'shows the syntax of every parameter set' {
        foreach ($set in (Get-Command -Name $Name).ParameterSets) {
            $heading = if ($set.IsDefault -and $set.Name -ne '__AllParameterSets') { "### $($set.Name) (Default)" } else { "### $($set.Name)" }
            $syntax = [regex]::Match($text, "(?ms)^$([regex]::Escape($heading))\n\n``````\n(.+?)\n``````").Groups[1].Value
            ($syntax -replace '\s+', ' ') | Should -Be "$Name $($set.ToString() -replace ' \[<CommonParameters>\]')"
        }
    }

    It 'has four examples or more, each with code' {
        $examples = @(Get-HelpExample $path)
        $examples.Count | Should -BeGreaterOrEqual 4
        $examples.Where({ $_.Blocks.Count -eq 0 }) | Should -BeNullOrEmpty
    }

    It 'has links that lead somewhere' {
        foreach ($link in [regex]::Matches($text, '\]\((?!https:)([^)]+)\)')) {
            Join-Path $HelpPath $link.Groups[1].Value | Should -Exist
        }
    }

    It 'is taken by platyPS' -Skip:(-not $hasPlatyPS) {
        Import-Module -Name Microsoft.PowerShell.PlatyPS
        $verdict = Test-MarkdownCommandHelp -Path $path -DetailView
        $verdict.Messages -notmatch '^PASS' | Should -BeNullOrEmpty
        $verdict.IsValid | Should -BeTrue
    }
}

Describe 'Code in <_.Name>' -ForEach $pages {
    It 'has no syntax errors, and parameters that exist' {
        $lines = [System.IO.File]::ReadAllText($_.FullName)
        foreach ($block in [regex]::Matches($lines, '(?ms)^```powershell\n(.+?)\n```')) {
            $faults = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($block.Groups[1].Value, [ref]$null, [ref]$faults)
            $faults | Should -BeNullOrEmpty
            foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                if ($call.GetCommandName() -notlike '*-Image*' -and $call.GetCommandName() -notlike '*-ReleaseImage' -and $call.GetCommandName() -notlike '*-*ImagePolicy' -and $call.GetCommandName() -notlike '*-MachineConfig*') { continue }
                $known = (Get-Command -Name $call.GetCommandName()).Parameters.Keys
                $call.CommandElements.Where({ $_ -is [System.Management.Automation.Language.CommandParameterAst] }).ParameterName | Where-Object { $_ -notin $known } | Should -BeNullOrEmpty
            }
        }
    }

    It 'is text without trailing blanks and tabs' {
        [System.IO.File]::ReadAllLines($_.FullName) -match '\s$|\t' | Should -BeNullOrEmpty
    }
}

Describe 'The examples of the help' {
    BeforeAll {
        $printed = @{}
        # Once for a page: each session costs its start.
        foreach ($page in Get-ChildItem -LiteralPath $HelpPath -Filter *-*.md) {
            $runnable = @(Get-HelpExample $page.FullName | Where-Object { Test-HelpExampleRunnable $_ })
            foreach ($block in Invoke-HelpExample $runnable) { $printed["$($page.BaseName): $($block.Title)"] += @($block) }
        }
    }

    It '<Page>, <Title>: prints what the page shows' -ForEach ($examples | Where-Object { $_.Runs }) {
        $blocks = @($printed["${Page}: $Title"])
        $blocks.Count | Should -Be $Example.Blocks.Count
        for ($i = 0; $i -lt $blocks.Count; $i++) {
            $blocks[$i].Output | Should -BeExactly (ConvertTo-PlainOutput "$($Example.Blocks[$i].Output)")
        }
    }

    It 'are run, but for the few that need another host, a registry or a home directory' {
        $all = @(Get-ChildItem -LiteralPath $HelpPath -Filter *-*.md | ForEach-Object { Get-HelpExample $_.FullName })
        $all.Count | Should -BeGreaterThan 20
        $all.Where({ -not (Test-HelpExampleRunnable $_) }).Count | Should -BeLessOrEqual 9
    }
}

Describe 'The error ids in the help' {
    It 'are those of the code' {
        $code = Get-ChildItem -LiteralPath "$RepositoryRoot/src" -Recurse -Filter *.cs -File | Where-Object FullName -NotMatch '/(obj|bin)/' | Get-Content -Raw
        foreach ($page in Get-ChildItem -LiteralPath $HelpPath -Filter *-*.md) {
            $notes = [regex]::Match([System.IO.File]::ReadAllText($page.FullName), '(?ms)^## NOTES$.+?^## ').Value
            $ids = foreach ($item in [regex]::Matches($notes, '(?ms)^- (`[A-Z]\w+`.*?):')) { [regex]::Matches($item.Groups[1].Value, '`([A-Z]\w+)`').ForEach({ $_.Groups[1].Value }) }
            $ids.Count | Should -BeGreaterThan 3
            $ids | Where-Object { $_ -cne 'Lookaside' -and "$code" -cnotmatch "`"$_`"" } | Should -BeNullOrEmpty -Because $page.Name
        }
    }
}

Describe 'Get-Help, after the help was built' -Skip:(-not $hasPlatyPS) {
    BeforeAll {
        $built = Invoke-ChildSession "& '$RepositoryRoot/build.ps1' -Task Help"
        $asked = Invoke-ChildSession "
            Import-Module '$ModulePath'
            Get-Help Set-ImageTrust -Full | Out-String -Width 200
            '=====', (Get-Help Get-ImageTrust).Synopsis
            '=====', (Get-Help Set-ImageTrust -Parameter AnyKey).Description.Text
            '=====', (Get-Help about_ContainerTrust | Out-String -Width 200)
            '=====', (Get-Help Set-ImageTrust).Examples.Example.Count"
        $parts = ($asked.Output -join "`n") -split "=====\n"
    }

    It 'is built without complaint' { "$($built.ExitCode): $($built.Output)" | Should -BeLike "0: Help: $(@(Get-Command -Module ContainerTrust).Count) cmdlets, 2 topics*" }

    It 'shows synopsis, description, parameters, examples and notes' {
        $parts[0] | Should -Match 'SYNOPSIS\s+Decides which images a host trusts'
        $parts[0] | Should -Match 'PassThru'
        $parts[0] | Should -Match 'Example 1: Red Hat''s registries'
        $parts[0] | Should -Match 'UnreachableScope'
        $parts[1] | Should -Match '^Shows which container images a host trusts'
        $parts[2] | Should -Match '^A signature by one of the keys is enough'
        [int]$parts[4] | Should -Be @(Get-HelpExample "$HelpPath/Set-ImageTrust.md").Count
    }

    It 'shows the topic' {
        $parts[3] | Should -Match 'SHORT DESCRIPTION'
        $parts[3] | Should -Match 'Coming from podman image trust and atomic trust'
    }

    It 'shows no Markdown, and no line that a terminal would break' {
        $parts[0] | Should -Not -Match '```|\*\*'
        $parts[3] | Should -Not -Match '`|\*\*|\]\('
        $topic = Get-Content -LiteralPath (Join-Path (Split-Path -Path $ModulePath) 'en-US/about_ContainerTrust.help.txt')
        $topic | Where-Object { $_.Length -gt 100 } | Should -BeNullOrEmpty
    }
}
