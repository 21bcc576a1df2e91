namespace ContainerTrust.Cli;

/// <summary>Words for tables.</summary>
internal static class Text
{
    /// <summary>What a requirement list amounts to, in podman's words.</summary>
    public static string TypeOf(ImageTrust trust) => trust.Type switch
    {
        TrustType.Accept => "accept",
        TrustType.Reject => "reject",
        TrustType.SignedBy => "signed",
        TrustType.SigstoreSigned => "sigstoreSigned",
        _ => string.Join("+", trust.Requirements.Select(static r => r switch
        {
            AcceptRequirement => "accept",
            SignedByRequirement => "signed",
            _ => r.Type,
        }).Distinct()),
    };
}
