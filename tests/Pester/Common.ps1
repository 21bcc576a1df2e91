# What the test files share; dot-source it in BeforeAll.
$script:RepositoryRoot = (Resolve-Path -LiteralPath "$PSScriptRoot/../..").Path
$script:ModulePath = Get-ChildItem -Path "$RepositoryRoot/out/ContainerTrust/*/ContainerTrust.psd1" |
    Sort-Object -Property { [version]$_.Directory.Name } | Select-Object -Last 1 -ExpandProperty FullName
$script:DataPath = Join-Path $PSScriptRoot 'Data'
# PowerShell as a file that can be started: the process itself may be "dotnet pwsh.dll".
$script:PowerShellPath = Join-Path $PSHOME 'pwsh'
# Where the .NET is that it runs on, unless it has its own; what is started from here finds it there.
$script:DotNetRoot = [System.IO.Path]::GetFullPath((Join-Path ([System.Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory()) '../../..'))
if (-not (Test-Path -LiteralPath "$DotNetRoot/host/fxr")) { $script:DotNetRoot = $null }
elseif (-not $env:DOTNET_ROOT) { $env:DOTNET_ROOT = $DotNetRoot }
# The bound for what ends "at once", in seconds: far above what it takes on a busy machine, far below what it must not wait for.
$script:Soon = 30
$PSStyle.OutputRendering = 'PlainText'

# A directory that looks like a host's root: a policy, a registries.d, and keys in /keys.
function New-TestRoot {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Policy, [hashtable] $Registries = @{})
    $root = Join-Path ([System.IO.Path]::GetTempPath()) ('containertrust-' + [guid]::NewGuid().ToString('n'))
    if ($PSCmdlet.ShouldProcess($root)) {
        $null = New-Item -ItemType Directory -Path "$root/etc/containers/registries.d", "$root/keys"
        Copy-Item -Path "$DataPath/*" -Destination "$root/keys"
        [System.IO.File]::WriteAllText("$root/etc/os-release", "ID=fedora`nVERSION_ID=43`n")
        if ($Policy) { [System.IO.File]::WriteAllText("$root/etc/containers/policy.json", $Policy) }
        foreach ($name in $Registries.Keys) { [System.IO.File]::WriteAllText("$root/etc/containers/registries.d/$name", $Registries[$name]) }
        $script:TestRoots += @($root)
    }
    $root
}

function Remove-TestRoot {
    [CmdletBinding(SupportsShouldProcess)]
    param()
    foreach ($root in $script:TestRoots) {
        if ($PSCmdlet.ShouldProcess($root)) { Remove-Item -LiteralPath $root -Recurse -Force }
    }
    $script:TestRoots = @()
}

function Get-PolicyText([string] $Root) { [System.IO.File]::ReadAllText("$Root/etc/containers/policy.json") }

function Get-Policy([string] $Root) { Get-PolicyText $Root | ConvertFrom-Json -AsHashtable -Depth 20 }

# Waits for a condition, for a while that is long enough on a busy machine too.
function Wait-Until([scriptblock] $Condition, [string] $What, [int] $LimitSeconds = 120) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $LimitSeconds) { throw "Waited $LimitSeconds s in vain: $What" }
        Start-Sleep -Milliseconds 20
    }
}

# Device, inode and change time: equal only if the file was not touched.
function Get-Stamp([string] $Path) { stat -c '%d:%i:%z' $Path }

# Every field of an object, nested ones too, as text that can be compared. What the module's types.ps1xml adds says nothing that the fields do
# not, and is in JSON only where PowerShell has wrapped the object.
function ConvertTo-FieldText($InputObject) {
    function Remove-Addition($Node) {
        if ($Node -is [System.Collections.IDictionary]) {
            $isEntry = $Node.Contains('Requirements') -and $Node.Contains('Transport')
            foreach ($name in @('Summary', 'Signer', 'Store', 'Errors', 'Warnings', 'Notes') + @(if ($isEntry) { 'Scope' })) { $Node.Remove($name) }
            foreach ($value in $Node.Values) { Remove-Addition $value }
        }
        elseif ($Node -is [System.Collections.IList]) { foreach ($value in $Node) { Remove-Addition $value } }
    }
    $tree = ConvertTo-Json -InputObject $InputObject -Depth 20 -EnumsAsStrings -WarningAction Stop | ConvertFrom-Json -AsHashtable -NoEnumerate -Depth 30
    Remove-Addition $tree
    ConvertTo-Json -InputObject $tree -Depth 20 -WarningAction Stop
}

