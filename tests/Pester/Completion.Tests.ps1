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
        @{ Line = 'Set-ImageTrust -Preset '; Words = @('RedHat', 'RedHatGpg', 'RedHatSigstore', 'RedHatIsv', 'Suse', 'FedoraCoreOS', 'OpenShiftRelease') }
        @{ Line = 'Get-ImageTrustPreset s'; Words = @('Suse') }
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

    It 'completes paths on the host that is worked on: <Line>' -TestCases @(
        @{ Line = 'Test-ImageSignature -Root {0} dir:/keys/si'; Words = @('dir:/keys/signer.asc') }
        @{ Line = 'Test-ImageSignature -Root {0} dir:/et'; Words = @('dir:/etc/') }
        @{ Line = 'Assert-ImageSignature -Root {0} oci:/etc/con'; Words = @('oci:/etc/containers/') }
        @{ Line = 'Get-ReleaseImage -Root {0} dir:/nowhere/'; Words = @() }
        @{ Line = 'Test-ImageSignature a/b -Root {0} -AuthFile /etc/containers/po'; Words = @("'/etc/containers/policy.json'") }
        @{ Line = 'Test-ImageSignature a/b -Root {0} -CertificateDirectory /etc/containers/'; Words = @("'/etc/containers/policy.json'", "'/etc/containers/registries.d/'") }
        @{ Line = 'Test-ImageSignature dir:{0}/keys/si'; Words = @('dir:{0}/keys/signer.asc') }
        @{ Line = 'Test-ImageSignature dir:containers/po'; Words = @('dir:containers/policy.json') }
    ) {
        Push-Location -LiteralPath "$root/etc"
        try { @(Get-Completion ($Line -f $root)) | Should -Be @($Words | ForEach-Object { $_ -f $root }) } finally { Pop-Location }
    }

    It 'completes contexts of a kubeconfig, named or in force' {
        $kubeconfig = "$root/kubeconfig"
        Set-Content -LiteralPath $kubeconfig -Value "apiVersion: v1`nkind: Config`ncontexts:`n- context: {cluster: one, user: a}`n  name: staging`n- context:`n    cluster: two`n  name: team/production`ncurrent-context: staging"
        Get-Completion "Test-MachineConfigTrust -Kubeconfig $kubeconfig -Context " | Should -Be 'staging', 'team/production'
        $was = $env:KUBECONFIG
        try {
            $env:KUBECONFIG = $kubeconfig
            Get-Completion 'Get-MachineConfigTrust -Context te' | Should -Be 'team/production'
        }
        finally { $env:KUBECONFIG = $was }
        Set-Content -LiteralPath $kubeconfig -Value 'contexts: ]['
        Push-Location -LiteralPath "$root/etc/containers/registries.d"
        try { Get-Completion "Test-MachineConfigTrust -Kubeconfig $kubeconfig -Context s" | Should -BeNullOrEmpty } finally { Pop-Location }
    }

    It 'completes stores in use, and none with a password' {
        $stores = New-TestRoot $SmallPolicy @{ 'a.yaml' = "docker:`n  quay.io:`n    lookaside: https://store.example.com/sigs`n  quay.io/team:`n    lookaside: https://user:secret@store.example.com/sigs`n" }
        Get-Completion "Test-ImageSignature a/b -Root $stores -SignatureStore " | Should -Be 'https://store.example.com/sigs'
    }

    It 'completes fingerprints of the policy''s keys where no key file is named' {
        $full = New-TestRoot '{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}]}'
        Get-Completion "Test-ImageSignature -Root $full -Fingerprint " | Should -Be 'DF322D437F503479B7B7F4B68DDE0EF6D7554D14'
    }

    It 'completes rules and platforms of the new cmdlets' {
        Get-Completion 'Get-ImageTrustRule notch' | Should -Be 'NotChecked'
        Get-Completion 'Assert-ImageSignature quay.io/app -Platform li' | Should -Contain 'list'
    }

    It 'completes usual times to look ahead' {
        Get-Completion 'Test-ImageTrust -ExpiringWithin ' | Should -Be '30', '60', '90', '180', '365'
        Get-Completion 'Test-ImageTrust -ExpiringWithin 6' | Should -Be '60'
        $line = 'Test-ImageTrust -ExpiringWithin 9'
        $match = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches[0]
        $match.ToolTip | Should -Be "90 days: until $([datetime]::UtcNow.AddDays(90).ToString('yyyy-MM-dd'))"
    }

    Context 'Of users, by the configuration of ssh' {
        BeforeAll {
            $wasHome = $env:HOME
            $own = New-TestRoot
            $null = New-Item -ItemType Directory -Path "$own/.ssh"
            Set-Content -LiteralPath "$own/.ssh/config" -Value @'
User everywhere
Host web*.example.com !web9.example.com
    User deploy
Host db
  user=dba
Host jump
    User "quoted name"
Match host other
    User matched
'@
            # .NET reads the home directory once per process.
            function Get-ChildCompletion([string] $Line) {
                $env:HOME = $own
                try {
                    (Invoke-ChildSession "Import-Module '$ModulePath'; [System.Management.Automation.CommandCompletion]::CompleteInput('$Line', $($Line.Length), `$null).CompletionMatches.CompletionText -join ' '").Output -join "`n"
                }
                finally { $env:HOME = $wasHome }
            }
            $me = [System.Environment]::UserName
        }

        It 'completes <Line>' -TestCases @(
            @{ Line = 'Test-ImageTrust -HostName web1.example.com -UserName '; Words = 'everywhere deploy {0}' }
            @{ Line = 'Test-ImageTrust -HostName web9.example.com -UserName '; Words = 'everywhere {0}' }
            @{ Line = 'Test-ImageTrust -HostName root@db -UserName '; Words = 'everywhere dba {0}' }
            @{ Line = 'Test-ImageTrust -HostName ssh://db:2222, web1.example.com -UserName d'; Words = 'deploy dba' }
            @{ Line = 'Test-ImageSignature a/b -HostName other -UserName '; Words = 'everywhere {0}' }
            @{ Line = 'Get-ImageTrust -UserName '; Words = 'everywhere deploy dba {0}' }
        ) {
            Get-ChildCompletion $Line | Should -Be ($Words -f $me)
        }
    }

    Context 'Of what a cluster has' {
        BeforeDiscovery {
            . $PSScriptRoot/Common.ps1
            . $PSScriptRoot/Clusters.ps1
        }

        It 'completes nodes, namespaces and MachineConfigs of the cluster that is meant, and nothing where it does not answer' -Skip:(-not $HasCluster) {
            . $PSScriptRoot/Clusters.ps1
            $cluster = Start-TestCluster updated, forbidden, silent
            $was = $env:KUBECONFIG
            Push-Location -LiteralPath "$root/etc/containers/registries.d"
            try {
                $at = "-Kubeconfig $($cluster.Kubeconfig) -Context"
                $nodes = (kubectl --kubeconfig $cluster.Kubeconfig --context updated get nodes -o json | ConvertFrom-Json).items.metadata.name | Sort-Object
                $nodes.Count | Should -BeGreaterThan 1
                Get-Completion "Test-MachineConfigTrust $at updated -Node " | Should -Be $nodes
                Get-Completion "Test-MachineConfigTrust $at updated -Node $($nodes[-1])" | Should -Be $nodes[-1]
                $configs = @(Get-Completion "Test-MachineConfigTrust $at updated -Name ")
                $configs | Should -Contain '51-worker-rh-registry-trust'
                $configs -like 'rendered-*' | Should -BeNullOrEmpty
                Get-Completion "Get-MachineConfigTrust $at updated -Name 51-w" | Should -Be '51-worker-rh-registry-trust'
                $env:KUBECONFIG = $cluster.Kubeconfig
                Get-Completion 'ConvertTo-ClusterImagePolicy -Namespace ' | Should -Be 'default', 'kube-system', 'shop'
                Get-Completion 'ConvertTo-ClusterImagePolicy -Namespace s' | Should -Be 'shop'

                Get-Completion "Test-MachineConfigTrust $at forbidden -Node " | Should -BeNullOrEmpty
                Get-Completion "Test-MachineConfigTrust $at none-such -Node " | Should -BeNullOrEmpty
                $watch = [System.Diagnostics.Stopwatch]::StartNew()
                Get-Completion "Test-MachineConfigTrust $at silent -Node " | Should -BeNullOrEmpty
                $watch.Elapsed.TotalSeconds | Should -BeLessThan $Soon
                $env:KUBECONFIG = "$root/none"
                Get-Completion 'ConvertTo-ClusterImagePolicy -Namespace ' | Should -BeNullOrEmpty
            }
            finally {
                $env:KUBECONFIG = $was
                Pop-Location
                Stop-TestCluster $cluster
            }
        }
    }

    It 'takes -Root relative to the location of the session' {
        Push-Location -LiteralPath "$root/etc"
        try { Get-Completion 'Get-ImageTrust -Root .. -Registry quay.io/' | Should -Be 'quay.io/team' } finally { Pop-Location }
    }
}
