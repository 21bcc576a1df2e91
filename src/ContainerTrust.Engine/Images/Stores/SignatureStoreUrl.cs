using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Engine.Images.Stores;

/// <summary>
/// The base of a signature store, taken apart as containers/image does (Go's <c>net/url</c>): the path is decoded, names are put behind
/// it as they are, a doubled slash stays, and a query follows the whole. For files everything but the path is left out.
/// </summary>
internal sealed class SignatureStoreUrl
{
    private readonly string _authority;
    private readonly string _query;

    private SignatureStoreUrl(string? scheme, string authority, string path, string query, bool isBarePath)
    {
        Scheme = scheme;
        _authority = authority;
        Path = path;
        _query = query;
        IsBarePath = isBarePath;
    }

    /// <summary><c>http</c> or <c>https</c>; null for files.</summary>
    public string? Scheme { get; }

    /// <summary>The path, decoded.</summary>
    public string Path { get; }

    /// <summary>Whether the store is a path and no URL.</summary>
    public bool IsBarePath { get; }

    /// <summary>Whether the signatures are files.</summary>
    public bool IsFiles => Scheme is null;

    /// <summary>Takes a store as registries.d or a user names it.</summary>
    /// <exception cref="TrustException"><c>InvalidSignatureStore</c>.</exception>
    public static SignatureStoreUrl Parse(string store)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store.Length == 0 || store.Any(static c => c <= ' ' || c == '\u007F' || char.IsControl(c)))
            throw Invalid(store, "it is empty, or has white space or control characters in it");
        if (store[0] == '/')
            return new SignatureStoreUrl(null, "", store, "", isBarePath: true);

        int colon = store.IndexOf(':');
        string scheme = colon < 0 ? "" : store[..colon].ToLowerInvariant();
        if (scheme is not ("https" or "http" or "file"))
            throw Invalid(store, "write https://…, file:///… or an absolute path");
        string rest = store[(colon + 1)..];
        if (rest.IndexOf('#') is var fragment and >= 0)
            rest = rest[..fragment];
        int question = rest.IndexOf('?');
        string query = question < 0 ? "" : rest[question..];
        if (question >= 0)
            rest = rest[..question];
        string authority = "";
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            int slash = rest.IndexOf('/', 2);
            authority = slash < 0 ? rest[2..] : rest[2..slash];
            rest = slash < 0 ? "" : rest[slash..];
        }

        string path = Decode(rest)
            ?? throw Invalid(store, "a % in it is not followed by two hexadecimal digits, or what they stand for is not UTF-8 text");
        if (scheme == "file")
        {
            return authority.Length == 0 && path.StartsWith('/')
                ? new SignatureStoreUrl(null, "", path, "", isBarePath: false)
                : throw Invalid(store, "a file URL must name an absolute path on this host, as file:///…");
        }

        // The framework takes a backslash for the end of the host.
        return authority.Length > 0
            && !authority.Contains('\\') && Uri.TryCreate($"{scheme}://{authority}/", UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0
            ? new SignatureStoreUrl(scheme, authority, path, query, isBarePath: false)
            : throw Invalid(store, "it has no host");
    }

    /// <summary>The path of a file below the store.</summary>
    public string FilePath(string suffix) => Path + suffix;

    /// <summary>The URL of a file below the store.</summary>
    /// <param name="suffix">What stands behind the base's path.</param>
    public Uri Url(string suffix) => new($"{Scheme}://{_authority}{StoreUrl.EscapePath(Path + suffix)}{_query}", UriKind.Absolute);

    /// <summary>What to call a file below the store in messages: without user name, password and query, which may be secret.</summary>
    public string Display(string suffix)
    {
        if (IsFiles)
            return FilePath(suffix);
        int at = _authority.LastIndexOf('@');
        return $"{Scheme}://{(at < 0 ? _authority : _authority[(at + 1)..])}{StoreUrl.EscapePath(Path + suffix)}";
    }

    private static string? Decode(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%')
            {
                bytes[length++] = bytes[i];
                continue;
            }

            if (i + 2 >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[i + 1]) || !char.IsAsciiHexDigit((char)bytes[i + 2]))
                return null;
            bytes[length++] = byte.Parse(bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            i += 2;
        }

        return System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length)) && !bytes.AsSpan(0, length).Contains((byte)0)
            ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    // The store itself is not shown where it could hold a password.
    private static TrustException Invalid(string store, string reason)
    {
        string shown = store.Contains('@') ? "The signature store" : $"The signature store '{Printable.Of(store, Printable.NameLength)}'";
        return new TrustException("InvalidSignatureStore", TrustErrorKind.InvalidArgument, $"{shown} cannot be used: {reason}.");
    }
}
