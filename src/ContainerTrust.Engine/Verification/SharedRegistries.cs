using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Verification;

/// <summary>One client of registries for the verifiers of many hosts and policies: what one of them has asked, none asks again.</summary>
internal sealed class SharedRegistries : IDisposable
{
    private readonly Lock _turn = new();
    private RegistryClient? _client;

    /// <summary>The client, as the first verifier makes it.</summary>
    public RegistryClient Client(Func<RegistryClient> create)
    {
        lock (_turn)
            return _client ??= create();
    }

    public void Dispose()
    {
        lock (_turn)
            _client?.Dispose();
    }
}
