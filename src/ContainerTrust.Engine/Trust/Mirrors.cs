using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// The mirrors that registries.conf has for scopes. Signatures are read from where the image is fetched, by what registries.d says of
/// that place's name, while the policy is asked about the image's own name.
/// </summary>
internal sealed class Mirrors
{
    private const string Digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    // The last part of an image's name that stands for every image below a scope.
    private const string Any = "/any-image-of-the-scope";

    private readonly RegistriesConfiguration? _configuration;

    private Mirrors(RegistriesConfiguration? configuration) => _configuration = configuration;

    /// <summary>
    /// Reads registries.conf. What it says is advice here: where it cannot be read there is none, and who pulls an image will hear why.
    /// </summary>
    public static Mirrors Load(ITrustHost host, ContainersRelease release)
    {
        try
        {
            return new Mirrors(RegistriesConfiguration.Load(host, null, release));
        }
        catch (TrustException)
        {
            return new Mirrors(null);
        }
    }

    /// <summary>The mirrors for a scope as a whole.</summary>
    /// <param name="scope">A scope of transport <c>docker</c>. Mirrors for a part of it only, and for wildcards, are not found.</param>
    /// <returns>Their names, as scopes: <c>host[:port][/path]</c>.</returns>
    public IReadOnlyList<string> Of(string scope)
    {
        if (_configuration is null || scope.Length == 0 || scope.StartsWith("*.", StringComparison.Ordinal))
            return [];
        bool isOneImage = scope.Contains('@', StringComparison.Ordinal)
            || (scope.Contains('/', StringComparison.Ordinal) && scope.LastIndexOf(':') > scope.IndexOf('/', StringComparison.Ordinal));
        string[] images = isOneImage ? [scope] : [$"{scope}{Any}:latest", $"{scope}{Any}@{Digest}"];
        return
        [
            .. images.SelectMany(Sources)
                .Where(s => s.IsMirror && (isOneImage || s.Reference.Name.EndsWith(Any, StringComparison.Ordinal)))
                .Select(s => isOneImage ? s.Reference.Name : s.Reference.Name[..^Any.Length])
                .Distinct(),
        ];
    }

    private IReadOnlyList<PullSource> Sources(string image)
    {
        try
        {
            return DockerReference.TryParse(image, out DockerReference? reference, out _) ? _configuration!.PullSources(reference) : [];
        }
        catch (TrustException)
        {
            // Blocked, or rewritten to what is no name: nothing is fetched from anywhere.
            return [];
        }
    }
}
