BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'Set-ImageTrust' {
    BeforeEach { $root = New-TestRoot $SmallPolicy $FullRegistries }

    Context 'scopes' {
        It 'does nothing for -Default:$false' {
            $before = Get-Content "$root/etc/containers/policy.json" -Raw
            Set-ImageTrust -Default:$false -Type Reject -Root $root -ErrorAction Stop | Should -BeNullOrEmpty
            Get-Content "$root/etc/containers/policy.json" -Raw | Should -Be $before
        }

        It 'sets <Type>' -TestCases @(
            @{ Type = 'Accept'; Word = 'insecureAcceptAnything' }
            @{ Type = 'Reject'; Word = 'reject' }
        ) {
            Set-ImageTrust new.example.com -Type $Type -Root $root | Should -BeNullOrEmpty
            (Get-Policy $root).transports.docker.'new.example.com'[0].type | Should -Be $Word
        }

        It 'means SignedBy where a key is given and no type' {
            Set-ImageTrust new.example.com -KeyPath /keys/signer.asc -Root $root
            $requirement = (Get-Policy $root).transports.docker.'new.example.com'
            $requirement.Count | Should -Be 1
            $requirement[0].type | Should -Be 'signedBy'
            $requirement[0].keyType | Should -Be 'GPGKeys'
            $requirement[0].keyPath | Should -Be '/keys/signer.asc'
        }

        It 'demands every key, unless -AnyKey' {
            Set-ImageTrust all.example.com -KeyPath /keys/signer.asc, /keys/second.asc -Root $root
            Set-ImageTrust any.example.com -KeyPath /keys/signer.asc, /keys/second.asc -AnyKey -Root $root
            $docker = (Get-Policy $root).transports.docker
            $docker.'all.example.com'.keyPath | Should -Be '/keys/signer.asc', '/keys/second.asc'
            $docker.'any.example.com'.Count | Should -Be 1
            $docker.'any.example.com'[0].keyPaths | Should -Be '/keys/signer.asc', '/keys/second.asc'
        }

        It 'stores the key itself with -InlineKey, wherever it lies' {
            Set-ImageTrust new.example.com -KeyPath /keys/signer.asc -InlineKey -Root $root
            Push-Location -LiteralPath $DataPath
            try { Set-ImageTrust here.example.com -KeyPath second.asc -InlineKey -Root $root } finally { Pop-Location }
            $docker = (Get-Policy $root).transports.docker
            $docker.'new.example.com'[0].keyData | Should -Be ([Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$DataPath/signer.asc")))
            $docker.'here.example.com'[0].keyData | Should -Be ([Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$DataPath/second.asc")))
        }

        It 'sets sigstore keys' {
            Set-ImageTrust new.example.com -Type SigstoreSigned -KeyPath /keys/cosign.pub -SignedIdentity MatchRepository -UseSigstoreAttachments -Root $root
            $requirement = (Get-Policy $root).transports.docker.'new.example.com'[0]
            $requirement.type | Should -Be 'sigstoreSigned'
            $requirement.signedIdentity.type | Should -Be 'matchRepository'
            (Get-ImageTrust new.example.com -Root $root).UseSigstoreAttachments | Should -BeTrue
        }

        It 'writes the identity <Name>' -TestCases @(
            @{ Name = 'matchExact'; Arguments = @{ SignedIdentity = 'matchexact' } }
            @{ Name = 'matchRepoDigestOrExact'; Arguments = @{ SignedIdentity = 'MatchRepoDigestOrExact' } }
            @{ Name = 'matchRepository'; Arguments = @{ SignedIdentity = 'MatchRepository' } }
            @{ Name = 'exactReference'; Arguments = @{ ExactReference = 'example.com/app:v1' } }
            @{ Name = 'exactRepository'; Arguments = @{ ExactRepository = 'example.com/app' } }
            @{ Name = 'remapIdentity'; Arguments = @{ RemapPrefix = 'mirror.example.com'; SignedPrefix = 'example.com' } }
        ) {
            Set-ImageTrust new.example.com -KeyPath /keys/signer.asc @Arguments -Root $root
            (Get-Policy $root).transports.docker.'new.example.com'[0].signedIdentity.type | Should -BeExactly $Name
        }

        It 'sets several scopes in one write' {
            $before = Get-Stamp "$root/etc/containers/policy.json"
            Set-ImageTrust a.example.com, b.example.com -Type Reject -Root $root
            Get-Stamp "$root/etc/containers/policy.json" | Should -Not -Be $before
            (Get-Policy $root).transports.docker.Keys | Should -Contain 'b.example.com'
            $stamp = Get-Stamp "$root/etc/containers/policy.json"
            Set-ImageTrust a.example.com, b.example.com -Type Reject -Root $root
            Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
        }

        It 'sets other transports' {
            Set-ImageTrust /srv/new -Transport oci -Type Reject -Root $root
            Set-ImageTrust '' -Transport docker-daemon -Type Accept -Root $root -Force
            $transports = (Get-Policy $root).transports
            $transports.oci.'/srv/new'[0].type | Should -Be 'reject'
            $transports.'docker-daemon'.''[0].type | Should -Be 'insecureAcceptAnything'
        }

        It 'leaves everything else as it was' {
            Set-ImageTrust new.example.com -Type Reject -Root $root
            (Get-PolicyText $root) | Should -BeLike '*"quay.io":`[{"type":"reject"}`],"quay.io/team":`[{"type":"insecureAcceptAnything"}`]*'
            [System.IO.File]::ReadAllText("$root/etc/containers/registries.d/default.yaml") | Should -Be $FullRegistries['default.yaml']
        }

        It 'makes a policy where there is none, and says what that means' {
            $empty = New-TestRoot
            Set-ImageTrust quay.io -Type Reject -Root $empty -WarningVariable warnings -WarningAction SilentlyContinue
            (Get-Policy $empty).transports.docker.'quay.io'[0].type | Should -Be 'reject'
            "$warnings" | Should -BeLike '*-Default*'
        }

        It 'takes a key by a path relative to the session, and writes the absolute one' {
            Push-Location -LiteralPath "$root/keys"
            try { Set-ImageTrust new.example.com -KeyPath signer.asc -PolicyPath "$root/etc/containers/policy.json" -RegistriesDirectory "$root/etc/containers/registries.d" } finally { Pop-Location }
            (Get-Policy $root).transports.docker.'new.example.com'[0].keyPath | Should -Be "$root/keys/signer.asc"
        }
    }

    Context 'sigstore' {
        BeforeAll { function Get-Base64([string] $Name) { [Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$DataPath/$Name")) } }

        It 'writes <Case>' -TestCases @(
            @{ Case = 'a requirement a key, each with the log'; Arguments = @{ KeyPath = '/keys/cosign.pub', '/keys/cosign2.pub'; RekorPublicKeyPath = '/keys/rekor.pub' }
                Json = '[{"type":"sigstoreSigned","keyPath":"/keys/cosign.pub","rekorPublicKeyPath":"/keys/rekor.pub"},{"type":"sigstoreSigned","keyPath":"/keys/cosign2.pub","rekorPublicKeyPath":"/keys/rekor.pub"}]'
            }
            @{ Case = 'keys of which any is enough, with several logs'; Arguments = @{ KeyPath = '/keys/cosign.pub', '/keys/cosign2.pub'; AnyKey = $true; RekorPublicKeyPath = '/keys/rekor.pub', '/keys/cosign.pub' }
                Json = '[{"type":"sigstoreSigned","keyPaths":["/keys/cosign.pub","/keys/cosign2.pub"],"rekorPublicKeyPaths":["/keys/rekor.pub","/keys/cosign.pub"]}]'
            }
            @{ Case = 'inline keys'; Arguments = @{ Type = 'SigstoreSigned'; KeyPath = '/keys/cosign.pub', '/keys/cosign2.pub'; AnyKey = $true; InlineKey = $true }
                Json = '[{"type":"sigstoreSigned","keyDatas":["@cosign.pub@","@cosign2.pub@"]}]'
            }
            @{ Case = 'Fulcio'; Arguments = @{ FulcioCAPath = '/keys/ca.pem'; OidcIssuer = 'https://login.example.com'; SubjectEmail = 'dev@example.com'; RekorPublicKeyPath = '/keys/rekor.pub' }
                Json = '[{"type":"sigstoreSigned","fulcio":{"caPath":"/keys/ca.pem","oidcIssuer":"https://login.example.com","subjectEmail":"dev@example.com"},"rekorPublicKeyPath":"/keys/rekor.pub"}]'
            }
            @{ Case = 'Fulcio inside the policy'; Arguments = @{ FulcioCAPath = '/keys/ca.pem'; OidcIssuer = 'https://login.example.com'; SubjectEmail = 'dev@example.com'; RekorPublicKeyPath = '/keys/rekor.pub'; InlineKey = $true }
                Json = '[{"type":"sigstoreSigned","fulcio":{"caData":"@ca.pem@","oidcIssuer":"https://login.example.com","subjectEmail":"dev@example.com"},"rekorPublicKeyData":"@rekor.pub@"}]'
            }
            @{ Case = 'a private PKI'; Arguments = @{ CARootsPath = '/keys/roots.pem'; CAIntermediatesPath = '/keys/middle.pem'; SubjectEmail = 'dev@example.com'; SubjectHostname = 'ci.example.com' }
                Json = '[{"type":"sigstoreSigned","pki":{"caRootsPath":"/keys/roots.pem","caIntermediatesPath":"/keys/middle.pem","subjectEmail":"dev@example.com","subjectHostname":"ci.example.com"}}]'
            }
            @{ Case = 'a private PKI inside the policy'; Arguments = @{ CARootsPath = '/keys/roots.pem'; CAIntermediatesPath = '/keys/middle.pem'; SubjectHostname = 'ci.example.com'; InlineKey = $true }
                Json = '[{"type":"sigstoreSigned","pki":{"caRootsData":"@roots.pem@","caIntermediatesData":"@middle.pem@","subjectHostname":"ci.example.com"}}]'
            }
        ) {
            Set-ImageTrust new.example.com @Arguments -Root $root -WarningAction SilentlyContinue
            foreach ($name in 'cosign.pub', 'cosign2.pub', 'ca.pem', 'rekor.pub', 'roots.pem', 'middle.pem') { $Json = $Json.Replace("@$name@", (Get-Base64 $name)) }
            $written = ConvertTo-Json -InputObject @((Get-PolicyText $root | ConvertFrom-Json -Depth 20).transports.docker.'new.example.com') -Depth 9 -Compress
            $written | Should -BeExactly $Json
            (Get-ImageTrust new.example.com -Root $root).Section.UseSigstoreAttachments | Should -BeTrue

            # What was written is written again as it is, here and after a journey.
            $stamp = Get-Stamp "$root/etc/containers/policy.json"
            Get-ImageTrust new.example.com -Root $root | Export-Clixml -LiteralPath "$root/new.xml"
            Import-Clixml -LiteralPath "$root/new.xml" | Set-ImageTrust -Root $root -WarningAction SilentlyContinue
            Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
            $target = New-TestRoot $SmallPolicy
            Import-Clixml -LiteralPath "$root/new.xml" | Set-ImageTrust -Root $target -WarningAction SilentlyContinue
            ConvertTo-Json -InputObject @((Get-PolicyText $target | ConvertFrom-Json -Depth 20).transports.docker.'new.example.com') -Depth 9 -Compress | Should -BeExactly $Json
            (Get-ImageTrust new.example.com -Root $target).UseSigstoreAttachments | Should -BeTrue
        }

        It 'switches attachments on by itself, and says so' {
            $words = Set-ImageTrust new.example.com -Type SigstoreSigned -KeyPath /keys/cosign.pub -SignedIdentity MatchRepository -Root $root -Verbose -WarningVariable warnings 4>&1
            "$words" | Should -BeLike '*use-sigstore-attachments*switched on for new.example.com*'
            "$warnings" | Should -Be 'Images are accepted with fewer or weaker checks than before: new.example.com (reject -> sigstoreSigned /keys/cosign.pub (matchRepository)).'
            [System.IO.File]::ReadAllText("$root/etc/containers/registries.d/new.example.com.yaml") | Should -Be "docker:`n  new.example.com:`n    use-sigstore-attachments: true`n"
        }

        It 'does not where it is told not to, where they are read already, and where nothing new is asked for' {
            Set-ImageTrust off.example.com -Type SigstoreSigned -KeyPath /keys/cosign.pub -UseSigstoreAttachments:$false -Root $root -WarningVariable warnings -WarningAction SilentlyContinue
            (Get-ImageTrust off.example.com -Root $root).Section.UseSigstoreAttachments | Should -BeExactly $false
            "$warnings" | Should -BeLike '*not switched on*-UseSigstoreAttachments*'
            Set-ImageTrust path.example.com/app -Type SigstoreSigned -KeyPath /keys/cosign.pub -Root $root -WarningAction SilentlyContinue
            (Get-ImageTrust path.example.com/app -Root $root).Section | Should -BeNullOrEmpty

            # A copy stays what it was.
            $target = New-TestRoot $SmallPolicy
            Get-ImageTrust off.example.com -Root $root | Set-ImageTrust -Root $target -WarningAction SilentlyContinue
            (Get-ImageTrust off.example.com -Root $target).Section.UseSigstoreAttachments | Should -BeExactly $false
        }

        It 'switches them on where an entry gets sigstore keys, and for an entry made by hand' {
            $off = Set-ImageTrust off.example.com -Type Reject -UseSigstoreAttachments:$false -Root $root -PassThru
            ($off | Set-ImageTrust -Type SigstoreSigned -KeyPath /keys/cosign.pub -Root $root -PassThru -WarningAction SilentlyContinue).UseSigstoreAttachments | Should -BeTrue
            $requirement = [ContainerTrust.SigstoreSignedRequirement]@{ KeyPath = '/keys/cosign.pub' }
            $hand = [ContainerTrust.ImageTrust]@{ ComputerName = 'x'; Transport = 'docker'; Registry = 'hand.example.com'; Requirements = [ContainerTrust.TrustRequirement[]]@($requirement) }
            ($hand | Set-ImageTrust -Root $root -PassThru -WarningAction SilentlyContinue).Section.UseSigstoreAttachments | Should -BeTrue
        }

        It 'shows with -WhatIf what would be switched on' {
            $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Set-ImageTrust new.example.com -FulcioCAPath /keys/ca.pem -OidcIssuer https://login.example.com -SubjectEmail dev@example.com -RekorPublicKeyPath /keys/rekor.pub -Root '$root' -WhatIf").Output
            "$words" | Should -BeLike 'What if:*Set sigstoreSigned dev@example.com (https://login.example.com), CA /keys/ca.pem, log /keys/rekor.pub, sigstore attachments on*'
            "$root/etc/containers/registries.d/new.example.com.yaml" | Should -Not -Exist
        }

        It 'notes identities that cosign may not satisfy, and warns of both kinds in one list, and of members that are new' {
            $words = Set-ImageTrust new.example.com -Type SigstoreSigned -KeyPath /keys/cosign.pub -Root $root -Verbose -WarningVariable warnings 3>$null 4>&1
            "$warnings" | Should -Not -BeLike '*cosign makes*'
            "$words" | Should -BeLike '*new.example.com: signatures that cosign makes*'
            $mixed = New-TestRoot $FullPolicy $FullRegistries
            Get-ImageTrust mixed.example.com -Root $mixed | Set-ImageTrust -Root $mixed -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeLike '*signedBy and sigstoreSigned*both kinds*'
            "$warnings" | Should -BeLike '*5.24*'
        }

        It 'takes files of this machine by relative paths with -InlineKey' {
            $bare = New-TestRoot $SmallPolicy
            Remove-Item -LiteralPath "$bare/keys" -Recurse
            Push-Location -LiteralPath $DataPath
            try { Set-ImageTrust new.example.com -CARootsPath roots.pem -SubjectHostname ci.example.com -InlineKey -Root $bare -WarningAction SilentlyContinue } finally { Pop-Location }
            (Get-Policy $bare).transports.docker.'new.example.com'[0].pki.caRootsData | Should -Be (Get-Base64 roots.pem)
        }

        It 'sets the default, and default-docker with it' {
            $entry = Set-ImageTrust -Default -CARootsPath /keys/roots.pem -SubjectHostname ci.example.com -Root $root -PassThru -WarningAction SilentlyContinue
            $entry.Type | Should -Be 'SigstoreSigned'
            $entry.Section.UseSigstoreAttachments | Should -BeTrue
        }

        It 'refuses what no policy can hold: <Id>' -TestCases @(
            @{ Id = 'SeveralKeySources'; Arguments = @{ KeyPath = '/keys/cosign.pub'; CARootsPath = '/keys/roots.pem'; SubjectEmail = 'dev@example.com' } }
            @{ Id = 'IncompleteIdentity'; Arguments = @{ FulcioCAPath = '/keys/ca.pem'; SubjectEmail = 'dev@example.com'; RekorPublicKeyPath = '/keys/rekor.pub' } }
            @{ Id = 'IncompleteIdentity'; Arguments = @{ CARootsPath = '/keys/roots.pem' } }
            @{ Id = 'ParametersNotTogether'; Arguments = @{ CARootsPath = '/keys/roots.pem'; SubjectEmail = 'dev@example.com'; RekorPublicKeyPath = '/keys/rekor.pub' } }
            @{ Id = 'ParametersNotTogether'; Arguments = @{ Type = 'SignedBy'; KeyPath = '/keys/signer.asc'; RekorPublicKeyPath = '/keys/rekor.pub' } }
            @{ Id = 'KeysNotUsed'; Arguments = @{ Type = 'Reject'; OidcIssuer = 'https://login.example.com' } }
            @{ Id = 'InvalidSubject'; Arguments = @{ CARootsPath = '/keys/roots.pem'; SubjectEmail = 'dev@example.com ' } }
            @{ Id = 'PathNotAbsolute'; Arguments = @{ CARootsPath = 'roots.pem'; SubjectEmail = 'dev@example.com' } }
            @{ Id = 'NoCertificate'; Arguments = @{ CARootsPath = '/keys/cosign.pub'; SubjectEmail = 'dev@example.com' } }
            @{ Id = 'KeyFileNotFound'; Arguments = @{ CARootsPath = '/keys/none.pem'; SubjectEmail = 'dev@example.com' } }
            @{ Id = 'NoUsableKey'; Arguments = @{ KeyPath = '/keys/cosign.pub'; RekorPublicKeyPath = '/keys/ca.pem' } }
        ) {
            $stamp = Get-Stamp "$root/etc/containers/policy.json"
            { Set-ImageTrust quay.io @Arguments -Root $root } | Should -Throw -ErrorId "$Id,ContainerTrust.Commands.SetImageTrustCommand"
            Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
        }
    }

    Context 'default and presets' {
        It 'sets the default' {
            Set-ImageTrust -Default -Type Reject -SignatureStore https://all.example.com/sigs -Root $root
            (Get-Policy $root).default[0].type | Should -Be 'reject'
            (Get-ImageTrust -Default -Root $root).SignatureStore | Should -Be 'https://all.example.com/sigs'
            [System.IO.File]::ReadAllText("$root/etc/containers/registries.d/default.yaml") | Should -BeLike "*Red Hat's comment stays*"
        }

        It 'sets the registries of Red Hat' {
            $null = New-Item -ItemType Directory -Path "$root/etc/pki/rpm-gpg"
            Copy-Item -LiteralPath "$DataPath/signer.asc" -Destination "$root/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release"
            $entries = Set-ImageTrust -Preset RedHat -Root $root -PassThru
            $entries.Registry | Should -Be 'registry.access.redhat.com', 'registry.redhat.io'
            $entries.SignatureStore | Should -Be 'https://access.redhat.com/webassets/docker/content/sigstore', 'https://registry.redhat.io/containers/sigstore'
            $entries[0].Requirements[0].KeyPath | Should -Be '/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release'
        }

        It 'sets the registries of Red Hat with the key inside, as RHEL 7 did' {
            $entries = Set-ImageTrust -Preset RedHat -KeyPath /keys/signer.asc -InlineKey -Root $root -PassThru
            $entries[1].Requirements[0].KeyData | Should -Not -BeNullOrEmpty
        }

        It 'asks for the signatures of the release' {
            Set-Content "$root/etc/os-release" "ID=rhel`nVERSION_ID=10.1"
            $entries = Set-ImageTrust -Preset RedHat -Root $root -Force -PassThru -WarningAction SilentlyContinue
            $entries.Type | Should -Be SigstoreSigned, SigstoreSigned
            $entries.UseSigstoreAttachments | Should -Be $true, $true
            $entries[0].Requirements.RekorPublicKeyPath | Should -Be /etc/pki/sigstore/REKOR-signing-key
            Set-ImageTrust -Preset RedHatGpg -Root $root -Force -WarningAction SilentlyContinue -WarningVariable warnings
            (Get-ImageTrust registry.redhat.io -Root $root).Type | Should -Be SignedBy
            "$warnings" | Should -BeLike '*registry.redhat.io was trusted by sigstore signatures, and is by GPG signatures from now on. -Preset RedHatSigstore keeps the former.*'
        }
        It 'knows no other preset' {
            { Set-ImageTrust -Preset Nobody -Root $root } | Should -Throw -ErrorId 'PresetNotFound,ContainerTrust.Commands.SetImageTrustCommand'
        }
    }

    Context 'signature stores' {
        It 'sets a store alone and leaves the policy alone' {
            $stamp = Get-Stamp "$root/etc/containers/policy.json"
            Set-ImageTrust quay.io -SignatureStore https://quay.example.com/sigs -SignatureStoreStaging file:///srv/staging -Root $root
            Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
            $entry = Get-ImageTrust quay.io -Root $root
            $entry.Section.SignatureStore | Should -Be 'https://quay.example.com/sigs'
            $entry.Section.SignatureStoreStaging | Should -Be 'file:///srv/staging'
            $entry.Type | Should -Be 'Reject'
        }

        It 'can say that attachments are not read' {
            Set-ImageTrust quay.io -UseSigstoreAttachments:$false -Root $root
            (Get-ImageTrust quay.io -Root $root).Section.UseSigstoreAttachments | Should -BeExactly $false
        }

        It 'has none for other transports, and then copies no entry at all' {
            $dir = Get-ImageTrust /srv/images -Root $root
            $docker = Get-ImageTrust quay.io -Root $root
            { $dir, $docker | Set-ImageTrust -SignatureStore https://quay.example.com/sigs -Root $root } |
                Should -Throw -ErrorId 'NoSignatureStore,ContainerTrust.Commands.SetImageTrustCommand'
            (Get-ImageTrust quay.io -Root $root).SignatureStore | Should -Not -Be 'https://quay.example.com/sigs'
        }
    }

    Context 'pipeline' {
        It 'writes nothing where everything is as it should be' {
            $full = New-TestRoot $FullPolicy $FullRegistries
            $files = @("$full/etc/containers/policy.json") + @(Get-ChildItem -LiteralPath "$full/etc/containers/registries.d" | ForEach-Object FullName)
            $stamps = $files | ForEach-Object { Get-Stamp $_ }
            Get-ImageTrust -Root $full -WarningAction SilentlyContinue | Set-ImageTrust -Root $full -Force -WarningAction SilentlyContinue
            $files | ForEach-Object { Get-Stamp $_ } | Should -Be $stamps
        }

        It 'carries everything to another host' {
            $full = New-TestRoot $FullPolicy $FullRegistries
            $target = New-TestRoot
            Get-ImageTrust -Root $full -WarningAction SilentlyContinue | Set-ImageTrust -Root $target -Force -WarningAction SilentlyContinue
            $there = Get-ImageTrust -Root $target -WarningAction SilentlyContinue
            $here = Get-ImageTrust -Root $full -WarningAction SilentlyContinue
            $there.Count | Should -Be $here.Count
            foreach ($entry in $here) {
                $copy = $there | Where-Object { $_.Transport -eq $entry.Transport -and $_.Registry -eq $entry.Registry }
                ConvertTo-FieldText $copy.Requirements | Should -Be (ConvertTo-FieldText $entry.Requirements)
                ConvertTo-FieldText $copy.Section | Should -Be (ConvertTo-FieldText $entry.Section)
            }
        }

        It 'lets parameters override what the entry says' {
            $entry = Get-ImageTrust quay.io/team -Root $root
            $result = $entry | Set-ImageTrust -KeyPath /keys/signer.asc -SignatureStore https://x.example.com/ -Root $root -PassThru
            $result.Type | Should -Be 'SignedBy'
            $result.SignatureStore | Should -Be 'https://x.example.com/'
        }

        It 'changes one setting of a section and keeps the others' {
            Set-ImageTrust path.example.com -Type Reject -Root $root
            $result = Get-ImageTrust path.example.com -Root $root | Set-ImageTrust -SignatureStore https://new.example.com/ -Root $root -PassThru
            $result.Section.SignatureStore | Should -Be 'https://new.example.com/'
            $result.Section.SignatureStoreStaging | Should -Be 'file:///var/lib/staging'
        }

        It 'changes the identity of the keys that are there' {
            Set-ImageTrust quay.io -KeyPath /keys/signer.asc -Root $root
            $result = Get-ImageTrust quay.io -Root $root | Set-ImageTrust -SignedIdentity MatchExact -Root $root -PassThru
            $result.Requirements[0].KeyPath | Should -Be '/keys/signer.asc'
            $result.Requirements[0].SignedIdentity.Type | Should -Be 'matchExact'
        }

        It 'takes an entry that was made by hand' {
            $requirement = [ContainerTrust.SignedByRequirement]@{ KeyPath = '/keys/signer.asc' }
            $entry = [ContainerTrust.ImageTrust]@{ ComputerName = 'x'; Transport = 'docker'; Registry = 'hand.example.com'; Requirements = [ContainerTrust.TrustRequirement[]]@($requirement); SignatureStore = 'https://hand.example.com/' }
            $result = $entry | Set-ImageTrust -Root $root -PassThru
            $result.Requirements[0].KeyPath | Should -Be '/keys/signer.asc'
            $result.Section.SignatureStore | Should -Be 'https://hand.example.com/'
        }

        It 'returns with -PassThru what was set, and nothing else' {
            $result = Set-ImageTrust *.example.com, new.example.com -Type Accept -Root $root -PassThru
            $result.Registry | Should -Be '*.example.com', 'new.example.com'
            $result.Type | Should -Be 'Accept', 'Accept'
        }
    }

    Context '-WhatIf' {
        It 'names each scope and what would be set, and touches nothing' {
            $stamp = Get-Stamp "$root/etc/containers/policy.json"
            $words = (Invoke-ChildSession "Import-Module '$ModulePath'; Set-ImageTrust quay.io, new.example.com -KeyPath /keys/signer.asc -SignatureStore https://s.example.com/ -Root '$root' -WhatIf -PassThru").Output
            $words | Should -Contain '--- /etc/containers/policy.json'
            @($words -like '+*new.example.com*').Count | Should -BeGreaterThan 0
            $words = @($words -like 'What if:*')
            $words.Count | Should -Be 2
            $words[0] | Should -BeLike 'What if:*signedBy /keys/signer.asc, signature store https://s.example.com/*quay.io in /etc/containers/policy.json*'
            $words[1] | Should -BeLike '*new.example.com*'
            Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
            "$root/etc/containers/registries.d/new.example.com.yaml" | Should -Not -Exist
        }

        It 'makes no directory and no file' {
            $bare = New-TestRoot
            Remove-Item -LiteralPath "$bare/etc" -Recurse
            (Invoke-ChildSession "Import-Module '$ModulePath'; Set-ImageTrust quay.io -Type Reject -Root '$bare' -WhatIf").Output -join "`n" | Should -BeLike '*What if:*quay.io*'
            "$bare/etc" | Should -Not -Exist
        }

        It 'fails on a broken policy' {
            $broken = New-TestRoot '{'
            { Set-ImageTrust quay.io -Type Reject -Root $broken -WhatIf } | Should -Throw
        }
    }

    Context '-Confirm' {
        It 'sets the scopes that were agreed to, in one write' {
            $answers = "$root/answers"
            [System.IO.File]::WriteAllText($answers, "y`nn`ny`n")
            $script = "Import-Module '$ModulePath'; (Set-ImageTrust a.example.com, b.example.com, c.example.com -Type Reject -Root '$root' -Confirm -PassThru).Registry -join ' '"
            $output = bash -c "NO_COLOR=1 '$PowerShellPath' -NoProfile -Command `"`$1`" < '$answers'" -- $script
            $output[-1] | Should -Be 'a.example.com c.example.com'
            (Get-Policy $root).transports.docker.Keys | Should -Not -Contain 'b.example.com'
        }
    }

    Context 'errors' {
        It '<Id>' -TestCases @(
            @{ Id = 'MissingType'; Arguments = @{ Registry = 'quay.io' } }
            @{ Id = 'MissingKey'; Arguments = @{ Registry = 'quay.io'; Type = 'SignedBy' } }
            @{ Id = 'KeysNotUsed'; Arguments = @{ Registry = 'quay.io'; Type = 'Accept'; KeyPath = '/keys/signer.asc' } }
            @{ Id = 'KeyFileNotFound'; Arguments = @{ Registry = 'quay.io'; KeyPath = '/keys/lost.asc' } }
            @{ Id = 'NoSigningKey'; Arguments = @{ Registry = 'quay.io'; KeyPath = '/keys/expired.asc' } }
            @{ Id = 'PathNotAbsolute'; Arguments = @{ Registry = 'quay.io'; KeyPath = 'signer.asc' } }
            @{ Id = 'InvalidIdentity'; Arguments = @{ Registry = 'quay.io'; KeyPath = '/keys/signer.asc'; RemapPrefix = 'a.example.com' } }
            @{ Id = 'InvalidIdentity'; Arguments = @{ Registry = 'quay.io'; KeyPath = '/keys/signer.asc'; SignedIdentity = 'MatchExact'; ExactRepository = 'example.com/app' } }
            @{ Id = 'InvalidIdentity'; Arguments = @{ Registry = 'quay.io'; KeyPath = '/keys/signer.asc'; ExactReference = 'example.com/app' } }
        ) {
            $stamp = Get-Stamp "$root/etc/containers/policy.json"
            { Set-ImageTrust @Arguments -Root $root } | Should -Throw -ErrorId "$Id,ContainerTrust.Commands.SetImageTrustCommand"
            Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
        }

        It 'does not store a binary key beside an armored one (MixedKeyFormats)' {
            $lines = [System.IO.File]::ReadAllLines("$DataPath/second.asc").Where({ $_ -notmatch '^(-----|=|$)' })
            [System.IO.File]::WriteAllBytes("$root/keys/binary.gpg", [Convert]::FromBase64String(-join $lines))
            { Set-ImageTrust quay.io -KeyPath /keys/signer.asc, /keys/binary.gpg -AnyKey -InlineKey -Root $root } |
                Should -Throw -ErrorId 'MixedKeyFormats,*'
        }

        It 'does not guess which identity new keys have (IdentityAmbiguous)' {
            $policy = '{"default":[{"type":"reject"}],"transports":{"docker":{"a.example.com":[
                {"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc","signedIdentity":{"type":"matchExact"}},
                {"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/second.asc","signedIdentity":{"type":"matchRepository"}}]}}}'
            $two = New-TestRoot $policy
            Get-ImageTrust a.example.com -Root $two |
                Set-ImageTrust -KeyPath /keys/signer.asc -Root $two -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'IdentityAmbiguous,*'
            (Get-Policy $two).transports.docker.'a.example.com'.Count | Should -Be 2
        }

        It 'refuses a scope that no image has, and sets the others' {
            Set-ImageTrust https://bad.example.com, good.example.com, default -Type Reject -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.FullyQualifiedErrorId | Should -Be (@('UnreachableScope,ContainerTrust.Commands.SetImageTrustCommand') * 2)
            $failures[0].TargetObject | Should -Be 'https://bad.example.com'
            $failures[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
            "$($failures[1])" | Should -BeLike '*-Default*'
            (Get-Policy $root).transports.docker.Keys | Should -Contain 'good.example.com'
            (Get-Policy $root).transports.docker.Keys | Should -Not -Contain 'default'
        }

        It 'says how all of a transport is set, and that works' {
            Set-ImageTrust containers-storage -Type Accept -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
            "$($failures[0])" -match "name ('.*') as the scope, with (-Transport .*)\.$" | Should -BeTrue -Because "$($failures[0])"
            $followed = New-TestRoot '{"default":[{"type":"reject"}]}'
            Invoke-Expression "Set-ImageTrust $($Matches[1]) $($Matches[2]) -Type Accept -Root $followed -WarningAction SilentlyContinue"
            (Get-Policy $followed).transports['containers-storage'][''][0].type | Should -Be insecureAcceptAnything
        }

        It 'writes a missing key with -Force, and warns' {
            Set-ImageTrust quay.io -KeyPath /keys/lost.asc -Force -Root $root -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeLike '*/keys/lost.asc*'
            (Get-Policy $root).transports.docker.'quay.io'[0].keyPath | Should -Be '/keys/lost.asc'
        }

        It 'writes no entry of a copy when the key of one is missing' {
            $lost = [ContainerTrust.ImageTrust]@{ ComputerName = 'x'; Transport = 'docker'; Registry = 'lost.example.com'; Requirements = [ContainerTrust.TrustRequirement[]]@([ContainerTrust.SignedByRequirement]@{ KeyPath = '/keys/lost.asc' }) }
            $good = Get-ImageTrust quay.io/team -Root $root
            $stamp = Get-Stamp "$root/etc/containers/policy.json"
            ($lost, $good | Set-ImageTrust -Root $root -PassThru -ErrorAction SilentlyContinue -ErrorVariable failures).Status | Sort-Object -Unique | Should -Be 'Failed'
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'KeyFileNotFound,*'
            $failures[1].FullyQualifiedErrorId | Should -BeLike 'NothingWritten,*'
            Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
        }

        It 'keeps the identity of an entry that gets another key' {
            Set-ImageTrust kept.example.com -KeyPath /keys/a.asc -SignedIdentity MatchExact -Force -Root $root -WarningAction SilentlyContinue
            Get-ImageTrust kept.example.com -Root $root -WarningAction SilentlyContinue | Set-ImageTrust -KeyPath /keys/b.asc -Force -Root $root -WarningAction SilentlyContinue
            $requirement = (Get-Policy $root).transports.docker.'kept.example.com'[0]
            $requirement.keyPath | Should -Be '/keys/b.asc'
            $requirement.signedIdentity.type | Should -Be 'matchExact'
        }

        It 'holds an entry that was made by hand to the rules for scopes' {
            $entry = [ContainerTrust.ImageTrust]@{ ComputerName = 'x'; Transport = 'docker'; Registry = 'busybox'; Requirements = [ContainerTrust.TrustRequirement[]]@([ContainerTrust.RejectRequirement]::new()) }
            $entry | Set-ImageTrust -Root $root -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'UnreachableScope,*'
        }

        It 'refuses requirements that no policy can hold' {
            $empty = [ContainerTrust.ImageTrust]@{ ComputerName = 'x'; Transport = 'docker'; Registry = 'empty.example.com'; Requirements = [ContainerTrust.TrustRequirement[]]@() }
            $stamp = Get-Stamp "$root/etc/containers/policy.json"
            { $empty | Set-ImageTrust -Root $root -ErrorAction Stop } | Should -Throw
            Get-Stamp "$root/etc/containers/policy.json" | Should -Be $stamp
        }

        It 'asks for a type it knows' {
            { Set-ImageTrust quay.io -Type Maybe -Root $root } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }
    }
}