# Runs script text in a session of its own.
function Invoke-ChildSession([string] $Script) {
    $encoded = [Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes("`$ErrorActionPreference = 'Stop'; `$PSStyle.OutputRendering = 'PlainText'; $Script"))
    $output = & $PowerShellPath -NoProfile -NonInteractive -EncodedCommand $encoded 2>&1
    [pscustomobject]@{ ExitCode = $LASTEXITCODE; Output = @($output | ForEach-Object { "$_" }) }
}

# One policy with every kind of requirement and identity.
$script:FullPolicy = @'
{
    "default": [{"type": "reject"}],
    "transports": {
        "docker": {
            "accept.example.com": [{"type": "insecureAcceptAnything"}],
            "path.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/signer.asc"}],
            "exact.example.com/app": [
                {"type": "signedBy", "keyType": "GPGKeys", "keyPaths": ["/keys/signer.asc", "/keys/second.asc"], "signedIdentity": {"type": "matchExact"}},
                {"type": "signedBy", "keyType": "X509Certificates", "keyPath": "/keys/second.asc", "signedIdentity": {"type": "matchRepoDigestOrExact"}}
            ],
            "reference.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/signer.asc", "signedIdentity": {"type": "exactReference", "dockerReference": "example.com/app:v1"}}],
            "repository.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/signer.asc", "signedIdentity": {"type": "exactRepository", "dockerRepository": "example.com/app"}}],
            "remap.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/signer.asc", "signedIdentity": {"type": "remapIdentity", "prefix": "remap.example.com", "signedPrefix": "example.com"}}],
            "inline.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyData": "@INLINE@"}],
            "mixed.example.com": [
                {"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/keys/signer.asc"},
                {"type": "sigstoreSigned", "keyPath": "/keys/cosign.pub", "rekorPublicKeyPath": "/keys/cosign.pub", "signedIdentity": {"type": "matchRepository"}}
            ],
            "sigstore.example.com": [{"type": "sigstoreSigned", "keyPaths": ["/keys/cosign.pub"], "rekorPublicKeyPaths": ["/keys/cosign.pub"]}],
            "data.example.com": [{"type": "sigstoreSigned", "keyData": "@COSIGN@", "rekorPublicKeyData": "@COSIGN@"}],
            "datas.example.com": [{"type": "sigstoreSigned", "keyDatas": ["@COSIGN@", "@COSIGN@"], "rekorPublicKeyDatas": ["@COSIGN@"]}],
            "fulcio.example.com": [{"type": "sigstoreSigned", "fulcio": {"caPath": "/keys/ca.pem", "oidcIssuer": "https://login.example.com", "subjectEmail": "dev@example.com"}, "rekorPublicKeyData": "@COSIGN@"}],
            "fulciodata.example.com": [{"type": "sigstoreSigned", "fulcio": {"caData": "@COSIGN@", "oidcIssuer": "https://login.example.com", "subjectEmail": "dev@example.com"}, "rekorPublicKeyPath": "/keys/cosign.pub"}],
            "pki.example.com": [{"type": "sigstoreSigned", "pki": {"caRootsPath": "/keys/roots.pem", "caIntermediatesPath": "/keys/middle.pem", "subjectHostname": "ci.example.com"}}],
            "pkidata.example.com": [{"type": "sigstoreSigned", "pki": {"caRootsData": "@COSIGN@", "caIntermediatesData": "@COSIGN@", "subjectEmail": "dev@example.com"}}],
            "base.example.com": [{"type": "signedBaseLayer", "baseLayerIdentity": {"type": "exactRepository", "dockerRepository": "example.com/base"}}]
        },
        "docker-daemon": {
            "": [{"type": "insecureAcceptAnything"}]
        }
    }
}
'@.Replace('@INLINE@', [Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$DataPath/second.asc"))).Replace('@COSIGN@', [Convert]::ToBase64String([System.IO.File]::ReadAllBytes("$DataPath/cosign.pub")))

$script:FullRegistries = @{
    'default.yaml' = "# Red Hat's comment stays`ndefault-docker:`n  lookaside: https://default.example.com/sigs`n"
    'path.yaml'    = "docker:`n  path.example.com:`n    lookaside: https://path.example.com/sigs`n    lookaside-staging: file:///var/lib/staging`n    use-sigstore-attachments: true`n"
}

$script:SmallPolicy = '{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"quay.io":[{"type":"reject"}],"quay.io/team":[{"type":"insecureAcceptAnything"}],"*.example.com":[{"type":"reject"}]},"dir":{"/srv/images":[{"type":"reject"}]}}}'
