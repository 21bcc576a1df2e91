# Controls of STIG, NIST and BSI: profiles, rules by control, results for STIG Viewer and STIG Manager.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module $ModulePath -Force
    $root = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"r.example.com":[{"type":"insecureAcceptAnything"}]}}}'
    [System.IO.File]::WriteAllText("$root/etc/containers/registries.conf", "[[registry]]`nlocation = 'x.example.com'`ninsecure = true`n")
    $open = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}]}'
}

AfterAll { Remove-TestRoot }

Describe 'Test-ImageTrust -Profile' {
    It 'checks by the rules of the profile, and names what they do not cover' {
        $result = Test-ImageTrust -Root $root -Profile stig-ocp4
        $result.Profile | Should -BeExactly 'Stig-Ocp4'
        $result.Findings.RuleId | Should -Be 'ScopeAcceptsAnything', 'InsecureRegistry'
        $result.NotCovered.Id | Should -Be 'V-257505', 'V-257587', 'V-257561'
        $result.NotCovered[2].Evidence | Should -Be 'None'
        $result.NotCovered.Remark | ForEach-Object { $_ | Should -Not -BeNullOrEmpty }
    }

    It 'is about all rules without a profile' {
        $result = Test-ImageTrust -Root $root
        $result.Profile | Should -BeNullOrEmpty
        @($result.NotCovered).Count | Should -Be 0
    }

    It 'lets no baseline approve a default that accepts anything' {
        $result = Test-ImageTrust -Root $open -Profile Stig-Ocp4 -Baseline $open
        $file = Join-Path $open 'a.cklb'
        $result | Export-ImageTrustReport $file
        (Get-Content -Raw -LiteralPath $file | ConvertFrom-Json).stigs[0].rules[0].status | Should -Be 'open'
    }

    It 'refuses a profile that is not known' {
        { Test-ImageTrust -Root $root -Profile Stig-Rhel9 -ErrorAction Stop } | Should -Throw -ErrorId 'ProfileNotFound,ContainerTrust.Commands.TestImageTrustCommand'
    }

    It 'completes profiles' {
        (TabExpansion2 'Test-ImageTrust -Profile ' -cursorColumn 25).CompletionMatches.CompletionText | Should -Be 'Stig-Ocp4', 'Nist-800-53r5', 'Bsi-Sys.1.6'
    }

    It 'comes back from a file with its controls' {
        $file = Join-Path $root 'result.clixml'
        $before = Test-ImageTrust -Root $root -Profile Nist-800-53r5
        $before | Export-Clixml -LiteralPath $file
        $after = Import-Clixml -LiteralPath $file
        $after | Should -BeOfType ([ContainerTrust.ImageTrustCompliance])
        $after.Profile | Should -BeExactly 'Nist-800-53r5'
        $after.NotCovered[0] | Should -BeOfType ([ContainerTrust.ImageTrustControl])
        $after.NotCovered[0] | Should -Be $before.NotCovered[0]
    }
}

Describe 'Get-ImageTrustRule by control' {
    It 'finds rules by <Id>' -ForEach @(
        @{ Id = 'V-257505'; Rules = 'RegistriesConfInvalid', 'InsecureRegistry' }
        @{ Id = 'cntr-os-000010'; Rules = 'RegistriesConfInvalid', 'InsecureRegistry' }
        @{ Id = 'SC-8'; Rules = 'RegistriesConfInvalid', 'InsecureRegistry' }
    ) {
        (Get-ImageTrustRule -Control $Id).Id | Should -Be $Rules
    }

    It 'finds none for a control that no rule covers, and refuses one that is not known' {
        Get-ImageTrustRule -Control V-257561 | Should -BeNullOrEmpty
        { Get-ImageTrustRule -Control V-1 -ErrorAction Stop } | Should -Throw -ErrorId 'ControlNotFound,*'
    }

    It 'shows the evidence' {
        $rule = Get-ImageTrustRule DefaultAcceptsAnything -Profile bsi-sys.1.6
        $rule.Controls.Where({ $_.Id -eq 'V-257537' }).Evidence | Should -Be 'Direct'
        (Get-ImageTrustRule NotChecked).Controls | Should -BeNullOrEmpty
        $rule -eq (Get-ImageTrustRule DefaultAcceptsAnything) | Should -BeTrue
    }
}

Describe 'Results for STIG Viewer and STIG Manager' {
    BeforeAll { $out = Join-Path $root 'out'; $null = New-Item -ItemType Directory $out }

    It 'writes a checklist for each host into a directory' {
        $results = @(Test-ImageTrust -Root $root; Test-ImageTrust -Root $open)
        $files = $results | Export-ImageTrustReport $out -Format Cklb -UncheckedHost down.example.com -PassThru
        $files.Count | Should -Be 3
        $states = $files | ForEach-Object { (Get-Content -Raw -LiteralPath $_ | ConvertFrom-Json).stigs[0].rules[0].status }
        $states | Should -Be 'not_reviewed', 'open', 'not_reviewed'
        $files[2].Name | Should -BeExactly 'down.example.com-image-trust.cklb'
    }

    It 'writes XCCDF by the name of the file' {
        $file = Join-Path $out 'node-xccdf.xml'
        Test-ImageTrust -Root $open | Export-ImageTrustReport $file
        $xml = [xml]::new()
        $xml.Load($file)
        $xml.Benchmark.TestResult.'rule-result'[0].idref | Should -BeExactly 'xccdf_mil.disa.stig_rule_SV-257537r1015794_rule'
        $xml.Benchmark.TestResult.'rule-result'[0].result | Should -Be 'fail'
    }

    It 'refuses one file for several hosts, and writes nothing' {
        $file = Join-Path $out 'many.cklb'
        { Test-ImageTrust -Root $root | Export-ImageTrustReport $file -UncheckedHost down -ErrorAction Stop } | Should -Throw -ErrorId 'ReportOfOneHost,*'
        Test-Path -LiteralPath $file | Should -BeFalse
    }

    It 'says with -WhatIf what would be written' {
        $new = Join-Path $out 'none'
        $null = New-Item -ItemType Directory $new
        Test-ImageTrust -Root $root | Export-ImageTrustReport $new -Format Xccdf -WhatIf
        @(Get-ChildItem -LiteralPath $new).Count | Should -Be 0
    }

    It 'refuses a report of nothing' {
        { Export-ImageTrustReport $out -Format Cklb -ErrorAction Stop } | Should -Throw -ErrorId 'EmptyReport,*'
    }
}
