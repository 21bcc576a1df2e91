using System.Text;
using System.Text.Json.Nodes;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Conformance.Tests.ImagePolicies;

/// <summary>
/// The two files that the machine-config-operator makes of ClusterImagePolicy documents, as its controller does (updatePolicyJSON,
/// policyItemFromSpec and generateSigstoreRegistriesdConfig of pkg/controller/container-runtime-config), for policies by public keys and
/// without mirrors.
/// </summary>
internal static class OperatorFiles
{
    /// <summary>policy.json: the operator's template, with the scopes of the documents.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="withRekor">False for a reader that does not know keys of logs yet.</param>
    public static string Policy(IEnumerable<ImagePolicyDocument> documents, bool withRekor = true)
    {
        JsonObject docker = [], atomic = [];
        foreach (YamlNode document in documents.Select(Parse))
        {
            YamlNode policy = Member(Member(document, "spec")!, "policy")!;
            YamlNode key = Member(Member(policy, "rootOfTrust")!, "publicKey")!;
            JsonObject requirement = new() { ["type"] = "sigstoreSigned", ["keyData"] = Member(key, "keyData")!.Value };
            if (withRekor && Member(key, "rekorKeyData") is { } rekor)
                requirement["rekorPublicKeyData"] = rekor.Value;
            Assert.Null(Member(policy, "signedIdentity"));
            requirement["signedIdentity"] = new JsonObject { ["type"] = "matchRepoDigestOrExact" };
            foreach (string scope in Scopes(document))
            {
                Append(docker, scope, requirement);
                if (scope.Count(static c => c == '/') < 3)
                    Append(atomic, scope, requirement);
            }
        }

        JsonObject accept = new() { ["type"] = "insecureAcceptAnything" };
        return new JsonObject
        {
            ["default"] = new JsonArray(accept),
            ["transports"] = new JsonObject
            {
                ["atomic"] = atomic,
                ["docker"] = docker,
                ["docker-daemon"] = new JsonObject { [""] = new JsonArray(accept.DeepClone()) },
            },
        }.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
    }

    /// <summary>sigstore-registries.yaml.</summary>
    public static string SigstoreRegistries(IEnumerable<ImagePolicyDocument> documents)
    {
        StringBuilder text = new("docker:\n");
        foreach (string scope in documents.SelectMany(static d => Scopes(Parse(d))).Distinct().Order(StringComparer.Ordinal))
            text.Append("  ").Append(scope[0] == '*' ? $"'{scope}'" : scope).Append(":\n    use-sigstore-attachments: true\n");
        return text.ToString();
    }

    private static void Append(JsonObject scopes, string scope, JsonObject requirement)
    {
        if (!scopes.ContainsKey(scope))
            scopes[scope] = new JsonArray();
        scopes[scope]!.AsArray().Add(requirement.DeepClone());
    }

    private static IEnumerable<string> Scopes(YamlNode document) =>
        Member(Member(document, "spec")!, "scopes")!.Children!.Select(static s => s.Value);

    private static YamlNode Parse(ImagePolicyDocument document) =>
        YamlAdapter.ParseAll(YamlText.FromText("document.yaml", document.Yaml, hasByteOrderMark: false)).Single().Root!;

    private static YamlNode? Member(YamlNode map, string name)
    {
        int at = -1;
        for (int i = 0; i < map.Children!.Count && at < 0; i += 2)
            at = map.Children[i].Value == name ? i + 1 : -1;
        return at < 0 ? null : map.Children[at];
    }
}
