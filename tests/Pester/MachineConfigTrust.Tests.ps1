# New-MachineConfigTrust and Get-MachineConfigTrust. The cluster is a small program that answers as kubectl does.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    # The last version on which a MachineConfig of the usual name decides.
    $preset = @{ Preset = 'RedHat'; OpenShiftVersion = '4.20'; WarningAction = 'SilentlyContinue' }
    $policy = @'
{
    "default": [{"type": "reject"}],
    "transports": {
        "docker": {
            "path.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/signer.asc"}],
            "both.example.com/app": [{"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/keys/signer.asc", "/keys/second.asc"], "signedIdentity": {"type": "matchExact"}}],
            "sigstore.example.com": [{"type": "sigstoreSigned", "keyPath": "/keys/cosign.pub", "rekorPublicKeyPath": "/keys/rekor.pub", "signedIdentity": {"type": "matchRepository"}}],
            "accept.example.com": [{"type": "insecureAcceptAnything"}]
        },
        "docker-daemon": {"": [{"type": "reject"}]},
        "dir": {"/srv": [{"type": "reject"}, {"type": "insecureAcceptAnything"}]}
    }
}
'@
    $stores = @{
        'path.yaml'    = "docker:`n  path.example.com:`n    lookaside: https://s.example.com/path`n  both.example.com:`n    lookaside: https://s.example.com/both`n    lookaside-staging: file:///srv/both`n"
        'sig.yaml'     = "docker:`n  sigstore.example.com:`n    use-sigstore-attachments: true`n"
        'default.yaml' = "default-docker:`n  lookaside-staging: file:///var/lib/containers/sigstore`n"
    }
    function ConvertTo-Comparable($Entry) {
        $Entry | Select-Object Transport, Registry, IsDefault, Type, Requirements, SignatureStore, SignatureStoreStaging, UseSigstoreAttachments, @{ n = 'Keys'; e = { $_.Keys.Fingerprint } } |
            ForEach-Object { ConvertTo-FieldText $_ }
    }
    # A new policy begins with what the distribution's default has.
    function ConvertTo-Sorted($Entry) { ConvertTo-Comparable $Entry | Sort-Object }
}
AfterAll { Remove-TestRoot }

