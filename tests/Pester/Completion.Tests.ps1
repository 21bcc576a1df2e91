BeforeAll {
    . $PSScriptRoot/Common.ps1
    function Get-Completion([string] $Line) { [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText }
}
AfterAll { Remove-TestRoot }

Describe 'Completion' {
    BeforeAll { $root = New-TestRoot $SmallPolicy }

    It 'completes <Line>' -TestCases @(
        @{ Line = 'Get-ImageTrust -Root {0} -Registry quay'; Words = @('quay.io', 'quay.io/team') }
        @{ Line = 'Get-ImageTrust -Root {0} QUAY.io/'; Words = @('quay.io/team') }
        @{ Line = 'Get-ImageTrust -Root {0} -Registry /srv'; Words = @("'/srv/images'") }
        @{ Line = 'Get-ImageTrust -Root {0} -Transport dir -Registry '; Words = @("'/srv/images'") }
        @{ Line = 'Set-ImageTrust -Root {0} -Registry '; Words = @('quay.io', 'quay.io/team', "'*.example.com'") }
        @{ Line = 'Remove-ImageTrust -Root {0} -Registry ''*.'; Words = @("'*.example.com'") }
        @{ Line = 'Remove-ImageTrust -Root {0} -Transport dir -Registry '; Words = @("'/srv/images'") }
        @{ Line = 'Get-ImageTrust -Root {0} -PolicyPath /etc/containers/none.json -Registry zz'; Words = @() }
        @{ Line = 'Get-ImageTrust -Transport docker-'; Words = @('docker-daemon', 'docker-archive') }
        @{ Line = 'Get-ImageTrust -Transport DOCKER-D'; Words = @('docker-daemon') }
        @{ Line = 'Set-ImageTrust -Preset '; Words = @('RedHat', 'RedHatGpg', 'RedHatSigstore', 'RedHatIsv') }
        @{ Line = 'Set-ImageTrust -Preset redhats'; Words = @('RedHatSigstore') }
        @{ Line = 'New-MachineConfigTrust -Preset REDHATG'; Words = @('RedHatGpg') }
        @{ Line = 'ConvertTo-ClusterImagePolicy -Preset '; Words = @('RedHatSigstore') }
        @{ Line = 'ConvertTo-ClusterImagePolicy -OpenShiftVersion '; Words = @('4.22', '4.21', '4.20', '4.19', '4.18', '4.17', '4.16') }
        @{ Line = 'New-ImageTrust quay.io -Type s'; Words = @('SignedBy', 'SigstoreSigned') }
        @{ Line = 'New-ImageTrust quay.io -Transport docker-'; Words = @('docker-daemon', 'docker-archive') }
        @{ Line = 'New-ImageTrust quay.io -OidcIssuer https://git'; Words = @('https://github.com/login/oauth') }
        @{ Line = 'Export-ImageTrust -Format '; Words = @('Json', 'Yaml') }
        @{ Line = 'Export-ImageTrustReport -Format j'; Words = @('Json', 'JUnit') }
        @{ Line = 'Set-ImageTrust quay.io -Type s'; Words = @('SignedBy', 'SigstoreSigned') }
        @{ Line = 'Set-ImageTrust quay.io -SignedIdentity matchr'; Words = @('MatchRepoDigestOrExact', 'MatchRepository') }
        @{ Line = 'Test-ImageTrust -MinimumSeverity w'; Words = @('Warning') }
        @{ Line = 'Test-ImageSignature quay.io/app -Platform LINUX/S'; Words = @('linux/s390x') }
        @{ Line = 'Set-ImageTrust quay.io -Type S'; Words = @('SignedBy', 'SigstoreSigned') }
        @{ Line = 'Set-ImageTrust quay.io -SignedIdentity '; Words = @('MatchExact', 'MatchRepoDigestOrExact', 'MatchRepository') }
        @{ Line = 'Test-ImageSignature -Root {0} -Image '; Words = @('quay.io/', 'quay.io/team') }
        @{ Line = 'Test-ImageSignature -Root {0} quay.io/t'; Words = @('quay.io/team') }
        @{ Line = 'Get-ReleaseImage -Root {0} q'; Words = @('quay.io/', 'quay.io/team') }
        @{ Line = 'Test-ImageSignature quay.io/app -Platform linux/a'; Words = @('linux/amd64', 'linux/arm64', 'linux/arm/v7') }
        @{ Line = 'Test-ImageSignature quay.io/app -As podman6/'; Words = @('podman6/gpg', 'podman6/sequoia', 'podman6/go') }
        @{ Line = 'Test-ImageSignature quay.io/app -As C'; Words = @('crio1.34') }
        @{ Line = 'Test-ImageSignature quay.io/app -KeyPath {0}/keys/signer.asc, {0}/keys/second.asc -Fingerprint '; Words = @('DF322D437F503479B7B7F4B68DDE0EF6D7554D14', '564F90DC274247F08ECFAB799794CAAA9F31C28C') }
        @{ Line = 'Test-ImageSignature quay.io/app -KeyPath {0}/keys/none.asc -Fingerprint A'; Words = @() }
        @{ Line = 'Test-ImageSignature quay.io/app -KeyPath x -SignedIdentity MatchR'; Words = @('MatchRepoDigestOrExact', 'MatchRepository') }
    ) {
        # Without a completer's answer PowerShell offers files of the current directory.
        Push-Location -LiteralPath "$root/etc/containers/registries.d"
        try { @(Get-Completion ($Line -f $root)) | Should -Be $Words } finally { Pop-Location }
    }

    It 'takes key files relative to the location of the session' {
        Push-Location -LiteralPath "$root/keys"
        try { Get-Completion 'Test-ImageSignature quay.io/app -KeyPath signer.asc -Fingerprint ' | Should -Be 'DF322D437F503479B7B7F4B68DDE0EF6D7554D14' } finally { Pop-Location }
    }

    It 'completes <Line> from the certificates that the policy names' -TestCases @(
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -OidcIssuer '; Words = @('https://login.example.com', 'https://accounts.google.com', 'https://github.com/login/oauth', 'https://login.microsoftonline.com') }
        @{ Line = 'Set-ImageTrust quay.io -OidcIssuer https://git'; Words = @('https://github.com/login/oauth') }
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -SubjectEmail '; Words = @("'dev@example.com'") }
        @{ Line = 'Set-ImageTrust quay.io -Root {0} -SubjectHostname c'; Words = @('ci.example.com') }
    ) {
        $full = New-TestRoot $FullPolicy
        @(Get-Completion ($Line -f $full)) | Should -Be $Words
    }

    It 'takes -Root relative to the location of the session' {
        Push-Location -LiteralPath "$root/etc"
        try { Get-Completion 'Get-ImageTrust -Root .. -Registry quay.io/' | Should -Be 'quay.io/team' } finally { Pop-Location }
    }
}
