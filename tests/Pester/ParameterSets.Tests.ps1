# What a parameter set lists, it takes: each parameter of each set is given in a call of that set, with what belongs to it.
BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    $own = [System.Management.Automation.PSCmdlet]::CommonParameters + 'WhatIf', 'Confirm'
    $cases = foreach ($command in Get-Command -Module ContainerTrust) {
        foreach ($set in $command.ParameterSets) {
            @{ Command = $command.Name; Set = $set.Name; Parameters = @($set.Parameters.Name.Where({ $_ -notin $own })) }
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $root = New-TestRoot $FullPolicy $FullRegistries
    $key = "$root/keys/signer.asc"
    Copy-Item -LiteralPath $key -Destination "$root/keys/RPM-GPG-KEY-redhat-release"
    $entry = Get-ImageTrust path.example.com -Root $root
    $config = $entry | New-MachineConfigTrust -OpenShiftVersion 4.20 -WarningAction SilentlyContinue
    [System.IO.File]::WriteAllText("$root/config.yaml", $config.Yaml)
    $entry | Export-ImageTrust "$root/trust.json"

    $null = New-Item -ItemType Directory -Path "$root/presets"
    Copy-Item -LiteralPath "$PSScriptRoot/Images/bundle/trusted_root.json" -Destination "$root/keys"

    # Values that are right for every cmdlet that has a parameter of the name, and those that are for one alone.
    $values = @{
        Registry = 'path.example.com'; Transport = 'docker'; Default = $true; Preset = 'RedHat'; InputObject = $entry
        Type = 'Reject'; KeyPath = $key; InlineKey = $true; CopyKey = $true; KeyDirectory = '/etc/keys'; Step = 'Add'; Status = $true
        OldKeyPath = $key; OldFingerprint = 'A' * 40; AnyKey = $true
        SignedIdentity = 'MatchExact'; ExactReference = 'example.com/app:v1'; ExactRepository = 'example.com/app'
        RemapPrefix = 'example.com/a'; SignedPrefix = 'example.com/b'
        FulcioCAPath = '/keys/ca.pem'; OidcIssuer = 'https://issuer.example.com'; SubjectEmail = 'a@example.com'; RekorPublicKeyPath = '/keys/rekor.pub'
        TrustedRootPath = '/keys/trusted_root.json'; CARootsPath = '/keys/ca.pem'; CAIntermediatesPath = '/keys/ca.pem'; SubjectHostname = 'signer.example.com'
        SignatureStore = 'https://store.example.com/sigs'; SignatureStoreStaging = 'file:///srv/sigs'; UseSigstoreAttachments = $true; KeepSignatureStore = $true
        Force = $true; PassThru = $true; Quiet = $true; AsYaml = $true; AsButane = $true; AsJob = $true; JobName = 'night'; AsCompleted = $true; Local = $true; IncludeEqual = $true; Wait = $true
        Root = $root; PolicyPath = '/etc/containers/policy.json'; RegistriesDirectory = '/etc/containers/registries.d'; CurrentUser = $true; PodmanVersion = '5.8'
        HostName = 'host.invalid'; UserName = 'user'; Port = 22; KeyFilePath = '/none/key'; Options = @{ Compression = 'no' }; Sudo = $true
        ThrottleLimit = 2; MemoryLimitMB = 64; ConnectingTimeout = 1000
        Image = 'dir:/none'; Release = 'dir:/none'; InRelease = 'dir:/none'; Reference = "example.com/app@sha256:$('0' * 64)"; Platform = 'linux/amd64'; As = 'podman5.8'
        ManifestPath = '/none/manifest.json'; ManifestDigest = "sha256:$('0' * 64)"; SignaturePath = '/none/signature'; Fingerprint = 'any'
        SignatureConfigMap = $key; RequireSignature = $true; SkipSignatureCheck = $true
        Credential = [pscredential]::new('user', (ConvertTo-SecureString -String 'word' -AsPlainText -Force))
        AuthFile = '/none/auth.json'; CertificateDirectory = '/none'; SkipCertificateCheck = $true; RegistriesConfPath = '/none/registries.conf'
        TimeoutSec = 1; ImageTimeoutSec = 1; MaximumRetryCount = 0; PollSec = 1
        Baseline = "$root/etc/containers/policy.json"; BaselineHostName = 'host.invalid'; ReferenceObject = $entry; DifferenceObject = $entry; ReferenceHostName = 'host.invalid'; ExpiringWithin = 1; ExcludeRule = 'KeyWeak'; Profile = 'Nist-800-53r5'; Control = 'CM-14'; MinimumSeverity = 'Error'
        PresetDirectory = "$root/presets"; Path = "$root/config.yaml"; LiteralPath = "$root/config.yaml"; Name = '51-trust'; Namespace = 'team'; Role = 'worker'
        OpenShiftVersion = '4.18'; IncludeRegistriesD = $true; KeyFile = $key; NoReboot = $true; Label = @{ a = 'b' }; OutputDirectory = "$root/out"
        Kubeconfig = '/none/config'; Context = 'cluster'; Node = 'node-1'; ClientPath = '/none/oc'
        ClusterType = 'OKD'; OSImageStream = 'rhel-9'; Merge = $true; Renew = $true; OperatorConfig = '/none/operator.yaml'
        Scope = 'registry.redhat.io/rhel9'; SubjectUri = 'https://example.com/team/app/.github/workflows/release.yaml@refs/heads/main'
        Id = 'KeyWeak'; Format = 'Json'; NoClobber = $true; UncheckedHost = 'other'; Title = 'Trust'; ErrorRecord = $null
        Mirror = '127.0.0.1:1/ocp'; ReleaseRepository = '127.0.0.1:1/ocp/releases'; ComponentRepository = '127.0.0.1:1/ocp/parts'
        SourceRepository = 'registry.example.com/releases'; SigstoreKeyPath = "$root/keys/cosign.pub"
        BaseRoot = $root; StatusPath = "$root/status.json"; Proposed = "$root/etc/containers/policy.json"; ProposedRegistriesDirectory = "$root/etc/containers/registries.d"
        WorkloadPath = '/none/pod.yaml'; All = $true; Suggest = $true
        StoreDirectory = "$root/saved/store"; ConfigMapDirectory = "$root/saved/maps"; LayoutDirectory = "$root/saved/layout"
    }
    $special = @{
        'New-ImageTrustLayer Image' = 'quay.io/example/os:latest'
        'New-ImageTrustLayer KeyPath' = "$root/keys/cosign.pub"
        'New-ImageTrustLayer Default' = 'Reject'
        'New-ImageTrustLayer BaseRoot' = New-TestRoot '{"default":[{"type":"reject"}]}'
        'New-ImageTrustLayer KeyFile' = $key
        'New-ImageTrustLayer InputObject' = $entry
        'New-ImageTrustLayer SignedIdentity' = 'MatchRepository'
        'Test-BootImage InputObject' = '{"apiVersion":"org.containers.bootc/v1","kind":"BootcHost","status":{"booted":null,"staged":null,"rollback":null}}'
        'Test-ImageEnforcement InputObject' = 'dir:/none'
        'Test-ImageEnforcement KeyPath' = "$root/keys/signer.asc"
        'Get-ImageTrustPreset Name' = 'RedHat'
        'Set-ImageTrust TrustedRootPath' = "$root/keys/trusted_root.json"
        'New-ImageTrust TrustedRootPath' = "$root/keys/trusted_root.json"
        'Undo-ImageTrust Id' = '20261130T120000Z-000000'
        'Set-ImageTrust KeyPath' = '/keys/signer.asc'
        'Update-ImageTrustKey KeyPath' = "$root/keys/second.asc"
        'Export-ImageTrustReport InputObject' = Test-ImageTrust -Root $root
        'Test-MachineConfigTrust InputObject' = $config
        'Export-ImageTrust Path' = "$root/out.json"
        'Import-ImageTrust Path' = "$root/trust.json"
        'Import-ImageTrust LiteralPath' = "$root/trust.json"
        'Export-ImageTrustReport Path' = "$root/report.json"
        'ConvertTo-ClusterImagePolicy InputObject' = [ContainerTrust.ImageTrust]@{
            Transport = 'docker'; Registry = 'sigstore.example.com'; ComputerName = $entry.ComputerName
            Requirements = [ContainerTrust.TrustRequirement[]]@([ContainerTrust.SigstoreSignedRequirement]@{ KeyPath = '/keys/cosign.pub' })
        }
        'ConvertTo-ClusterImagePolicy Name' = 'trust'
        'New-MachineConfigTrust Default' = 'Accept'
        'ConvertTo-ClusterImagePolicy Preset' = 'RedHatSigstore'
        'ConvertTo-ClusterImagePolicy KeyPath' = "$root/keys/cosign.pub"
        'ConvertTo-ClusterImagePolicy RekorPublicKeyPath' = "$root/keys/cosign.pub"
        'New-MachineConfigTrust Preset KeyFile' = "$root/keys/RPM-GPG-KEY-redhat-release"
    }

    # What is no use without something else.
    $belongs = @{
        RemapPrefix = 'SignedPrefix'; SignedPrefix = 'RemapPrefix'
        FulcioCAPath = 'OidcIssuer', 'SubjectEmail', 'RekorPublicKeyPath'; OidcIssuer = 'FulcioCAPath', 'SubjectEmail', 'RekorPublicKeyPath'
        CARootsPath = 'SubjectEmail'; SubjectEmail = 'CARootsPath'; SubjectHostname = 'CARootsPath'; CAIntermediatesPath = 'CARootsPath', 'SubjectEmail'
        UserName = 'HostName'; Port = 'HostName'; KeyFilePath = 'HostName'; Options = 'HostName'; Sudo = 'HostName'; ConnectingTimeout = 'HostName'; AsJob = 'HostName'; AsCompleted = 'HostName'; JobName = 'AsJob', 'HostName'
        NoReboot = 'KeyFile'; Fingerprint = 'KeyPath'; CopyKey = 'KeyPath'; KeyDirectory = 'CopyKey', 'KeyPath'
    }
    foreach ($name in 'InlineKey', 'AnyKey', 'SignedIdentity', 'ExactReference', 'ExactRepository', 'RemapPrefix', 'SignedPrefix', 'RekorPublicKeyPath') {
        $belongs[$name] = @($belongs[$name]) + 'KeyPath'
    }

    # Without one of them it is a file of the root.
    $belongs['ConvertTo-ClusterImagePolicy KeyPath'] = 'RekorPublicKeyPath'
    $belongs['ConvertTo-ClusterImagePolicy RekorPublicKeyPath'] = 'KeyPath'

    $belongs['Set-ImageTrust Local'] = 'Force'
    $belongs['Update-ImageTrustKey KeyDirectory'] = 'OldKeyPath'

    # Of images: certificates in the policy's place.
    $belongs['TrustedRootPath'] = 'OidcIssuer', 'SubjectEmail'
    $belongs['SubjectUri'] = 'TrustedRootPath', 'OidcIssuer'
    foreach ($name in 'Test-ImageSignature', 'Assert-ImageSignature') { $belongs["$name RekorPublicKeyPath"] = 'FulcioCAPath', 'OidcIssuer', 'SubjectEmail' }
    foreach ($name in 'SignedIdentity', 'ExactReference', 'ExactRepository', 'RemapPrefix', 'SignedPrefix') {
        foreach ($verb in 'Test', 'Assert') { $belongs["$verb-ImageSignature $name"] = @($belongs[$name]) + 'CARootsPath', 'SubjectEmail' }
    }

    function Get-Value([string] $Command, [string] $Set, [string] $Name) {
        foreach ($case in "$Command $Set $Name", "$Command $Name") { if ($special.ContainsKey($case)) { return $special[$case] } }
        $values[$Name]
    }

    # A call of a set that has a parameter, and what belongs to it as far as the set has that.
    function Get-Call([string] $Command, [string] $Set, [string] $Parameter) {
        $all = (Get-Command -Name $Command).ParameterSets.Where({ $_.Name -eq $Set })[0].Parameters
        $wanted = @($all.Where({ $_.IsMandatory }).Name) + $Parameter + @($belongs["$Command $Parameter"] ?? $belongs[$Parameter]).Where({ $_ -in $all.Name })
        if ($Command -eq 'Update-ImageTrustKey' -and $Parameter -ne 'OldFingerprint') { $wanted += 'OldKeyPath' }
        if ($Command -in 'Export-ImageTrustReport', 'Export-ImageTrust') { $wanted += 'InputObject' }
        if ($Command -eq 'Save-ImageSignature') { $wanted += $Parameter -eq 'SigstoreKeyPath' ? 'LayoutDirectory' : 'StoreDirectory' }
        if ($Command -eq 'New-MachineConfigTrust') { $wanted += 'OpenShiftVersion', 'Force' }
        if ($Command -eq 'Set-ImageTrust' -and 'Type' -in $all.Name -and -not ($wanted -match 'Key|Identity|^Exact|CA|TrustedRoot|Type|Store|Attachments')) { $wanted += 'Type' }
        if ($Command -eq 'New-ImageTrust' -and -not ($wanted -match 'Key|Identity|^Exact|CA|TrustedRoot|Type')) { $wanted += 'Type' }
        if ('Root' -in $all.Name -and -not ($wanted -match '^(Reference|Baseline)?HostName$|^CurrentUser$|^Local$|^DifferenceObject$')) { $wanted += 'Root' }
        $call = @{}
        foreach ($name in $wanted) { if ($name) { $call[$name] = Get-Value $Command $Set $name } }
        # A root does not say what it boots; only a host that runs does.
        if ($Command -eq 'Test-BootImage' -and $Set -eq 'Host') { $call.Remove('Root') }
        if ($Command -eq 'New-ImageTrustLayer' -and $Parameter -ne 'Confirm') {
            $call['KeyPath'] = $call['SignatureStore'] ? $key : "$root/keys/cosign.pub"
            $call['Force'] = $true
            if ($Parameter -eq 'KeyFile') { $call['InputObject'] = $entry }
        }
        # A log takes sigstore signatures alone.
        if ($Set -eq 'ByKey' -and $Parameter -eq 'TrustedRootPath') { $call['KeyPath'] = "$root/keys/cosign.pub" }
        if ($Command -eq 'Set-ImageTrust' -and $call['CopyKey']) { $call['KeyPath'] = $key }
        if ($Command -eq 'Compare-ImageTrust' -and $Parameter -ne 'ReferenceHostName') { $call['ReferenceObject'] = $entry }
        # This machine is not changed by a test.
        if ($Parameter -eq 'Local' -and (Get-Command -Name $Command).Parameters.ContainsKey('WhatIf')) { $call['WhatIf'] = $true }
        if ((Get-Command -Name $Command).Parameters.ContainsKey('Confirm')) { $call['Confirm'] = $false }
        $call
    }

    # The errors by which a call is refused for what it has, and not for what the files and hosts are like.
    function Get-Refusal([string] $Command, [hashtable] $Call) {
        $failed = @()
        try { $answer = & $Command @Call -ErrorVariable failed -ErrorAction SilentlyContinue -WarningAction SilentlyContinue }
        catch { $failed = @($_) }
        foreach ($job in @($answer).Where({ $_ -is [System.Management.Automation.Job] })) { $job | Wait-Job | Remove-Job -Force }
        $records = $failed.ForEach({ $_ -is [System.Management.Automation.ErrorRecord] ? $_ : $_.ErrorRecord }).Where({ $_ })
        $records.Where({ $_.CategoryInfo.Category -eq 'InvalidArgument' -or $_.Exception -is [System.Management.Automation.ParameterBindingException] })
    }

    # Nothing but the module's own work: no ssh, no client of a cluster, no files of who runs this.
    $path, $home_ = $env:PATH, $env:HOME
    $env:PATH, $env:HOME = '/none', $root
}
AfterAll {
    $env:PATH, $env:HOME = $path, $home_
    Remove-TestRoot
}

Describe 'The set <Set> of <Command>' -ForEach $cases {
    It 'takes every parameter that it lists' {
        $refused = foreach ($name in $Parameters) {
            $call = Get-Call $Command $Set $name
            foreach ($record in Get-Refusal $Command $call) { "-$name ($($call.Keys -join ', ')): $($record.FullyQualifiedErrorId): $record" }
        }
        $refused | Should -BeNullOrEmpty
    }

    It 'is given a value for each in this test' {
        foreach ($name in $Parameters) { $values.ContainsKey($name) | Should -BeTrue -Because "$name has one" }
    }
}

Describe 'A parameter of another set' {
    It 'is refused, and the test notices' {
        $call = Get-Call New-MachineConfigTrust Preset Role
        Get-Refusal New-MachineConfigTrust $call | Should -BeNullOrEmpty
        (Get-Refusal New-MachineConfigTrust ($call + @{ Root = $root })).FullyQualifiedErrorId | Should -BeLike 'AmbiguousParameterSet,*'
        (Get-Refusal Test-ImageTrust @{ Sudo = $true; Root = $root }).FullyQualifiedErrorId | Should -BeLike 'HostNameMissing,*'
    }

    It 'is not listed: what asks no host has no parameter for one' {
        $ofHost = 'Root', 'PolicyPath', 'RegistriesDirectory', 'CurrentUser'
        foreach ($case in @('New-MachineConfigTrust', 'Preset'), @('New-MachineConfigTrust', 'InputObject'), @('Test-ImageSignature', 'ByFile'), @('Test-ImageSignature', 'ByFileDigest')) {
            $listed = (Get-Command -Name $case[0]).ParameterSets.Where({ $_.Name -eq $case[1] })[0].Parameters.Name
            $listed | Should -Contain $(if ($case[0] -like 'New-*') { 'Role' } else { 'KeyPath' })
            $listed.Where({ $_ -in $ofHost + 'AuthFile' + 'Credential' + 'HostName' }) | Should -BeNullOrEmpty
        }
    }
}
