using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Writes policies. Requirements and identities are JSON text.</summary>
internal static class PolicyText
{
    public const string Accept = """{"type":"insecureAcceptAnything"}""";
    public const string Reject = """{"type":"reject"}""";
    public const string MatchExact = """{"type":"matchExact"}""";
    public const string MatchRepoDigestOrExact = """{"type":"matchRepoDigestOrExact"}""";
    public const string MatchRepository = """{"type":"matchRepository"}""";

    public static string ExactReference(string reference) => $$"""{"type":"exactReference","dockerReference":{{Text(reference)}}}""";

    public static string ExactRepository(string repository) => $$"""{"type":"exactRepository","dockerRepository":{{Text(repository)}}}""";

    public static string Remap(string prefix, string signedPrefix) =>
        $$"""{"type":"remapIdentity","prefix":{{Text(prefix)}},"signedPrefix":{{Text(signedPrefix)}}}""";

    public static string SignedBy(string keyPath, string? identity = null) => SignedByWith($"\"keyPath\":{Text(keyPath)}", identity);

    public static string SignedByAny(IEnumerable<string> keyPaths, string? identity = null) =>
        SignedByWith($"\"keyPaths\":[{string.Join(',', keyPaths.Select(Text))}]", identity);

    public static string SignedByData(byte[] key, string? identity = null) =>
        SignedByWith($"\"keyData\":\"{Convert.ToBase64String(key)}\"", identity);

    public static string SignedByWith(string member, string? identity = null, string type = "signedBy", string keyType = "GPGKeys") =>
        $$"""{"type":"{{type}}","keyType":"{{keyType}}",{{member}}{{(identity is null ? "" : ",\"signedIdentity\":" + identity)}}}""";

    public static string SigstoreSigned(string keyPath, string identity = MatchRepository) =>
        $$"""{ "type": "sigstoreSigned", "keyPath": {{Text(keyPath)}}, "signedIdentity": {{identity}} }""";

    /// <summary>A policy that demands this of every image of the registries, and refuses all else.</summary>
    public static string Docker(params string[] requirements) => Scopes(("", string.Join(',', requirements)));

    /// <summary>A policy with scopes of registries, which refuses all else.</summary>
    public static string Scopes(params (string Scope, string Requirements)[] scopes) => Of("docker", scopes);

    /// <summary>A policy with scopes of a transport, which refuses all else.</summary>
    public static string Of(string transport, params (string Scope, string Requirements)[] scopes) =>
        $$"""{ "default": [{{Reject}}], "transports": { "{{transport}}": { """ +
            $$"""{{string.Join(',', scopes.Select(static s => $"{Text(s.Scope)}:[{s.Requirements}]"))}} } } }""";

    /// <summary>A policy of a default only.</summary>
    public static string Default(params string[] requirements) => $$"""{"default":[{{string.Join(',', requirements)}}]}""";

    private static string Text(string value) => JsonSerializer.Serialize(value);
}
