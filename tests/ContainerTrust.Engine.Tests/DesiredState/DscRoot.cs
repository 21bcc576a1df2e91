using System.Text;
using System.Text.Json.Nodes;
using ContainerTrust.Engine.DesiredState;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Tests.Architecture;
using ContainerTrust.Engine.Tests.Trust;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary>A host's root, and the resources called on it as DSC calls them.</summary>
internal sealed class DscRoot : IDisposable
{
    public const string Reject = """[{"type":"reject"}]""";
    public const string Accept = """[{"type":"insecureAcceptAnything"}]""";
    public const string Signed = """[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/sample.asc"}]""";

    private readonly ScratchRoot _root = new();

    public DscRoot(string? policy = """{"default":[{"type":"reject"}]}""")
    {
        if (policy is not null)
            _root.Write(TrustLocations.SystemPolicyPath, policy);
        Directory.CreateDirectory(_root.Full(TrustLocations.SystemRegistriesDirectory));
        Directory.CreateDirectory(_root.Full("/keys"));
        File.Copy(Path.Combine(ErrorCatalogue.Repository, "samples/keys/sample.asc"), Key);
    }

    public string Key => _root.Full("/keys/sample.asc");

    public List<string> Warnings { get; } = [];

    /// <summary>Calls a resource.</summary>
    /// <param name="properties">Properties beside the root, in braces or empty.</param>
    public string[] Call(string resource, DscOperation operation, string properties = "{}")
    {
        Warnings.Clear();
        string answer = DscResource.Run(
            resource, operation, Encoding.UTF8.GetBytes(Rooted(properties)), new TrustMessages { Warning = Warnings.Add });
        Assert.True(answer.Length == 0 || answer.EndsWith('\n'), "each line ends");
        return answer.Length == 0 ? [] : answer[..^1].Split('\n');
    }

    /// <summary>Calls a resource that answers with a state and the names of properties.</summary>
    public (JsonObject State, string[] Names) Change(string resource, DscOperation operation, string properties)
    {
        string[] lines = Call(resource, operation, properties);
        Assert.Equal(2, lines.Length);
        return (Parse(lines[0]), [.. JsonNode.Parse(lines[1])!.AsArray().Select(static n => n!.GetValue<string>())]);
    }

    public JsonObject Get(string resource, string properties) => Parse(Assert.Single(Call(resource, DscOperation.Get, properties)));

    /// <summary>Sets, while another program acts each time that a file was written.</summary>
    public void SetBeside(string resource, string properties, Action other) => DscResource.Run(
        resource, DscOperation.Set, Encoding.UTF8.GetBytes(Rooted(properties)), new TrustMessages
        {
            Verbose = said =>
            {
                if (said.StartsWith("Changed ", StringComparison.Ordinal) || said.StartsWith("Created ", StringComparison.Ordinal))
                    other();
            },
        });

    public TrustException Refused(string resource, DscOperation operation, string properties)
    {
        string before = Files();
        TrustException refused = Assert.ThrowsAny<TrustException>(() => Call(resource, operation, properties));
        Assert.Equal(before, Files());
        return refused;
    }

    /// <summary>Every file below <c>/etc</c>: its name, its inode's time and its content.</summary>
    public string Files() => string.Join('\n', Directory.EnumerateFiles(_root.Full("/etc"), "*", SearchOption.AllDirectories)
        .Where(static f => !f.EndsWith(".jsonl", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal).Select(static f => $"{f} {File.GetLastWriteTimeUtc(f):O} {File.ReadAllText(f)}"));

    /// <summary>A file's number and the moment of its last change, which nothing but an untouched file keeps.</summary>
    public FileStamp Stamp(string path) => LocalHost.Instance.TryReadFile(_root.Full(path), 1 << 20)!.Stamp;

    public bool Has(string path) => _root.Has(path);

    public string Read(string path) => _root.Read(path);

    public void Write(string path, string content) => _root.Write(path, content);

    public void Dispose() => _root.Dispose();

    private string Rooted(string properties)
    {
        Assert.StartsWith("{", properties, StringComparison.Ordinal);
        string rest = properties[1..];
        return $"{{\"root\":\"{_root.Path}\"{(rest.Trim() == "}" ? "" : ",")}{rest}";
    }

    private static JsonObject Parse(string line) => JsonNode.Parse(line)!.AsObject();
}
