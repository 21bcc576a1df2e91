BeforeAll { . $PSScriptRoot/Common.ps1 }
AfterAll { Remove-TestRoot }

Describe 'Changes as objects' {
    BeforeEach { $root = New-TestRoot $SmallPolicy $FullRegistries }

    It 'gives with -PassThru what became of each scope' {
        $changes = Set-ImageTrust quay.io, new.example.com -Type Accept -Root $root -PassThru -WarningAction SilentlyContinue
        $changes[0] | Should -BeOfType ContainerTrust.ImageTrustChange
        ($changes | Where-Object Registry -EQ new.example.com).Status | Should -Be 'Added'
        $changed = $changes | Where-Object Registry -EQ quay.io
        $changed.Status | Should -Be 'Changed'
        $changed.Before.Type | Should -Not -Be 'Accept'
        $changed.After.Type | Should -Be 'Accept'
        $changed.Type | Should -Be 'Accept'
        $changed.Root | Should -Be $root
        $changed.Paths | Should -Be '/etc/containers/policy.json'
        $changed.Command | Should -Be 'Set-ImageTrust'
        (Set-ImageTrust quay.io -Type Accept -Root $root -PassThru).Status | Should -Be 'Unchanged'
        $removed = Remove-ImageTrust quay.io, lost.example.com -Root $root -PassThru -ErrorAction SilentlyContinue
        $removed.Status | Should -Be 'Removed', 'Failed'
        $removed[1].ErrorId | Should -Be 'ImageTrustNotFound'
        $removed[0].Before | Should -Be $changed.After
    }

    It 'takes a piped change for the entry after it, live and from another session' {
        $change = Set-ImageTrust new.example.com -Type Reject -Root $root -PassThru
        $other = New-TestRoot $SmallPolicy
        $change | Set-ImageTrust -Root $other
        (Get-ImageTrust new.example.com -Root $other).Type | Should -Be 'Reject'
        $text = [System.Management.Automation.PSSerializer]::Serialize($change, 1)
        [System.Management.Automation.PSSerializer]::Deserialize($text) | Remove-ImageTrust -Root $other
        (Get-ImageTrust -Root $other).Registry | Should -Not -Contain 'new.example.com'
        $change | Remove-ImageTrust
        (Get-ImageTrust -Root $root).Registry | Should -Not -Contain 'new.example.com'
        ([ContainerTrust.ImageTrustChange][System.Management.Automation.PSSerializer]::Deserialize($text)) -eq $change | Should -BeTrue
    }

    It 'does not set a removed scope again, and gives the entry after a change to other cmdlets' {
        Set-ImageTrust gone.example.com, kept.example.com -Type Reject -Root $root
        $removed = Remove-ImageTrust gone.example.com -Root $root -PassThru
        { $removed | Set-ImageTrust -Root $root -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidEntry,*' -ExpectedMessage '*was removed*'
        (Get-ImageTrust -Root $root).Registry | Should -Not -Contain 'gone.example.com'
        $change = Set-ImageTrust kept.example.com -Type Accept -Root $root -PassThru -WarningAction SilentlyContinue
        $far = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($change, 2))
        (Compare-ImageTrust -ReferenceObject $far -DifferenceObject $change -IncludeEqual).Registry | Should -Be 'kept.example.com'
        Compare-ImageTrust -ReferenceObject $far -DifferenceObject $change | Should -BeNullOrEmpty
    }

    It 'gives what failed also with -WhatIf' {
        $changes = Remove-ImageTrust quay.io, lost.example.com -Root $root -PassThru -WhatIf -ErrorAction SilentlyContinue 6>$null
        $changes.Status | Should -Be 'Failed'
        $changes.Registry | Should -Be 'lost.example.com'
    }

    It 'asks before it takes a change back' {
        (Get-Command Undo-ImageTrust).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false).ConfirmImpact |
            Should -Be 'High'
    }

    It 'shows a unified diff with -WhatIf, and nothing where nothing changes' {
        $told = Set-ImageTrust new.example.com -Type Reject -Root $root -WhatIf 6>&1
        "$($told[0])" | Should -Be '--- /etc/containers/policy.json'
        "$($told[2])" | Should -Match '^@@ -\d+(,\d+)? \+\d+(,\d+)? @@$'
        @($told -match '^\+').Count | Should -BeGreaterThan 1
        Set-ImageTrust quay.io -Type Reject -Root $root
        Set-ImageTrust quay.io -Type Reject -Root $root -WhatIf 6>&1 | Should -BeNullOrEmpty
    }

    It 'takes the last change back, then the one before, and says when nothing is left' {
        $policy = "$root/etc/containers/policy.json"
        $first = Get-Content -LiteralPath $policy -Raw
        Set-ImageTrust a.example.com -Type Reject -Root $root
        $second = Get-Content -LiteralPath $policy -Raw
        Set-ImageTrust b.example.com -Type Reject -Root $root
        "$(Undo-ImageTrust -Root $root -WhatIf 6>&1)" | Should -BeLike '*b.example.com*'
        (Undo-ImageTrust -Root $root -PassThru -Confirm:$false).Status | Should -Be 'Removed'
        Get-Content -LiteralPath $policy -Raw | Should -Be $second
        $changes = Get-ImageTrustChange -Root $root
        $changes.Registry | Should -Be 'b.example.com', 'b.example.com', 'a.example.com'
        $changes[0].Undoes | Should -Be $changes[1].Id
        $changes[1].UndoneBy | Should -Be $changes[0].Id
        Undo-ImageTrust $changes[2].Id -Root $root -Confirm:$false
        Get-Content -LiteralPath $policy -Raw | Should -Be $first
        { Undo-ImageTrust -Root $root } | Should -Throw -ErrorId 'NothingToUndo,ContainerTrust.Commands.UndoImageTrustCommand'
    }

    It 'refuses where a file was changed since' {
        Set-ImageTrust a.example.com -Type Reject -Root $root
        Add-Content -LiteralPath "$root/etc/containers/policy.json" -Value ''
        { Undo-ImageTrust -Root $root } | Should -Throw -ErrorId 'ChangedSince,ContainerTrust.Commands.UndoImageTrustCommand'
    }

    It 'is shown in a table by what became of scopes' {
        $text = Set-ImageTrust a.example.com -Type Reject -Root $root -PassThru | Out-String -Width 80
        $text | Should -Match 'Added +a\.example\.com +reject'
        ($text -split "`n" | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
    }
}
