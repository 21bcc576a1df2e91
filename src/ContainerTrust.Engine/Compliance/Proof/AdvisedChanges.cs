using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>What advice does, by the request that both front ends make of its words.</summary>
internal static class AdvisedChanges
{
    /// <summary>The changes of advice.</summary>
    /// <param name="advice">The advice.</param>
    /// <param name="store">The host that it is for.</param>
    /// <returns>The changes. Null for advice that cannot be followed here.</returns>
    /// <exception cref="TrustException">It is refused, as the command would be.</exception>
    public static IReadOnlyList<TrustChange>? Of(OperationAdvice advice, TrustStore store)
    {
        if (advice.Operation == TrustOperation.Set)
            return ToRequest(advice)?.ToChanges(store);
        if (advice.Operation != TrustOperation.Remove || advice.Scope is null)
            return null;
        TrustChange change = new() { Transport = "docker", Registry = advice.Scope, Remove = true };
        foreach (AdviceArgument argument in advice.Arguments)
        {
            if (argument.Option == TrustOption.Transport)
                change = change with { Transport = argument.Values[0] };
            else if (argument.Option == TrustOption.KeepSignatureStore)
                change = change with { KeepSection = true };
            else
                return null;
        }

        return [change];
    }

    /// <summary>The request of advice to set something.</summary>
    /// <param name="advice">The advice.</param>
    /// <returns>The request. Null where an option is not one that fixes have.</returns>
    public static SetRequest? ToRequest(OperationAdvice advice)
    {
        SetRequest request = new() { Registries = advice.Scope is { } scope ? [scope] : [] };
        Identity identity = new();
        foreach (AdviceArgument argument in advice.Arguments)
        {
            if (Add(request, identity, argument) is not { } next)
                return null;
            request = next;
        }

        return request with
        {
            Options = request.Options with
            {
                SignedIdentity = IdentityRule.Of(identity.Rule, identity.Reference, identity.Repository, identity.Prefix, identity.Signed),
            },
        };
    }

    private static SetRequest? Add(SetRequest request, Identity identity, AdviceArgument argument)
    {
        string value = argument.Values.Count > 0 ? argument.Values[0] : "";
        RequirementOptions options = request.Options;
        LookasideSection stores = request.Stores;
        switch (argument.Option.Name)
        {
            case nameof(TrustOption.Default): return request with { IsDefault = true };
            case nameof(TrustOption.Transport): return request with { Transport = value };
            case nameof(TrustOption.Force): return request with { Force = true };
            case nameof(TrustOption.Type): return TypeOf(value) is { } type
                ? request with { Options = options with { Type = type } }
                : null;
            case nameof(TrustOption.KeyPath): return request with { Options = options with { KeyPaths = argument.Values } };
            case nameof(TrustOption.AnyKey): return request with { Options = options with { AnyKey = true } };
            case nameof(TrustOption.SignatureStore): return request with { Stores = stores with { SignatureStore = value } };
            case nameof(TrustOption.UseSigstoreAttachments):
                return request with { Stores = stores with { UseSigstoreAttachments = true } };
            case nameof(TrustOption.SignedIdentity): identity.Rule = value; return request;
            case nameof(TrustOption.ExactReference): identity.Reference = value; return request;
            case nameof(TrustOption.ExactRepository): identity.Repository = value; return request;
            case nameof(TrustOption.RemapPrefix): identity.Prefix = value; return request;
            case nameof(TrustOption.SignedPrefix): identity.Signed = value; return request;
            default: return null;
        }
    }

    private static TrustType? TypeOf(string word) => word switch
    {
        "signedBy" => TrustType.SignedBy,
        "sigstoreSigned" => TrustType.SigstoreSigned,
        "accept" => TrustType.Accept,
        "reject" => TrustType.Reject,
        _ => null,
    };

    private sealed class Identity
    {
        public string? Rule { get; set; }

        public string? Reference { get; set; }

        public string? Repository { get; set; }

        public string? Prefix { get; set; }

        public string? Signed { get; set; }
    }
}
