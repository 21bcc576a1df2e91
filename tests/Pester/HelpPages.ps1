# The pages of docs/help, read as text and without the tool that makes the help of them, so that the two can be compared. Dot-source it.
$script:HelpPath = Join-Path $RepositoryRoot 'docs/help'

# The paragraphs of Markdown, each on one line and without marks. Code is cut at its blank lines, like text.
function Get-PageParagraph([string] $Markdown) {
    $isCode = $true
    $parts = foreach ($part in [regex]::Split($Markdown, '(?ms)^```\w*\n(.*?)\n```$')) {
        $isCode = -not $isCode
        if ($isCode) { $part; continue }
        $part -replace '(?m)^\|[-| ]+\|\n' -replace '(?m)(?<=^\|.*) \| ', ' ' -replace '(?m)^\| (.+) \|$', '$1' -replace '(?m)^#+ ' -replace
            '\[([^\]]+)\]\((https:[^)]+)\)', '$1 ($2)' -replace '\[([^\]]+)\]\([^)]+\.md\)', '$1' -replace '`|\*\*' -replace '(?<!\S)\*(\w+)\*(?!\w)', '$1'
    }
    Split-HelpParagraph ($parts -join '')
}

# The same of what Get-Help has. The line of dashes below a table's titles is not in the Markdown, and left out on both sides.
function Split-HelpParagraph([string[]] $Text) {
    @(($Text -join "`n`n") -replace '\r' -replace '(?m)^ *-[- ]*$\n?' -split '\n[ \n]*\n' -replace '\s+', ' ' | ForEach-Object Trim | Where-Object { $_ })
}

# What stands under each heading of a level: title and text.
function Split-PageSection([string] $Markdown, [int] $Level) {
    $title = $null
    $isCode = $false
    $lines = [System.Collections.Generic.List[string]]::new()
    foreach ($line in $Markdown -split '\n') {
        if ($line -match '^```') { $isCode = -not $isCode }
        if (-not $isCode -and $line -match "^#{$Level} (.+)$") {
            if ($title) { @{ Title = $title; Text = ($lines -join "`n").Trim("`n") } }
            $title = $Matches[1]
            $lines.Clear()
        }
        else { $lines.Add($line) }
    }
    if ($title) { @{ Title = $title; Text = ($lines -join "`n").Trim("`n") } }
}

# The facts of a parameter: each as text, aliases as a list, and one table of facts for each parameter set.
function ConvertFrom-PageFact([string] $Yaml) {
    $facts = @{ Aliases = @(); AcceptedValues = @(); Sets = @() }
    $list = ''
    foreach ($line in $Yaml -split '\n') {
        if ($line -match '^- Name: (.+)$') { $facts.Sets += @{ Name = $Matches[1] } }
        elseif ($line -match '^  (\w+): (.*)$') { $facts.Sets[-1][$Matches[1]] = $Matches[2] }
        elseif ($line -match '^- (.+)$') { $facts[$list] += @($Matches[1]) }
        elseif ($line -match '^(\w+):$') { $list = $Matches[1] }
        elseif ($line -match '^(\w+): (.*)$' -and $Matches[2] -ne '[]') { $facts[$Matches[1]] = $Matches[2].Trim("'") }
    }
    $facts
}

# What Get-Help says of facts that hold in one parameter set or in several.
function Get-ExpectedFact($Facts, $Sets) {
    $ways = @(
        if ($Sets.ValueFromPipeline -contains 'true') { 'ByValue' }
        if ($Sets.ValueFromPipelineByPropertyName -contains 'true') { 'ByPropertyName' }
    )
    $position = @(@($Sets.Position) -ne 'Named')
    @{
        Type          = $Facts.Type
        Required      = "$($Sets.IsRequired -notcontains 'false')".ToLowerInvariant()
        Position      = $position ? $position[0] : 'named'
        PipelineInput = $ways ? "True ($($ways -join ', '))" : 'False'
        Aliases       = $Facts.Aliases ? $Facts.Aliases -join ', ' : 'none'
        Globbing      = $Facts.SupportsWildcards
        DefaultValue  = $Facts.DefaultValue ? $Facts.DefaultValue : 'None'
    }
}

# A page of a cmdlet.
function Get-CommandPage([string] $Name) {
    $text = [System.IO.File]::ReadAllText((Join-Path $HelpPath "$Name.md"))
    $page = @{ HelpUri = [regex]::Match($text, '(?m)^HelpUri: (.*)$').Groups[1].Value }
    foreach ($section in Split-PageSection $text 2) { $page[$section.Title] = $section.Text }
    $page.Parameters = @(foreach ($section in Split-PageSection $page.PARAMETERS 3) {
            if ($section.Title -eq 'CommonParameters') { continue }
            $words, $yaml = $section.Text -split '(?m)^```yaml\n', 2
            @{ Name = $section.Title.Substring(1); Description = $words; Facts = ConvertFrom-PageFact ($yaml -replace '\n```$') }
        })
    $page.Examples = @(foreach ($section in Split-PageSection $page.EXAMPLES 3) {
            $match = [regex]::Match($section.Text, '(?s)^```powershell\n(?<code>.*?)\n```(?<rest>.*)$')
            @{ Title = $section.Title; Code = $match.Groups['code'].Value; Remarks = $match.Groups['rest'].Value.Trim("`n") }
        })
    $page
}

# The syntax as the page has it, from the objects of Get-Help.
function ConvertTo-SyntaxText($Item) {
    $parts = foreach ($parameter in $Item.parameter) {
        $name = $parameter.position -eq 'named' ? "-$($parameter.name)" : "[-$($parameter.name)]"
        $value = $parameter.psobject.Properties['parameterValue'] ? " <$($parameter.parameterValue)>" : ''
        $parameter.required -eq 'true' ? "$name$value" : "[$name$value]"
    }
    "$($Item.name) $($parts -join ' ')"
}
