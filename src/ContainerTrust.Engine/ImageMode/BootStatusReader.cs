using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>
/// Reads what <c>bootc status --json</c> and <c>rpm-ostree status --json</c> print. Members that it does not need may be anything, as
/// releases differ in them; those that it reads must be as these programs write them, and must not appear twice.
/// </summary>
public static class BootStatusReader
{
    /// <summary>The largest document that is read.</summary>
    public const int MaxBytes = 4 << 20;

    private const int MaxDeployments = 256;
    private const int MaxText = 4096;

    /// <summary>Reads a document.</summary>
    /// <param name="untrustedContent">UTF-8.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="TrustException">
    /// It is neither program's (<c>BootStatusInvalid</c>), or too large (<c>BootStatusTooLarge</c>).
    /// </exception>
    public static BootStatus Read(ReadOnlySpan<byte> untrustedContent, string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        string from = Printable.Of(source, Printable.NameLength);
        if (untrustedContent.Length > MaxBytes)
            throw new TrustException(
                "BootStatusTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"The status from {from} has {untrustedContent.Length} bytes; at most {MaxBytes} are read. Check that it is the " +
                "output of 'bootc status' as JSON.")
            {
                Target = source,
            };
        if (StrictJson.TryRead(untrustedContent, Document, out BootStatus? status, out string problem))
            return status;
        throw new TrustException(
            "BootStatusInvalid",
            TrustErrorKind.InvalidData,
            $"The status from {from} is not the JSON that bootc or rpm-ostree prints: {Printable.Of(problem, Printable.NameLength)}. " +
            "Give the output of 'bootc status' or 'rpm-ostree status' as JSON.")
        {
            Target = source,
        };
    }

    private static BootStatus Document(ref StrictJson json)
    {
        json.EnterObject("the document");
        MemberSet seen = default;
        string? kind = null, version = null;
        BootStatus? status = null;
        List<RpmDeployment>? deployments = null;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "kind":
                    kind = json.String("kind");
                    break;
                case "apiVersion":
                    version = json.String("apiVersion");
                    break;
                case "status":
                    status = BootcStatus(ref json);
                    break;
                case "deployments":
                    deployments = Deployments(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        if (deployments is not null && kind is null && status is null)
            return OfDeployments(deployments);
        if (deployments is not null || kind != "BootcHost" || version is not ("org.containers.bootc/v1alpha1" or "org.containers.bootc/v1"))
            throw new StrictJsonException("it has neither a list 'deployments' nor the kind BootcHost of org.containers.bootc/v1");
        return status ?? throw StrictJson.Missing("status");
    }

    private static BootStatus BootcStatus(ref StrictJson json)
    {
        json.EnterObject("status");
        MemberSet seen = default;
        BootEntry? booted = null, staged = null, rollback = null;
        bool isRollback = false;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "booted":
                    booted = BootcEntry(ref json);
                    break;
                case "staged":
                    staged = BootcEntry(ref json);
                    break;
                case "rollback":
                    rollback = BootcEntry(ref json);
                    break;
                case "rollbackQueued":
                    isRollback = json.Truth("rollbackQueued");
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        if (isRollback && rollback is null)
            throw new StrictJsonException("rollbackQueued is true, and there is no rollback");
        return new BootStatus("bootc", booted, staged, isRollback ? rollback : null);
    }

    private static BootEntry? BootcEntry(ref StrictJson json)
    {
        if (!json.TryEnterObject("a boot entry"))
            return null;
        MemberSet seen = default;
        (BootOrigin Origin, string? Digest)? image = null;
        BootDeployment? deployment = null;
        bool isComposefs = false, isHeld = false;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "image":
                    image = BootcImage(ref json);
                    break;
                case "composefs":
                    isComposefs = SkipObject(ref json);
                    break;
                case "downloadOnly":
                    isHeld = json.Truth("downloadOnly");
                    break;
                case "ostree":
                    deployment = BootcDeployment(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return new BootEntry(image?.Origin, image?.Digest, deployment, isComposefs, isHeld);
    }

    private static bool SkipObject(ref StrictJson json)
    {
        if (!json.TryEnterObject("composefs"))
            return false;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out _))
            json.SkipValue();
        return true;
    }

    private static (BootOrigin Origin, string? Digest)? BootcImage(ref StrictJson json)
    {
        if (!json.TryEnterObject("image"))
            return null;
        MemberSet seen = default;
        BootOrigin? origin = null;
        string? digest = null;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "image":
                    origin = BootcReference(ref json);
                    break;
                case "imageDigest":
                    digest = Digest(json.String("imageDigest"));
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return (origin ?? throw StrictJson.Missing("the image's reference"), digest);
    }

