using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Mirroring.Saving;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Tests.Registry;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Mirroring;

/// <summary>A registry in this process that has a made release where it comes from, and a mirror of it.</summary>
internal sealed class MirrorWorld : IAsyncDisposable
{
    public const string MirrorPath = "ocp";
    public const string MirrorReleases = MirrorPath + "/openshift/release-images";
    public const string MirrorComponents = MirrorPath + "/openshift/release";

    private readonly HostileServer _server = new();
    private readonly ScratchHost _host = new();

    public MirrorWorld(string version = "4.22.1", int components = 2, params string[] architectures)
    {
        Release = new TestRelease(_server.Authority, version, components, architectures.Length == 0 ? ["amd64", "arm64"] : architectures);
        Content = Release.Origin;
        Release.MirrorTo(Content, MirrorPath);
        Store = Directory.CreateDirectory(Path.Combine(_host.HomeDirectory, "store")).FullName;
        Release.WriteStore(Store);
        KeyFile = _host.Write("release.pgp", "");
        File.WriteAllBytes(KeyFile, TestRelease.Signer.PublicKey);
        SigstoreKeyFile = _host.Write("release.pub", Release.SigstoreKey);
        _server.Handler = (request, stream, _) =>
        {
            if (Failing.TryGetValue(request.Path, out int status))
                return HostileServer.AnswerAsync(stream, status, "");
            (int answer, byte[] body, string type) = Content.Answer(request.Path);
            return HostileServer.AnswerAsync(stream, answer, body, $"Content-Type: {type}");
        };
    }

    public TestRelease Release { get; }

    /// <summary>What the registry has: origin and mirror.</summary>
    public RegistryContent Content { get; }

    /// <summary>Paths that are answered with a status.</summary>
    public Dictionary<string, int> Failing { get; } = [];

    public string Store { get; }

    public string KeyFile { get; }

    public string SigstoreKeyFile { get; }

    public string Mirror => $"{_server.Authority}/{MirrorPath}";

    public HostileServer Server => _server;

    public List<string> Warnings { get; } = [];

    public string Write(string name, string content) => _host.Write(name, content);

    /// <summary>What is asked, with keys and store.</summary>
    public MirrorOptions Options => new()
    {
        Mirror = Mirror,
        KeyPaths = [KeyFile],
        SigstoreKeyPaths = [SigstoreKeyFile],
        Verification = new VerificationOptions
        {
            SignatureStores = [Store],
            Web = new WebOptions { VerifyTls = false, Retries = 0, Timeout = TimeSpan.FromSeconds(30), ConcurrencyPerHost = 16 },
        },
    };

    public ReleaseMirrorChecker Checker(MirrorOptions? options = null) =>
        new(TrustStore.Open(_host, new TrustStoreOptions(), new TrustMessages()), options ?? Options,
            new TrustMessages { Warning = Warnings.Add });

    /// <summary>A path in the scratch directory.</summary>
    public string PathOf(string name) => Path.Combine(_host.HomeDirectory, name);

    /// <summary>What is saved: in all forms, by the keys.</summary>
    public SaveOptions Saving => new()
    {
        StoreDirectory = PathOf("saved/store"),
        ConfigMapDirectory = PathOf("saved/maps"),
        LayoutDirectory = PathOf("saved/layout"),
        KeyPaths = [KeyFile],
        SigstoreKeyPaths = [SigstoreKeyFile],
        Verification = Options.Verification,
    };

    public ImageSignatureSaver Saver(SaveOptions? options = null, TrustStoreOptions? files = null) =>
        new(TrustStore.Open(_host, files ?? new TrustStoreOptions(), new TrustMessages()), options ?? Saving,
            new TrustMessages { Warning = Warnings.Add });

    /// <summary>Saves a release, many images at once, and gives the answers.</summary>
    public async Task<IReadOnlyList<SaveAnswer>> SaveAsync(SaveOptions? options = null)
    {
        using ImageSignatureSaver saver = Saver(options);
        SavePlan plan = await saver.PlanAsync(Release.Reference, CancellationToken.None);
        List<SaveAnswer> answers = [];
        foreach (SaveItem[] some in plan.Items.Chunk(16))
        {
            foreach (IReadOnlyList<SaveAnswer> found in await Task.WhenAll(some.Select(i => saver.SaveAsync(i, CancellationToken.None))))
                answers.AddRange(found);
        }

        return answers;
    }

    /// <summary>Saves one image.</summary>
    public async Task<IReadOnlyList<SaveAnswer>> SaveAsync(string image, SaveOptions? options = null)
    {
        using ImageSignatureSaver saver = Saver(options);
        return await saver.SaveAsync(new SaveItem { Image = image }, CancellationToken.None);
    }

    /// <summary>Asks for everything, and gives the answers.</summary>
    public async Task<IReadOnlyList<MirrorAnswer>> CheckAsync(MirrorOptions? options = null, string? release = null)
    {
        using ReleaseMirrorChecker checker = Checker(options);
        MirrorPlan plan = await checker.PlanAsync(release ?? Release.Reference, CancellationToken.None);
        List<MirrorAnswer> answers = [];
        foreach (MirrorItem[] some in plan.Items.Chunk(16))
        {
            foreach (IReadOnlyList<MirrorAnswer> found in await Task.WhenAll(some.Select(i =>
                checker.CheckAsync(plan, i, CancellationToken.None))))
                answers.AddRange(found);
        }

        return answers;
    }

    /// <summary>Asks for everything, and gives what is not complete: digest and status.</summary>
    public async Task<IReadOnlyDictionary<string, ReleaseMirrorResult>> IncompleteAsync(MirrorOptions? options = null) =>
        (await CheckAsync(options)).Select(static a => a.Result).Where(static r => r.Status != ReleaseMirrorStatus.Complete)
            .ToDictionary(static r => r.Digest);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _host.Dispose();
    }
}
