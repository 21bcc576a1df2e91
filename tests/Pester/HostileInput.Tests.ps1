# What files and hosts say, and files that are none.
BeforeAll {
    . $PSScriptRoot/Common.ps1
}
AfterAll { Remove-TestRoot }

Describe 'Files that are none' {
    It 'are refused by Get-MachineConfigTrust: <_>' -ForEach 'pipe', '/dev/zero', '/dev/null' {
        $path = $_
        if ($path -eq 'pipe') {
            $path = "$(New-TestRoot)/pipe"
            mkfifo $path
        }

        Get-MachineConfigTrust -LiteralPath $path -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'NotARegularFile,*'
        $problem[0].Exception.Message | Should -Match ([regex]::Escape($path))
    }
}

Describe 'Words from a host' {
    It 'reach the terminal without what it obeys, as warnings and with -Verbose' {
        $esc = [char]0x1b
        $policy = '{"default":[{"type":"reject"}],"transports":{"docker":{"evil.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/\u001b[31mx\u000aFAKE LINE"}]}}}'
        $root = New-TestRoot $policy @{ "e$esc[2J.yaml" = "docker:`n  `"evil.example.com/\e]0;pwn\a\e[2J`":`n    lookaside: `"https://x/\e[31mred`"`n" }
        $said = Get-ImageTrust -Root $root -Verbose 3>&1 4>&1 | Where-Object { $_ -isnot [ContainerTrust.ImageTrust] }
        $said += Test-ImageTrust -Root $root -Verbose 3>&1 4>&1 | Where-Object { $_ -is [System.Management.Automation.InformationalRecord] }
        $said.Count | Should -BeGreaterThan 1
        $said.Message -join '' | Should -Match '\\u001b'
        $said.Message | ForEach-Object { $_ | Should -Not -Match '[\x00-\x1f\x7f-\x9f]' }
    }
}