Describe 'New-MachineConfigTrust' {
    Context 'documents' {
        It 'makes an object a role, which is its YAML as text' {
            $configs = New-MachineConfigTrust @preset -Role worker, master, infra
            $configs.Name | Should -Be '51-worker-rh-registry-trust', '51-master-rh-registry-trust', '51-infra-rh-registry-trust'
            $configs[0] | Should -BeOfType ([ContainerTrust.MachineConfigTrust])
            "$($configs[0])" | Should -BeExactly $configs[0].Yaml
            $configs[0].Trust[1].Requirements[0].KeyPath | Should -Be '/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release'
            $configs[0].Files[0].Text | ConvertFrom-Json -AsHashtable | ForEach-Object { $_.transports.Keys } | Should -Be 'docker', 'docker-daemon'
        }

        It 'takes version, name and labels' {
            $config = New-MachineConfigTrust -Preset RedHat -WarningAction SilentlyContinue -OpenShiftVersion 4.9 -Name '60-{role}-trust' -Label @{ team = 'a'; n = 1 }
            $config.Name | Should -Be '60-worker-trust'
            $config.IgnitionVersion | Should -Be '3.2.0'
            $config.Labels['n'] | Should -Be '1'
            $config.Yaml | Should -Match '(?m)^    "n": "1"$'
            $config.Butane | Should -Match '(?m)^version: 4\.9\.0$'
        }

        It 'returns one text with -AsYaml, and one a role with -AsButane' {
            $yaml = New-MachineConfigTrust @preset -Role worker, master -AsYaml
            $yaml | Should -BeOfType ([string])
            @($yaml).Count | Should -Be 1
            ($yaml -split '(?m)^---\n').Count | Should -Be 2
            @(New-MachineConfigTrust @preset -Role worker, master -AsButane).Count | Should -Be 2
            { New-MachineConfigTrust @preset -AsYaml -AsButane } | Should -Throw -ErrorId 'OneFormOnly,*'
        }

        It 'gives back through Get-MachineConfigTrust what Get-ImageTrust gave' {
            $root = New-TestRoot $policy $stores
            $file = "$root/all.yaml"
            $keys = 'signer.asc', 'second.asc', 'cosign.pub', 'rekor.pub' | ForEach-Object { "$root/keys/$_" }
            Get-ImageTrust -Root $root | New-MachineConfigTrust -OpenShiftVersion 4.20 -Force -Role worker, master -IncludeRegistriesD -KeyFile $keys -AsYaml -WarningVariable warnings | Set-Content -LiteralPath $file
            $warnings | Where-Object { "$_" -notlike '*containers/image*' -and "$_" -notlike '*cannot do without*' } | Should -BeNullOrEmpty
            $configs = Get-MachineConfigTrust $file
            $configs.Role | Should -Be 'worker', 'master'
            foreach ($config in $configs) { ConvertTo-Comparable $config.Trust | Should -BeExactly (ConvertTo-Comparable (Get-ImageTrust -Root $root)) }

            # And from there to another host.
            $other = New-TestRoot
            $configs[0].Trust | Set-ImageTrust -Root $other
            ConvertTo-Sorted (Get-ImageTrust -Root $other) | Should -BeExactly (ConvertTo-Sorted (Get-ImageTrust -Root $root))
            Compare-Object $configs[1].Trust (Get-ImageTrust -Root $other) -Property Transport, Registry, Type, SignatureStore | Should -BeNullOrEmpty

            # The host's policy without a pipeline is the same.
            (New-MachineConfigTrust -OpenShiftVersion 4.20 -Force -Root $root -IncludeRegistriesD -KeyFile $keys -WarningAction SilentlyContinue).Files.Source | Should -BeExactly $configs[0].Files.Source
        }

        It 'reads what the root of a node has in registries.d, with entries from the pipeline, too' {
            $root = New-TestRoot $policy @{
                'own.yaml'                = "docker:`n  path.example.com:`n    lookaside: https://s.example.com/path`n"
                'sigstore-registries.yaml' = "docker:`n  sigstore.example.com:`n    use-sigstore-attachments: true`n"
            }
            $null = New-Item -ItemType Directory -Path "$root/etc/machine-config-daemon"
            $to = @{ OpenShiftVersion = '4.20'; Force = $true; IncludeRegistriesD = $true; WarningAction = 'SilentlyContinue' }
            $wanted = '/etc/containers/policy.json', '/etc/containers/registries.d/own.yaml'
            (New-MachineConfigTrust @to -Root $root).Files.Path | Should -Be $wanted
            (Get-ImageTrust -Root $root | New-MachineConfigTrust @to).Files.Path | Should -Be $wanted

            # What the operator has is not written a second time, not for one entry either.
            (Get-ImageTrust -Root $root -Registry sigstore.example.com | New-MachineConfigTrust @to).Files.Path | Should -Be $wanted[0]

            # Nodes that differ have no MachineConfig in common.
            $other = New-TestRoot $policy @{ 'own.yaml' = "docker:`n  other.example.com:`n    lookaside: https://s.example.com/other`n" }
            $null = New-Item -ItemType Directory -Path "$other/etc/machine-config-daemon"
            { @(Get-ImageTrust path.example.com -Root $root) + @(Get-ImageTrust path.example.com -Root $other) | New-MachineConfigTrust @to } |
                Should -Throw -ErrorId 'RegistriesConflict,*'

            # A scope of another file of the node, in an entry that brings a store of its own.
            $entry = Get-ImageTrust -Root $root -Registry path.example.com
            $entry.SignatureStore = 'https://other.example.com/path'
            $made = $entry | New-MachineConfigTrust @to
            $made.Files.Path | Should -Be $wanted
            $made.Files[1].Text | Should -BeLike '*https://other.example.com/path*'
        }

        It 'lets objects through Export-Clixml' {
            $root = New-TestRoot $policy $stores
            $config = New-MachineConfigTrust -OpenShiftVersion 4.20 -Force -Root $root -IncludeRegistriesD -KeyFile "$root/keys/signer.asc" -WarningAction SilentlyContinue
            $config | Export-Clixml -LiteralPath "$root/config.xml"
            $back = Import-Clixml -LiteralPath "$root/config.xml"
            $back | Should -BeOfType ([ContainerTrust.MachineConfigTrust])
            ConvertTo-FieldText $back | Should -BeExactly (ConvertTo-FieldText $config)
        }
    }

    Context 'refusals' {
        It 'does not make this host''s policy of an empty pipeline' {
            { @() | New-MachineConfigTrust -OpenShiftVersion 4.20 } | Should -Throw -ErrorId 'NoEntries,*'
        }

        It 'refuses <Id>' -ForEach @(
            @{ Id = 'UnknownOpenShiftVersion'; Parameters = @{ OpenShiftVersion = '4.7' } }
            @{ Id = 'InvalidRole'; Parameters = @{ Role = 'Worker' } }
            @{ Id = 'NameNotDistinct'; Parameters = @{ Role = 'worker', 'master'; Name = '51-trust' } }
            @{ Id = 'NameTooEarly'; Parameters = @{ Name = '00-trust' } }
            @{ Id = 'InvalidLabel'; Parameters = @{ Label = @{ 'a b' = 'c' } } }
            @{ Id = 'UnknownOSImageStream'; Parameters = @{ OpenShiftVersion = '4.20'; OSImageStream = 'rhel-10' } }
            @{ Id = 'OperatorPolicyWins'; Parameters = @{ OpenShiftVersion = '4.22.0-rc.1' } }
            @{ Id = 'OperatorPolicyWins'; Parameters = @{ OpenShiftVersion = '4.21'; Role = 'infra' } }
            @{ Id = 'ClusterImagesRefused'; Parameters = @{ Default = 'Reject' } }
            @{ Id = 'OneOperatorOnly'; Parameters = @{ OperatorConfig = '/none'; Merge = $true } }
            @{ Id = 'FileNotFound'; Parameters = @{ OperatorConfig = '/none' } }
            @{ Id = 'NoRebootNeedsKeys'; Parameters = @{ NoReboot = $true } }
            @{ Id = 'KeyFileNotFound'; Parameters = @{ KeyFile = './none.asc' } }
        ) {
            $all = @{} + $preset
            foreach ($name in $Parameters.Keys) { $all[$name] = $Parameters[$name] }
            { New-MachineConfigTrust @all } | Should -Throw -ErrorId "$Id,ContainerTrust.Commands.NewMachineConfigTrustCommand"
        }

        It 'asks no host where the entries come from elsewhere' {
            { New-MachineConfigTrust @preset -Root /tmp } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
            { Get-ImageTrust -Root (New-TestRoot $policy) | New-MachineConfigTrust -OpenShiftVersion 4.20 -Root /tmp } | Should -Throw -ErrorId 'HostNotAsked,*'
        }

        It 'refuses a keyring that would accept more' {
            $root = New-TestRoot $policy $stores
            { Get-ImageTrust -Root $root | New-MachineConfigTrust -OpenShiftVersion 4.20 -NoReboot -KeyFile "$root/keys/signer.asc", "$root/keys/second.asc" } | Should -Throw -ErrorId 'NoRebootChangesTrust,*'
            $config = Get-ImageTrust path.example.com -Root $root | New-MachineConfigTrust -OpenShiftVersion 4.20 -NoReboot -KeyFile "$root/keys/signer.asc" -IncludeRegistriesD -WarningAction SilentlyContinue
            $config.Files.Path | Should -Contain '/etc/machine-config-daemon/no-reboot/containers-gpg.pub'
        }
    }

    Context 'the operator''s policy' {
        BeforeAll {
            . $PSScriptRoot/Clusters.ps1
            if ($HasCluster) { $cluster = Start-TestCluster openshift-4.20, openshift-4.22, okd-4.22, hosted-4.22 }
        }
        AfterAll { Stop-TestCluster $cluster }

        It 'merges on <Context>' -ForEach @(
            @{ Context = 'openshift-4.20'; Scopes = 4 }
            @{ Context = 'openshift-4.22'; Scopes = 10 }
            @{ Context = 'okd-4.22'; Scopes = 4 }
        ) {
            if (-not $HasCluster) { Set-ItResult -Skipped -Because 'kubectl or the test cluster is missing' }
            $made = New-MachineConfigTrust -Preset RedHat -Context $Context -Kubeconfig $cluster.Kubeconfig -Role worker, infra -WarningAction SilentlyContinue
            $made.Name | Should -Be '99-zz-worker-image-trust', '99-zz-infra-image-trust'
            $made[0].Trust.Count | Should -Be $Scopes
            $made[0].MergedFrom | Should -Match '^sha256:[0-9a-f]{64}$'
            $made[0].Yaml | Should -Match 'containertrust/merged-from'
            { New-MachineConfigTrust -Preset RedHat -Context $Context -Kubeconfig $cluster.Kubeconfig -AsButane -WarningAction SilentlyContinue } |
                Should -Throw -ErrorId 'ButaneNotPossible,*'
            { New-MachineConfigTrust -Renew -Context $Context -Kubeconfig $cluster.Kubeconfig } | Should -Throw -ErrorId 'MergedConfigNotFound,*'
        }

        It 'says that a hosted cluster has no pools' {
            if (-not $HasCluster) { Set-ItResult -Skipped -Because 'kubectl or the test cluster is missing' }
            { New-MachineConfigTrust -Preset RedHat -Context hosted-4.22 -Kubeconfig $cluster.Kubeconfig } | Should -Throw -ErrorId 'PoolsAreHosted,*'
        }

        It 'merges with what a file has' {
            if (-not $HasCluster) { Set-ItResult -Skipped -Because 'kubectl or the test cluster is missing' }
            $file = Join-Path (New-TestRoot) 'operator.yaml'
            kubectl --kubeconfig $cluster.Kubeconfig --context openshift-4.22 get machineconfig 99-worker-generated-registries -o yaml | Set-Content -LiteralPath $file
            { New-MachineConfigTrust -Preset RedHat -OperatorConfig $file } | Should -Throw -ErrorId 'OpenShiftVersionRequired,*'
            $made = New-MachineConfigTrust -Preset RedHat, OpenShift -Default Reject -OperatorConfig $file -OpenShiftVersion 4.22.3 -WarningAction SilentlyContinue
            $made.Trust[0].Type | Should -Be 'Reject'
            $made.Trust.Registry | Should -Contain 'image-registry.openshift-image-registry.svc:5000'
            $made.Trust.Registry | Should -Contain 'quay.io/openshift-release-dev/ocp-v5.0-art-dev'
        }
    }

    Context '-OutputDirectory' {
        BeforeEach { $root = New-TestRoot }

        It 'writes both forms, and touches nothing that is as it should be' {
            New-MachineConfigTrust @preset -Role worker, master -OutputDirectory "$root/out" | Should -BeNullOrEmpty
            (Get-ChildItem "$root/out").Name | Should -Be '51-master-rh-registry-trust.bu', '51-master-rh-registry-trust.yaml', '51-worker-rh-registry-trust.bu', '51-worker-rh-registry-trust.yaml'
            $before = Get-ChildItem "$root/out" | ForEach-Object { Get-Stamp $_.FullName }
            (New-MachineConfigTrust @preset -Role worker, master -OutputDirectory "$root/out" -PassThru).Count | Should -Be 2
            Get-ChildItem "$root/out" | ForEach-Object { Get-Stamp $_.FullName } | Should -Be $before
            New-MachineConfigTrust -Preset RedHat -WarningAction SilentlyContinue -OpenShiftVersion 4.8 -OutputDirectory "$root/out"
            (Get-MachineConfigTrust "$root/out/51-worker*.bu").OpenShiftVersion | Should -Be '4.8'
        }

        It 'writes nothing with -WhatIf' {
            New-MachineConfigTrust @preset -OutputDirectory "$root/out" -WhatIf
            "$root/out" | Should -Not -Exist
        }

        It 'does not replace what was written or changed by hand' {
            New-MachineConfigTrust @preset -OutputDirectory $root
            $butane = "$root/51-worker-rh-registry-trust.bu"
            $yaml = "$root/51-worker-rh-registry-trust.yaml"
            $made = Get-Content -LiteralPath $butane -Raw
            Set-Content -LiteralPath $butane -Value ("# approved`n" + $made) -NoNewline
            { New-MachineConfigTrust -Preset RedHat -WarningAction SilentlyContinue -OpenShiftVersion 4.9 -OutputDirectory $root } | Should -Throw -ErrorId 'FileExists,*'
            (Get-Content -LiteralPath $butane)[0] | Should -Be '# approved'
            Set-Content -LiteralPath $butane -Value $made -NoNewline
            Add-Content -LiteralPath $yaml -Value "  kernelArguments:`n    - quiet"
            { New-MachineConfigTrust -Preset RedHat -WarningAction SilentlyContinue -OpenShiftVersion 4.9 -OutputDirectory $root } | Should -Throw -ErrorId 'FileExists,*'
            (Get-Content -LiteralPath $yaml)[-1] | Should -Be '    - quiet'
            Get-Content -LiteralPath $butane -Raw | Should -Be $made
        }

        It 'does not replace what is something else' {
            Set-Content -LiteralPath "$root/51-worker-rh-registry-trust.bu" -Value 'notes of mine'
            { New-MachineConfigTrust @preset -OutputDirectory $root } | Should -Throw -ErrorId 'FileExists,*'
            Get-Content -LiteralPath "$root/51-worker-rh-registry-trust.bu" | Should -Be 'notes of mine'
            "$root/51-worker-rh-registry-trust.yaml" | Should -Not -Exist
        }
    }

    It 'shows files as a table' {
        $text = (New-MachineConfigTrust -Preset RedHat -WarningAction SilentlyContinue -OpenShiftVersion 4.9).Files | Out-String
        $text | Should -Match 'Mode\s+Size\s+Compression\s+Path'
        $text | Should -Match '0644\s+\d+\s+/etc/containers/policy\.json'
    }

    It 'completes versions, roles and presets' {
        (TabExpansion2 'New-MachineConfigTrust -OpenShiftVersion 4.1' 44).CompletionMatches.CompletionText | Should -Contain '4.18'
        (TabExpansion2 'New-MachineConfigTrust -OSImageStream r' 39).CompletionMatches.CompletionText | Should -Be 'rhel-9', 'rhel-10'
        (TabExpansion2 'New-MachineConfigTrust -Role m' 30).CompletionMatches.CompletionText | Should -Be 'master'
        (TabExpansion2 'New-MachineConfigTrust -Preset ' 31).CompletionMatches.CompletionText | Should -Be @('RedHat', 'RedHatGpg', 'RedHatSigstore', 'RedHatIsv', 'OpenShift')
    }
}

