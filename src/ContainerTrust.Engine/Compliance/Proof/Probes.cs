using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>An image, and the name that it is fetched by.</summary>
/// <param name="Image">The image, which the policy is asked about.</param>
/// <param name="Place">The name that signatures are looked for by. Null for transports without one.</param>
internal sealed record Probe(ImageName Image, DockerReference? Place);

/// <summary>
/// Images that stand for all: for each name that a policy, registries.d or registries.conf has, what lies at, below, beside and above it.
/// The prefixes that identities remap are such names too, as below them signatures have other names than beside them.
/// </summary>
internal static class Probes
{
    /// <summary>More names are not looked at, and then nothing is proven.</summary>
    public const int MostNames = 4_000;

    // Images, each by the names that it is fetched by; and names that are held against places.
    private const int MostProbes = 100_000;
    private const long MostComparisons = 5_000_000;

    private const int LongestName = 4_096;
    private const string Digest = "@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    private const string Stranger = "unlisted.example.invalid";

    /// <summary>The images.</summary>
    /// <param name="before">What is accepted before.</param>
    /// <param name="after">What is accepted after.</param>
    /// <param name="registries">registries.conf. Null if it is not valid: then no mirrors are known.</param>
    /// <returns>The images. Null if there are too many names.</returns>
    public static IReadOnlyList<Probe>? Of(Acceptance before, Acceptance after, RegistriesConfiguration? registries)
    {
        HashSet<string> names = new(StringComparer.Ordinal) { Stranger };
        foreach (Acceptance state in (Acceptance[])[before, after])
        {
            names.UnionWith(state.Policy.FindTransport("docker")?.Scopes.Select(static s => s.Name) ?? []);
            names.UnionWith(state.Lookaside.Sections.Keys);
            names.UnionWith(Remapped(state));
        }

        if (names.Count > MostNames || !AddBehindMirrors(names, registries))
            return null;
        List<Probe> probes = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string text in names.Where(static n => n.Length is > 0 and <= LongestName).SelectMany(ImagesOf))
        {
            if (DockerReference.TryParse(text, out DockerReference? reference, out _) && seen.Add(reference.ToString()))
                probes.AddRange(Fetched(ImageName.Parse($"docker://{reference}", static p => p), registries));
            if (probes.Count > MostProbes)
                return null;
        }

        IEnumerable<string> transports = TransportScopes.Known.Concat(TransportsOf(before)).Concat(TransportsOf(after)).Distinct();
        foreach (string transport in transports.Where(static t => t != "docker"))
            probes.AddRange(OfTransport(transport, before, after).Select(static i => new Probe(i, null)));
        return probes;
    }

    /// <summary>The prefixes that identities of a policy remap.</summary>
    /// <param name="state">The policy.</param>
    /// <returns>The names.</returns>
    public static IEnumerable<string> Remapped(Acceptance state) =>
        (state.Policy.FindTransport("docker")?.Scopes.SelectMany(static s => s.Requirements) ?? []).Concat(state.Policy.Default)
            .Select(static r => (r as SignedByRequirement)?.SignedIdentity ?? (r as SigstoreSignedRequirement)?.SignedIdentity)
            .OfType<RemapIdentity>().Select(static i => i.Prefix);

    private static IEnumerable<string> TransportsOf(Acceptance state) => state.Policy.Transports.Select(static t => t.Name);

    // What has a mirror's name is fetched for images of the registry's own. False if there are too many names.
    private static bool AddBehindMirrors(HashSet<string> names, RegistriesConfiguration? registries)
    {
        string[] known = [.. names];
        long compared = 0;
        foreach (RegistryEntry registry in registries?.Registries ?? [])
        {
            names.Add(registry.Prefix);
            foreach (RegistryLocation place in registry.Mirrors.Append(registry.Endpoint).Where(static p => p.Location.Length > 0))
            {
                names.Add(place.Location);
                compared += known.Length;
                foreach (string name in known.Where(n => n.StartsWith(place.Location, StringComparison.Ordinal)))
                    names.Add(registry.Prefix + name[place.Location.Length..]);
                if (names.Count > MostNames || compared > MostComparisons)
                    return false;
            }
        }

        return true;
    }

    private static IEnumerable<string> ImagesOf(string name)
    {
        string own = name.StartsWith("*.", StringComparison.Ordinal) ? "any-host" + name[1..] : name;
        yield return own;
        yield return own + ":v1";
        yield return own + Digest;
        yield return own + "/any-image:v1";
        yield return own + "/any-image" + Digest;
        yield return own + "/any/image:v1";
        yield return own + "-beside/any-image:v1";
        int end = own.LastIndexOfAny(['/', '@', ':']);
        if (end > 0)
        {
            yield return own[..end] + ":other";
            yield return own[..end] + "/any-sibling:v1";
            yield return own[..end] + "/any-sibling" + Digest;
        }
    }

    private static IEnumerable<Probe> Fetched(ImageName image, RegistriesConfiguration? registries)
    {
        if (registries is null)
            return [new Probe(image, image.Reference)];
        try
        {
            // Mirrors first, then the registry itself, which may have another location.
            return registries.PullSources(image.Reference!).Select(s => new Probe(image, s.Reference))
                .Append(new Probe(image, image.Reference)).Distinct();
        }
        catch (TrustException)
        {
            // Blocked, or no name at all: whatever the policy says, it is not fetched. It is compared all the same.
            return [new Probe(image, image.Reference)];
        }
    }

    private static IEnumerable<ImageName> OfTransport(string transport, Acceptance before, Acceptance after)
    {
        yield return new ImageName(transport, "any", []);
        IEnumerable<string> scopes = new[] { before, after }
            .SelectMany(s => s.Policy.FindTransport(transport)?.Scopes ?? []).Select(static s => s.Name).Where(static n => n.Length > 0)
                .Distinct();
        foreach (string scope in scopes)
        {
            foreach (string text in (string[])[scope, scope + "/any-image"])
            {
                yield return transport switch
                {
                    "dir" or "oci" or "oci-archive" or "sif" when text.StartsWith('/') => new ImageName(
                        transport, text, ScopeChain.ForPath(text)),
                    "docker-daemon" or "atomic" when DockerReference.TryParse(text, out DockerReference? named, out _) =>
                        ImageName.Parse($"{transport}:{named.ForLookup()}", static p => p),
                    _ => new ImageName(transport, text, text == scope ? [scope] : [text, scope]),
                };
            }
        }
    }
}
