using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// One file with credentials (containers-auth.json(5)), read as containers/image reads it; and <c>credsStore</c>, which only docker
/// reads: asked last, and nothing is wrong if it has no answer. Messages about a file never show any of its values.
/// </summary>
internal sealed class AuthFile
{
    private readonly Dictionary<string, (string Auth, string? IdentityToken)> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _helpers = new(StringComparer.Ordinal);

    private AuthFile(string path, bool isLegacy)
    {
        Path = path;
        IsLegacy = isLegacy;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether it is a <c>.dockercfg</c>: entries alone, under API URLs.</summary>
    public bool IsLegacy { get; }

    /// <summary>The helper for everything that the file has no entry for; null if there is none.</summary>
    public string? DefaultHelper { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <param name="host">Where it is.</param>
    /// <param name="path">Its path.</param>
    /// <param name="isLegacy">Whether it is a <c>.dockercfg</c>.</param>
    /// <returns>The file; null if it is not there.</returns>
    /// <exception cref="TrustException">It cannot be read, or is not what it should be (<c>InvalidAuthFile</c>).</exception>
    public static AuthFile? TryRead(ITrustHost host, string path, bool isLegacy)
    {
        if (host.TryReadFile(path, WebLimits.ConfigurationFile) is not { } read)
            return null;
        var file = new AuthFile(path, isLegacy);
        try
        {
            using JsonDocument document = JsonDocument.Parse(read.Content);
            JsonElement root = document.RootElement;
            file.RequireObject(root, "$");
            if (isLegacy)
            {
                file.ReadEntries(root, "$");
                return file;
            }

            // Go takes a member's name in any case.
            foreach (JsonProperty member in root.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Null)
                    continue;
                if (member.Name.Equals("auths", StringComparison.OrdinalIgnoreCase))
                    file.ReadEntries(member.Value, "$.auths");
                else if (member.Name.Equals("credHelpers", StringComparison.OrdinalIgnoreCase))
                    file.ReadHelpers(member.Value);
                else if (member.Name.Equals("credsStore", StringComparison.OrdinalIgnoreCase)
                    && member.Value.ValueKind == JsonValueKind.String)
                    file.DefaultHelper = member.Value.GetString() is { Length: > 0 } name ? name : null;
            }

            return file;
        }
        catch (JsonException e)
        {
            // The parser's own message may quote what it stumbled on.
            throw new TrustFormatException(
                "InvalidAuthFile",
                path,
                (int)((e.LineNumber ?? -1) + 1),
                (int)((e.BytePositionInLine ?? -1) + 1),
                "",
                "This is not valid JSON. Correct the file, or log in again (podman login).");
        }
        catch (InvalidOperationException)
        {
            // A string with half a surrogate pair, or bytes that are no UTF-8.
            throw new TrustFormatException(
                "InvalidAuthFile",
                path,
                0,
                0,
                "",
                "A string in it is not Unicode text. Correct the file, or log in again (podman login).");
        }
    }

    /// <summary>The helper for a registry; null if there is none.</summary>
    /// <param name="registry"><c>host[:port]</c>.</param>
    public string? HelperFor(string registry) => _helpers.GetValueOrDefault(registry);

    /// <summary>The credential for a repository: the most specific entry counts.</summary>
    /// <param name="repository"><c>host[:port]/name</c>.</param>
    /// <param name="registry"><c>host[:port]</c>.</param>
    /// <param name="verbose">Told of an entry that cannot be used.</param>
    /// <returns>The credential; null if there is none.</returns>
    /// <exception cref="TrustException">The entry's value is not Base64 (<c>InvalidAuthFile</c>).</exception>
    public RegistryCredential? Find(string repository, string registry, Action<string> verbose)
    {
        for (string key = IsLegacy ? registry : repository; ; key = key[..key.LastIndexOf('/')])
        {
            if (_entries.ContainsKey(key))
                return Decode(key, verbose);
            if (!key.Contains('/'))
                break;
        }

        string normal = NormalRegistry(registry);
        string? url = _entries.Keys.Order(StringComparer.Ordinal).FirstOrDefault(key => NormalKey(key) == normal);
        return url is null ? null : Decode(url, verbose);
    }

    private static string NormalRegistry(string registry) =>
        registry is "registry-1.docker.io" or "docker.io" ? "index.docker.io" : registry;

    private string NormalKey(string key)
    {
        string host = key;
        foreach (string scheme in (ReadOnlySpan<string>)["http://", "https://"])
        {
            if (host.StartsWith(scheme, StringComparison.Ordinal))
                host = host[scheme.Length..];
        }

        if ((IsLegacy || host != key) && host.IndexOf('/') is >= 0 and int slash)
            host = host[..slash];
        return NormalRegistry(host);
    }

    private RegistryCredential? Decode(string key, Action<string> verbose)
    {
        (string auth, string? identityToken) = _entries[key];
        string text;
        try
        {
            text = Encoding.UTF8.GetString(Convert.FromBase64String(auth));
        }
        catch (FormatException)
        {
            throw Wrong($"$.auths['{key}'].auth", "The value is not Base64. Log in again (podman login).");
        }

        int colon = text.IndexOf(':');
        if (colon < 0)
        {
            // docker leaves empty entries where a helper has the credential.
            if (text.Length > 0)
                verbose($"Left out the credential for {key} in {Path}: it is not a USER:PASSWORD.");
            return null;
        }

        return RegistryCredential.Of(text[..colon], text[(colon + 1)..].Trim('\0'), identityToken, Path);
    }

    private void ReadEntries(JsonElement entries, string place)
    {
        RequireObject(entries, place);
        foreach (JsonProperty entry in entries.EnumerateObject())
        {
            if (entry.Value.ValueKind == JsonValueKind.Null)
            {
                _entries[entry.Name] = ("", null);
                continue;
            }

            string entryPlace = $"{place}['{entry.Name}']";
            RequireObject(entry.Value, entryPlace);
            string auth = "";
            string? identityToken = null;
            foreach (JsonProperty member in entry.Value.EnumerateObject())
            {
                if (member.Name.Equals("auth", StringComparison.OrdinalIgnoreCase))
                    auth = RequireString(member.Value, $"{entryPlace}.auth") ?? auth;
                else if (member.Name.Equals("identitytoken", StringComparison.OrdinalIgnoreCase))
                    identityToken = RequireString(member.Value, $"{entryPlace}.identitytoken") ?? identityToken;
            }

            _entries[entry.Name] = (auth, identityToken);
        }
    }

    private void ReadHelpers(JsonElement helpers)
    {
        RequireObject(helpers, "$.credHelpers");
        foreach (JsonProperty helper in helpers.EnumerateObject())
            _helpers[helper.Name] = RequireString(helper.Value, $"$.credHelpers['{helper.Name}']") ?? "";
    }

    private void RequireObject(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong(place, "There must be an object. Correct the file, or log in again (podman login).");
    }

    private string? RequireString(JsonElement element, string place) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Null => null,
        _ => throw Wrong(place, "There must be a string. Correct the file, or log in again (podman login)."),
    };

    private TrustFormatException Wrong(string place, string problem) =>
        new("InvalidAuthFile", Path, 0, 0, Printable.Of(place, Printable.NameLength), problem);
}
