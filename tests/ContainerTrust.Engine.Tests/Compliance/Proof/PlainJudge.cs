using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Engine.Tests.Compliance.Proof;

/// <summary>A signature as a test makes it up.</summary>
internal sealed record MadeSignature(bool IsSigstore, string Key, string Claim, string Place);

/// <summary>
/// Whether an image with some signatures is accepted, as containers-policy.json(5) and containers-registries.d(5) say, written once more
/// in few lines and with nothing of the product but the readers of the two files.
/// </summary>
internal sealed class PlainJudge(PolicyDocument policy, LookasideConfiguration lookaside, IReadOnlySet<string> keyFiles)
{
    /// <summary>The keys that a file holds, by a name each.</summary>
    private static string[] KeysIn(string path) => path switch
    {
        "/k/one.asc" or "/k/copy.asc" => ["one.asc"],
        "/k/one.pub" or "/k/copy.pub" => ["one.pub"],
        "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release" => ["one.asc", "two.asc"],
        _ => [path[(path.LastIndexOf('/') + 1)..]],
    };

    public static string NameOf(string reference)
    {
        int at = reference.IndexOf('@', StringComparison.Ordinal);
        int colon = reference.LastIndexOf(':');
        return at >= 0 ? reference[..at] : colon > reference.LastIndexOf('/') ? reference[..colon] : reference;
    }

    public static List<string> Chain(string reference)
    {
        string name = NameOf(reference);
        List<string> chain = [reference];
        for (; ; name = name[..name.LastIndexOf('/')])
        {
            chain.Add(name);
            if (!name.Contains('/', StringComparison.Ordinal))
                break;
        }

        string host = name.Split(':')[0];
        for (int dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', dot + 1))
            chain.Add("*" + host[dot..]);
        return [.. chain.Distinct()];
    }

    public IReadOnlyList<TrustRequirement> Governing(string image)
    {
        PolicyTransport? docker = policy.Transports.FirstOrDefault(static t => t.Name == "docker");
        foreach (string scope in Chain(image).Append(""))
        {
            if (docker?.Scopes.FirstOrDefault(s => s.Name == scope) is { } found)
                return found.Requirements;
        }

        return policy.Default;
    }

    /// <summary>Where signatures are looked for.</summary>
    public List<string> Places(string place, bool isSigstore)
    {
        string? store = null;
        bool? attachments = null;
        foreach (string name in Chain(place))
        {
            if (!lookaside.Sections.TryGetValue(name, out LookasideEntry? entry))
                continue;
            store ??= entry.Section.SignatureStore;
            attachments ??= entry.Section.UseSigstoreAttachments;
        }

        store ??= lookaside.Default?.Section.SignatureStore;
        attachments ??= lookaside.Default?.Section.UseSigstoreAttachments;
        string repository = NameOf(place);
        List<string> places = [$"{store ?? "local:"}{repository[repository.IndexOf('/', StringComparison.Ordinal)..]}"];
        if (!isSigstore)
            places.Add($"extension:{repository}");
        else if (attachments == true)
            places.Add($"attachments:{repository}");
        return places;
    }

    /// <summary>Whether the same is demanded of an image, and looked for in the same places.</summary>
    public static bool IsSame(PlainJudge one, PlainJudge other, string image, string place) =>
        one.Governing(image).SequenceEqual(other.Governing(image))
        && one.Places(place, false).SequenceEqual(other.Places(place, false))
            && one.Places(place, true).SequenceEqual(other.Places(place, true));

    public bool Accepts(string image, string place, IReadOnlyList<MadeSignature> signatures) =>
        Governing(image).All(r => Holds(r, image, place, signatures, anywhere: false));

    /// <summary>The same if signatures were found wherever they are.</summary>
    public bool AcceptsAnywhere(string image, string place, IReadOnlyList<MadeSignature> signatures) =>
        Governing(image).All(r => Holds(r, image, place, signatures, anywhere: true));

    private bool Holds(TrustRequirement requirement, string image, string place, IReadOnlyList<MadeSignature> signatures, bool anywhere)
    {
        switch (requirement)
        {
            case AcceptRequirement:
                return true;
            case SignedByRequirement { KeyType: "GPGKeys" } r:
                string[] gpg = [.. r.KeyPaths ?? [r.KeyPath!]];
                return gpg.All(keyFiles.Contains) && signatures.Any(s => !s.IsSigstore && gpg.SelectMany(KeysIn).Contains(KeysIn(s.Key)[^1])
                    && (anywhere || Places(place, false).Contains(s.Place)) && Matches(r.SignedIdentity, image, s.Claim));
            case SigstoreSignedRequirement r:
                string[] pem = [.. r.KeyPaths ?? [r.KeyPath!]];
                return pem.All(keyFiles.Contains) && signatures.Any(s => s.IsSigstore && pem.SelectMany(KeysIn).Contains(KeysIn(s.Key)[^1])
                    && (anywhere || Places(place, true).Contains(s.Place)) && Matches(r.SignedIdentity, image, s.Claim));
            default:
                return false;
        }
    }

    private static bool Matches(SignedIdentity? identity, string image, string claim)
    {
        bool hasEnd = NameOf(claim) != claim;
        switch (identity)
        {
            case MatchExactIdentity:
                return hasEnd && image == claim;
            case MatchRepositoryIdentity:
                return NameOf(image) == NameOf(claim);
            case ExactReferenceIdentity exact:
                return hasEnd && claim == exact.DockerReference;
            case ExactRepositoryIdentity exact:
                return NameOf(claim) == exact.DockerRepository;
            case RemapIdentity remap when NameOf(image) == remap.Prefix
                || NameOf(image).StartsWith(remap.Prefix + "/", StringComparison.Ordinal):
                return Matches(null, remap.SignedPrefix + image[remap.Prefix.Length..], claim);
            default:
                return hasEnd && (image.Contains('@', StringComparison.Ordinal) ? NameOf(image) == NameOf(claim) : image == claim);
        }
    }
}