Describe 'Get-MachineConfigTrust' {
    BeforeAll {
        $root = New-TestRoot
        New-MachineConfigTrust @preset -Role worker, master -AsYaml | Set-Content -LiteralPath "$root/both.yaml"
        New-MachineConfigTrust @preset -Role infra -OutputDirectory $root
        Set-Content -LiteralPath "$root/bad.yaml" -Value ((Get-Content -LiteralPath "$root/both.yaml" -Raw) -creplace 'source: data:\S+(?=\n +mode: 420\n +overwrite: true\n +path: /etc/containers/policy.json\n---)', 'source: https://example.com/policy.json')
        Set-Content -LiteralPath "$root/other.yaml" -Value "apiVersion: v1`nkind: ConfigMap`nmetadata:`n  name: x`n"
    }

    It 'reads files by wildcard, pipeline and literal path' {
        (Get-MachineConfigTrust "$root/both.y*").Name | Should -Be '51-worker-rh-registry-trust', '51-master-rh-registry-trust'
        ("$root/both.yaml", "$root/51-infra-rh-registry-trust.bu" | Get-MachineConfigTrust).Role | Should -Be 'worker', 'master', 'infra'
        (Get-ChildItem "$root/51-*" | Get-MachineConfigTrust).Source | Should -Be "$root/51-infra-rh-registry-trust.bu", "$root/51-infra-rh-registry-trust.yaml"
        (Get-MachineConfigTrust -LiteralPath "$root/both.yaml" -Role master).Name | Should -Be '51-master-rh-registry-trust'
        Push-Location $root
        try { (Get-MachineConfigTrust both.yaml).Trust[0].IsDefault | Should -BeTrue } finally { Pop-Location }
    }

    It 'shows the others where one is refused' {
        $configs = Get-MachineConfigTrust "$root/none.yaml", "$root/bad.yaml", "$root/other.yaml", "$root/both.yaml" -ErrorVariable errors -ErrorAction SilentlyContinue
        $configs.Role | Should -Be 'master', 'worker', 'master'
        $errors.Where({ $_ -is [System.Management.Automation.ErrorRecord] }).FullyQualifiedErrorId | ForEach-Object { $_.Split(',')[0] } | Should -Be 'FileNotFound', 'SourceNotSupported', 'NoMachineConfig'
    }

    Context 'the cluster' {
        BeforeAll {
            $answer = Get-MachineConfigTrust "$root/both.yaml" | ForEach-Object {
                $files = @($_.Files | ForEach-Object { @{ path = $_.Path; mode = $_.Mode; overwrite = $true; contents = @{ source = $_.Source; compression = $_.Compression } } })
                foreach ($name in $_.Name, "rendered-$($_.Role)-0123") {
                    @{ apiVersion = 'machineconfiguration.openshift.io/v1'; kind = 'MachineConfig'; metadata = @{ name = $name; labels = $name -like 'rendered*' ? @{} : @{ 'machineconfiguration.openshift.io/role' = $_.Role } }; spec = @{ config = @{ ignition = @{ version = '3.5.0' }; storage = @{ files = $files } } } }
                }
            }
            $plain = @{ apiVersion = 'machineconfiguration.openshift.io/v1'; kind = 'MachineConfig'; metadata = @{ name = '99-worker-ssh' }; spec = @{} }
            $null = New-Item -ItemType Directory -Path "$root/bin"
            ConvertTo-Json @{ apiVersion = 'v1'; kind = 'List'; items = @($answer) + $plain } -Depth 20 | Set-Content -LiteralPath "$root/answer.json"
            [System.IO.File]::WriteAllText("$root/bin/kubectl", "#!/bin/sh`necho `"`$@`" >> '$root/asked'`ncat '$root/answer.json'`n")
            chmod +x "$root/bin/kubectl"
            Set-Content -LiteralPath "$root/kubeconfig" -Value 'apiVersion: v1'
            $path = $env:PATH
            $env:PATH = "$root/bin:/usr/bin:/bin"
        }
        AfterAll { $env:PATH = $path }

        It 'shows those that decide on trust, without rendered ones' {
            (Get-MachineConfigTrust).Name | Should -Be '51-worker-rh-registry-trust', '51-master-rh-registry-trust'
            (Get-MachineConfigTrust -Role master).Name | Should -Be '51-master-rh-registry-trust'
            (Get-MachineConfigTrust -Name rendered-*).Name | Should -Be 'rendered-worker-0123', 'rendered-master-0123'
        }

        It 'names the cluster, and says what is not there' {
            $found = Get-MachineConfigTrust -Name 51-worker-rh-registry-trust, 51-none -Kubeconfig "$root/kubeconfig" -Context prod -ErrorVariable errors -ErrorAction SilentlyContinue
            $found.Source | Should -Be 'prod'
            $errors[0].FullyQualifiedErrorId | Should -BeLike 'MachineConfigNotFound,*'
            $errors[0].TargetObject | Should -Be '51-none'
            (Get-Content -LiteralPath "$root/asked")[-1] | Should -Be "--kubeconfig=$root/kubeconfig --context=prod get machineconfigs.machineconfiguration.openshift.io 51-worker-rh-registry-trust 51-none --ignore-not-found --output=json"
        }

        It 'passes nothing on that could be an option' {
            { Get-MachineConfigTrust -Name '--server=https://example.com' } | Should -Throw -ErrorId 'InvalidName,*'
        }
    }
}
