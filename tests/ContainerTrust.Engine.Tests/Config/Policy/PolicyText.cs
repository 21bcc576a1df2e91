using System.Text;
using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Tests.Config.Policy;

/// <summary>Short ways to write policies and to read them.</summary>
internal static class PolicyText
{
    public const string Path = "/etc/containers/policy.json";

    /// <summary>A policy with one requirement as its default.</summary>
    public static string WithRequirement(string requirement) => $$"""{"default": [{{requirement}}]}""";

    /// <summary>A policy with one scope.</summary>
    public static string WithScope(string transport, string scopeLiteral) =>
        """{"default": [{"type": "reject"}], "transports": {"TRANSPORT": {SCOPE: [{"type": "reject"}]}}}"""
            .Replace("TRANSPORT", transport, StringComparison.Ordinal).Replace("SCOPE", scopeLiteral, StringComparison.Ordinal);

    /// <summary>A policy whose default is a <c>signedBy</c> requirement with an identity.</summary>
    public static string WithIdentity(string identity) =>
        WithRequirement($$"""{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k", "signedIdentity": {{identity}}}""");

    public static PolicyDocument Read(string policy) => PolicyReader.Read(Encoding.UTF8.GetBytes(policy), Path);

    public static TrustRequirement ReadRequirement(string requirement) => Assert.Single(Read(WithRequirement(requirement)).Default);

    public static TrustFormatException Refused(string policy) => Refused(Encoding.UTF8.GetBytes(policy));

    public static TrustFormatException Refused(byte[] policy) => Assert.Throws<TrustFormatException>(() => PolicyReader.Read(policy, Path));

    public static string Edit(string policy, Action<PolicyEditor> change)
    {
        PolicyEditor editor = new(Encoding.UTF8.GetBytes(policy), Path);
        change(editor);
        return Encoding.UTF8.GetString(editor.ToBytes());
    }
}
