# docs/help against the cmdlets, and its examples against what they really print.
BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    . $PSScriptRoot/HelpExamples.ps1
    . $PSScriptRoot/HelpFaults.ps1
    $commands = @((Get-Command -Module ContainerTrust).Name | Sort-Object | ForEach-Object { @{ Name = $_ } })
    $pages = @(Get-ChildItem -LiteralPath $HelpPath -Filter *.md)
    $examples = @(foreach ($page in $pages | Where-Object Name -Like '*-*.md') {
            foreach ($example in Get-HelpExample $page.FullName) { @{ Page = $example.Page; Title = $example.Title; Example = $example } }
        })
    $runnable = @($examples | Where-Object { Test-HelpExampleRunnable $_.Example })
    $here, $clusters = $runnable.Where({ -not (Test-HelpExampleCluster $_.Example) }, 'Split')
    $hasPlatyPS = [bool](Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Images.ps1
    . $PSScriptRoot/HelpExamples.ps1
    . $PSScriptRoot/HelpFaults.ps1
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
        # All in one session, as each costs its start.
        $runnable = @(Get-ChildItem -LiteralPath $HelpPath -Filter *-*.md | ForEach-Object { Get-HelpExample $_.FullName } |
                Where-Object { (Test-HelpExampleRunnable $_) -and ($HasCluster -or -not (Test-HelpExampleCluster $_)) })
        foreach ($block in Invoke-HelpExample $runnable) { $printed["$($block.Page): $($block.Title)"] += @($block) }

        function Assert-Printed([string] $Page, [string] $Title, $Example) {
            $blocks = @($printed["${Page}: $Title"])
            $blocks.Count | Should -Be $Example.Blocks.Count
            for ($i = 0; $i -lt $blocks.Count; $i++) {
                $blocks[$i].Output | Should -BeExactly (ConvertTo-PlainOutput "$($Example.Blocks[$i].Output)")
            }
        }
    }

    It '<Page>, <Title>: prints what the page shows' -ForEach $here { Assert-Printed $Page $Title $Example }

    It '<Page>, <Title>: prints what the page shows (with kubectl)' -Skip:(-not $HasCluster) -ForEach $clusters {
        Assert-Printed $Page $Title $Example
    }

    It 'are run, but for the few that need another host, a registry or a home directory' {
        $all = @(Get-ChildItem -LiteralPath $HelpPath -Filter *-*.md | ForEach-Object { Get-HelpExample $_.FullName })
        $all.Count | Should -BeGreaterThan 20
        $all.Where({ -not (Test-HelpExampleRunnable $_) }).Count | Should -BeLessOrEqual 23
    }
}

