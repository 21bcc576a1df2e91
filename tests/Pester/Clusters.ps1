# Clusters for tests: each state of tests/ContainerTrust.TestCluster is a context in one kubeconfig. Dot-source it after Common.ps1.
$script:ClusterProgram = "$RepositoryRoot/tests/ContainerTrust.TestCluster/bin/Release/net10.0/ContainerTrust.TestCluster.dll"
$script:HasCluster = (Get-Command -Name kubectl -CommandType Application -ErrorAction Ignore) -and (Test-Path -LiteralPath $ClusterProgram)

# Starts servers; returns the process and the kubeconfig.
function Start-TestCluster {
    [CmdletBinding(SupportsShouldProcess)]
    param([string[]] $State, [string] $Kubeconfig = (Join-Path ([System.IO.Path]::GetTempPath()) "containertrust-$([guid]::NewGuid().ToString('n')).kubeconfig"))
    if (-not $PSCmdlet.ShouldProcess($Kubeconfig)) { return }
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    $ClusterProgram, $Kubeconfig + $State | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    if ($process.StandardOutput.ReadLine() -ne 'ready') { throw 'The cluster does not start.' }
    # kubectl remembers what a server knows by its address, which another test's server may have later.
    $env:KUBECACHEDIR = "$Kubeconfig.cache"
    [pscustomobject]@{ Process = $process; Kubeconfig = $Kubeconfig }
}

# Changes what the cluster of a context has.
function Set-TestCluster {
    [CmdletBinding(SupportsShouldProcess)]
    param($Cluster, [string] $Context, [string] $State)
    if (-not $PSCmdlet.ShouldProcess($Context)) { return }
    $Cluster.Process.StandardInput.WriteLine("$Context $State")
    $null = $Cluster.Process.StandardOutput.ReadLine()
}

function Stop-TestCluster {
    [CmdletBinding(SupportsShouldProcess)]
    param($Cluster)
    if (-not $Cluster -or -not $PSCmdlet.ShouldProcess($Cluster.Kubeconfig)) { return }
    $Cluster.Process.StandardInput.Close()
    if (-not $Cluster.Process.WaitForExit(30000)) { $Cluster.Process.Kill() }
    Remove-Item -LiteralPath $Cluster.Kubeconfig, $env:KUBECACHEDIR -Recurse -Force -ErrorAction Ignore
    $env:KUBECACHEDIR = $null
}
