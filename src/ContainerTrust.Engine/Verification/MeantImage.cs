using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Verification;

/// <summary>Which image a user means by a name that may be short.</summary>
internal static class MeantImage
{
    /// <summary>Reads a name.</summary>
    /// <param name="image">What the user wrote.</param>
    /// <param name="host">The judged host.</param>
    /// <param name="registries">Its registries.conf, read where the name is short.</param>
    /// <param name="verbose">Told what a short name is taken for.</param>
    /// <returns>The image.</returns>
    /// <exception cref="TrustException">It is not a name, or means several images (<c>ShortNameAmbiguous</c>).</exception>
    public static ImageName Resolve(string image, ITrustHost host, Lazy<RegistriesConfiguration> registries, Action<string> verbose)
    {
        ImageName name = ImageName.Parse(image, host.ResolvePath);
        if (name.Assumption is null || !name.IsWithoutTransport)
            return name;

        // As podman pull takes it; docker://busybox is docker.io's for everybody.
        IReadOnlyList<DockerReference> candidates = registries.Value.ResolveShortName(image);
        if (candidates.Count != 1)
        {
            throw new TrustException("ShortNameAmbiguous", TrustErrorKind.InvalidArgument,
                $"'{image}' names no registry, and by registries.conf it may be {string.Join(" or ", candidates)}. Give the full name.")
            {
                Target = image,
            };
        }

        name = ImageName.Parse($"docker://{candidates[0]}", host.ResolvePath);
        verbose($"'{image}' names no registry; by registries.conf it is {name.Expanded}.");
        return name;
    }
}
