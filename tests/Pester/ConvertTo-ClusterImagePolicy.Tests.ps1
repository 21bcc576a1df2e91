BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'ConvertTo-ClusterImagePolicy' {
    BeforeAll {
        $root = New-TestRoot $FullPolicy $FullRegistries
        $cosign = [Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$DataPath/cosign.pub"))
        $live = Get-ImageTrust -Root $root -WarningAction SilentlyContinue
        function Get-Entry([string[]] $Name) { $live.Where({ $_.Registry -in $Name }) }
    }

    Context 'documents' {
        It 'makes an object of an entry' {
            $policy = Get-Entry data.example.com | ConvertTo-ClusterImagePolicy -Root $root
            $policy | Should -BeOfType ([ContainerTrust.ImagePolicyDocument])
            $policy.Kind | Should -Be 'ClusterImagePolicy'
            $policy.Name | Should -Be 'data.example.com'
            $policy.Namespace | Should -BeNullOrEmpty
            $policy.PolicyType | Should -Be 'PublicKey'
            $policy.Scopes[0] | Should -Be 'data.example.com'
            "$policy" | Should -BeExactly $policy.Yaml
            $policy.Yaml | Should -Match "(?m)^        keyData: $([regex]::Escape($cosign))$"
            $policy.Yaml | Should -Match "(?m)^        rekorKeyData: $([regex]::Escape($cosign))$"
        }

        It 'reads key files below -Root, also where the list has one file' {
            (Get-Entry sigstore.example.com | ConvertTo-ClusterImagePolicy -Root $root).Yaml | Should -Match ([regex]::Escape($cosign))
        }

        It 'takes entries as an argument' {
            (ConvertTo-ClusterImagePolicy (Get-Entry data.example.com, sigstore.example.com) -Root $root).Name | Should -Be 'sigstore.example.com', 'data.example.com'
        }

        It 'makes ImagePolicy documents for a namespace' {
            $policy = Get-Entry data.example.com | ConvertTo-ClusterImagePolicy -Namespace team-a -Root $root
            $policy.Kind | Should -Be 'ImagePolicy'
            $policy.Namespace | Should -Be 'team-a'
            $policy.Yaml | Should -Match '(?m)^  namespace: team-a$'
        }

        It 'returns one text with -AsYaml' {
            $text = Get-Entry data.example.com, sigstore.example.com | ConvertTo-ClusterImagePolicy -AsYaml -Root $root
            $text | Should -BeOfType ([string])
            $text.Count | Should -Be 1
            ($text -split '(?m)^---\n').Count | Should -Be 2
            [regex]::Matches($text, '(?m)^kind: ClusterImagePolicy$').Count | Should -Be 2
            $text | Should -Not -Match '\n$'
        }

        It 'makes one policy with -Name' {
            $policy = Get-Entry data.example.com, sigstore.example.com | ConvertTo-ClusterImagePolicy -Name vendor -Root $root
            $policy.Name | Should -Be 'vendor'
            $policy.Scopes | Should -Be 'sigstore.example.com', 'data.example.com'
        }

        It 'makes what the command makes' {
            $command = "$RepositoryRoot/out/cli/containertrust"
            if (-not (Test-Path -LiteralPath $command)) { Set-ItResult -Skipped -Because 'the command is not published' }
            $text = Get-Entry data.example.com, sigstore.example.com | ConvertTo-ClusterImagePolicy -AsYaml -Root $root -OpenShiftVersion 4.21
            $made = & $command imagepolicy data.example.com sigstore.example.com --root $root --openshift-version 4.21
            ($made -join "`n") | Should -BeExactly $text
        }

        It 'returns nothing for nothing' {
            @() | ConvertTo-ClusterImagePolicy | Should -BeNullOrEmpty
            Get-Entry accept.example.com | ConvertTo-ClusterImagePolicy -AsYaml -Root $root -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        }
    }

    Context 'errors' {
        It 'refuses an entry whose file is not there' {
            $bare = New-TestRoot $FullPolicy $FullRegistries
            if (Test-Path -LiteralPath "$bare/keys/ca.pem") { Remove-Item -LiteralPath "$bare/keys/ca.pem" }
            $policy = Get-Entry fulcio.example.com, data.example.com | ConvertTo-ClusterImagePolicy -Root $bare -ErrorVariable refused -ErrorAction SilentlyContinue
            $policy.Name | Should -Be 'data.example.com' -Because 'the other entry is converted'
            $refused.Count | Should -Be 1
            $refused[0].FullyQualifiedErrorId | Should -Be 'KeyFileNotFound,ContainerTrust.Commands.ConvertToClusterImagePolicyCommand'
        }

        It 'refuses <Name>: <Id>' -TestCases @(
            @{ Name = 'default'; Id = 'DefaultNotPossible' }
            @{ Name = ''; Id = 'TransportNotPossible' }
            @{ Name = 'accept.example.com'; Id = 'RequirementNotPossible' }
            @{ Name = 'path.example.com'; Id = 'RequirementNotPossible' }
            @{ Name = 'mixed.example.com'; Id = 'RequirementNotPossible' }
            @{ Name = 'base.example.com'; Id = 'RequirementNotPossible' }
            @{ Name = 'datas.example.com'; Id = 'KeysNotPossible' }
            @{ Name = 'fulciodata.example.com'; Id = 'InvalidCertificate' }
            @{ Name = 'pkidata.example.com'; Id = 'InvalidCertificate' }
        ) {
            $policy = Get-Entry $Name, data.example.com | ConvertTo-ClusterImagePolicy -Root $root -ErrorVariable refused -ErrorAction SilentlyContinue
            $policy.Name | Should -Be 'data.example.com' -Because 'the other entry is converted'
            $refused.Count | Should -Be 1
            $refused[0].FullyQualifiedErrorId | Should -Be "$Id,ContainerTrust.Commands.ConvertToClusterImagePolicyCommand"
        }

        It 'ends with an error where -Name or -Namespace is not possible: <Id>' -TestCases @(
            @{ Arguments = @{ Name = 'Vendor' }; Id = 'InvalidName' }
            @{ Arguments = @{ Name = 'openshift' }; Id = 'ReservedName' }
            @{ Arguments = @{ Namespace = 'a.b' }; Id = 'InvalidNamespace' }
            @{ Arguments = @{ Root = '/none/such' }; Id = 'RootNotFound' }
        ) {
            $all = @{ Root = $root }
            foreach ($name in $Arguments.Keys) { $all[$name] = $Arguments[$name] }
            { Get-Entry data.example.com | ConvertTo-ClusterImagePolicy @all } | Should -Throw -ErrorId "$Id,*"
        }

        It 'does not take the files of one host for those of another' {
            $other = New-TestRoot $FullPolicy
            [System.IO.File]::WriteAllText("$other/etc/hostname", "other.example.com`n")
            { Get-Entry fulciodata.example.com | ConvertTo-ClusterImagePolicy -Root $other -ErrorAction Stop } | Should -Throw -ErrorId 'FileOnAnotherHost,*'
            (Get-Entry sigstore.example.com | ConvertTo-ClusterImagePolicy -Root $other).Yaml | Should -Match ([regex]::Escape($cosign)) -Because 'the entry knows the fingerprint'
            $key = [System.Security.Cryptography.ECDsa]::Create([System.Security.Cryptography.ECCurve+NamedCurves]::nistP256)
            [System.IO.File]::WriteAllText("$other/keys/cosign.pub", $key.ExportSubjectPublicKeyInfoPem())
            { Get-Entry sigstore.example.com | ConvertTo-ClusterImagePolicy -Root $other -ErrorAction Stop } | Should -Throw -ErrorId 'KeyMismatch,*'
        }
    }

    Context 'objects of other sessions' {
        It 'takes entries from CLIXML, and brings documents back' {
            $path = Join-Path $root 'entries.xml'
            Get-Entry data.example.com, sigstore.example.com | Export-Clixml -LiteralPath $path
            $policies = Import-Clixml -LiteralPath $path | ConvertTo-ClusterImagePolicy -Root $root
            $policies.Count | Should -Be 2
            $policies | Export-Clixml -LiteralPath $path
            $back = Import-Clixml -LiteralPath $path
            $back[0] | Should -BeOfType ([ContainerTrust.ImagePolicyDocument])
            ConvertTo-FieldText $back | Should -Be (ConvertTo-FieldText $policies)
        }

        It 'takes property bags, as remoting brings them' {
            $path = Join-Path $root 'bags.xml'
            Get-Entry data.example.com | Export-Clixml -LiteralPath $path
            $child = Invoke-ChildSession "
                `$bag = Import-Clixml -LiteralPath '$path'
                Import-Module '$ModulePath'
                `$bag.GetType().Name
                (`$bag | ConvertTo-ClusterImagePolicy -Root '$root').Name"
            $child.Output | Should -Be 'PSObject', 'data.example.com'
        }
    }

    Context '-OpenShiftVersion' {
        It 'makes documents for <Version>' -TestCases @(
            @{ Version = '4.18.7'; Api = 'v1alpha1'; Count = 1 }
            @{ Version = '4.20.0-okd-scos.17'; Api = 'v1'; Count = 0 }
            @{ Version = '4.22'; Api = 'v1'; Count = 0 }
        ) {
            $policy = Get-Entry data.example.com | ConvertTo-ClusterImagePolicy -Root $root -OpenShiftVersion $Version -WarningVariable warned -WarningAction SilentlyContinue
            $policy.Yaml | Should -Match "^apiVersion: config.openshift.io/$Api\n"
            $warned.Count | Should -Be $Count
            if ($Count) { "$warned" | Should -BeLike '*TechPreviewNoUpgrade*' }
        }

        It 'ends with an error for <Version>: <Id>' -TestCases @(
            @{ Version = '4.15'; Id = 'OpenShiftWithoutImagePolicies' }
            @{ Version = 'latest'; Id = 'UnknownOpenShiftVersion' }
        ) {
            { Get-Entry data.example.com | ConvertTo-ClusterImagePolicy -Root $root -OpenShiftVersion $Version } | Should -Throw -ErrorId "$Id,*"
        }

        It 'leaves out certificates of a private PKI where the version does not know them' {
            $entry = [ContainerTrust.ImageTrust]@{
                Transport = 'docker'; Registry = 'pki.example.com'; ComputerName = 'x'
                Requirements = [ContainerTrust.TrustRequirement[]]@([ContainerTrust.SigstoreSignedRequirement]@{
                        Pki = [ContainerTrust.PkiIdentity]@{ CaRootsPath = "$DataPath/roots.pem"; SubjectEmail = 'dev@example.com' }
                    })
            }
            $entry, (Get-Entry data.example.com) | ConvertTo-ClusterImagePolicy -OpenShiftVersion 4.20 -ErrorVariable refused -ErrorAction SilentlyContinue |
                ForEach-Object Name | Should -Be 'data.example.com'
            $refused[0].FullyQualifiedErrorId | Should -BeLike 'PkiNotInVersion,*'
            $entry | ConvertTo-ClusterImagePolicy -OpenShiftVersion 4.21.3 | ForEach-Object PolicyType | Should -Be 'PKI'
            $null = $entry | ConvertTo-ClusterImagePolicy -WarningVariable warned -WarningAction SilentlyContinue
            "$warned" | Should -BeLike '*OpenShift 4.21*'
        }
    }

    Context '-Preset' {
        BeforeAll {
            $vendor = New-TestRoot $FullPolicy
            $null = New-Item -ItemType Directory -Path "$vendor/etc/pki/sigstore"
            Copy-Item -LiteralPath "$DataPath/cosign.pub" -Destination "$vendor/etc/pki/sigstore/SIGSTORE-redhat-release3"
            Copy-Item -LiteralPath "$DataPath/rekor.pub" -Destination "$vendor/etc/pki/sigstore/REKOR-signing-key"
            $rekor = [Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$DataPath/rekor.pub"))
        }

        It 'makes policies of the keys of a root' {
            $policies = ConvertTo-ClusterImagePolicy -Preset RedHatSigstore -Scope registry.redhat.io/rhel9, registry.redhat.io/openshift4 -Root $vendor -OpenShiftVersion 4.22
            $policies.Scopes | Should -Be 'registry.redhat.io/rhel9', 'registry.redhat.io/openshift4'
            foreach ($policy in $policies) {
                $policy.Yaml | Should -Match "(?m)^        keyData: $([regex]::Escape($cosign))$"
                $policy.Yaml | Should -Match "(?m)^        rekorKeyData: $([regex]::Escape($rekor))$"
            }
        }

        It 'makes one policy of files of this machine, relative to the location' {
            Push-Location -LiteralPath $DataPath
            try {
                $text = ConvertTo-ClusterImagePolicy -Preset redhatsigstore -Scope registry.redhat.io/rhel9, registry.access.redhat.com/ubi9 -KeyPath ./cosign.pub -RekorPublicKeyPath rekor.pub -Name red-hat -AsYaml
            }
            finally { Pop-Location }
            [regex]::Matches($text, '(?m)^kind: ClusterImagePolicy$').Count | Should -Be 1
            $text | Should -Match '(?m)^    - registry.access.redhat.com/ubi9$'
        }

        It 'is refused: <Id>' -TestCases @(
            @{ Arguments = @{ Preset = 'RedHat'; Scope = 'registry.redhat.io/rhel9' }; Id = 'PresetNotPossible' }
            @{ Arguments = @{ Preset = 'None'; Scope = 'registry.redhat.io/rhel9' }; Id = 'PresetNotFound' }
            @{ Arguments = @{ Preset = 'RedHatSigstore'; Scope = 'quay.io/team' }; Id = 'ScopeNotOfPreset' }
            @{ Arguments = @{ Preset = 'RedHatSigstore'; Scope = 'registry.redhat.io/rhel9'; KeyPath = '/none/key' }; Id = 'KeyFileNotFound' }
        ) {
            { ConvertTo-ClusterImagePolicy @Arguments -Root $vendor } | Should -Throw -ErrorId "$Id,*"
        }

        It 'is refused without a key, and for a whole registry' {
            { ConvertTo-ClusterImagePolicy -Preset RedHatSigstore -Scope registry.redhat.io/rhel9 -Root $root } | Should -Throw -ErrorId 'PresetKeyMissing,*'
            $policy = ConvertTo-ClusterImagePolicy -Preset RedHatSigstore -Scope registry.redhat.io, registry.redhat.io/rhel9 -Root $vendor -ErrorVariable refused -ErrorAction SilentlyContinue
            $policy.Scopes | Should -Be 'registry.redhat.io/rhel9'
            $refused[0].FullyQualifiedErrorId | Should -BeLike 'ScopeOfTheSystem,*'
            "$($refused[0])" | Should -BeLike '*-Preset RedHatSigstore with -Scope*'
        }
    }

    It 'shows a table of policies' {
        $lines = Get-Entry data.example.com | ConvertTo-ClusterImagePolicy -Root $root | Out-String -Width 200 -Stream | Where-Object { $_.Trim() }
        ($lines[0] -split '\s+') -ne '' | Should -Be 'Kind', 'Name', 'Namespace', 'PolicyType', 'Scopes'
        $lines[2] | Should -Match '^ClusterImagePolicy +data.example.com +PublicKey +data.example.com'
    }

    It 'warns where an entry that is left out falls to a policy above it' {
        $text = '{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{"type":"sigstoreSigned","keyPath":"/keys/cosign.pub"}],"quay.io/team":[{"type":"reject"}]}}}'
        $nested = New-TestRoot $text
        $null = Get-ImageTrust -Transport docker -Root $nested | ConvertTo-ClusterImagePolicy -Root $nested -WarningVariable warned -WarningAction SilentlyContinue -ErrorAction SilentlyContinue
        $warned | Where-Object { "$_" -like "'quay.io/team' has become no policy*" } | Should -HaveCount 1
        $warned | Where-Object { "$_" -like "*OpenShift itself*" } | Should -HaveCount 1
    }
}
