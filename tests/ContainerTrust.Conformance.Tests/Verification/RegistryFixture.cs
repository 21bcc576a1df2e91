namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// A registry, a lookaside store behind a web server, keys and signed images: everything that podman and skopeo need for a verdict, and
/// nothing faked. Made once for all tests that use it, on the first use.
/// </summary>
public sealed class RegistryFixture : IDisposable
{
    private readonly Lazy<SignedWorld> _world = new(static () => new SignedWorld());

    /// <summary>The world; skips the test where a tool is missing.</summary>
    internal SignedWorld Open()
    {
        foreach (string tool in (ReadOnlySpan<string>)["skopeo", "gpg", "gpgconf", "docker-registry"])
            Tools.RequireTool(tool);
        return _world.Value;
    }

    public void Dispose()
    {
        if (_world.IsValueCreated)
            _world.Value.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class RegistryTests : ICollectionFixture<RegistryFixture>
{
    public const string Name = "signed images in a registry";
}
