# Test-MachineConfigTrust against clusters of recorded states, asked by the real kubectl.
BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Clusters.ps1
    if (-not $HasCluster) { Write-Warning 'kubectl is not installed, or the test cluster is not built: Test-MachineConfigTrust is not tested.' }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Clusters.ps1
    Import-Module -Name $ModulePath
}

Describe 'Test-MachineConfigTrust' -Skip:(-not $HasCluster) {
    BeforeAll {
        $cluster = Start-TestCluster updated, new, updating, degraded, paused, overridden, inherited, missing, store-missing, refusing, compact, surrounded, unread, forbidden, kubernetes, silent
        $at = @{ Kubeconfig = $cluster.Kubeconfig }
        $trust = '51-worker-rh-registry-trust'
    }
    AfterAll { Stop-TestCluster $cluster }

    It 'says <Status> of the state <State>' -ForEach @(
        @{ State = 'updated'; Status = 'RolledOut'; Like = '' }
        @{ State = 'new'; Status = 'NotRendered'; Like = '*is not among the sources of rendered-worker-*' }
        @{ State = 'updating'; Status = 'Updating'; Like = '*' }
        @{ State = 'degraded'; Status = 'Degraded'; Like = '*content mismatch for file /etc/containers/policy.json*' }
        @{ State = 'paused'; Status = 'Paused'; Like = '*paused*' }
        @{ State = 'overridden'; Status = 'Overridden'; Like = '*99-worker-generated-registries*' }
        @{ State = 'missing'; Status = 'Missing'; Like = '*has no MachineConfig*' }
        @{ State = 'store-missing'; Status = 'StoreMissing'; Like = '*signature*' }
    ) {
        $result = Test-MachineConfigTrust worker -Context $State @at
        $result.Status | Should -Be $Status
        $result.IsInForce | Should -Be ($Status -eq 'RolledOut')
        "$($result.Reasons[0])" | Should -BeLike $Like
        $result.Role, $result.Name, $result.Cluster | Should -Be 'worker', $trust, $State
        Test-MachineConfigTrust worker -Context $State @at -Quiet | Should -Be ($Status -eq 'RolledOut')
    }

    It 'prints a line that keeps what the MachineConfig has, and adds what the cluster needs' {
        $result = Test-MachineConfigTrust worker -Context refusing @at
        $result.Status | Should -Be 'ClusterImagesRefused'
        $line = [regex]::Match($result.Reasons[0], '\(Get-MachineConfigTrust .*?(?=\.(\s|$))').Value
        $line | Should -BeLike '*).Trust | New-MachineConfigTrust -Preset OpenShift -OpenShiftVersion *'
        $made = & ([scriptblock]::Create($line)) 3> $null
        $made.Name | Should -Be $trust
        ($made.Trust | Where-Object IsDefault).Type | Should -Be 'Reject'
        ($made.Trust | Where-Object Registry -EQ 'registry.redhat.io').Type | Should -Be 'SignedBy'
        ($made.Trust | Where-Object Registry -EQ 'image-registry.openshift-image-registry.svc:5000').Type | Should -Be 'Accept'
    }

    It 'looks at all pools that have it' {
        (Test-MachineConfigTrust @at -Context inherited).Role | Should -Be 'worker', 'master', 'infra'
        (Test-MachineConfigTrust @at -Context inherited -Name $trust).Role | Should -Be 'infra', 'worker'
        Test-MachineConfigTrust @at -Context inherited -Quiet | Should -BeTrue
        Test-MachineConfigTrust @at -Context new -Quiet | Should -BeFalse -Because 'the workers do not have it yet'
    }

    It 'names what else in the cluster decides on images' {
        $result = Test-MachineConfigTrust worker @at -Context surrounded
        ($result.Reasons -like '*example.com/team (ClusterImagePolicy team)*').Count | Should -Be 1
        ($result.Reasons -like '*(MachineOSConfig layered)*').Count | Should -Be 1
        ($result.Reasons -like 'ImagePolicy shop/app is not on the nodes*').Count | Should -Be 1
        $result = Test-MachineConfigTrust worker @at -Context unread
        $result.Status | Should -Be 'RolledOut'
        ($result.Reasons -like 'ClusterVersion, image.config.openshift.io/cluster could not be read (*').Count | Should -Be 1
    }

    It 'asks no pool that has neither machines nor a MachineConfig' {
        (Test-MachineConfigTrust @at -Context compact).Role | Should -Be 'master'
        Test-MachineConfigTrust @at -Context compact -Quiet | Should -BeTrue
        (Test-MachineConfigTrust worker @at -Context compact).Status | Should -Be 'Missing'
    }

    It 'shows a table' {
        $text = Test-MachineConfigTrust @at -Context updating | Out-String -Width 160
        $text | Should -Match 'Status\s+Role\s+Name\s+Updated\s+Reason'
        $text | Should -Match 'Updating\s+worker\s+51-wo…gistry-trust\s+1 of 3\s+\S'
        $text | Should -Match 'RolledOut\s+master\s+51-ma…gistry-trust\s+3 of 3'
        (Test-MachineConfigTrust worker @at -Context overridden | Format-List | Out-String) | Should -Match 'PolicySource\s+: 99-worker-generated-registries'
    }

    It 'compares with what is meant' {
        $file = [ContainerTrust.MachineConfigFile]@{ Path = '/etc/containers/policy.json'; Content = [System.Text.Encoding]::UTF8.GetBytes('{"default":[{"type":"reject"}]}') }
        $meant = [ContainerTrust.MachineConfigTrust]@{ Name = $trust; Role = 'worker'; Labels = [System.Collections.Generic.Dictionary[string, string]]::new(); Files = [ContainerTrust.MachineConfigFile[]]@($file); Trust = [ContainerTrust.ImageTrust[]]@(); Yaml = '' }
        $result = $meant | Test-MachineConfigTrust @at -Context updated
        $result.Status | Should -Be 'NotAsMeant'
        $result.Reasons[0] | Should -BeLike '*the default differs*'
        @() | Test-MachineConfigTrust @at -Context updated | Should -BeNullOrEmpty
        @() | Test-MachineConfigTrust @at -Context updated -Quiet | Should -BeFalse
    }

    It 'waits until it is rolled out, and says how far it is' {
        Set-TestCluster $cluster new updating
        $said = [powershell]::Create().AddScript({
                param($Module, $Kubeconfig)
                Import-Module $Module
                Test-MachineConfigTrust worker -Kubeconfig $Kubeconfig -Context new -Wait -PollSec 1 -TimeoutSec 300
            }).AddArgument($ModulePath).AddArgument($at.Kubeconfig)
        try {
            $running = $said.BeginInvoke()
            Wait-Until { $said.Streams.Progress.Count -gt 0 -or $running.IsCompleted } 'progress is shown'
            Set-TestCluster $cluster new updated
            $result = $said.EndInvoke($running)
            $said.Streams.Error | Should -BeNullOrEmpty
            $said.Streams.Progress[0].StatusDescription | Should -Be 'worker: 1 of 3 machines updated'
            $said.Streams.Progress[0].PercentComplete | Should -Be 33
            $result.Status | Should -Be 'RolledOut'
        }
        finally {
            $said.Dispose()
            Set-TestCluster $cluster new new
        }
    }

    It 'waits no longer than it is told to, and not where time does not help' {
        $result = Test-MachineConfigTrust worker @at -Context updating -Wait -PollSec 1 -TimeoutSec 1
        $result.Status, $result.TimedOut, $result.IsInForce | Should -Be 'Updating', $true, $false
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        (Test-MachineConfigTrust worker @at -Context degraded -Wait).Status | Should -Be 'Degraded'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 120
    }

    It 'ends at once when it is stopped' {
        $said = [powershell]::Create().AddScript({ param($Module, $Kubeconfig) Import-Module $Module; 'loaded'; Test-MachineConfigTrust -Kubeconfig $Kubeconfig -Context silent -Verbose }).AddArgument($ModulePath).AddArgument($at.Kubeconfig)
        try {
            $null = $said.BeginInvoke()
            Wait-Until { pgrep -P $PID -f 'context=silent' } 'the cluster is asked'
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $said.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan $Soon
        }
        finally { $said.Dispose() }
    }

    It 'reports <Id>' -ForEach @(
        @{ Id = 'ClusterForbidden'; With = @{ Context = 'forbidden' } }
        @{ Id = 'NotAnOpenShiftCluster'; With = @{ Context = 'kubernetes' } }
        @{ Id = 'ContextNotFound'; With = @{ Context = 'elsewhere' } }
        @{ Id = 'KubeconfigNotFound'; With = @{ Kubeconfig = '/nonexistent/kubeconfig' } }
        @{ Id = 'ClusterClientNotFound'; With = @{ ClientPath = '/nonexistent/oc' } }
        @{ Id = 'OpenShiftClientRequired'; With = @{ Node = 'worker-0.example.com'; ClientPath = (Get-Command kubectl -ErrorAction Ignore).Source } }
        @{ Id = 'InvalidName'; With = @{ Role = '--all' } }
        @{ Id = 'InvalidName'; With = @{ Name = 'A_B' } }
        @{ Id = 'NotAFilePath'; With = @{ Kubeconfig = 'Env:KUBECONFIG' } }
    ) {
        $all = $at + @{ Context = 'updated' }
        foreach ($key in $With.Keys) { $all[$key] = $With[$key] }
        Test-MachineConfigTrust @all -ErrorVariable refused -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $refused[0].FullyQualifiedErrorId | Should -Be "$Id,ContainerTrust.Commands.TestMachineConfigTrustCommand"
        Test-MachineConfigTrust @all -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'completes roles' {
        (TabExpansion2 'Test-MachineConfigTrust -Role w').CompletionMatches.CompletionText | Should -Be 'worker'
    }
}