Describe 'The error ids in the help' {
    It 'are those of the code' {
        $code = Get-ChildItem -LiteralPath "$RepositoryRoot/src" -Recurse -Filter *.cs -File | Where-Object FullName -NotMatch '/(obj|bin)/' | Get-Content -Raw
        foreach ($page in Get-ChildItem -LiteralPath $HelpPath -Filter *-*.md) {
            $notes = [regex]::Match([System.IO.File]::ReadAllText($page.FullName), '(?ms)^## NOTES$.+?^## ').Value
            $ids = foreach ($item in [regex]::Matches($notes, '(?ms)^- (`[A-Z]\w+`.*?):')) { [regex]::Matches($item.Groups[1].Value, '`([A-Z]\w+)`').ForEach({ $_.Groups[1].Value }) }
            @($ids).Count | Should -BeGreaterThan ($page.BaseName -eq 'Get-ImageTrustRule' ? 0 : 3)
            $ids | Where-Object { $_ -cne 'Lookaside' -and "$code" -cnotmatch "`"$_`"" } | Should -BeNullOrEmpty -Because $page.Name
        }
    }
}

Describe 'Get-Help <Name>' -ForEach $commands {
    BeforeAll {
        $page = Get-CommandPage $Name
        $help = Get-Help -Name $Name
        # A mutation of any of it must fail, so words are compared in their order and case.
        # One comparison of many facts, which costs less than many.
        function Get-FactLine([string] $Where, $Facts, [string[]] $Fact) { foreach ($name in $Fact) { "${Where}: $name $($Facts.$name)" } }
        function Assert-SameLine($Shown, $Expected) {
            Compare-Object @($Expected) @($Shown) -CaseSensitive | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" } | Should -BeNullOrEmpty
        }
        function Assert-SameText([string] $Markdown, $Text, [string] $Where) {
            Split-HelpParagraph $Text | Should -BeExactly (Get-PageParagraph $Markdown) -Because $Where
        }
    }

    It 'has the synopsis, the description and the notes of the page' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        Assert-SameText $page.SYNOPSIS $help.details.description.Text 'synopsis'
        Assert-SameText $page.DESCRIPTION $help.description.Text 'description'
        Assert-SameText $page.NOTES $help.alertSet.alert.Text 'notes'
    }

    It 'shows every parameter set as the page does, the default first' {
        $forms = @(Split-PageSection $page.SYNTAX 3)
        $items = @($help.syntax.syntaxItem)
        $items.Count | Should -Be $forms.Count
        $default = (Get-Command -Name $Name).ParameterSets.Where({ $_.IsDefault -or $forms.Count -eq 1 }).Name
        $forms[0].Title -replace ' \(Default\)$' | Should -Be $default
        for ($i = 0; $i -lt $forms.Count; $i++) {
            ConvertTo-SyntaxText $items[$i] | Should -BeExactly ($forms[$i].Text -replace '```' -replace '\s+', ' ').Trim()
            $set = $forms[$i].Title -replace ' \(Default\)$'
            $lines, $expected = [System.Collections.Generic.List[string]]::new(), [System.Collections.Generic.List[string]]::new()
            foreach ($shown in $items[$i].parameter) {
                $facts = $page.Parameters.Where({ $_.Name -ceq $shown.name }).Facts
                $where = "-$($shown.name) in $set"
                $lines.AddRange([string[]](Get-FactLine $where $shown 'Required', 'Position', 'PipelineInput', 'Aliases'))
                $expected.AddRange([string[]](Get-FactLine $where (Get-ExpectedFact $facts @($facts.Sets | Where-Object { $_.Name -in $set, '(All)' })) 'Required', 'Position',
                        'PipelineInput', 'Aliases'))
                $lines.Add("${where}: $(@($shown.parameterValueGroup.parameterValue) -ne $null)")
                $expected.Add("${where}: $($facts.AcceptedValues)")
            }
            Assert-SameLine $lines $expected
        }
    }

    It 'describes every parameter as the page does' {
        $help.parameters.parameter.name | Should -BeExactly $page.Parameters.Name
        $names = 'Required', 'Position', 'PipelineInput', 'Aliases', 'Globbing', 'DefaultValue'
        $lines = foreach ($shown in $help.parameters.parameter) {
            Get-FactLine $shown.name $shown $names
            "$($shown.name): $($shown.type.name)"
            Split-HelpParagraph $shown.description.Text | ForEach-Object { "$($shown.name): $_" }
        }
        $expected = foreach ($parameter in $page.Parameters) {
            Get-FactLine $parameter.Name (Get-ExpectedFact $parameter.Facts $parameter.Facts.Sets) $names
            "$($parameter.Name): $($parameter.Facts.Type)"
            Get-PageParagraph $parameter.Description | ForEach-Object { "$($parameter.Name): $_" }
        }
        Assert-SameLine $lines $expected
        $lines.Count | Should -BeGreaterThan (8 * $page.Parameters.Count - 1)
        $last = $page.Parameters[-1]
        Assert-SameText $last.Description (Get-Help -Name $Name -Parameter $last.Name).description.Text $last.Name
    }

    It 'has the examples of the page: titles, code as it is, output, and remarks' {
        $shown = @($help.examples.example)
        $shown.Count | Should -Be $page.Examples.Count
        for ($i = 0; $i -lt $shown.Count; $i++) {
            $example = $page.Examples[$i]
            $shown[$i].title.Trim('-', ' ') | Should -BeExactly $example.Title
            $shown[$i].title.Length | Should -BeLessOrEqual 76
            $shown[$i].code | Should -BeExactly $example.Code
            $remarks = ($shown[$i].remarks.Text -join "`n`n") -replace '\r'
            Assert-SameText $example.Remarks $remarks $example.Title
            # Output and further code keep their lines and blanks.
            foreach ($block in [regex]::Matches($example.Remarks, '(?ms)^```\w*\n(.*?)\n```$')) {
                $remarks.Contains($block.Groups[1].Value) | Should -BeTrue -Because $example.Title
            }
        }
    }

    It 'says what goes in and comes out as the page does' {
        foreach ($kind in @{ Title = 'INPUTS'; Shown = @($help.inputTypes.inputType) }, @{ Title = 'OUTPUTS'; Shown = @($help.returnValues.returnValue) }) {
            $types = @(Split-PageSection $page[$kind.Title] 3)
            $kind.Shown.Count | Should -Be $types.Count
            for ($i = 0; $i -lt $types.Count; $i++) {
                $kind.Shown[$i].type.name | Should -BeExactly $types[$i].Title
                Assert-SameText $types[$i].Text $kind.Shown[$i].description.Text $types[$i].Title
            }
        }
    }

    It 'leads to the page, and to what the page links to' {
        $links = @($help.relatedLinks.navigationLink)
        $links[0].linkText | Should -Be 'Online Version:'
        $links[0].uri | Should -Match "^https://.+/docs/help/$Name\.md$"
        $links[0].uri | Should -BeExactly $page.HelpUri
        (Get-Command -Name $Name).HelpUri | Should -BeExactly $page.HelpUri
        $others = foreach ($link in $links | Select-Object -Skip 1) { $link.uri ? "- [$($link.linkText)]($($link.uri))" : "- [$($link.linkText)]($($link.linkText).md)" }
        $others | Should -BeExactly ($page['RELATED LINKS'] -split '\n')
    }

    It 'ends no line in the middle of a word, in a terminal of 80 columns, and shows no Markdown' {
        $printed = [System.Collections.Generic.HashSet[string]]@((Get-Help -Name $Name -Full | Out-String -Width 80) -split '\r?\n' | ForEach-Object Trim)
        # Code and long addresses are left as they are; everything else has its lines from the help file.
        $asIs = [System.IO.File]::ReadAllLines((Join-Path $HelpPath "$Name.md")).Trim()
        $texts = @($help.details.description; $help.description; $help.alertSet.alert; $help.parameters.parameter.description; $help.inputTypes.inputType.description
            $help.returnValues.returnValue.description; $help.examples.example.remarks).Text
        $lines = @($texts -split '\r?\n' | ForEach-Object Trim | Where-Object { $_ -match ' ' -and $_ -notin $asIs })
        $lines.Count | Should -BeGreaterThan 15
        $lines | Where-Object { -not $printed.Contains($_) } | Should -BeNullOrEmpty
        $lines -match '```|`|\*\*|\]\(' | Should -BeNullOrEmpty
    }
}

Describe 'Get-Help <_.BaseName>' -ForEach ($pages | Where-Object Name -Like 'about_*') {
    It 'shows the topic' {
        $topic = Get-Help -Name $_.BaseName
        Split-HelpParagraph $topic | Should -BeExactly (Get-PageParagraph ([System.IO.File]::ReadAllText($_.FullName)))
        "$topic" | Should -Not -Match '`|\*\*|\]\('
    }

    It 'has lines that a terminal does not break' {
        $asIs = [System.IO.File]::ReadAllLines($_.FullName)
        $topic = Get-Content -LiteralPath (Join-Path (Split-Path -Path $ModulePath) "en-US/$($_.BaseName).help.txt")
        $topic | Where-Object { $_.Length -gt 78 -and $_.Trim() -match ' ' -and $_.Trim() -notin $asIs.Trim() } | Should -BeNullOrEmpty
    }

    It 'is listed with its short description' {
        $line = (Get-Help -Name "$($_.BaseName)*" | Where-Object Name -EQ $_.BaseName).Synopsis
        $line.Length | Should -BeGreaterThan 40
        [System.IO.File]::ReadAllText($_.FullName).Contains("## SHORT DESCRIPTION`n`n$line") | Should -BeTrue
    }
}

Describe 'Get-Help -Online' {
    It 'opens the page of the cmdlet' {
        $root = New-TestRoot
        # What PowerShell starts on Linux.
        [System.IO.File]::WriteAllText("$root/xdg-open", "#!/bin/sh`nprintf '%s\n' `"`$1`" >>'$root/opened'`n")
        chmod +x "$root/xdg-open"
        $names = (Get-Command -Module ContainerTrust).Name | Sort-Object
        $asked = Invoke-ChildSession "
            `$env:PATH = '$root' + ':' + `$env:PATH
            Import-Module '$ModulePath'
            foreach (`$name in '$($names -join "', '")') { Get-Help -Name `$name -Online }"
        "$($asked.Output)" | Should -BeNullOrEmpty
        $opened = @()
        for ($wait = 0; $wait -lt 100 -and $opened.Count -lt $names.Count; $wait++) {
            if ($wait) { Start-Sleep -Milliseconds 100 }
            $opened = @(if (Test-Path -LiteralPath "$root/opened") { [System.IO.File]::ReadAllLines("$root/opened") })
        }
        $opened | Sort-Object | Should -Be ((Get-Command -Module ContainerTrust).HelpUri | Sort-Object)
    }
}

Describe 'The build of the help' {
    BeforeAll {
        $builder = "$RepositoryRoot/tools/ContainerTrust.HelpBuilder/bin/Release/net10.0/ContainerTrust.HelpBuilder.dll"
        $root = New-TestRoot
        Copy-Item -LiteralPath $HelpPath -Destination "$root/pages" -Recurse
        # In each page something else is wrong.
        foreach ($fault in $HelpFaults) {
            $path = "$root/pages/$($fault.Page).md"
            $text = [System.IO.File]::ReadAllText($path)
            $broken = ([regex]$fault.Was).Replace($text, $fault.Becomes, 1)
            $broken | Should -Not -Be $text -Because $fault.Page
            [System.IO.File]::WriteAllText($path, $broken)
        }
        $said = @(dotnet $builder "$root/pages" "$root/help")
        $code = $LASTEXITCODE
    }

    It 'fails, and writes nothing' {
        $code | Should -Be 1
        "$root/help" | Should -Not -Exist
        $said -notmatch '^.+/pages/[\w-]+\.md\(\d+\): error HELP0001: .+' | Should -BeNullOrEmpty
    }

    It 'refuses a page: <Message>' -ForEach $HelpFaults {
        $lines = [System.IO.File]::ReadAllLines("$root/pages/$Page.md")
        $line = $_.ContainsKey('At') ? 1 + [array]::FindLastIndex($lines, [Predicate[string]] { $args[0] -match $At }) : 1
        $mine = $said -like "*/$Page.md(*"
        $mine | Should -Contain "$root/pages/$Page.md($line): error HELP0001: $Message"
        $mine.Count | Should -Be $Count
    }
}

Describe './build.ps1 -Task Help' {
    It 'finds nothing wrong, and says what it skips' {
        $checked = Invoke-ChildSession "& '$RepositoryRoot/build.ps1' -Task Help"
        $count = @(Get-Command -Module ContainerTrust).Count
        "$($checked.ExitCode): $($checked.Output[-1])" | Should -Be "0: Help: $count cmdlets, 2 topics in $(Split-Path -Path $ModulePath)/en-US"
        if (-not (Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS)) {
            $checked.Output[0] | Should -Be 'Skipped: Test-MarkdownCommandHelp, because Microsoft.PowerShell.PlatyPS 1.0 is not installed.'
        }
    }
}
