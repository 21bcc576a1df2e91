# The collection packaging/ansible, by the real Ansible on this host: check mode, diff, and that a second run changes nothing.
BeforeDiscovery {
    . $PSScriptRoot/Common.ps1
    $command = "$RepositoryRoot/out/cli/containertrust"
    $missing = if (-not (Get-Command ansible-playbook -CommandType Application -ErrorAction Ignore)) { 'ansible is not installed' }
    elseif (-not (Test-Path -LiteralPath $command)) { 'the command is not published' }
    if ($missing) { Write-Host "SKIPPED The Ansible collection is skipped, because $missing" }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    Import-Module $ModulePath -Force
    $command = "$RepositoryRoot/out/cli/containertrust"
    $scratch = New-TestRoot
    $null = New-Item -ItemType Directory "$scratch/collections/ansible_collections/containertrust", "$scratch/home"
    $null = New-Item -ItemType SymbolicLink -Path "$scratch/collections/ansible_collections/containertrust/trust" -Target "$RepositoryRoot/packaging/ansible"

    # Runs a playbook of one task, and returns what the task gave, with what ansible printed.
    function Invoke-Task([string] $Module, [hashtable] $Parameters, [string[]] $Options = @()) {
        $task = @{ "containertrust.trust.$Module" = @{ executable = $command } + $Parameters; register = 'found'; ignore_errors = $true }
        $book = @(@{ hosts = 'localhost'; connection = 'local'; gather_facts = $false
                tasks = @($task, @{ 'ansible.builtin.copy' = @{ dest = "$scratch/found.json"; content = '{{ found | to_json }}' }; check_mode = $false; diff = $false }) })
        [System.IO.File]::WriteAllText("$scratch/book.json", (ConvertTo-Json -InputObject $book -Depth 20))
        $printed = & env "HOME=$scratch/home" "ANSIBLE_COLLECTIONS_PATHS=$scratch/collections" "ANSIBLE_COLLECTIONS_PATH=$scratch/collections" ANSIBLE_NOCOLOR=1 `
            ANSIBLE_LOCALHOST_WARNING=false LC_ALL=C.UTF-8 ansible-playbook -i 'localhost,' @Options "$scratch/book.json" 2>&1
        if ($LASTEXITCODE -ne 0) { throw ($printed -join "`n") }
        $found = Get-Content -Raw -LiteralPath "$scratch/found.json" | ConvertFrom-Json -AsHashtable
        [pscustomobject]@{ Result = $found; Printed = $printed -join "`n" }
    }
}

AfterAll { Remove-TestRoot }

Describe 'The Ansible collection' -Skip:([bool] $missing) {
    BeforeEach {
        $root = New-TestRoot '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"old.example.com":[{"type":"reject"}]}}}'
        $policy = "$root/etc/containers/policy.json"
        $signed = @{ scope = 'r.example.com'; root = $root; signature_store = 'https://s.example.com'
            requirements = @(@{ type = 'signedBy'; keyType = 'GPGKeys'; keyPath = '/keys/signer.asc' }) }
    }

    It 'says in check mode what would change, as a diff, and changes nothing' {
        $before = [System.IO.File]::ReadAllText($policy)
        $run = Invoke-Task image_trust_scope $signed --check, --diff
        $run.Result.changed | Should -BeTrue
        $run.Printed | Should -Match '(?m)^\+ .*"keyPath": "/keys/signer.asc"'
        [System.IO.File]::ReadAllText($policy) | Should -BeExactly $before
        Test-Path "$root/etc/containers/registries.d/*" | Should -BeFalse
    }

    It 'changes a scope, and the second time nothing' {
        (Invoke-Task image_trust_scope $signed).Result.changed | Should -BeTrue
        $entry = Get-ImageTrust r.example.com -Root $root
        $entry.Type, $entry.SignatureStore | Should -Be 'SignedBy', 'https://s.example.com'
        $inode = (stat -c '%i %Y' $policy)
        (Invoke-Task image_trust_scope $signed).Result.changed | Should -BeFalse
        (stat -c '%i %Y' $policy) | Should -Be $inode
        (Get-ImageTrust old.example.com -Root $root).Type | Should -Be 'Reject'
    }

    It 'sets the default, and removes a scope once' {
        (Invoke-Task image_trust_scope @{ default = $true; requirements = @(@{ type = 'reject' }); root = $root }).Result.changed | Should -BeTrue
        (Get-ImageTrust -Default -Root $root).Type | Should -Be 'Reject'
        $gone = @{ scope = 'old.example.com'; state = 'absent'; root = $root }
        (Invoke-Task image_trust_scope $gone).Result.changed | Should -BeTrue
        (Invoke-Task image_trust_scope $gone).Result.changed | Should -BeFalse
    }

    It 'warns of what accepts more' {
        (Invoke-Task image_trust_scope @{ scope = 'old.example.com'; requirements = @(@{ type = 'insecureAcceptAnything' }); root = $root }).Printed |
            Should -Match '(?s)WARNING.*old\.example\.com \(reject -> accept\)'
    }

    It 'fails for a key that is missing, and changes nothing: <Case>' -ForEach @(
        @{ Case = 'key'; Change = @{ requirements = @(@{ type = 'signedBy'; keyType = 'GPGKeys'; keyPath = '/none.asc' }) }; Message = '*/none.asc does not exist*' }
        @{ Case = 'no requirements'; Change = @{ requirements = $null }; Message = '*Specify requirements.' }
        @{ Case = 'both'; Change = @{ default = $true }; Message = 'Specify either scope or default*' }
        @{ Case = 'absent with requirements'; Change = @{ state = 'absent' }; Message = '*Leave that out.' }
    ) {
        $before = [System.IO.File]::ReadAllText($policy)
        foreach ($name in $Change.Keys) { $signed[$name] = $Change[$name] }
        $result = (Invoke-Task image_trust_scope $signed).Result
        $result.failed | Should -BeTrue
        $result.msg | Should -BeLike $Message
        [System.IO.File]::ReadAllText($policy) | Should -BeExactly $before
    }

    It 'sets what a trust file says, and purges the rest' {
        $golden = New-TestRoot '{"default":[{"type":"reject"}],"transports":{"docker":{"g.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc"}]}}}'
        Get-ImageTrust -Root $golden | Export-ImageTrust "$scratch/trust.yaml"
        $all = @{ entries = "{{ (lookup('file', '$scratch/trust.yaml') | from_yaml).entries }}"; purge = $true; root = $root }
        (Invoke-Task image_trust_policy $all --check).Result.changed | Should -BeTrue
        (Invoke-Task image_trust_policy $all).Result.changed | Should -BeTrue
        (Invoke-Task image_trust_policy $all).Result.changed | Should -BeFalse
        Compare-ImageTrust $golden $root | Where-Object Verdict -NE Same | Should -BeNullOrEmpty
    }

    It 'fails a host that is not compliant, and only that' {
        $bad = (Invoke-Task image_trust_compliance @{ root = $root }).Result
        $bad.failed, $bad.compliant | Should -Be $true, $false
        $bad.findings.ruleId | Should -Contain DefaultAcceptsAnything
        (Invoke-Task image_trust_compliance @{ root = $root; fail = $false }).Result.failed | Should -BeFalse
        $null = Invoke-Task image_trust_scope @{ default = $true; requirements = @(@{ type = 'reject' }); root = $root }
        (Invoke-Task image_trust_compliance @{ root = $root }).Result.compliant | Should -BeTrue
    }
}
