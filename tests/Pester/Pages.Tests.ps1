# README.md and the pages of docs: the commands that they show have the cmdlets and parameters that they name, and those that can be run do what they say.
BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    $pages = Get-ChildItem -LiteralPath $RepositoryRoot/README.md, $RepositoryRoot/docs -Filter *.md -File
    $commands = foreach ($page in $pages) {
        $text = [System.IO.File]::ReadAllText($page.FullName)
        $found = @([regex]::Matches($text, '`([A-Z][a-z]+-[A-Z][A-Za-z]+ [^`\n]+)`').ForEach({ $_.Groups[1].Value })
            [regex]::Matches($text, '(?s)```powershell\n(.*?)```').ForEach({ $_.Groups[1].Value }))
        foreach ($code in $found | Sort-Object -Unique) { @{ Page = $page.Name; Code = $code.Replace('\|', '|') } }
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module $ModulePath -Force
}

AfterAll { Remove-TestRoot }

Describe 'Commands of the pages' {
    It '<Page>: <Code>' -ForEach $commands {
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseInput(($Code -replace '…|…', ''), [ref] $null, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $command = Get-Command $call.GetCommandName() -ErrorAction Ignore
            if (-not $command -or $command.ModuleName -ne 'ContainerTrust') { continue }
            foreach ($parameter in $call.CommandElements.Where({ $_ -is [System.Management.Automation.Language.CommandParameterAst] })) {
                $command.Parameters.Keys | Should -Contain $parameter.ParameterName
            }
        }
    }
}

Describe 'What the pages advise' {
    BeforeEach {
        $root = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"r.example.com":[{"type":"sigstoreSigned","keyPath":"/keys/cosign.pub","signedIdentity":{"type":"matchRepository"}}]}}}'
        $before = Get-ImageTrust r.example.com -Root $root
    }

    It 'switches sigstore signatures on, and changes no requirement' {
        (Test-ImageTrust -Root $root).Findings.RuleId | Should -Contain AttachmentsOff
        Set-ImageTrust r.example.com -UseSigstoreAttachments -Root $root
        $after = Get-ImageTrust r.example.com -Root $root
        $after.UseSigstoreAttachments | Should -BeTrue
        $after.Requirements | Should -Be $before.Requirements
        (Test-ImageTrust -Root $root).Findings.RuleId | Should -Not -Contain AttachmentsOff
    }

    It 'switches them on for a mirror that has no entry, and gives it none' {
        Set-ImageTrust mirror.example.com:5000 -UseSigstoreAttachments -Root $root
        $policy = Get-Content -Raw -LiteralPath $root/etc/containers/policy.json | ConvertFrom-Json -AsHashtable
        $policy.transports.docker.Keys | Should -Be 'r.example.com'
    }

    It 'names a signature store, and changes no requirement' {
        Set-ImageTrust r.example.com -SignatureStore https://s.example.com -Root $root
        (Get-ImageTrust r.example.com -Root $root).SignatureStore | Should -Be 'https://s.example.com'
        (Get-ImageTrust r.example.com -Root $root).Requirements | Should -Be $before.Requirements
    }

    It 'makes MachineConfigs of the preset' {
        (New-MachineConfigTrust -Preset RedHat -OpenShiftVersion 4.18 -WarningAction SilentlyContinue).Trust.Registry | Should -Contain registry.redhat.io
    }

    It 'audits for the STIG' { (Test-ImageTrust -Profile Stig-Ocp4 -Root $root).Profile | Should -Be 'Stig-Ocp4' }
}