    private static BootOrigin BootcReference(ref StrictJson json)
    {
        json.EnterObject("the image's reference");
        MemberSet seen = default;
        string? image = null, transport = null, remote = null;
        BootOriginVerification verification = BootOriginVerification.NotEnforced;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "image":
                    image = Text(json.String("image"), "image");
                    break;
                case "transport":
                    string given = json.String("transport");
                    transport = BootOrigin.TransportOf(given) ?? throw new StrictJsonException("the transport is not one that is known");
                    break;
                case "signature":
                    (verification, remote) = Signature(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return new BootOrigin(transport ?? throw StrictJson.Missing("transport"), image ?? throw StrictJson.Missing("image"), verification,
            remote);
    }

    // What cannot be told must not count as verified, and not as unverified either.
    private static (BootOriginVerification Verification, string? Remote) Signature(ref StrictJson json)
    {
        string? word = json.StringOrEnter("signature", out bool isObject);
        if (!isObject)
            return word switch
            {
                null or "insecure" => (BootOriginVerification.NotEnforced, null),
                "containerPolicy" => (BootOriginVerification.ContainerPolicy, null),
                _ => throw new StrictJsonException("signature is not a word that is known"),
            };
        MemberSet seen = default;
        string? remote = null;
        while (json.NextMember(ref seen, out string name))
            remote = name == "ostreeRemote" ? Text(json.String("ostreeRemote"), "ostreeRemote") : throw StrictJson.Unknown("signature");
        return (BootOriginVerification.OstreeRemote, remote ?? throw StrictJson.Missing("ostreeRemote"));
    }

    private static BootDeployment? BootcDeployment(ref StrictJson json)
    {
        if (!json.TryEnterObject("ostree"))
            return null;
        MemberSet seen = default;
        string? checksum = null, root = null;
        long? serial = null;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "checksum":
                    checksum = json.String("checksum");
                    break;
                case "deploySerial":
                    serial = json.Integer("deploySerial");
                    break;
                case "stateroot":
                    root = json.String("stateroot");
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        // Releases before 1.0 have no name there; then the files are not looked for.
        return root is null ? null : Deployment(root, checksum, serial);
    }

    private static BootDeployment Deployment(string untrustedRoot, string? untrustedChecksum, long? untrustedSerial)
    {
        // They become a path.
        bool isName = untrustedRoot.Length is > 0 and <= 255 && untrustedRoot is not ("." or "..")
            && untrustedRoot.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        if (!isName || untrustedChecksum is not { Length: 64 } || !untrustedChecksum.All(char.IsAsciiHexDigitLower)
            || untrustedSerial is not (>= 0 and <= ushort.MaxValue))
            throw new StrictJsonException("it does not say where a system's files are");
        return new BootDeployment(untrustedRoot, untrustedChecksum, (int)untrustedSerial);
    }

    private static List<RpmDeployment> Deployments(ref StrictJson json)
    {
        json.EnterArray("deployments");
        List<RpmDeployment> all = [];
        while (json.NextObject("a deployment"))
        {
            if (all.Count == MaxDeployments)
                throw new StrictJsonException($"it has more than {MaxDeployments} deployments");
            all.Add(ReadDeployment(ref json));
        }

        return all;
    }

    private static RpmDeployment ReadDeployment(ref StrictJson json)
    {
        MemberSet seen = default;
        bool isBooted = false, isStaged = false, isHeld = false;
        string? reference = null, digest = null, checksum = null, root = null;
        long? serial = null;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "booted":
                    isBooted = json.Truth("booted");
                    break;
                case "staged":
                    isStaged = json.Truth("staged");
                    break;
                case "finalization-locked":
                    isHeld = json.Truth("finalization-locked");
                    break;
                case "container-image-reference":
                    reference = Text(json.String(name), name);
                    break;
                case "container-image-reference-digest":
                    digest = Digest(json.String(name));
                    break;
                case "checksum":
                    checksum = json.String("checksum");
                    break;
                case "osname":
                    root = json.String("osname");
                    break;
                case "serial":
                    serial = json.Integer("serial");
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        BootOrigin? origin = reference is null ? null : BootOrigin.Parse(reference)
            ?? throw new StrictJsonException("container-image-reference is not of a form that is known");
        BootDeployment? place = root is null ? null : Deployment(root, checksum, serial);
        return new RpmDeployment(isBooted, isStaged, new BootEntry(origin, digest, place, IsHeld: isHeld));
    }

    // The first one is booted next, unless one is staged.
    private static BootStatus OfDeployments(List<RpmDeployment> deployments)
    {
        if (deployments.Count(static d => d.IsBooted) > 1 || deployments.Count(static d => d.IsStaged) > 1
            || deployments.Exists(static d => d is { IsBooted: true, IsStaged: true }))
            throw new StrictJsonException("several deployments are booted or staged");
        BootEntry? staged = deployments.Find(static d => d.IsStaged)?.Entry;
        return new BootStatus("rpm-ostree", deployments.Find(static d => d.IsBooted)?.Entry, staged,
            staged is null && deployments is [{ IsBooted: false, Entry: { } first }, ..] ? first : null);
    }

    private static string Text(string text, string what) =>
        text.Length is > 0 and <= MaxText ? text : throw new StrictJsonException($"{what} is empty or too long");

    private static string Digest(string text) =>
        ReferenceGrammar.IsDigest(text) ? text : throw new StrictJsonException("the image's digest is not one");

    private sealed record RpmDeployment(bool IsBooted, bool IsStaged, BootEntry Entry);
}
