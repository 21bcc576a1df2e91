using ContainerTrust.Engine.Formats.Data;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>The member <c>rootOfTrust</c> of a policy. Data are PEM in base64, on one line. Two that are equal demand the same.</summary>
internal abstract record RootOfTrust
{
    private RootOfTrust()
    {
    }

    /// <summary>The member <c>policyType</c>.</summary>
    public abstract string PolicyType { get; }

    /// <summary>The member <c>publicKey</c>.</summary>
    internal sealed record PublicKey(string KeyData, string? RekorKeyData) : RootOfTrust
    {
        public override string PolicyType => "PublicKey";
    }

    /// <summary>The member <c>fulcioCAWithRekor</c>.</summary>
    internal sealed record FulcioCaWithRekor(string FulcioCaData, string RekorKeyData, string OidcIssuer, string SignedEmail) : RootOfTrust
    {
        public override string PolicyType => "FulcioCAWithRekor";
    }

    /// <summary>The member <c>pki</c>.</summary>
    internal sealed record Pki(string CaRootsData, string? CaIntermediatesData, string? Email, string? Hostname) : RootOfTrust
    {
        public override string PolicyType => "PKI";
    }
}
