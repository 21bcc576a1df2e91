using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>Where a mirror keeps the images of releases.</summary>
/// <param name="ReleaseRepository">The repository of release images.</param>
/// <param name="ComponentRepository">The repository of all components.</param>
internal sealed record MirrorLayout(DockerReference ReleaseRepository, DockerReference ComponentRepository)
{
    /// <summary>The layouts that a mirror may have, the likeliest first: oc-mirror's, then that of <c>oc adm release mirror</c>.</summary>
    /// <exception cref="TrustException"><c>InvalidMirror</c>: a name is not that of a repository.</exception>
    public static IReadOnlyList<MirrorLayout> Candidates(MirrorOptions options)
    {
        (string mirror, string release, string components) = (Prefix(options.Mirror), "/openshift/release-images", "/openshift/release");
        DockerReference? releases = options.ReleaseRepository is { } r ? Repository(r) : null;
        DockerReference? parts = options.ComponentRepository is { } c ? Repository(c) : null;
        if (releases is not null && parts is not null)
            return [new MirrorLayout(releases, parts)];
        MirrorLayout ocMirror = new(releases ?? Repository(mirror + release), parts ?? Repository(mirror + components));

        // A registry alone is not a repository, so nothing but oc-mirror's layout can be below it.
        if (!mirror.Contains('/', StringComparison.Ordinal))
            return [ocMirror];
        MirrorLayout plain = new(releases ?? Repository(mirror), parts ?? Repository(mirror));
        return [ocMirror, plain];
    }

    /// <summary>The mirror as a prefix of repositories' names.</summary>
    private static string Prefix(string mirror)
    {
        const string Docker = "docker://";
        string name = mirror.StartsWith(Docker, StringComparison.Ordinal) ? mirror[Docker.Length..] : mirror;
        name = name.TrimEnd('/');
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? name : name[..slash];

        // Without a dot or a colon it would be a path on docker.io.
        if (host != "localhost" && host.AsSpan().IndexOfAny('.', ':') < 0)
            throw Invalid(mirror, "it must begin with a registry, host[:port]");
        return name;
    }

    private static DockerReference Repository(string name) =>
        !DockerReference.TryParse(name, out DockerReference? reference, out string problem) ? throw Invalid(name, problem)
        : reference.IsNameOnly ? reference : throw Invalid(name, "it has a tag or a digest");

    private static TrustException Invalid(string name, string problem) => new("InvalidMirror", TrustErrorKind.InvalidArgument,
        $"'{Printable.Of(name, Printable.NameLength)}' is not a mirror: {problem}. Specify it as registry.example.com:5000/ocp.")
        { Target = name };
}
