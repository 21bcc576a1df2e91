# Images and signatures for the tests; dot-source it in BeforeAll after Common.ps1. Images/ holds some that were made by these functions, with a key
# (release.asc) that nobody has any more, so that most tests need no gpg.
$script:ImagePath = Join-Path $PSScriptRoot 'Images'
$script:ReleaseFingerprint = '401A21DF582C75F9B210D4CDA00F4162E5FFD0D0'

function Get-Sha256([byte[]] $Bytes) { [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($Bytes)).ToLowerInvariant() }

function Get-ManifestDigest([string] $Directory) { 'sha256:' + (Get-Sha256 ([System.IO.File]::ReadAllBytes("$Directory/manifest.json"))) }

# A layer (gzipped tar) with one file.
function Get-Layer([string] $Name, [string] $Text) {
    $file = [System.IO.MemoryStream]::new()
    $gzip = [System.IO.Compression.GZipStream]::new($file, [System.IO.Compression.CompressionLevel]::SmallestSize)
    $tar = [System.Formats.Tar.TarWriter]::new($gzip, [System.Formats.Tar.TarEntryFormat]::Ustar)
    $entry = [System.Formats.Tar.UstarTarEntry]::new([System.Formats.Tar.TarEntryType]::RegularFile, $Name)
    $entry.ModificationTime = [DateTimeOffset]::UnixEpoch
    $entry.DataStream = [System.IO.MemoryStream]::new([System.Text.Encoding]::UTF8.GetBytes($Text))
    $tar.WriteEntry($entry)
    $tar.Dispose()
    $gzip.Dispose()
    , $file.ToArray()
}

# An image as "skopeo copy ... dir:" leaves it: manifest.json, version, and the blobs by their digests.
function New-DirectoryImage {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Path, [byte[]] $Layer = (Get-Layer 'etc/motd' 'hello'))
    if (-not $PSCmdlet.ShouldProcess($Path)) { return }
    $null = New-Item -ItemType Directory -Path $Path -Force
    $config = [System.Text.Encoding]::UTF8.GetBytes('{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}')
    $manifest = [ordered]@{
        schemaVersion = 2
        mediaType     = 'application/vnd.docker.distribution.manifest.v2+json'
        config        = [ordered]@{ mediaType = 'application/vnd.docker.container.image.v1+json'; size = $config.Length; digest = "sha256:$(Get-Sha256 $config)" }
        layers        = @([ordered]@{ mediaType = 'application/vnd.docker.image.rootfs.diff.tar.gzip'; size = $Layer.Length; digest = "sha256:$(Get-Sha256 $Layer)" })
    }
    [System.IO.File]::WriteAllText("$Path/manifest.json", (ConvertTo-Json $manifest -Depth 5))
    [System.IO.File]::WriteAllText("$Path/version", "Directory Transport Version: 1.1`n")
    [System.IO.File]::WriteAllBytes("$Path/$(Get-Sha256 $config)", $config)
    [System.IO.File]::WriteAllBytes("$Path/$(Get-Sha256 $Layer)", $Layer)
}

# A release image that lists components: name -> image by digest.
function New-ReleaseImage {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Path, [System.Collections.IDictionary] $Component, [string] $Name = '4.14.3')
    if (-not $PSCmdlet.ShouldProcess($Path)) { return }
    $stream = [ordered]@{
        kind       = 'ImageStream'
        apiVersion = 'image.openshift.io/v1'
        metadata   = @{ name = $Name }
        spec       = @{ tags = @(foreach ($key in $Component.Keys) { [ordered]@{ name = $key; from = [ordered]@{ kind = 'DockerImage'; name = $Component[$key] } } }) }
    }
    New-DirectoryImage -Path $Path -Layer (Get-Layer 'release-manifests/image-references' (ConvertTo-Json $stream -Depth 8))
}

