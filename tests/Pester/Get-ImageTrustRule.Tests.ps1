BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'Get-ImageTrustRule' {
    It 'shows all rules, each with what it finds' {
        $rules = Get-ImageTrustRule
        $rules.Count | Should -BeGreaterThan 40
        $rules | Should -BeOfType ([ContainerTrust.ImageTrustRule])
        $rules.Title | Should -Not -Contain ''
        ($rules | Where-Object Id -EQ KeyWeak).Severity | Should -Be 'Warning'
        ($rules | Where-Object Id -EQ DefaultAcceptsAnything).HasFix | Should -BeTrue
        ($rules | Where-Object Id -EQ KeyExpired).HasFix | Should -BeFalse
        ($rules | Where-Object -Not CanBeExcluded).Id | Should -Be 'NotChecked', 'PolicyMissing', 'PolicyInvalid'
    }

    It 'has every rule that may be left out of an audit, and no other' {
        $excludable = (Get-ImageTrustRule | Where-Object CanBeExcluded).Id
        $root = New-TestRoot $SmallPolicy
        (Test-ImageTrust -Root $root -ExcludeRule $excludable).ExcludedRules | Should -Be $excludable
    }

    It 'takes ids, wildcards and a severity' {
        (Get-ImageTrustRule keyweak).Id | Should -Be 'KeyWeak'
        (Get-ImageTrustRule BaselineScope*).Id | Should -Be 'BaselineScopeMissing', 'BaselineScopeExtra', 'BaselineScopeDiffers'
        (Get-ImageTrustRule -MinimumSeverity Error).Severity | Sort-Object -Unique | Should -Be 'Error'
        (Get-ImageTrustRule Key* -MinimumSeverity Warning).Id | Should -Not -Contain KeyNotReadByAll
        'KeyWeak', 'KeyLost' | Get-ImageTrustRule | ForEach-Object Id | Should -Be 'KeyWeak', 'KeyLost'
    }

    It 'takes findings, and shows each rule once' {
        $findings = (Test-ImageTrust -Root (New-TestRoot $FullPolicy $FullRegistries)).Findings
        @($findings | Where-Object RuleId -EQ KeyInvalid).Count | Should -BeGreaterThan 1
        ($findings | Get-ImageTrustRule).Id | Sort-Object | Should -Be ($findings.RuleId | Sort-Object -Unique)
    }

    It 'says that there is no such rule' {
        Get-ImageTrustRule NoSuchRule, KeyWeak -ErrorAction SilentlyContinue -ErrorVariable failures | ForEach-Object Id | Should -Be 'KeyWeak'
        $failures[0].FullyQualifiedErrorId | Should -Be 'RuleNotFound,ContainerTrust.Commands.GetImageTrustRuleCommand'
        $failures[0].TargetObject | Should -Be 'NoSuchRule'
        $failures[0].ErrorDetails.RecommendedAction | Should -Be 'Run Get-ImageTrustRule without an id to see them all.'
    }

    It 'comes back from CLIXML, and holds at 80 columns' {
        $path = Join-Path (New-TestRoot) 'rules.xml'
        Get-ImageTrustRule | Export-Clixml -LiteralPath $path
        $back = Import-Clixml -LiteralPath $path
        $back | Should -BeOfType ([ContainerTrust.ImageTrustRule])
        $back | Should -Be (Get-ImageTrustRule)
        $lines = $back | Out-String -Width 80 -Stream
        ($lines | Measure-Object -Maximum -Property Length).Maximum | Should -BeLessOrEqual 80
        $lines -match '^Warning +KeyWeak +False +A key is weak' | Should -HaveCount 1
    }
}
