BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'Formatting' {
    BeforeAll {
        $root = New-TestRoot $FullPolicy $FullRegistries
        $live = Get-ImageTrust -Root $root -WarningAction SilentlyContinue
    }

    It 'has the columns of podman image trust show, by names that scripts can filter by' {
        $lines = $live | Out-String -Width 200 -Stream | Where-Object { $_.Trim() }
        ($lines[0] -split '\s+') -ne '' | Should -Be 'Scope', 'Type', 'Signer', 'Store'
    }

    It 'shows <Name> as <Row>' -TestCases @(
        @{ Name = 'default'; Row = '^default +Reject +https://default.example.com/sigs' }
        @{ Name = 'accept.example.com'; Row = '^accept.example.com +Accept +https' }
        @{ Name = 'path.example.com'; Row = '^path.example.com +SignedBy +signer@example.com +https://path.example.com/sigs' }
        @{ Name = 'exact.example.com/app'; Row = '^exact.example.com/app +SignedBy +signer@example.com, second@example.com +' }
        @{ Name = 'mixed.example.com'; Row = '^mixed.example.com +Mixed +all of signer@example.com, [0-9A-F]{16} ' }
        @{ Name = 'sigstore.example.com'; Row = '^sigstore.example.com +SigstoreSigned +[0-9A-F]{16} ' }
        @{ Name = 'fulcio.example.com'; Row = '^fulcio.example.com +SigstoreSigned +dev@example.com \(https://login.example.com\) ' }
        @{ Name = 'pki.example.com'; Row = '^pki.example.com +SigstoreSigned +ci.example.com \(/keys/roots.pem\) ' }
        @{ Name = 'pkidata.example.com'; Row = '^pkidata.example.com +SigstoreSigned +dev@example.com \(CA in the policy\) ' }
        @{ Name = 'base.example.com'; Row = '^base.example.com +SignedBaseLayer +https' }
    ) {
        # -AutoSize: without it the columns are as wide as what comes within a third of a second, which on a busy machine is not everything.
        $lines = ($live | Format-Table -AutoSize | Out-String -Width 250 -Stream) -match "^$([regex]::Escape($Name)) "
        $lines.Count | Should -Be 1
        $lines[0] | Should -Match $Row
    }

    It 'shows no password of a store, and the property keeps it' {
        $secret = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{"type":"reject"}]}}}' @{ 'a.yaml' = "docker:`n  quay.io:`n    lookaside: https://user:secret@store.example.com/sigs`n" }
        $trust = Get-ImageTrust quay.io -Root $secret -WarningAction SilentlyContinue
        $trust.SignatureStore | Should -Be 'https://user:secret@store.example.com/sigs'
        foreach ($text in ($trust | Out-String -Width 200), ($trust | Format-List | Out-String), ($trust.Section | Format-List | Out-String), ($trust.Section | Format-Table | Out-String), "$($trust.Section)") {
            $text | Should -Not -Match 'secret'
            $text | Should -Match 'https://store.example.com/sigs'
        }
    }

    It 'shows N/A for keys that cannot be read' {
        $lost = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/lost.asc"}]}}}'
        Get-ImageTrust quay.io -Root $lost -WarningAction SilentlyContinue | Out-String | Should -Match 'quay.io +SignedBy +N/A'
    }

    It 'lists everything, with whole fingerprints and requirements' {
        $text = $live | Where-Object Registry -EQ path.example.com | Format-List | Out-String -Width 200
        $text | Should -Match 'DF322D437F503479B7B7F4B68DDE0EF6D7554D14 Test Signer <signer@example.com>'
        $text | Should -Match 'Requirements +: signedBy /keys/signer.asc'
        $text | Should -Match 'UseSigstoreAttachments +: True'
        $text | Should -Match 'RegistriesPath +: /etc/containers/registries.d/path.yaml'
        $text | Should -Not -Match 'Reason'
    }

    It 'lists sigstore keys by their fingerprint, and certificates by subject and issuer' {
        $text = $live | Where-Object Registry -EQ sigstore.example.com | Format-List | Out-String -Width 200
        $text | Should -Match 'Keys +: 68F0F6F0571072FF[0-9A-F]{48}\s'
        $text | Should -Match 'Requirements +: sigstoreSigned any of /keys/cosign.pub, log any of /keys/cosign.pub'
        $text = $live | Where-Object Registry -EQ fulcio.example.com | Format-List | Out-String -Width 200
        $text | Should -Match 'Requirements +: sigstoreSigned dev@example.com \(https://login.example.com\), CA /keys/ca.pem, log in the policy'
        $text = $live | Where-Object Registry -EQ pki.example.com | Format-List | Out-String -Width 200
        $text | Should -Match 'Requirements +: sigstoreSigned ci.example.com, CA /keys/roots.pem, intermediates /keys/middle.pem'
        ($live | Where-Object Registry -EQ fulcio.example.com).Requirements | Out-String -Width 200 | Should -Match 'Fulcio +: dev@example.com \(https://login.example.com\), CA /keys/ca.pem'
        ($live | Where-Object Registry -EQ pkidata.example.com).Requirements | Out-String -Width 200 | Should -Match 'Pki +: dev@example.com, CA in the policy, intermediates in the policy'
    }

    It 'lists why an entry governs an image' {
        Get-ImageTrust -Reference path.example.com/app -Root $root | Format-List | Out-String | Should -Match 'Reason +: \S'
    }

    It 'shows names only with Format-Wide' {
        $live[0, 1] | Format-Wide -Column 1 | Out-String -Stream | Where-Object { $_.Trim() } | ForEach-Object Trim | Should -Be 'default', 'accept.example.com'
    }

    It 'shows keys, subkeys and requirements' {
        $entry = $live | Where-Object Registry -EQ mixed.example.com
        $entry.Keys | Out-String -Width 200 | Should -Match 'DF322D437F503479B7B7F4B68DDE0EF6D7554D14 +Test Signer'
        $entry.Keys[0].Subkeys | Out-String -Width 200 | Should -Match 'CanSign'
        $text = $entry.Requirements | Out-String -Width 200
        $text | Should -Match 'Type +: sigstoreSigned'
        $text | Should -Match 'SignedIdentity +: matchRepository'
        $text | Should -Not -Match 'Fulcio'
    }

    It 'shows when a key ends' {
        $old = New-TestRoot '{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/expired.asc"}]}'
        (Get-ImageTrust -Default -Root $old -WarningAction SilentlyContinue).Keys | Out-String -Width 200 | Should -Match '2020-01-02 expired'
    }

    It 'shows objects of other sessions alike' {
        # Without -AutoSize widths are those of what comes within 300 ms: another each time on a busy machine.
        $path = Join-Path $root 'trust.xml'
        $alike = $live | Format-Table -AutoSize | Out-String -Width 200 -Stream
        $live | Export-Clixml -LiteralPath $path
        Import-Clixml -LiteralPath $path | Format-Table -AutoSize | Out-String -Width 200 -Stream | Should -Be $alike
        $words = (Invoke-ChildSession "
            `$bags = Import-Clixml -LiteralPath '$path'
            Import-Module '$ModulePath'
            `$bags[0].GetType().Name
            `$bags | Format-Table -AutoSize | Out-String -Width 200 -Stream").Output
        $words[0] | Should -Be 'PSObject'
        $words | Select-Object -Skip 1 | Should -Be $alike
    }

    It 'does not let a name steer the terminal' {
        $odd = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"a\u001b[2Jb":[{"type":"reject"}]}}}'
        $text = Get-ImageTrust -Transport docker -Root $odd | Out-String
        $text | Should -Not -Match "\x1b"
        $text | Should -Match ([regex]::Escape('a\u001b[2Jb'))
    }
}