# A directory for gpg; its path must be short, for the sockets that gpg makes beside it.
function New-GpgHome {
    [CmdletBinding(SupportsShouldProcess)]
    param()
    $path = Join-Path ([System.IO.Path]::GetTempPath()) ('ct' + [guid]::NewGuid().ToString('n').Substring(0, 8))
    if (-not $PSCmdlet.ShouldProcess($path)) { return }
    $null = New-Item -ItemType Directory -Path $path
    chmod 700 $path
    $script:TestRoots += @($path)
    $path
}

# Makes a key, writes its public half to a file, and returns its fingerprint.
function New-GpgKey {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $GpgHome, [string] $UserId, [string] $Path, [string] $Algorithm = 'ed25519', [string] $Time = '20240101T000000', [string] $Expires = 'never')
    if (-not $PSCmdlet.ShouldProcess($UserId)) { return }
    $gpg = @('--homedir', $GpgHome, '--batch', '--quiet', '--no-tty', '--faked-system-time', $Time)
    & gpg @gpg --pinentry-mode loopback --passphrase '' --quick-generate-key $UserId $Algorithm sign $Expires 2>$null
    $listing = & gpg @gpg --with-colons --list-keys $UserId 2>$null
    & gpg @gpg --armor --output $Path --export $UserId 2>$null
    ($listing -match '^fpr:')[0].Split(':')[9]
}

# A signature as "skopeo copy --sign-by" makes it.
function New-Signature {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $GpgHome, [string] $UserId, [string] $Reference, [string] $Digest, [string] $Path, [string] $Time = '20240102T000000')
    if (-not $PSCmdlet.ShouldProcess($Path)) { return }
    $claim = [ordered]@{
        critical = [ordered]@{
            identity = @{ 'docker-reference' = $Reference }
            image    = @{ 'docker-manifest-digest' = $Digest }
            type     = 'atomic container signature'
        }
        optional = [ordered]@{ creator = 'ContainerTrust tests'; timestamp = 1704153600 }
    }
    $payload = "$GpgHome/payload"
    [System.IO.File]::WriteAllText($payload, (ConvertTo-Json $claim -Depth 5 -Compress))
    $null = New-Item -ItemType Directory -Path (Split-Path -Path $Path) -Force
    & gpg --homedir $GpgHome --batch --quiet --no-tty --yes --faked-system-time $Time --ignore-time-conflict --pinentry-mode loopback --passphrase '' --local-user $UserId --output $Path --sign $payload 2>$null
}

# Ends the agent that gpg has started for a directory.
function Stop-Gpg {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $GpgHome)
    if ($PSCmdlet.ShouldProcess($GpgHome)) { & gpgconf --homedir $GpgHome --kill all 2>$null }
}

