using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>A directory that is a host's root, gone after the test.</summary>
internal sealed class ScratchRoot : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("containertrust-test").FullName;

    public List<string> Warnings { get; } = [];

    public TrustStore Open(string? policyPath = null) => TrustStore.Open(
        new TrustStoreOptions { RootDirectory = Path, PolicyPath = policyPath },
        new TrustMessages { Warning = Warnings.Add });

    public string Full(string path) => Path + path;

    public string Read(string path) => File.ReadAllText(Full(path));

    public bool Has(string path) => File.Exists(Full(path));

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Full(path))!);
        File.WriteAllText(Full(path), content);
    }

    public TrustEditResult Apply(params TrustChange[] changes) => Open().Apply(changes, new TrustEditOptions(), CancellationToken.None);

    public void Dispose() => Directory.Delete(Path, true);
}
