using System.Text;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>Writes documents: always the same text for the same policy, data on one line, words in quotes where YAML needs them.</summary>
internal static class ImagePolicyYaml
{
    /// <summary>Writes a document.</summary>
    /// <returns>The text; ends with a line break.</returns>
    public static string Write(string api, string kind, string name, string? @namespace, IReadOnlyList<string> scopes, PolicyBody body)
    {
        StringBuilder text = new();
        Member(text, 0, "apiVersion", $"config.openshift.io/{api}");
        Member(text, 0, "kind", kind);
        Open(text, 0, "metadata");
        Member(text, 1, "name", name);
        Member(text, 1, "namespace", @namespace);
        Open(text, 0, "spec");
        Open(text, 1, "scopes");
        foreach (string scope in scopes)
            text.Append(' ', 4).Append("- ").Append(Word(scope)).Append('\n');
        Open(text, 1, "policy");
        WriteRoot(text, body.RootOfTrust);
        WriteIdentity(text, body);
        return text.ToString();
    }

    private static void WriteRoot(StringBuilder text, RootOfTrust root)
    {
        Open(text, 2, "rootOfTrust");
        Member(text, 3, "policyType", root.PolicyType);
        switch (root)
        {
            case RootOfTrust.PublicKey key:
                Open(text, 3, "publicKey");
                Member(text, 4, "keyData", key.KeyData);
                Member(text, 4, "rekorKeyData", key.RekorKeyData);
                break;
            case RootOfTrust.FulcioCaWithRekor fulcio:
                Open(text, 3, "fulcioCAWithRekor");
                Member(text, 4, "fulcioCAData", fulcio.FulcioCaData);
                Member(text, 4, "rekorKeyData", fulcio.RekorKeyData);
                Open(text, 4, "fulcioSubject");
                Member(text, 5, "oidcIssuer", fulcio.OidcIssuer);
                Member(text, 5, "signedEmail", fulcio.SignedEmail);
                break;
            case RootOfTrust.Pki pki:
                Open(text, 3, "pki");
                Member(text, 4, "caRootsData", pki.CaRootsData);
                Member(text, 4, "caIntermediatesData", pki.CaIntermediatesData);
                Open(text, 4, "pkiCertificateSubject");
                Member(text, 5, "email", pki.Email);
                Member(text, 5, "hostname", pki.Hostname);
                break;
        }
    }

    private static void WriteIdentity(StringBuilder text, PolicyBody body)
    {
        if (body.MatchPolicy is null)
            return;
        Open(text, 2, "signedIdentity");
        Member(text, 3, "matchPolicy", body.MatchPolicy);
        switch (body.Identity)
        {
            case ExactRepositoryIdentity exact:
                Open(text, 3, "exactRepository");
                Member(text, 4, "repository", exact.DockerRepository);
                break;
            case RemapIdentity remap:
                Open(text, 3, "remapIdentity");
                Member(text, 4, "prefix", remap.Prefix);
                Member(text, 4, "signedPrefix", remap.SignedPrefix);
                break;
        }
    }

    private static void Open(StringBuilder text, int depth, string name) => text.Append(' ', depth * 2).Append(name).Append(":\n");

    private static void Member(StringBuilder text, int depth, string name, string? value)
    {
        if (value is not null)
            text.Append(' ', depth * 2).Append(name).Append(": ").Append(Word(value)).Append('\n');
    }

    private static string Word(string value) => ScalarWriter.Write(value, YamlStyle.Plain, isFlow: false);
}