# A registry on a loopback port, without TLS and without credentials. $Image: repository -> directory of an image as above. Returns the name of the
# registry, and what is needed to stop it.
function Start-TestRegistry {
    [CmdletBinding(SupportsShouldProcess)]
    param([hashtable] $Image)
    if (-not $PSCmdlet.ShouldProcess('a registry')) { return }
    # The listener wants to be told a port. Another program may take it first; then another one is tried.
    for ($attempt = 1; ; $attempt++) {
        $free = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $free.Start()
        $name = "127.0.0.1:$($free.LocalEndpoint.Port)"
        $free.Stop()
        $listener = [System.Net.HttpListener]::new()
        $listener.Prefixes.Add("http://$name/")
        try {
            $listener.Start()
            break
        }
        catch {
            if ($attempt -ge 20) { throw }
        }
    }
    $shell = [powershell]::Create().AddScript({
            param($listener, $images)
            while ($listener.IsListening) {
                try { $context = $listener.GetContext() } catch { return }
                $response = $context.Response
                $bytes = [byte[]]@()
                $path = $context.Request.Url.AbsolutePath
                if ($path -eq '/v2/') { $response.StatusCode = 200 }
                elseif ($path -match '^/v2/(.+)/(manifests|blobs)/(?:sha256:)?([^/]+)$' -and $images.ContainsKey($Matches[1])) {
                    $file = if ($Matches[2] -eq 'manifests') { "$($images[$Matches[1]])/manifest.json" } else { "$($images[$Matches[1]])/$($Matches[3])" }
                    if ($Matches[2] -eq 'manifests') { $response.ContentType = 'application/vnd.docker.distribution.manifest.v2+json' }
                    # Where a directory has manifests by tag and digest, there are no others.
                    if ($Matches[2] -eq 'manifests' -and [System.IO.Directory]::Exists("$($images[$Matches[1]])/manifests")) {
                        $file = "$($images[$Matches[1]])/manifests/$($Matches[3])"
                        $isIndex = [System.IO.File]::Exists($file) -and [System.IO.File]::ReadAllText($file).Contains('"manifests"')
                        $response.ContentType = $isIndex ? 'application/vnd.oci.image.index.v1+json' : 'application/vnd.oci.image.manifest.v1+json'
                    }
                    if ([System.IO.File]::Exists($file)) { $bytes = [System.IO.File]::ReadAllBytes($file) } else { $response.StatusCode = 404 }
                }
                else { $response.StatusCode = 404 }
                try { $response.Close($bytes, $true) } catch { $response.Abort() }
            }
        }).AddArgument($listener).AddArgument($Image)
    [pscustomobject]@{ Name = $name; Listener = $listener; Shell = $shell; Work = $shell.BeginInvoke() }
}

# A repository for the registry above: an image of tests/Pester/Images/bundle, whose bundles refer to it by the tag that stands for the referrers API.
function New-BundleRepository {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Path, [string[]] $Bundle)
    if (-not $PSCmdlet.ShouldProcess($Path)) { return }
    $null = New-Item -ItemType Directory -Path "$Path/manifests"
    function Get-Hex([string] $Text) { [System.Convert]::ToHexStringLower([System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes($Text))) }
    $type = 'application/vnd.dev.sigstore.bundle.v0.3+json'
    $image = [System.IO.File]::ReadAllText("$ImagePath/bundle/manifest.json")
    foreach ($name in 'v1', (Get-Hex $image)) { [System.IO.File]::WriteAllText("$Path/manifests/$name", $image) }
    $entries = foreach ($file in $Bundle) {
        $text = [System.IO.File]::ReadAllText($file)
        [System.IO.File]::WriteAllText("$Path/$(Get-Hex $text)", $text)
        $size = [System.Text.Encoding]::UTF8.GetByteCount($text)
        $manifest = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"' + $type + '","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:' +
            (Get-Hex '{}') + '","size":2},"layers":[{"mediaType":"' + $type + '","digest":"sha256:' + (Get-Hex $text) + '","size":' + $size + '}]}'
        [System.IO.File]::WriteAllText("$Path/manifests/$(Get-Hex $manifest)", $manifest)
        '{"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"' + $type + '","digest":"sha256:' + (Get-Hex $manifest) + '","size":' + $manifest.Length + '}'
    }
    $index = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[' + ($entries -join ',') + ']}'
    [System.IO.File]::WriteAllText("$Path/manifests/sha256-$(Get-Hex $image)", $index)
}

function Stop-TestRegistry {
    [CmdletBinding(SupportsShouldProcess)]
    param($Registry)
    if (-not $PSCmdlet.ShouldProcess($Registry.Name)) { return }
    $Registry.Listener.Stop()
    $Registry.Shell.Dispose()
    $Registry.Work.AsyncWaitHandle.Dispose()
}

# A lookaside store with the signatures of images: repository -> directory of an image.
function New-Lookaside {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Path, [hashtable] $Image)
    if (-not $PSCmdlet.ShouldProcess($Path)) { return }
    foreach ($name in $Image.Keys) {
        $directory = "$Path/$name@$((Get-ManifestDigest $Image[$name]).Replace(':', '='))"
        $null = New-Item -ItemType Directory -Path $directory -Force
        Copy-Item -Path "$($Image[$name])/signature-*" -Destination $directory
    }
}
