namespace ContainerTrust.Engine.Registry.Web;

/// <summary>What is asked of a server.</summary>
internal sealed record WebRequest
{
    /// <summary>Where it begins; redirects may lead elsewhere.</summary>
    public required Uri Url { get; init; }

    /// <summary>What kind of server it is.</summary>
    public required WebPeer Peer { get; init; }

    /// <summary>How TLS is spoken with it.</summary>
    public required TlsProfile Tls { get; init; }

    /// <summary>The most bytes that a good answer's body may have.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Whether https may lead to http.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>
    /// What helps where the server turns out to speak http, a clause. Null for what helps where nobody said how it is to be asked.
    /// </summary>
    public string? HttpAdvice { get; init; }

    /// <summary>The value of the <c>Authorization</c> header: for the scheme, host and port of <see cref="Url"/> alone.</summary>
    public string? Authorization { get; init; }

    /// <summary>The media types that are understood.</summary>
    public string? Accept { get; init; }

    /// <summary>A form to post; null to get. A form has a secret in it and follows no redirect.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Form { get; init; }

    /// <summary>Whether the body is taken as it is, whatever encoding is named: for content that is checked against its digest.</summary>
    public bool AnyEncoding { get; init; }

    /// <summary>The error for a body that is too large: its id, and what it is called in a sentence.</summary>
    public (string ErrorId, string Noun) TooLarge { get; init; } = ("AnswerTooLarge", "answer");
}

/// <summary>A server's answer, read to its end.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Url">Where it came from, after redirects.</param>
/// <param name="IsFromOrigin">Whether every redirect stayed on the scheme, host and port of the request.</param>
/// <param name="Body">The body if the status is 200, else as much of it as tells why.</param>
internal sealed record WebAnswer(int Status, Uri Url, bool IsFromOrigin, byte[] Body)
{
    /// <summary>The value of <c>Content-Type</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>The values of <c>WWW-Authenticate</c>.</summary>
    public IReadOnlyList<string> Challenges { get; init; } = [];

    /// <summary>The value of <c>Retry-After</c>.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>Whether the registry has the extension for signatures (<c>X-Registry-Supports-Signatures: 1</c>).</summary>
    public bool SupportsSignatures { get; init; }
}
