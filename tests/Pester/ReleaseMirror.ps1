# A registry with a signed release where it comes from and in a mirror, which lacks one signature; dot-source it in BeforeAll after Images.ps1.
function Add-Manifest([string] $Directory, [string] $Json, [string] $Tag) {
    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Json)
    $null = New-Item -ItemType Directory -Path "$Directory/manifests" -Force
    [System.IO.File]::WriteAllBytes("$Directory/manifests/$(Get-Sha256 $bytes)", $bytes)
    if ($Tag) { [System.IO.File]::WriteAllBytes("$Directory/manifests/$Tag", $bytes) }
    Get-Sha256 $bytes
}

function Add-Blob([string] $Directory, [byte[]] $Bytes) {
    $null = New-Item -ItemType Directory -Path $Directory -Force
    [System.IO.File]::WriteAllBytes("$Directory/$(Get-Sha256 $Bytes)", $Bytes)
    @{ mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'; digest = "sha256:$(Get-Sha256 $Bytes)"; size = $Bytes.Length }
}

function Add-Image([string] $Directory, [byte[]] $Layer) {
    $config = Add-Blob $Directory ([System.Text.Encoding]::UTF8.GetBytes('{"architecture":"amd64","os":"linux"}'))
    $manifest = [ordered]@{ schemaVersion = 2; mediaType = 'application/vnd.oci.image.manifest.v1+json'; config = $config; layers = @(Add-Blob $Directory $Layer) }
    Add-Manifest $Directory (ConvertTo-Json $manifest -Depth 5 -Compress)
}

function Add-Attachment($Key, [string] $Directory, [string] $Hex, [string] $Repository) {
    $claim = [ordered]@{ critical = [ordered]@{ identity = @{ 'docker-reference' = "$Repository@sha256:$Hex" }; image = @{ 'docker-manifest-digest' = "sha256:$Hex" }; type = 'cosign container image signature' }; optional = $null }
    $payload = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $claim -Depth 5 -Compress))
    $layer = Add-Blob $Directory $payload
    $layer.mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json'
    $signature = $Key.SignData($payload, [System.Security.Cryptography.HashAlgorithmName]::SHA256, [System.Security.Cryptography.DSASignatureFormat]::Rfc3279DerSequence)
    $layer.annotations = @{ 'dev.cosignproject.cosign/signature' = [Convert]::ToBase64String($signature) }
    $manifest = [ordered]@{ schemaVersion = 2; mediaType = 'application/vnd.oci.image.manifest.v1+json'; config = (Add-Blob $Directory ([byte[]](0x7B, 0x7D))); layers = @($layer) }
    $null = Add-Manifest $Directory (ConvertTo-Json $manifest -Depth 6 -Compress) "sha256-$Hex.sig"
}

# A directory stands for a repository, with manifests by digest and by tag.
function New-ReleaseRegistry {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Work)
    if (-not $PSCmdlet.ShouldProcess($Work)) { return }
    $key = [System.Security.Cryptography.ECDsa]::Create([System.Security.Cryptography.ECCurve]::CreateFromFriendlyName('nistP256'))
    [System.IO.File]::WriteAllText("$Work/keys/release.pub", $key.ExportSubjectPublicKeyInfoPem() + "`n")
    $registry = Start-TestRegistry @{ 'origin/ocp-release' = "$Work/release"; 'origin/art' = "$Work/art"; 'ocp/openshift/release-images' = "$Work/mirror-releases"; 'ocp/openshift/release' = "$Work/mirror" }
    $cli = Add-Image "$Work/art" (Get-Layer 'usr/bin/oc' 'cli')
    $mco = Add-Image "$Work/art" (Get-Layer 'usr/bin/mco' 'mco')
    $stream = @{ kind = 'ImageStream'; metadata = @{ name = '4.22.1' }; spec = @{ tags = @(
                @{ name = 'cli'; from = @{ kind = 'DockerImage'; name = "$($registry.Name)/origin/art@sha256:$cli" } }
                @{ name = 'machine-config-operator'; from = @{ kind = 'DockerImage'; name = "$($registry.Name)/origin/art@sha256:$mco" } }) } }
    $hex = Add-Image "$Work/release" (Get-Layer 'release-manifests/image-references' (ConvertTo-Json $stream -Depth 8))
    Add-Attachment $key "$Work/release" $hex "$($registry.Name)/origin/ocp-release"
    $cli, $mco | ForEach-Object { Add-Attachment $key "$Work/art" $_ "$($registry.Name)/origin/art" }
    Copy-Item -LiteralPath "$Work/release" -Destination "$Work/mirror-releases" -Recurse
    Copy-Item -LiteralPath "$Work/art" -Destination "$Work/mirror" -Recurse
    Remove-Item -LiteralPath "$Work/mirror/manifests/sha256-$mco.sig"
    [pscustomobject]@{ Registry = $registry; Cli = $cli; Mco = $mco; Hex = $hex; Release = "$($registry.Name)/origin/ocp-release@sha256:$hex"; Mirror = "$($registry.Name)/ocp" }
}
